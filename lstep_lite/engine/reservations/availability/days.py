"""Business dates, minutes, moments and ticks.

A booking belongs to a business date and a minute of it, which run past 24:00 up to 36:00: 25:30 on Friday is half past
one on Saturday. Minutes are those of the shop's wall clock; a tick is five minutes of real time since 1970.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from lstep_lite.engine.text import WEEKDAYS

TICK_MINUTES = 5
TICK_SECONDS = TICK_MINUTES * 60
DAY_MINUTES = 1440
LAST_MINUTE = 2160
"""The end of the longest business day, 36:00."""


def instant(day: date, minute: int, zone: tzinfo) -> datetime:
    """The moment of *minute* on the business date *day*. One that a change of the clocks leaves out is an hour on."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def exists(day: date, minute: int, zone: tzinfo) -> bool:
    """Whether the shop's clock ever shows it: not in the hour left out in spring."""
    return minute_on(day, instant(day, minute, zone), zone) == minute


def minute_on(day: date, moment: datetime, zone: tzinfo) -> int:
    """What the shop's clock says at *moment*, as a minute of the business date *day*; below 0 before it."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    return int((local - datetime.combine(day, time())).total_seconds()) // 60


def tick(moment: datetime) -> int:
    return int(moment.timestamp()) // TICK_SECONDS


def tick_after(moment: datetime) -> int:
    """The first tick that does not begin before *moment*."""
    found = tick(moment)
    return found if moment_of(found) == moment else found + 1


def moment_of(tick: int) -> datetime:
    return datetime.fromtimestamp(tick * TICK_SECONDS, UTC)


def is_aligned(moment: datetime) -> bool:
    return moment.microsecond == 0 and int(moment.timestamp()) % TICK_SECONDS == 0


def span(first: date, last: date) -> Iterator[date]:
    """Every day from *first* to *last*, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def clock(minute: int) -> str:
    """「10:00」, and past midnight 「24:30」."""
    return f"{minute // 60}:{minute % 60:02d}"


def full_clock(minute: int) -> str:
    """「10:00」, and past midnight 「24:30(翌0:30)」."""
    return clock(minute) if minute < DAY_MINUTES else f"{clock(minute)}(翌{clock(minute - DAY_MINUTES)})"


def day_in_words(day: date) -> str:
    """「3月5日(金)」"""
    return f"{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"


def parse_day(text: str) -> date | None:
    """A date as browsers write it, within what calendars know; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if is_near(found) else None


def is_near(day: date) -> bool:
    """Whether it is within what calendars know; others can't be turned into moments."""
    return 2000 < day.year < 2200


def in_words(day: date, minute: int) -> str:
    """「3月5日(金) 24:30(翌0:30)」"""
    return f"{day_in_words(day)} {full_clock(minute)}"
