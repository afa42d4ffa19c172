"""One thing that will go out on one day, and the span of a month."""

from calendar import monthrange
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Item:
    """What one setting sends on one day."""

    day: date
    feature: str
    """broadcasts, scenarios, reminders, schedules or deliveries."""
    label: str
    row_id: int | None
    """The setting's own row, for a link."""
    count: int
    """Counted messages."""
    is_most: bool
    """Whether it is the most that can come of it: conditions may keep some friends out."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"day": self.day.isoformat()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Item":
        return cls(**stored | {"day": date.fromisoformat(stored["day"])})


@dataclass(frozen=True)
class Span:
    """A month on the shop's clock, as far as it still lies ahead."""

    first: date
    zone: ZoneInfo
    now: datetime

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @cached_property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(monthrange(*self._month)[1])]

    @property
    def _month(self) -> tuple[int, int]:
        return self.first.year, self.first.month

    @cached_property
    def since(self) -> datetime:
        return max(self.now, self._midnight(self.first))

    @cached_property
    def until(self) -> datetime:
        return self._midnight(self.days[-1] + timedelta(days=1))

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment < self.until

    def noon(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 12, tzinfo=self.zone)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone)


def hour_of(session: Session, moment: Any) -> sa.ColumnElement[str]:
    """The hour of a stored moment in UTC, "2026-03-05T01": what many rows can be grouped by on both databases."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.func.strftime("%Y-%m-%dT%H", moment)
    return sa.func.to_char(sa.func.timezone("UTC", moment), 'YYYY-MM-DD"T"HH24')


def from_hour(hour: str) -> datetime:
    """The beginning of that hour."""
    return datetime.fromisoformat(f"{hour}:00:00+00:00")
