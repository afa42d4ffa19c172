"""Whole days on the shop's clock, in which taps are counted."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Stretch:
    """Some days in a row, both ends included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def ends_at(self) -> datetime:
        """When the day after it begins."""
        return datetime.combine(self.last + timedelta(days=1), time.min, self.zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def cut(self, step: int) -> list["Stretch"]:
        """In pieces of *step* days, the oldest first; the last one ends with it, the first one may be shorter."""
        ends = [self.last - timedelta(days=back) for back in range(0, self.days, step)]
        return [Stretch(max(self.first, end - timedelta(days=step - 1)), end, self.zone) for end in reversed(ends)]


def last_days(count: int, *, zone: ZoneInfo, now: datetime) -> Stretch:
    """The last *count* days, today included."""
    today = now.astimezone(zone).date()
    return Stretch(today - timedelta(days=count - 1), today, zone)
