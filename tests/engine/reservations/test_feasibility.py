"""Availability: against a minute-by-minute model on random days, and the cases people trip over."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstep_lite.engine.business_days import Calendar
from lstep_lite.engine.reservations import feasibility, reasons, scenes
from lstep_lite.engine.reservations.days import instant, tick
from lstep_lite.engine.reservations.facts import Facts, Hours, House, Own, Page, Pattern, Person, Room, Shut
from lstep_lite.engine.reservations.opening import Opening, Ranges
from lstep_lite.engine.reservations.plans import Need, Offer, Plan, Shape, Stretch, Wish
from lstep_lite.models import HolidayPolicy, SlotAnchor
from tests.engine.reservations.brute import TOKYO, Brute

FIRST = date(2026, 5, 4)
"""A Monday, and みどりの日; the two days after it are holidays as well."""
SEAT, SUZUKI, SATO = 90, 1, 2
ALWAYS = datetime(2026, 4, 20, 1, 0, tzinfo=UTC)


class Dice(random.Random):
    """What a random salon is drawn with: one seed, and the same salon every time."""

    def five(self, least: int, most: int) -> int:
        return self.randrange(least, most + 1, 5)

    def seldom(self, one_in: int = 4) -> bool:
        return self.randrange(one_in) == 0

    def ranges(self, latest: int = 2160) -> Ranges:
        edges = sorted({self.five(540, latest) for _ in range(self.choice([2, 2, 4]))})
        return tuple(zip(edges[::2], edges[1::2], strict=False))

    def breaks(self) -> Ranges:
        start = self.five(600, 1080)
        return ((start, start + self.five(5, 90)),) if self.seldom(2) else ()

    def spans(self, most: int, longest: int) -> list[tuple[int, int]]:
        """(from tick, to tick) around the first day."""
        base = tick(instant(FIRST, 0, TOKYO))
        starts = [self.five(-300, 3000) for _ in range(self.randint(0, most))]
        return [(base + start // 5, base + (start + self.five(5, longest)) // 5) for start in starts]


def an_opening(dice: Dice) -> Opening:
    every_day = dice.choice([((600, 1140),), ((0, 1440),), ((600, 780), (840, 1500)), ((1080, 1740),)])
    latest = min(1440 + every_day[0][0], 1980)  # no day runs into the next: the settings refuse that
    hours = {str(day): every_day for day in range(7)} | ({"holiday": dice.ranges(latest)} if dice.seldom() else {})
    special = {FIRST + timedelta(dice.randint(0, 1)): dice.ranges(latest)} if dice.seldom() else {}
    calendar = Calendar(
        {dice.randint(0, 6)} if dice.seldom(3) else (),
        works_on_holidays=not dice.seldom(),
        holiday_policy=dice.choice(list(HolidayPolicy)),
        own_hours={day: bool(each) for day, each in special.items()},
    )
    return Opening(calendar, hours, special)


def a_shape(dice: Dice) -> Shape:
    kinds = dice.choice([["work"], ["work"], ["work", "work"], ["work", "proc", "work"], ["proc", "work"], ["proc"]])
    needs = (Need(SEAT, dice.choice([1, 1, 2]), dice.choice([0, 0, 20])),) if dice.seldom(2) else ()
    return Shape(
        tuple(Stretch(kind, dice.five(5, 80)) for kind in kinds),
        before=dice.choice([0, 0, 10]),
        after=dice.choice([0, 5, 30]),
        needs=needs,
        last_start=dice.choice([None, None, 1080, 1500]),
    )


def a_world(dice: Dice) -> Facts:
    weekdays = [*map(str, range(7)), "holiday"]
    shift = dice.choice([((540, 1800),), ((540, 1800),), ((600, 900), (960, 1500)), ((0, 1440),)])
    usual = [Pattern(day, Hours(shift, dice.breaks())) for day in weekdays[: dice.choice([7, 7, 8, 1])]]
    other = [
        Pattern(dice.choice(weekdays), Hours(dice.ranges(), dice.breaks()), dice.choice(FROM), dice.choice(TO))
        for _ in range(dice.randint(0, 3))
    ]
    whose = [{}, {"provider_id": SUZUKI}, {"pool_id": SEAT}, {"pool_id": SATO}]
    page = dice.choice([None, None, Page(1), Page(1, hours={"0": ((660, 1500),), "1": ((0, 2160),)})])
    opening = an_opening(dice)
    if page and page.hours is not None:  # what holidays do to a page's hours is the opening's to test
        opening = replace(opening, calendar=replace(opening.calendar, holiday_policy=HolidayPolicy.AS_WEEKDAY))
    return Facts(
        first=FIRST,
        last=FIRST + timedelta(days=dice.randint(0, 1)),
        now=ALWAYS,
        zone=TOKYO,
        house=House(
            slot_minutes=dice.choice([5, 10, 15, 20, 30, 60]),
            slot_anchor=dice.choice(list(SlotAnchor)),
            buffers_spill=dice.seldom(2),
        ),
        opening=opening,
        page=page,
        people=[Person(SUZUKI, SUZUKI), Person(SATO, SATO, retires_on=TO[1] if dice.seldom() else None)],
        patterns={SUZUKI: usual, SATO: [*usual, *other]},
        shifts={(SUZUKI, FIRST): Hours(dice.ranges(), dice.breaks())} if dice.seldom() else {},
        rooms={
            SUZUKI: Room(SUZUKI, 1),
            SATO: Room(SATO, dice.choice([1, 1, 2, 3, 0])),
            SEAT: Room(SEAT, dice.choice([1, 2, 3, 0]), is_active=not dice.seldom(8)),
        },
        closures=[Shut(start, end, **dice.choice(whose)) for start, end in dice.spans(2, 200)],
        taken={
            pool_id: [each for start, end in dice.spans(5, 180) for each in range(start, end)]
            for pool_id in (SUZUKI, SATO, SEAT)
        },
        own=[Own(start, end, FIRST) for start, end in dice.spans(1, 120)],
    )


FROM, TO = (None, FIRST, FIRST + timedelta(1)), (None, FIRST)


def plan_of(shape: Shape, *provider_ids: int) -> Plan:
    offer = Offer(shape, ())
    return Plan(Wish((1,)), offer, dict.fromkeys(provider_ids, offer), price=5500)


def compare(facts: Facts, shape: Shape) -> int:
    """How many starts there are."""
    count = 0
    scene, brute, plan = scenes.build(facts), Brute(facts), plan_of(shape, SUZUKI, SATO)
    for day in scene.days():
        together: set[int] = set()
        for person in facts.people:
            expected = brute.starts(shape, person, day)
            found = [start.minute for start in feasibility.starts(scene, plan, day, person.id)]
            assert found == expected, (day, person.id)
            together |= set(expected)
        assert {start.minute for start in feasibility.starts(scene, plan, day)} == together
        count += len(together)
    return count


SEEDS = st.integers(0, 2**31)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_what_is_offered_is_what_a_minute_by_minute_model_finds(seed: int) -> None:
    dice = Dice(seed)
    compare(a_world(dice), a_shape(dice))


@pytest.mark.slow
def test_so_it_is_on_hundreds_of_days() -> None:
    found = [compare(a_world(dice), a_shape(dice)) for dice in map(Dice, range(500))]
    assert sum(count > 0 for count in found) > 200, "many of these salons have something to offer"


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_start_is_good_exactly_when_the_inspector_has_nothing_against_it(seed: int) -> None:
    dice = Dice(seed)
    facts, plan = replace(a_world(dice), own=()), plan_of(a_shape(dice), SUZUKI, SATO)
    scene = scenes.build(facts)
    mine = [start.minute for start in feasibility.starts(scene, plan, FIRST)]
    for minute in [*mine[:3], *(dice.five(0, 2155) for _ in range(20))]:
        found = reasons.why_not(scene, plan, FIRST, minute)
        assert found.is_free == (minute in mine), (minute, found)
