"""Reminders (リマインダ配信): steps counted from a goal of each friend, such as the day of a visit."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import to_entry


class ReminderMode(StrEnum):
    """How the times of steps are told; chosen once, when the reminder is made."""

    CLOCK = "clock"
    """N days before or after the day of the goal, at HH:MM."""
    REMAINING = "remaining"
    """N minutes before or after the goal."""


class Reminder(Base):
    __tablename__ = "reminders"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    """For staff; customers never see it."""
    position: Mapped[int]
    mode: Mapped[ReminderMode] = mapped_column(one_of(ReminderMode, "mode"))
    is_on: Mapped[bool] = mapped_column(default=False)
    """Switched off, nothing goes out; what falls due meanwhile is skipped."""
    window: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """When its steps may go out (engine/sequences/moments.py, Window); null means at any time."""
    is_quiet: Mapped[bool] = mapped_column(default=True)
    """Whether it keeps the shop's quiet hours."""
    follows_field: Mapped[bool] = mapped_column(default=True)
    """Whether a goal taken from a date field moves when the field is changed, and ends when it is cleared."""
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change of its steps; countdowns of an older one are reckoned anew in the background."""
    reckoned_to_id: Mapped[int | None]
    """The last countdown that was reckoned anew after such a change; null when none is left to do."""
    is_ending: Mapped[bool] = mapped_column(default=False)
    """Deleted by staff: its countdowns are being stopped, then the row goes."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    steps: Mapped[list["ReminderStep"]] = relationship(order_by="ReminderStep.position, ReminderStep.id")


class ReminderStep(Base):
    """Its action set hangs at reminders.step."""

    __tablename__ = "reminder_steps"
    __table_args__ = (Index("ix_reminder_steps_reminder_id", "reminder_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminders.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Order among steps with the same time."""
    name: Mapped[str]
    """For staff; may be empty."""
    days: Mapped[int] = mapped_column(default=0)
    """Clock time: days from the day of the goal; negative is before it."""
    at_time: Mapped[str | None]
    """Clock time: "HH:MM" in the shop's zone."""
    minutes: Mapped[int] = mapped_column(default=0)
    """Remaining time: minutes from the goal; negative is before it."""
    timed_at: Mapped[datetime]
    """Since when it has this time; goals for which that time had passed by then don't get it any more."""
    tree: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Who gets it; others skip it."""
    blocks: Mapped[list[Any]]
    """Up to five messages; a block may carry "if", the tree of those who get that message."""


class CountdownState(StrEnum):
    ACTIVE = "active"
    FINISHED = "finished"
    STOPPED = "stopped"


class Countdown(Base):
    """One goal of one friend."""

    __tablename__ = "countdowns"
    __table_args__ = (
        Index(
            "ix_countdowns_due",
            "due_at",
            "id",
            postgresql_where=text("state = 'active'"),
            sqlite_where=text("state = 'active'"),
        ),
        Index("ix_countdowns_reminder_id", "reminder_id", "state", "id"),
        Index("ix_countdowns_goal_at", "reminder_id", "state", "goal_at"),
        Index("ix_countdowns_friend_id", "friend_id", "id"),
        UniqueConstraint("reminder_id", "friend_id", "origin"),
    )

    id: Mapped[int] = primary_key()
    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminders.id", ondelete="CASCADE"))
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    origin: Mapped[str]
    """Where the goal comes from, so that it can move: "field:12", "reservation:5", or the moment itself for one that
    was set once."""
    follows: Mapped[bool] = mapped_column(default=False)
    """Whether it goes along with the field its goal comes from: it does until somebody stops it."""
    is_yearly: Mapped[bool] = mapped_column(default=False)
    """Whether it begins again with the next anniversary of its day."""
    state: Mapped[CountdownState] = mapped_column(one_of(CountdownState, "state"))
    goal_at: Mapped[datetime]
    started_at: Mapped[datetime]
    """Since when this goal holds; steps whose time had passed by then are skipped."""
    version: Mapped[int]
    """The reminder's version that `due_at` was reckoned for."""
    due_at: Mapped[datetime | None]
    """When to look again; the position is reckoned anew then."""
    cause_id: Mapped[int | None] = mapped_column(to_entry())
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]

    reminder: Mapped[Reminder] = relationship()


class ReminderPassageState(StrEnum):
    SENT = "sent"
    SKIPPED = "skipped"
    MISSED = "missed"


class ReminderPassage(Base):
    """What became of a step for one goal. A goal that moved is another one, for which steps may come again."""

    __tablename__ = "reminder_passages"
    __table_args__ = (
        UniqueConstraint("countdown_id", "step_id", "goal_at"),
        Index("ix_reminder_passages_reminder_id", "reminder_id", "step_id", "state"),
        Index("ix_reminder_passages_friend_id", "friend_id", "id"),
        Index(
            "ix_reminder_passages_missed",
            "id",
            postgresql_where=text("state = 'missed'"),
            sqlite_where=text("state = 'missed'"),
        ),
    )

    id: Mapped[int] = primary_key()
    countdown_id: Mapped[int] = mapped_column(ForeignKey("countdowns.id", ondelete="CASCADE"))
    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminders.id", ondelete="CASCADE"))
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    step_id: Mapped[int]
    """Without foreign key: what a deleted step sent stays known."""
    goal_at: Mapped[datetime]
    state: Mapped[ReminderPassageState] = mapped_column(one_of(ReminderPassageState, "state"))
    reason: Mapped[str | None]
    planned_at: Mapped[datetime]
    at: Mapped[datetime]
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"))
