"""Availability: against a minute-by-minute model on random days, and the cases people trip over."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstep_lite.engine.business_days import Calendar
from lstep_lite.engine.reservations.availability import assigning, feasibility, marks, policies, reasons, scenes
from lstep_lite.engine.reservations.availability.assigning import Load
from lstep_lite.engine.reservations.availability.days import instant, tick
from lstep_lite.engine.reservations.availability.facts import (
    Facts,
    Hours,
    House,
    Own,
    Page,
    Pattern,
    Person,
    Room,
    Shut,
)
from lstep_lite.engine.reservations.availability.marks import Mark
from lstep_lite.engine.reservations.availability.opening import Opening, Ranges
from lstep_lite.engine.reservations.availability.plans import Need, Offer, Plan, Shape, Stretch, Wish
from lstep_lite.engine.reservations.availability.policies import Cut, CutKind, Opens, Policy
from lstep_lite.engine.reservations.transitions.refusals import Code
from lstep_lite.models import AssignPolicy, HolidayPolicy, SlotAnchor
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


# Cases ---------------------------------------------------------------------------------------------------------------

THURSDAY = date(2026, 3, 5)
CUT = Shape((Stretch("work", 60),))
EVERY_DAY = [Pattern(str(day), Hours(((600, 1140),))) for day in range(7)]


def a_shop(**over: Any) -> Facts:
    """Thursday 5 March 2026, from 10:00 to 19:00, with one stylist."""
    hours: Ranges = over.pop("hours", ((600, 1140),))
    values: dict[str, Any] = {
        "first": THURSDAY,
        "last": THURSDAY + timedelta(days=1),
        "now": instant(THURSDAY, 480, TOKYO),
        "zone": TOKYO,
        "opening": Opening(Calendar(works_on_holidays=True), {str(day): hours for day in range(7)}),
        "people": [Person(SUZUKI, SUZUKI, "鈴木")],
        "patterns": {SUZUKI: EVERY_DAY},
        "rooms": {SUZUKI: Room(SUZUKI, 1)},
        "house": House(slot_minutes=60, phone="03-1234-5678"),
    }
    return Facts(**values | over)


def minutes(facts: Facts, shape: Shape = CUT, policy: Policy | None = None) -> list[int]:
    plan = plan_of(shape, SUZUKI, SATO)
    return [start.minute for start in feasibility.starts(scenes.build(facts), plan, THURSDAY, policy=policy)]


def busy(*spans: tuple[int, int]) -> list[int]:
    base = tick(instant(THURSDAY, 0, TOKYO))
    return [each for start, end in spans for each in range(base + start // 5, base + end // 5)]


def test_one_odd_booking_does_not_shift_the_later_starts() -> None:
    assert minutes(a_shop(taken={SUZUKI: busy((600, 650))})) == [660, 720, 780, 840, 900, 960, 1020, 1080]


def test_a_shop_that_never_closes_has_no_seam_at_midnight() -> None:
    always = [Pattern(str(day), Hours(((0, 1440),))) for day in range(7)]
    facts = a_shop(hours=((0, 1440),), patterns={SUZUKI: always})
    assert 1380 in minutes(facts, Shape((Stretch("work", 120),))), "from 23:00 to 25:00"


def test_a_business_day_ends_at_36_00() -> None:
    facts = a_shop(hours=((1080, 2160),), patterns={SUZUKI: [Pattern("3", Hours(((1080, 2160),)))]})
    assert minutes(facts)[-1] == 2100


def test_processing_time_may_lie_in_a_break_and_leaves_room_for_another() -> None:
    color = Shape((Stretch("work", 30), Stretch("proc", 60), Stretch("work", 30)))
    pause = [Pattern("3", Hours(((600, 1140),), ((690, 750),)))]
    facts = a_shop(patterns={SUZUKI: pause}, house=House(slot_minutes=30))
    assert 660 in minutes(facts, color) and 720 not in minutes(facts, color)
    facts = a_shop(taken={SUZUKI: busy((600, 630), (690, 720))})
    assert 630 in minutes(replace(facts, house=House(slot_minutes=30)))


def test_places_are_counted_not_numbered() -> None:
    with_seat = replace(CUT, needs=(Need(SEAT),))
    taken = {SEAT: busy((900, 960), (960, 1020))}
    facts = a_shop(taken=taken, rooms={SUZUKI: Room(SUZUKI, 1), SEAT: Room(SEAT, 2)}, house=House(slot_minutes=30))
    assert 930 in minutes(facts, with_seat), "no single seat is free all the time, but one always is"


def test_the_gap_between_two_bookings_is_what_comes_after_one_and_before_the_other() -> None:
    facts = a_shop(taken={SUZUKI: busy((600, 670))}, house=House(slot_minutes=5))
    assert minutes(facts, replace(CUT, before=10))[0] == 680


def test_preparation_lies_outside_the_hours_only_where_the_shop_lets_it() -> None:
    shape = replace(CUT, after=30)
    assert minutes(a_shop(), shape)[-1] == 1080
    assert minutes(a_shop(house=House(slot_minutes=60, buffers_spill=False)), shape)[-1] == 1020


def test_who_must_prepare_while_the_shop_is_closed_is_told_by_the_inspector() -> None:
    base = tick(instant(THURSDAY, 0, TOKYO))
    facts = a_shop(closures=[Shut(base + 600 // 5, base + 720 // 5, note="停電")])
    shape = replace(CUT, before=10)
    assert minutes(facts, shape)[0] == 780
    found = reasons.why_not(scenes.build(facts), plan_of(shape, SUZUKI), THURSDAY, 720)
    words = "鈴木さんの準備・片づけが、お店の予約を受けない時間「停電」(10:00–12:00)と重なります。"
    assert [reason.text for reason in found.reasons()] == [words]


def test_a_customer_books_inside_the_window() -> None:
    now = instant(THURSDAY, 720, TOKYO)
    assert minutes(a_shop(now=now), policy=policies.DEFAULTS)[0] == 840, "two hours before is in time"
    late = Policy(closes=(Cut(CutKind.DAY_BEFORE, days=1, at=1080),))
    assert minutes(a_shop(), policy=late) == [] and minutes(a_shop())
    assert minutes(a_shop(), policy=Policy(opens=Opens(days=0)))


def test_the_starts_of_a_summer_time_night() -> None:
    berlin, day = ZoneInfo("Europe/Berlin"), date(2026, 3, 29)
    hours = {str(number): ((60, 300),) for number in range(7)}
    always = [Pattern(str(number), Hours(((0, 1440),))) for number in range(7)]
    opening = Opening(Calendar(works_on_holidays=True), hours)
    facts = a_shop(first=day, last=day, zone=berlin, opening=opening, patterns={SUZUKI: always})
    found = feasibility.starts(scenes.build(facts), plan_of(CUT, SUZUKI), day)
    assert [start.minute for start in found] == [60, 180, 240], "there is no two o'clock"
    assert [start.starts_at.hour for start in found] == [0, 1, 2]


def test_marks_of_a_month_and_of_a_week() -> None:
    many = {str(day): ((600, 1140),) for day in (0, 1, 2, 3, 4)}
    calendar = Calendar(works_on_holidays=True, closed_weekdays={5, 6})
    taken = {SUZUKI: busy((600, 1020)) + [each + 288 for each in busy((600, 1140))]}
    facts = a_shop(last=THURSDAY + timedelta(days=4), opening=Opening(calendar, many), taken=taken)
    scene, plan = scenes.build(facts), plan_of(CUT, SUZUKI)
    assert list(marks.of_days(scene, plan, policies.DEFAULTS).values()) == [
        Mark.FEW,
        Mark.NONE,
        Mark.SHUT,
        Mark.SHUT,
        Mark.MANY,
    ]
    late = scenes.build(replace(facts, now=instant(THURSDAY, 1025, TOKYO)))
    assert marks.of_days(late, plan, policies.DEFAULTS)[THURSDAY] is Mark.PHONE
    week = marks.of_starts(late, plan, policies.DEFAULTS, [THURSDAY])[THURSDAY]
    assert [cell.mark for cell in week] == [*[Mark.NONE] * 8, Mark.PHONE]


def test_of_two_stylists_the_last_one_left_is_marked() -> None:
    facts = a_shop(
        people=[Person(SUZUKI, SUZUKI), Person(SATO, SATO)],
        patterns={SUZUKI: EVERY_DAY, SATO: EVERY_DAY},
        rooms={SUZUKI: Room(SUZUKI, 1), SATO: Room(SATO, 1)},
        taken={SATO: busy((600, 660))},
    )
    cells = marks.of_starts(scenes.build(facts), plan_of(CUT, SUZUKI, SATO), Policy(closes=()), [THURSDAY])[THURSDAY]
    assert [cell.mark for cell in cells[:2]] == [Mark.FEW, Mark.MANY]


def test_the_inspector_names_every_reason() -> None:
    base = tick(instant(THURSDAY, 0, TOKYO))
    facts = a_shop(
        people=[Person(SUZUKI, SUZUKI, "鈴木"), Person(SATO, SATO, "佐藤")],
        patterns={SUZUKI: [Pattern("3", Hours(((600, 1140),), ((780, 840),)))], SATO: EVERY_DAY},
        rooms={SUZUKI: Room(SUZUKI, 1), SATO: Room(SATO, 1), SEAT: Room(SEAT, 2, "席")},
        taken={SATO: busy((750, 850)), SEAT: busy((750, 850))},
        closures=[Shut(base + 900 // 5, base + 960 // 5, note="停電")],
    )
    scene, plan = scenes.build(facts), plan_of(replace(CUT, needs=(Need(SEAT),)), SUZUKI, SATO)
    found = reasons.why_not(scene, plan, THURSDAY, 780)
    assert [reason.text for reason in found.reasons()] == [
        "鈴木さんは休憩(13:00–14:00)です。",
        "佐藤さんは予約が入っています(12:30–14:10)。",
    ]
    assert found.fine == ["席は空いています(1/2)。"] and not found.is_free
    texts = {
        900: "お店は予約を受けない時間「停電」(15:00–16:00)です。",
        540: "営業時間(10:00–19:00)の外です。",
        1110: "所要60分のため、受付できる時間(19:00まで)に終わりません。",
    }
    for minute, text in texts.items():
        assert text in [reason.text for reason in reasons.why_not(scene, plan, THURSDAY, minute, off_grid=True).shop]
    window = reasons.why_not(scene, plan, THURSDAY, 600, policy=Policy(closes=(Cut(minutes=180),))).shop
    assert [(reason.code, reason.text) for reason in window] == [
        (Code.TOO_LATE, "オンラインの受付締切(3時間前)を過ぎています。")
    ]


def test_who_serves_a_customer_without_a_wish() -> None:
    people = [Person(SUZUKI, SUZUKI, position=2), Person(SATO, SATO, position=1), Person(3, 3, position=3)]
    scene = scenes.build(a_shop(people=people, rooms={}, patterns={}))
    loads = {SUZUKI: Load(60, 3, 5), SATO: Load(90, 0, 9), 3: Load(60, 2, 1)}

    def turns(policy: AssignPolicy) -> list[int]:
        return assigning.in_turn(scene, [SUZUKI, SATO, 3], loads, policy)

    assert turns(AssignPolicy.BALANCED) == [3, SUZUKI, SATO]
    assert turns(AssignPolicy.PRIORITY) == [SATO, SUZUKI, 3]
    assert turns(AssignPolicy.SAVE_ALLROUNDERS) == [3, SUZUKI, SATO]
