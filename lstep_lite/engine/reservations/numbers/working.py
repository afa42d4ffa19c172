"""稼働率: the minutes for which providers are taken, of those they are at work.

Shifts without their breaks, within the opening hours; work without preparing, clearing away and processing time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import facts as facts_
from lstep_lite.engine.reservations.availability import masks, scenes
from lstep_lite.engine.reservations.availability.days import DAY_MINUTES, TICK_MINUTES, span
from lstep_lite.engine.reservations.availability.facts import Facts, Person
from lstep_lite.engine.reservations.availability.opening import Ranges
from lstep_lite.engine.reservations.numbers.scopes import WORKED, Scope, percent, seconds
from lstep_lite.models import Provider, Reservation, ReservationSegment

HOUR = 60
WORK = "work"


@dataclass(frozen=True)
class Load:
    """Minutes of work, and minutes at work."""

    worked: int = 0
    shift: int = 0

    @property
    def percent(self) -> float | None:
        return percent(self.worked, self.shift)


@dataclass(frozen=True)
class Working:
    days: Mapping[date, Load]
    hours: Mapping[tuple[int, int], Load]
    """By weekday (0 is Monday) and hour of the business day: 24 is the hour after midnight."""
    total: Load = field(default_factory=Load)


def of(session: Session, scope: Scope, *, now: datetime) -> Working:
    shift_days, shift_hours = _shifts(session, scope, now)
    worked_days, worked_hours = _worked(session, scope)
    days = {day: Load(worked_days[day], shift_days[day]) for day in span(scope.first, scope.last)}
    places = sorted({*worked_hours, *shift_hours})
    hours = {place: Load(worked_hours[place], shift_hours[place]) for place in places}
    return Working(days, hours, Load(sum(worked_days.values()), sum(shift_days.values())))


# At work -------------------------------------------------------------------------------------------------------------


def _shifts(session: Session, scope: Scope, now: datetime) -> tuple[Counter[date], Counter[tuple[int, int]]]:
    rota = facts_.rota(session, scope.first, scope.last, now=now)
    people = _people(session, scope)
    by_day: Counter[date] = Counter()
    by_hour: Counter[tuple[int, int]] = Counter()
    for day in span(scope.first, scope.last):
        today, tomorrow = rota.opening.ranges(day), rota.opening.ranges(day + timedelta(days=1))
        for person in people:
            for hour, minutes in _hours_of(rota, person, day, today, tomorrow):
                by_day[day] += minutes
                by_hour[day.weekday(), hour] += minutes
    return by_day, by_hour


def _people(session: Session, scope: Scope) -> list[Person]:
    """Those who have left too: they worked once."""
    row = Provider
    found = sa.select(row.id, row.pool_id, row.name, row.position, row.state, row.retires_on).order_by(row.id)
    if scope.provider_id is not None:
        found = found.where(row.id == scope.provider_id)
    return [
        Person(each.id, each.pool_id, each.name, each.position, each.state, retires_on=each.retires_on)
        for each in session.execute(found)
    ]


def _hours_of(rota: Facts, person: Person, day: date, today: Ranges, tomorrow: Ranges) -> tuple[tuple[int, int], ...]:
    hours = scenes.hours_of(rota, person, day)
    return _minutes(tuple(hours.ranges), tuple(hours.breaks), tuple(today), tuple(tomorrow))


@lru_cache(maxsize=4096)
def _minutes(ranges: Ranges, breaks: Ranges, today: Ranges, tomorrow: Ranges) -> tuple[tuple[int, int], ...]:
    """(hour, minutes) at work; the same on most days, so that it is worked out once."""
    is_open = _ticks(today) | (_ticks(tomorrow) << (DAY_MINUTES // TICK_MINUTES))
    at_work = _ticks(ranges) & ~_ticks(breaks) & is_open
    found = Counter(tick * TICK_MINUTES // HOUR for tick in masks.ticks(at_work))
    return tuple((hour, count * TICK_MINUTES) for hour, count in sorted(found.items()))


def _ticks(ranges: Ranges) -> int:
    return masks.union((start // TICK_MINUTES, end // TICK_MINUTES) for start, end in ranges)


# Work ----------------------------------------------------------------------------------------------------------------


def _worked(session: Session, scope: Scope) -> tuple[Counter[date], Counter[tuple[int, int]]]:
    row, segment = Reservation, ReservationSegment
    start = row.start_minute + (seconds(segment.starts_at) - seconds(row.starts_at)) // _MINUTE
    length = (seconds(segment.ends_at) - seconds(segment.starts_at)) // _MINUTE
    columns = (row.business_date.label("day"), start.label("start"), length.label("length"))
    each = _works(sa.select(*columns), scope).subquery()
    same = sa.select(each.c.day, each.c.start, each.c.length, sa.func.count())
    by_day: Counter[date] = Counter()
    by_hour: Counter[tuple[int, int]] = Counter()
    for day, begins, lasts, count in session.execute(same.group_by(each.c.day, each.c.start, each.c.length)):
        by_day[day] += int(lasts) * count
        for hour, minutes in _split(int(begins), int(begins) + int(lasts)):
            by_hour[day.weekday(), hour] += minutes * count
    return by_day, by_hour


_MINUTE = sa.literal(60, sa.Integer)


def _works(query: sa.Select[*tuple[Any, ...]], scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    row, segment = Reservation, ReservationSegment
    query = query.select_from(row).join(segment, segment.reservation_id == row.id)
    return query.where(scope.holds(), row.state.in_(WORKED), segment.kind == WORK, segment.provider_id.is_not(None))


def _split(start: int, end: int) -> Iterable[tuple[int, int]]:
    """(hour, minutes) of the span from minute to minute."""
    while start < end:
        until = min(end, (start // HOUR + 1) * HOUR)
        yield start // HOUR, until - start
        start = until
