"""Calendars outside: Google's, which get our bookings and say when somebody is busy, and feeds to subscribe to."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.reservations.bookings import Reservation
from lstep_lite.models.reservations.people import Provider


class GoogleClient(Base):
    """How Google knows this installation; there is at most one."""

    __tablename__ = "google_clients"

    id: Mapped[int] = primary_key()
    client_id: Mapped[str]
    client_secret: Mapped[str]
    """Sealed."""
    updated_at: Mapped[datetime]


class LinkState(StrEnum):
    CHOOSING = "choosing"
    """Google agreed; which calendar it is has still to be said."""
    ACTIVE = "active"
    LOST = "lost"
    """Google does not take our word any more: somebody has to connect it anew."""


class CalendarLink(Base):
    """A Google calendar of a provider, or of the shop."""

    __tablename__ = "calendar_links"
    __table_args__ = (
        CheckConstraint("subject <> ''", name="subject"),
        Index("ix_calendar_links_provider_id", "provider_id"),
        Index("ix_calendar_links_due_at", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key()
    subject: Mapped[str] = mapped_column(unique=True)
    """`shop`, or `provider-3`: each has one calendar."""
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"))
    """Null: the shop's."""
    state: Mapped[LinkState] = mapped_column(one_of(LinkState, "state"))
    calendar_id: Mapped[str | None]
    calendar_name: Mapped[str] = mapped_column(default="")
    refresh_token: Mapped[str]
    """Sealed, as is the next one."""
    access_token: Mapped[str | None]
    access_token_expires_at: Mapped[datetime | None]
    takes_busy: Mapped[bool] = mapped_column(default=True)
    """Whether nothing is booked while that calendar is busy."""
    shows_names: Mapped[bool] = mapped_column(default=False)
    """Whether our bookings stand there with full names instead of initials."""
    sync_token: Mapped[str | None]
    """Where Google's list of changes goes on; null: all is read anew."""
    read_whole_at: Mapped[datetime | None]
    """When all was read last, on the shop's clock."""
    read_at: Mapped[datetime | None]
    """When it was last read without trouble."""
    due_at: Mapped[datetime | None]
    """When to look next, on the machine's clock."""
    caught_up_to_id: Mapped[int | None]
    """The last booking that was looked at since the connection was made or changed; null when all were."""
    rests_until: Mapped[datetime | None]
    """Nothing is written before, on the machine's clock: Google did not answer, or wanted to be left alone."""
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None]
    """What went wrong with reading."""
    connected_at: Mapped[datetime]

    provider: Mapped[Provider | None] = relationship()


class ExternalBusy(Base):
    """A stretch of time for which a calendar outside says busy. What it is about is not kept."""

    __tablename__ = "external_busy"
    __table_args__ = (
        UniqueConstraint("link_id", "event_id"),
        Index("ix_external_busy_ends_at", "ends_at"),
        CheckConstraint("starts_at < ends_at", name="span"),
    )

    id: Mapped[int] = primary_key()
    link_id: Mapped[int] = mapped_column(ForeignKey("calendar_links.id", ondelete="CASCADE"))
    event_id: Mapped[str]
    """Google's."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class CalendarEvent(Base):
    """That a calendar outside has to be told of a booking: what it then says is taken from the booking itself."""

    __tablename__ = "calendar_events"
    __table_args__ = (
        UniqueConstraint("link_id", "reservation_id"),
        Index("ix_calendar_events_reservation_id", "reservation_id"),
        Index("ix_calendar_events_is_due", "is_due", "retry_at"),
    )

    id: Mapped[int] = primary_key()
    link_id: Mapped[int] = mapped_column(ForeignKey("calendar_links.id", ondelete="CASCADE"))
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(default=1)
    """Raised by every wish to look at the booking again."""
    is_due: Mapped[bool] = mapped_column(default=True)
    retry_at: Mapped[datetime | None]
    """Not before, on the machine's clock: somebody is at it, or it failed."""
    may_exist: Mapped[bool] = mapped_column(default=False)
    """Whether Google may have it: set before the first request."""
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None]
    """What went wrong; without being due, it is not tried again by itself."""
    written_at: Mapped[datetime | None]
    """When Google last took it."""

    link: Mapped[CalendarLink] = relationship()
    reservation: Mapped[Reservation] = relationship()


class CalendarFeed(Base):
    """An address under which calendar programs read the bookings of a provider, or of the shop."""

    __tablename__ = "calendar_feeds"

    subject: Mapped[str] = mapped_column(primary_key=True)
    """As in CalendarLink."""
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    """Random; who knows it can read the feed."""
    shows_names: Mapped[bool] = mapped_column(default=False)
    """Whether the feed has full names instead of initials."""
    made_at: Mapped[datetime]
