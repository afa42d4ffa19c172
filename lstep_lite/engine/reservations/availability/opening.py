"""When the shop is open: the hours of each business date.

Special hours win over everything, then days set by hand, public holidays, weekly and monthly rests, and at last the
hours of the weekday. Which days are business days is engine/business_days' to say; this module knows their hours.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import business_days
from lstep_lite.engine.business_days import Calendar
from lstep_lite.engine.reservations.availability.days import (
    DAY_MINUTES,
    LAST_MINUTE,
    TICK_MINUTES,
    clock,
    day_in_words,
    minute_on,
)
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.errors import DomainError
from lstep_lite.models import ReservationSettings, SpecialHours

Ranges = tuple[tuple[int, int], ...]
"""(from minute, to minute), half-open, in order."""
HOLIDAY = "holiday"
WEEKDAY_KEYS = tuple(str(number) for number in range(7))


@dataclass(frozen=True)
class Opening:
    calendar: Calendar = field(default_factory=Calendar)
    hours: Mapping[str, Ranges] = field(default_factory=dict)
    """By weekday "0" (Monday) … "6", and "holiday"; a weekday that is not there has none."""
    special: Mapping[date, Ranges] = field(default_factory=dict)
    notes: Mapping[date, str] = field(default_factory=dict)
    """What customers are told of special days."""

    def ranges(self, day: date) -> Ranges:
        """The hours of *day*; none when the shop is shut."""
        if day in self.special:
            return self.special[day]
        return of_day(self.hours, self.calendar, day) if self.calendar.is_business_day(day) else ()

    def business_date(self, moment: datetime, zone: tzinfo) -> date:
        """Whose business day it is at *moment*: yesterday's while the shop is still open from then."""
        today = moment.astimezone(zone).date()
        yesterday = today - timedelta(days=1)
        minute = minute_on(yesterday, moment, zone)
        return yesterday if any(start <= minute < end for start, end in self.ranges(yesterday)) else today


def of_day(hours: Mapping[str, Ranges], calendar: Calendar, day: date) -> Ranges:
    """What *hours* say of *day*, whether or not it is a business day."""
    weekday = hours.get(str(day.weekday()), ())
    return hours.get(HOLIDAY, weekday) if calendar.has_holiday_hours(day) else weekday


def load(session: Session) -> Opening:
    settings = session.get(ReservationSettings, 1)
    rows = session.execute(sa.select(SpecialHours.day, SpecialHours.ranges, SpecialHours.note)).all()
    special = {row.day: parse_ranges(row.ranges) for row in rows}
    calendar = business_days.composed(session, {day: bool(ranges) for day, ranges in special.items()}, settings)
    notes = {row.day: row.note for row in rows if row.note}
    return Opening(calendar, parse_hours(settings.hours if settings else {}), special, notes)


def parse_hours(stored: Mapping[str, Any]) -> dict[str, Ranges]:
    return {key: parse_ranges(ranges) for key, ranges in stored.items()}


def parse_ranges(stored: Sequence[Sequence[int]]) -> Ranges:
    return tuple((start, end) for start, end in stored)


# Checking what is typed ----------------------------------------------------------------------------------------------


def check_ranges(ranges: Ranges, field: str | None = None) -> None:
    """Raises DomainError for hours that run backwards, overlap, end after 36:00 or are no multiples of five minutes."""
    before = 0
    for start, end in ranges:
        if start % TICK_MINUTES or end % TICK_MINUTES:
            raise DomainError("時刻は5分単位で入力してください。", field)
        if not 0 <= start < end <= LAST_MINUTE:
            raise DomainError("終わりの時刻は、始まりより後で36:00までの時刻を入力してください。", field)
        if start < before:
            raise DomainError(f"{clock(start)}からの時間帯が、前の時間帯と重なっています。", field)
        before = end


def check_week(hours: Mapping[str, Ranges], field: str | None = None) -> None:
    """Raises DomainError for a day that runs into the opening of the next, whichever of them is a holiday."""
    for ranges in hours.values():
        check_ranges(ranges, field)
    for number, key in enumerate(WEEKDAY_KEYS):
        following = WEEKDAY_KEYS[(number + 1) % 7]
        for first, second in ((key, following), (key, HOLIDAY), (HOLIDAY, key), (HOLIDAY, HOLIDAY)):
            _check_night(hours.get(first, ()), hours.get(second, ()), key_in_words(first), field)


def check_around(opening: Opening, changed: Collection[date], field: str | None = None) -> None:
    """Raises DomainError where one of *changed*, or the day before, runs into the opening of the next day."""
    for day in sorted({each for one in changed for each in (one - timedelta(days=1), one)}):
        _check_night(opening.ranges(day), opening.ranges(day + timedelta(days=1)), day_in_words(day), field)


def _check_night(evening: Ranges, morning: Ranges, whose: str, field: str | None) -> None:
    if not evening or not morning:
        return
    closes, opens = evening[-1][1], morning[0][0] + DAY_MINUTES
    if closes > opens:
        words = f"{whose}の営業({clock(closes)}まで)が、翌日の営業({clock(morning[0][0])}から)と重なっています。"
        raise DomainError(f"{words}どちらかの時刻を直してください。", field)


def key_in_words(key: str) -> str:
    return "祝日" if key == HOLIDAY else f"{WEEKDAYS[int(key)]}曜日"
