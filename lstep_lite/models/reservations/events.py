"""Events (イベント予約): slots with places, and the tickets they are sold as."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.reservations.people import Pool


class FriendLimit(StrEnum):
    """How often one friend may book."""

    NONE = "none"
    EVENT_ONCE = "event_once"
    SLOT_ONCE = "slot_once"
    SLOT_COUNT = "slot_count"


class SeatsShown(StrEnum):
    NUMBER = "number"
    MARK = "mark"
    HIDDEN = "hidden"


class Event(Base):
    """Its action sets hang at reservations.<transition> beside those of the shop."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_folder_id", "folder_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    """For staff; customers never see it."""
    name_key: Mapped[str]
    position: Mapped[int]
    title: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    place: Mapped[str] = mapped_column(default="")
    place_url: Mapped[str] = mapped_column(default="")
    color: Mapped[str]
    is_open: Mapped[bool] = mapped_column(default=False)
    limit: Mapped[FriendLimit] = mapped_column(one_of(FriendLimit, "limit"), default=FriendLimit.NONE)
    most_party: Mapped[int] = mapped_column(default=1)
    seats_shown: Mapped[SeatsShown] = mapped_column(one_of(SeatsShown, "seats_shown"), default=SeatsShown.NUMBER)
    hides_full: Mapped[bool] = mapped_column(default=False)
    takes_waiting: Mapped[bool] = mapped_column(default=True)
    notifies_all: Mapped[bool] = mapped_column(default=False)
    """Whether a place that became free is told to all who wait, instead of kept for the first of them."""
    document: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What is asked (engine/surveys/documents.py, one page)."""
    policy: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What differs from the shop's."""
    thanks_text: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    slots: Mapped[list["EventSlot"]] = relationship(order_by="EventSlot.starts_at, EventSlot.id")


class EventSlot(Base):
    """Its places are a pool, taken at tick 0."""

    __tablename__ = "event_slots"
    __table_args__ = (
        Index("ix_event_slots_event_id", "event_id", "starts_at"),
        Index("ix_event_slots_business_date", "business_date"),
        Index(
            "ix_event_slots_due_at",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
            sqlite_where=text("due_at IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="RESTRICT"))
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id", ondelete="RESTRICT"), unique=True)
    business_date: Mapped[date] = mapped_column(Date)
    start_minute: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(default="")
    """Instead of the event's."""
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    """Until when one can book; null: until it begins."""
    limit_count: Mapped[int | None]
    """FriendLimit.SLOT_COUNT: how often one friend may book this one; null: any number."""
    cancelled_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    """When staff said that it is over: the visits of those who were checked in are completed."""
    version: Mapped[int] = mapped_column(default=1)
    """Raised when it is moved, cancelled or finished."""
    due_at: Mapped[datetime | None]
    """Set while bookings still have to follow that; the next columns are about it."""
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    tells: Mapped[bool] = mapped_column(default=True)
    """Whether customers are told."""
    reason: Mapped[str] = mapped_column(default="")
    """Of a cancellation; customers see it."""

    pool: Mapped[Pool] = relationship()
    tickets: Mapped[list["EventTicket"]] = relationship(order_by="EventTicket.position")


class EventTicket(Base):
    """A plan (プラン) of a slot: its price, how many places it uses, and how many there are of it."""

    __tablename__ = "event_tickets"
    __table_args__ = (Index("ix_event_tickets_slot_id", "slot_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("event_slots.id", ondelete="RESTRICT"))
    name: Mapped[str]
    price: Mapped[int] = mapped_column(default=0)
    seats: Mapped[int] = mapped_column(default=1)
    cap: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    position: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)
