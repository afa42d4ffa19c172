"""When providers work: the weekly pattern, and the shifts of single dates that replace it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import facts, opening, scenes
from lstep_lite.engine.reservations.availability.days import clock, day_in_words, span
from lstep_lite.engine.reservations.availability.facts import Facts, Hours
from lstep_lite.engine.reservations.availability.opening import HOLIDAY, WEEKDAY_KEYS, Ranges
from lstep_lite.engine.reservations.keeping import saving
from lstep_lite.engine.reservations.transitions.recording import By
from lstep_lite.errors import DomainError
from lstep_lite.models import Provider, ProviderPattern, Shift

KEYS = (*WEEKDAY_KEYS, HOLIDAY)


@dataclass(frozen=True)
class Week:
    """A weekly pattern, from one day on; None: since ever."""

    hours: Mapping[str, Hours]
    """By weekday and "holiday"; a weekday without ranges is off, a holiday that is not there is as its weekday."""
    valid_from: date | None = None


@dataclass(frozen=True)
class Day:
    """One provider's day, as the month shows it."""

    day: date
    hours: Hours
    is_own: bool
    """A shift of this date, instead of the pattern."""
    is_open: bool
    name: str = ""
    """Of a holiday."""


@dataclass(frozen=True)
class Month:
    first: date
    last: date
    days: Sequence[date]
    rows: Sequence[tuple[Provider, Sequence[Day]]]
    unmanned: Sequence[date]
    """Business days on which nobody works."""


# The weekly pattern --------------------------------------------------------------------------------------------------


def weeks(session: Session, provider: Provider) -> list[Week]:
    """The patterns of a provider, the latest first."""
    row = ProviderPattern
    found: dict[date | None, dict[str, Hours]] = {}
    for each in session.scalars(sa.select(row).where(row.provider_id == provider.id).order_by(row.id)):
        hours = Hours(opening.parse_ranges(each.ranges), opening.parse_ranges(each.breaks))
        found.setdefault(each.valid_from, {})[each.weekday] = hours
    return [Week(found[each], each) for each in sorted(found, key=lambda each: each or date.min, reverse=True)]


def put_week(session: Session, provider: Provider, week: Week, *, by: By, now: datetime, anyway: bool = False) -> None:
    """Over the pattern that began on the same day. Raises DomainError naming the field, and WouldNotFit."""
    for key, hours in week.hours.items():
        check(hours, opening.key_in_words(key), "hours")
    with saving.fitting(session, by=by, now=now, anyway=anyway):
        _forget_week(session, provider, week.valid_from)
        session.add_all(_pattern(provider, key, week) for key in KEYS if key in week.hours or key != HOLIDAY)


def _pattern(provider: Provider, key: str, week: Week) -> ProviderPattern:
    hours = week.hours.get(key, Hours())
    return ProviderPattern(
        provider_id=provider.id,
        weekday=key,
        ranges=[list(each) for each in hours.ranges],
        breaks=[list(each) for each in hours.breaks],
        valid_from=week.valid_from,
    )


def _forget_week(session: Session, provider: Provider, valid_from: date | None) -> None:
    row = ProviderPattern
    same = row.valid_from.is_not_distinct_from(valid_from)
    session.execute(sa.delete(row).where(row.provider_id == provider.id, same))


def remove_week(session: Session, provider: Provider, valid_from: date | None, *, by: By, now: datetime) -> None:
    with saving.fitting(session, by=by, now=now, anyway=True):
        _forget_week(session, provider, valid_from)


def check(hours: Hours, whose: str, field: str) -> None:
    """Raises DomainError naming *field*: ranges and breaks must hold together, breaks inside the ranges."""
    try:
        opening.check_ranges(hours.ranges)
        opening.check_ranges(hours.breaks)
    except DomainError as wrong:
        raise DomainError(f"{whose}：{wrong.message}", field) from wrong
    for start, end in hours.breaks:
        if not any(begins <= start and end <= ends for begins, ends in hours.ranges):
            raise DomainError(f"{whose}：休憩（{clock(start)}–{clock(end)}）が勤務時間の中にありません。", field)


# Single dates --------------------------------------------------------------------------------------------------------


