"""What the shop writes down of its customers: karte (カルテ), and books of tickets (回数券)."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, primary_key


class KarteEntry(Base):
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

    photos: Mapped[list["KartePhoto"]] = relationship(order_by="KartePhoto.position")


class KartePhoto(Base):
    """Private: shown to staff alone."""

    __tablename__ = "karte_photos"
    __table_args__ = (Index("ix_karte_photos_karte_entry_id", "karte_entry_id"),)

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    karte_entry_id: Mapped[int] = mapped_column(ForeignKey("karte_entries.id", ondelete="CASCADE"))
    path: Mapped[str]
    preview_path: Mapped[str]
    size_bytes: Mapped[int]
    position: Mapped[int]


class TicketBook(Base):
    """A book of tickets one customer bought: so many, until a day."""

    __tablename__ = "ticket_books"
    __table_args__ = (Index("ix_ticket_books_friend_id", "friend_id"),)

    id: Mapped[int] = primary_key()
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    name: Mapped[str]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id", ondelete="SET NULL"))
    """What it is good for; null: anything."""
    total: Mapped[int]
    left: Mapped[int]
    """Always equals its ledger."""
    price: Mapped[int] = mapped_column(default=0)
    expires_on: Mapped[date | None] = mapped_column(Date)
    """The last day it is good."""
    created_at: Mapped[datetime]


class TicketUse(Base):
    """One line of a book's ledger: -1 for a visit, +1 for one given back."""

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
