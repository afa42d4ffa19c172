"""Times to choose from: a week with its marks, and a month with one mark a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import feasibility, marks, policies
from lstep_lite.engine.reservations.availability.days import span
from lstep_lite.engine.reservations.availability.marks import Cell, Mark
from lstep_lite.engine.reservations.availability.scenes import Scene
from lstep_lite.engine.reservations.customer import offering
from lstep_lite.engine.reservations.customer.offering import Looking
from lstep_lite.engine.reservations.transitions.refusals import Start
from lstep_lite.engine.settings import zone

WEEK = timedelta(days=6)
CHIPS = 3
FURTHER = timedelta(days=34)
"""How far past an empty week the next free start is looked for."""
OPEN = (Mark.MANY, Mark.FEW)


@dataclass(frozen=True)
class Row:
    minute: int
    cells: Sequence[Cell | None]
    """By day; None where nothing begins at that time."""


@dataclass(frozen=True)
class Week:
    days: Sequence[date]
    rows: Sequence[Row]
    asked_for: str
    """The provider's name; empty for who leaves it to the shop."""
    shut: frozenset[date]
    """Days on which the shop takes nobody."""
    soonest: Sequence[Start]
    """The first free starts, each on a day of its own."""
    is_empty: bool
    """Nothing of this week can be booked."""
    following: Start | None
    """The first free start after a week that is empty."""
    previous: date | None
    next: date | None
    """First days of the weeks before and after; None where nothing can be booked there yet, or any more."""
    opens: str
    """From when days are taken, in words: 「60日前」"""
    has_phone: bool
    """Whether ☎ stands somewhere."""
    notes: Mapping[date, str]
    """What the shop says of its special days."""


def week(session: Session, looking: Looking, first: date | None, *, now: datetime) -> Week:
    """From *first*, or from today; the days near today come from the same scene as the soonest starts."""
    local = now.astimezone(zone(session)).date()
    begins = max(first or local, local)
    is_near = begins <= local + offering.AHEAD - WEEK
    scene = (
        offering.scene_of(session, looking, local - timedelta(days=1), local + offering.AHEAD, now=now)
        if is_near
        else offering.scene_of(session, looking, begins, begins + WEEK, now=now)
    )
    today = scene.facts.opening.business_date(now, scene.zone)
    begins = begins if first else today
    days = list(span(begins, begins + WEEK))
    asked_id = looking.plan.wish.provider_id
    cells = marks.of_starts(scene, looking.plan, looking.policy, days, asked_id)
    is_empty = not any(cell.mark in OPEN for row in cells.values() for cell in row)
    after = days[-1] + timedelta(days=1)
    return Week(
        days=days,
        rows=_rows(cells, days),
        asked_for=scene.workers[asked_id].person.name if asked_id is not None else "",
        shut=frozenset(day for day in days if not scene.starts[day]),
        soonest=offering.soonest_of(scene, looking, CHIPS) if is_near else (),
        is_empty=is_empty,
        following=_following(session, looking, scene, days[-1], now=now) if is_empty else None,
        previous=max(begins - timedelta(days=7), today) if begins > today else None,
        next=after if _is_released(looking, scene, after, today) else None,
        opens=policies.release_in_words(looking.policy.opens),
        has_phone=any(cell.mark is Mark.PHONE for row in cells.values() for cell in row),
        notes=_notes(scene, days),
    )


def _notes(scene: Scene, days: Iterable[date]) -> dict[date, str]:
    told = scene.facts.opening.notes
    return {day: told[day] for day in days if day in told}


def _rows(cells: Mapping[date, Sequence[Cell]], days: Sequence[date]) -> list[Row]:
    """From the first time of any day to the last."""
    by_place = {(day, cell.start.minute): cell for day in days for cell in cells[day]}
    minutes = sorted({minute for _, minute in by_place})
    return [Row(minute, [by_place.get((day, minute)) for day in days]) for minute in minutes]


def _is_released(looking: Looking, scene: Scene, day: date, today: date) -> bool:
    return policies.is_released(looking.policy.opens, day, today, scene.now, scene.zone)


def _following(session: Session, looking: Looking, scene: Scene, last: date, *, now: datetime) -> Start | None:
    """The first free start after *last*: in this scene, else further on."""
    provider_id = looking.plan.wish.provider_id
    for day in span(last + timedelta(days=1), scene.facts.last):
        if found := feasibility.starts(scene, looking.plan, day, provider_id, policy=looking.policy):
            return found[0]
    begins = max(last, scene.facts.last) + timedelta(days=1)
    further = offering.scene_of(session, looking, begins, begins + FURTHER, now=now)
    return feasibility.first_free(further, looking.plan, provider_id, policy=looking.policy)


@dataclass(frozen=True)
class Month:
    first: date
    weeks: Sequence[Sequence[date | None]]
    """From Sunday; None outside the month."""
    marks: Mapping[date, Mark]
    """None for days that are over."""
    notes: Mapping[date, str]
    previous: date | None
    next: date | None


def month(session: Session, looking: Looking, around: date | None, *, now: datetime) -> Month:
    today = now.astimezone(zone(session)).date()
    first = max(around or today, today).replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    last = after - timedelta(days=1)
    scene = offering.scene_of(session, looking, max(first, today), last, now=now)
    found = marks.of_days(scene, looking.plan, looking.policy, looking.plan.wish.provider_id)
    days: list[date | None] = [None] * (first.isoweekday() % 7)
    days += span(first, last)
    days += [None] * (-len(days) % 7)
    return Month(
        first=first,
        weeks=[days[at : at + 7] for at in range(0, len(days), 7)],
        marks=found,
        notes=_notes(scene, found),
        previous=(first - timedelta(days=1)).replace(day=1) if first > today else None,
        next=after if _is_released(looking, scene, after, today) else None,
    )