def month(session: Session, first: date, *, now: datetime, provider_id: int | None = None) -> Month:
    """The month of *first*, for everybody or one; a fixed number of statements."""
    last = next_month(first) - timedelta(days=1)
    known = facts.rota(session, first, last, now=now)
    people = {each.id: each for each in known.people if provider_id in (None, each.id)}
    rows = session.scalars(sa.select(Provider).where(Provider.id.in_(people)).order_by(Provider.position, Provider.id))
    days = list(span(first, last))
    return Month(
        first,
        last,
        days,
        [(each, [_day(known, each.id, day) for day in days]) for each in rows],
        [day for day in days if known.opening.ranges(day) and not _works_anybody(known, day)],
    )


def _day(known: Facts, provider_id: int, day: date) -> Day:
    person = next(each for each in known.people if each.id == provider_id)
    calendar = known.opening.calendar
    return Day(
        day,
        scenes.hours_of(known, person, day),
        is_own=(provider_id, day) in known.shifts,
        is_open=bool(known.opening.ranges(day)),
        name=calendar.name(day) if calendar.is_holiday(day) else "",
    )


def _works_anybody(known: Facts, day: date) -> bool:
    return any(scenes.hours_of(known, each, day).ranges for each in known.people)


def month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def put(
    session: Session,
    wanted: Mapping[tuple[int, date], Hours | None],
    *,
    by: By,
    now: datetime,
    anyway: bool = False,
) -> None:
    """Shifts by provider and date; None: as the pattern says. Raises DomainError naming the field, and WouldNotFit."""
    for (_, day), hours in wanted.items():
        if hours is not None:
            check(hours, day_in_words(day), "days")
    with saving.fitting(session, by=by, now=now, anyway=anyway):
        _write(session, wanted, now)


def _write(session: Session, wanted: Mapping[tuple[int, date], Hours | None], now: datetime) -> None:
    row = Shift
    for provider_id in sorted({each for each, _ in wanted}):
        days = [day for each, day in wanted if each == provider_id]
        session.execute(sa.delete(row).where(row.provider_id == provider_id, row.day.in_(days)))
    rows = [
        {
            "provider_id": provider_id,
            "day": day,
            "ranges": [list(each) for each in hours.ranges],
            "breaks": [list(each) for each in hours.breaks],
            "updated_at": now,
        }
        for (provider_id, day), hours in wanted.items()
        if hours is not None
    ]
    if rows:
        session.execute(sa.insert(row), rows)
    session.expire_all()


def copy_month(session: Session, first: date, *, by: By, now: datetime, anyway: bool = False) -> int:
    """The shifts of the month before, by weekday: the second Tuesday as the second Tuesday. How many were made.

    Dates that have a shift already keep it; a fifth week follows the fourth.
    """
    old = _shifts(session, month_before(first), first - timedelta(days=1))
    there = _shifts(session, first, next_month(first) - timedelta(days=1))
    wanted: dict[tuple[int, date], Hours | None] = {}
    for provider_id in sorted({each for each, _ in old}):
        mine = {_place(day): hours for (each, day), hours in old.items() if each == provider_id}
        for day in span(first, next_month(first) - timedelta(days=1)):
            weekday, nth = _place(day)
            hours = mine.get((weekday, nth)) or (mine.get((weekday, 4)) if nth == 5 else None)
            if hours is not None and (provider_id, day) not in there:
                wanted[provider_id, day] = hours
    if not wanted:
        raise DomainError("前の月に、日ごとのシフトがありません。")
    put(session, wanted, by=by, now=now, anyway=anyway)
    return len(wanted)


def _place(day: date) -> tuple[int, int]:
    return day.weekday(), (day.day + 6) // 7


def _shifts(session: Session, first: date, last: date) -> dict[tuple[int, date], Hours]:
    rows = session.scalars(sa.select(Shift).where(Shift.day.between(first, last)))
    return {
        (row.provider_id, row.day): Hours(opening.parse_ranges(row.ranges), opening.parse_ranges(row.breaks))
        for row in rows
    }


def of_shop(session: Session, day_off: Iterable[int] = (), breaks: Ranges = ()) -> Week:
    """A pattern to begin with: the shop's hours, except on the weekdays *day_off*; *breaks* where they fit."""
    known = opening.load(session)
    off = {*day_off, *known.calendar.closed_weekdays}
    hours = {
        key: Hours(known.hours[key], _inside(breaks, known.hours[key]))
        for key in KEYS
        if known.hours.get(key) and (key == HOLIDAY or int(key) not in off)
    }
    return Week(hours)


def _inside(breaks: Ranges, ranges: Ranges) -> Ranges:
    return tuple(each for each in breaks if any(start <= each[0] and each[1] <= end for start, end in ranges))
