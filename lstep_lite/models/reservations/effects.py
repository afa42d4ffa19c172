"""What bookings set off: the texts customers get, reminders that run by bookings, messages that wait a moment."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.reminders import Reminder


class BookingText(Base):
    """What a message about bookings says where the shop has changed it (engine/reservations/effects/catalogue.py)."""

    __tablename__ = "booking_texts"

    kind: Mapped[str] = mapped_column(primary_key=True)
    is_on: Mapped[bool]
    title: Mapped[str]
    """Stands in the notification as well, so it never names a course."""
    text: Mapped[str]
    updated_at: Mapped[datetime]


class RuleGoal(StrEnum):
    """What the steps of a reminder that runs by bookings are counted from."""

    START = "start"
    END = "end"
    """Of a visit that is completed."""
    NEXT_VISIT = "next_visit"
    """The day on which the next visit is due, by the cycle of what was done last."""


class BookingRule(Base):
    """A reminder whose goals come from bookings."""

    __tablename__ = "booking_rules"

    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminders.id", ondelete="CASCADE"), primary_key=True)
    goal: Mapped[RuleGoal] = mapped_column(one_of(RuleGoal, "goal"))
    course_ids: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """Only bookings with one of these courses, and with `event_ids` of these events; both null: all bookings."""
    event_ids: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    unless_booked: Mapped[bool] = mapped_column(default=False)
    """Whether it is left out for who has a booking ahead."""
    synced_to_id: Mapped[int | None]
    """The last booking that was looked at since the rule was changed; null when all were."""

    reminder: Mapped[Reminder] = relationship()


class BookingWord(Base):
    """A message about a booking that waits for the customer's word in the talk, which makes it free."""

    __tablename__ = "booking_words"
    __table_args__ = (Index("ix_booking_words_due_at", "due_at"), Index("ix_booking_words_made_at", "made_at"))

    id: Mapped[int] = primary_key()
    reservation_entry_id: Mapped[int] = mapped_column(
        ForeignKey("reservation_entries.id", ondelete="CASCADE"), unique=True
    )
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    word: Mapped[str]
    """What the page says in the customer's name."""
    due_at: Mapped[datetime | None]
    """When it is pushed without; null once it is put into the outbox."""
    made_at: Mapped[datetime]
