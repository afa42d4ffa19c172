"""Waiting lists (キャンセル待ち): who wishes for what, and what was offered to whom until when."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import Friend


class WaitState(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    LAPSED = "lapsed"
    """The days wished for are over, or an offer was not answered."""
    WITHDRAWN = "withdrawn"


class WaitEntry(Base):
    """A wish for an event's slot, or for courses on some days."""

    __tablename__ = "wait_entries"
    __table_args__ = (
        Index("ix_wait_entries_state_created_at", "state", "created_at", "id"),
        Index("ix_wait_entries_friend_id", "friend_id"),
        Index("ix_wait_entries_slot_id", "slot_id", "state"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("booking_pages.id", ondelete="SET NULL"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("event_slots.id", ondelete="CASCADE"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("event_tickets.id", ondelete="SET NULL"))
    wish: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """{"course_ids", "option_ids", "provider_id" | None, "weekdays", "from_minute", "to_minute"}."""
    first_day: Mapped[date | None] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date)
    party: Mapped[int] = mapped_column(default=1)
    state: Mapped[WaitState] = mapped_column(one_of(WaitState, "state"), default=WaitState.WAITING)
    told_at: Mapped[datetime | None]
    """When they were last told of a free place that all who wait were told of."""
    created_at: Mapped[datetime]

    friend: Mapped[Friend] = relationship()


class OfferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


class WaitOffer(Base):
    """A place kept for one who waits: a held reservation."""

    __tablename__ = "wait_offers"
    __table_args__ = (
        Index("ix_wait_offers_wait_entry_id", "wait_entry_id"),
        Index("ix_wait_offers_reservation_id", "reservation_id"),
    )

    id: Mapped[int] = primary_key()
    wait_entry_id: Mapped[int] = mapped_column(ForeignKey("wait_entries.id", ondelete="CASCADE"))
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id", ondelete="CASCADE"))
    state: Mapped[OfferState] = mapped_column(one_of(OfferState, "state"), default=OfferState.OPEN)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Vacancy(Base):
    """That places became free: somebody who waits may fit. The worker looks, and takes the row away."""

    __tablename__ = "vacancies"
    __table_args__ = (Index("ix_vacancies_due_at", "due_at"), Index("ix_vacancies_day", "business_date", "slot_id"))

    id: Mapped[int] = primary_key()
    business_date: Mapped[date] = mapped_column(Date)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("event_slots.id", ondelete="CASCADE"))
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="", server_default=text("''"))
