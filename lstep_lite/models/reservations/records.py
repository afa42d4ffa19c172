"""What the shop writes down of its customers: karte (カルテ), and books of tickets (回数券)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import Friend


class KarteEntry(Base):
    """What was seen and done on a day: about one customer, often about one visit."""

    __tablename__ = "karte_entries"
    __table_args__ = (
        Index("ix_karte_entries_friend_id", "friend_id", "day"),
        Index("ix_karte_entries_reservation_id", "reservation_id"),
    )

    id: Mapped[int] = primary_key()
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id", ondelete="SET NULL"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("providers.id", ondelete="SET NULL"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    day: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(default="")
    formula: Mapped[str] = mapped_column(default="")
    """What was mixed and used (薬剤)."""
    is_sensitive: Mapped[bool] = mapped_column(default=False)
    """About health: kept out of exports, and shown to those who may see it."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    friend: Mapped[Friend] = relationship()
    photos: Mapped[list["KartePhoto"]] = relationship(order_by="KartePhoto.position", passive_deletes=True)


class KarteVersion(Base):
    """How an entry stood before somebody changed it."""

    __tablename__ = "karte_versions"
    __table_args__ = (Index("ix_karte_versions_karte_entry_id", "karte_entry_id", "id"),)

    id: Mapped[int] = primary_key()
    karte_entry_id: Mapped[int] = mapped_column(ForeignKey("karte_entries.id", ondelete="CASCADE"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who had written it so."""
    text: Mapped[str]
    formula: Mapped[str]
    written_at: Mapped[datetime]


class PhotoPhase(StrEnum):
    BEFORE = "before"
    AFTER = "after"
    OTHER = "other"


class KartePhoto(Base):
    """Private: shown to staff alone. One without an entry is nobody's any more: its bytes go, then the row."""

    __tablename__ = "karte_photos"
    __table_args__ = (Index("ix_karte_photos_karte_entry_id", "karte_entry_id"),)

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    karte_entry_id: Mapped[int | None] = mapped_column(ForeignKey("karte_entries.id", ondelete="SET NULL"))
    phase: Mapped[PhotoPhase] = mapped_column(one_of(PhotoPhase, "phase"), default=PhotoPhase.OTHER)
    content_type: Mapped[str]
    path: Mapped[str]
    preview_path: Mapped[str]
    size_bytes: Mapped[int]
    position: Mapped[int]


class TicketBookKind(Base):
    """A book of tickets the shop sells."""

    __tablename__ = "ticket_book_kinds"

    id: Mapped[int] = primary_key()
    name: Mapped[str]
    total: Mapped[int]
    price: Mapped[int] = mapped_column(default=0)
    valid_days: Mapped[int | None]
    """For how many days after it was sold; null: for ever."""
    course_ids: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """What it is good for; null: anything."""
    is_sold: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int]
    created_at: Mapped[datetime]


class TicketBook(Base):
    """A book of tickets one customer bought: so many, until a day."""

    __tablename__ = "ticket_books"
    __table_args__ = (
        Index("ix_ticket_books_friend_id", "friend_id"),
        Index("ix_ticket_books_kind_id", "kind_id"),
        UniqueConstraint("friend_id", "token"),
    )

    id: Mapped[int] = primary_key()
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    kind_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_book_kinds.id", ondelete="SET NULL"))
    token: Mapped[str]
    """Of the form it was sold with, so that pressing twice sells once."""
    name: Mapped[str]
    course_ids: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """As of its kind when it was sold."""
    total: Mapped[int]
    left: Mapped[int]
    """Always equals its ledger."""
    price: Mapped[int] = mapped_column(default=0)
    expires_on: Mapped[date | None] = mapped_column(Date)
    """The last day it is good."""
    created_at: Mapped[datetime]


class TicketUse(Base):
    """One line of a book's ledger: what it began with, -1 for a visit, +1 for one given back."""

    __tablename__ = "ticket_uses"
    __table_args__ = (
        Index("ix_ticket_uses_book_id", "book_id"),
        Index("ix_ticket_uses_reservation_id", "reservation_id"),
    )

    id: Mapped[int] = primary_key()
    book_id: Mapped[int] = mapped_column(ForeignKey("ticket_books.id", ondelete="CASCADE"))
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id", ondelete="SET NULL"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    delta: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
