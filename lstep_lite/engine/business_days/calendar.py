"""Which days the shop works. Pure: what the shop has set, and the holidays of the law, answer for any day.

A day that the shop set by hand is what it says there: its own hours first, then its kind. Any other day is a business
day unless it is in a weekly or monthly rest, or a public holiday on which the shop does not work.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import jpholiday

from lstep_lite.models import DayKind, HolidayPolicy

LONGEST_REST = 366
"""Days after which a next business day is no longer looked for."""


@dataclass(frozen=True)
class Calendar:
    closed_weekdays: Collection[int] = frozenset()
    """Monday = 0 … Sunday = 6."""
    works_on_holidays: bool = False
    holiday_policy: HolidayPolicy = HolidayPolicy.AS_WEEKDAY
    """How it works on holidays, if it does."""
    monthly_rests: Collection[tuple[int, int]] = frozenset()
    """(weekday, n): the n-th of the month; -1 for the last."""
    own_hours: Mapping[date, bool] = field(default_factory=dict)
    """Days with hours of their own: whether the shop is open at all."""
    special: Mapping[date, tuple[DayKind, str]] = field(default_factory=dict)
    """What the shop set by hand: the kind of each such day, and its name, which may be empty."""

    def is_holiday(self, day: date) -> bool:
        """Whether it is a public holiday, by law or by hand."""
        kind = self._kind(day)
        return kind is DayKind.HOLIDAY or (kind is not DayKind.OPEN and law_name(day) is not None)

    def is_business_day(self, day: date) -> bool:
        if day in self.own_hours:
            return self.own_hours[day]
        match self._kind(day):
            case DayKind.OPEN:
                return True
            case DayKind.CLOSED:
                return False
        if self.is_holiday(day) and (not self.works_on_holidays or self.has_holiday_hours(day)):
            return self.works_on_holidays
        return not self.is_rest(day) and not self._is_substitute_rest(day)

    def has_holiday_hours(self, day: date) -> bool:
        """Whether it is a holiday on which the shop works as on holidays, even in its rest."""
        opens = self.holiday_policy in (HolidayPolicy.OPEN, HolidayPolicy.OPEN_THEN_SHIFT)
        return self.works_on_holidays and opens and self.is_holiday(day)

    def is_rest(self, day: date) -> bool:
        """Whether the weekly or a monthly rest is on that day."""
        if day.weekday() in self.closed_weekdays:
            return True
        is_last = (day + timedelta(days=7)).month != day.month
        numbers = ((day.day + 6) // 7, -1 if is_last else 0)
        return any((day.weekday(), number) in self.monthly_rests for number in numbers)

    def _is_substitute_rest(self, day: date) -> bool:
        """Whether a rest that fell on a holiday is taken on *day*: the first one after it that is neither."""
        if not self.works_on_holidays or self.holiday_policy is not HolidayPolicy.OPEN_THEN_SHIFT:
            return False
        if self.is_holiday(day):
            return False
        for number in range(1, LONGEST_REST + 1):
            before = day - timedelta(days=number)
            is_rest, is_holiday = self.is_rest(before), self.is_holiday(before)
            if is_rest and is_holiday:
                return True
            if not is_rest and not is_holiday:
                return False
        return False

    def next_business_day(self, day: date) -> date | None:
        """The first one after *day*; None when there is none for a year."""
        following = (day + timedelta(days=number) for number in range(1, LONGEST_REST + 1))
        return next((each for each in following if self.is_business_day(each)), None)

    def name(self, day: date) -> str:
        """What the day is called: 「元日」, or what the shop calls it; empty for an ordinary day."""
        _, name = self.special.get(day, (None, ""))
        return name or law_name(day) or ""

    def _kind(self, day: date) -> DayKind | None:
        kind, _ = self.special.get(day, (None, ""))
        return kind


@lru_cache(maxsize=20_000)
def law_name(day: date) -> str | None:
    """The name of a public holiday of Japan; None for any other day."""
    return jpholiday.is_holiday_name(day)
