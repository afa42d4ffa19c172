"""Opening hours and quiet hours. Pure; times of the clock are "HH:MM" in the shop's zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Hours:
    """When somebody is there. No weekdays (0 = Monday) means every day, no times all day; a range over midnight belongs
    to the day on which it begins."""

    weekdays: tuple[int, ...] = ()
    starts_at: str | None = None
    ends_at: str | None = None


ALWAYS = Hours()


@dataclass(frozen=True)
class Quiet:
    """When nobody wants to be disturbed, day by day."""

    starts_at: str
    ends_at: str


def after_open_minutes(start: datetime, minutes: int, hours: Hours, zone: ZoneInfo) -> datetime:
    """The moment at which *minutes* of opening time have passed since *start*."""
    left = timedelta(minutes=minutes)
    end = start
    for opens, closes in _open_spans(start, hours, zone):
        begin = max(opens, start)
        end = begin + left
        if end <= closes:
            break
        left -= max(closes - begin, timedelta())
    return end


def _open_spans(start: datetime, hours: Hours, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The times somebody is there, from the day before *start* on, without end."""
    day = start.astimezone(zone).date() - timedelta(days=1)
    while True:
        if not hours.weekdays or day.weekday() in hours.weekdays:
            yield _span(day, hours, zone)
        day += timedelta(days=1)


def _span(day: date, hours: Hours, zone: ZoneInfo) -> tuple[datetime, datetime]:
    next_day = day + timedelta(days=1)
    if hours.starts_at is None or hours.ends_at is None:
        return _moment(day, "00:00", zone), _moment(next_day, "00:00", zone)
    closes_on = day if hours.starts_at < hours.ends_at else next_day
    return _moment(day, hours.starts_at, zone), _moment(closes_on, hours.ends_at, zone)


def after_quiet(moment: datetime, quiet: Quiet | None, zone: ZoneInfo) -> datetime:
    """*moment*, or the end of the quiet hours it falls into."""
    if quiet is None:
        return moment
    local = moment.astimezone(zone)
    clock_time = local.strftime("%H:%M")
    if quiet.starts_at < quiet.ends_at:
        is_quiet = quiet.starts_at <= clock_time < quiet.ends_at
    else:
        is_quiet = clock_time >= quiet.starts_at or clock_time < quiet.ends_at
    if not is_quiet:
        return moment
    day = local.date() if clock_time < quiet.ends_at else local.date() + timedelta(days=1)
    return _moment(day, quiet.ends_at, zone)


def _moment(day: date, clock_time: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock_time), zone).astimezone(UTC)
