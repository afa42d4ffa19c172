"""Which days the shop works. Pure: what the shop has set, and the holidays of the law, answer for any day.

A day that the shop set by hand is what it says there. Any other day is a business day unless it is in the weekly rest,
or a public holiday on which the shop does not work.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import jpholiday

from lstep_lite.models import DayKind

LONGEST_REST = 366
"""Days after which a next business day is no longer looked for."""


@dataclass(frozen=True)
class Calendar:
    closed_weekdays: Collection[int] = frozenset()
    """Monday = 0 … Sunday = 6."""
    works_on_holidays: bool = False
    special: Mapping[date, tuple[DayKind, str]] = field(default_factory=dict)
    """What the shop set by hand: the kind of each such day, and its name, which may be empty."""

    def is_holiday(self, day: date) -> bool:
        """Whether it is a public holiday, by law or by hand."""
        kind = self._kind(day)
        return kind is DayKind.HOLIDAY or (kind is not DayKind.OPEN and law_name(day) is not None)

    def is_business_day(self, day: date) -> bool:
        match self._kind(day):
            case DayKind.OPEN:
                return True
            case DayKind.CLOSED:
                return False
        is_off = self.is_holiday(day) and not self.works_on_holidays
        return day.weekday() not in self.closed_weekdays and not is_off

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
