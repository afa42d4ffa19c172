"""Action schedules: a saved action run for a segment at set times."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key


class Pattern(StrEnum):
    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    DATE_FIELD = "date_field"
    """N days before or after what a date field holds: each friend on a day of their own."""


class Schedule(Base):
    """Its action set hangs at the place schedules.due."""

    __tablename__ = "schedules"
    __table_args__ = (Index("ix_schedules_due_at", "due_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    position: Mapped[int]
    is_on: Mapped[bool] = mapped_column(default=False)
    pattern: Mapped[Pattern] = mapped_column(one_of(Pattern, "pattern"))
    params: Mapped[dict[str, Any]]
    """What the pattern needs: weekdays, day of the month, nth weekday, date field and offset."""
    at_time: Mapped[str]
    """Clock time "HH:MM" in the shop's zone."""
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    tree: Mapped[dict[str, Any]]
    """The segment, evaluated at each run."""
    due_at: Mapped[datetime | None]
    """The next run; null when switched off or over."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RunState(StrEnum):
    STARTED = "started"
    """See its batch."""
    MISSED = "missed"
    """Its time had passed too long ago, as after an outage."""


class ScheduleRun(Base):
    __tablename__ = "schedule_runs"
    __table_args__ = (UniqueConstraint("schedule_id", "due_at"),)

    id: Mapped[int] = primary_key()
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"))
    due_at: Mapped[datetime]
    state: Mapped[RunState] = mapped_column(one_of(RunState, "state"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id", ondelete="SET NULL"))
