"""Bookings: never deleted, each with a snapshot of what was agreed, and the ticks it takes.

A tick is five minutes: epoch seconds // 300. The primary key of Occupancy is the guard against double booking.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import ChangedBy, Friend, to_entry


class ReservationState(StrEnum):
    HELD = "held"
    """Offered to somebody who waits, until `expires_at`."""
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    EXPIRED = "expired"


BLOCKING = (
    ReservationState.HELD,
    ReservationState.REQUESTED,
    ReservationState.CONFIRMED,
    ReservationState.CHECKED_IN,
)
"""While in one of these, a reservation has its occupancies."""


class BookedBy(StrEnum):
    """The way a booking came."""

    LINE = "line"
    PHONE = "phone"
    WALK_IN = "walk_in"
    WEB = "web"
    AUTOMATION = "automation"


class AssignedBy(StrEnum):
    CUSTOMER = "customer"
    AUTO = "auto"
    STAFF = "staff"


class CancelledBy(StrEnum):
    CUSTOMER = "customer"
    SHOP = "shop"
    WITHDRAWN = "withdrawn"
    """A request taken back before the shop answered; it does not count as a cancellation."""


class Reservation(Base):
    """One booking of a course list with a provider, or of places at an event."""

    __tablename__ = "reservations"
    __table_args__ = (
        Index("ix_reservations_business_date", "business_date", "state"),
        Index("ix_reservations_friend_id", "friend_id", "starts_at"),
        Index("ix_reservations_provider_id_starts_at", "provider_id", "starts_at"),
        Index("ix_reservations_state_starts_at", "state", "starts_at"),
        Index("ix_reservations_slot_id", "slot_id", "state"),
        Index(
            "ix_reservations_expires_at",
            "expires_at",
            postgresql_where=text("expires_at IS NOT NULL"),
            sqlite_where=text("expires_at IS NOT NULL"),
        ),
        Index("ix_reservations_created_at", "created_at"),
        UniqueConstraint("friend_id", "idempotency_key"),
        CheckConstraint("starts_at < ends_at", name="span"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    """Random; its name in addresses that customers see."""
    number: Mapped[str] = mapped_column(unique=True)
    """What people say on the phone: R-270305-014."""
    state: Mapped[ReservationState] = mapped_column(one_of(ReservationState, "state"))
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change of time, provider, courses or state; buttons and reminders carry theirs."""
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="RESTRICT"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("booking_pages.id", ondelete="SET NULL"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("event_slots.id", ondelete="RESTRICT"))
    """Of an event; null for courses."""
    booked_by: Mapped[BookedBy] = mapped_column(one_of(BookedBy, "booked_by"))
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("providers.id", ondelete="RESTRICT"))
    is_nominated: Mapped[bool] = mapped_column(default=False)
    assigned_by: Mapped[AssignedBy | None] = mapped_column(one_of(AssignedBy, "assigned_by"))
    business_date: Mapped[date] = mapped_column(Date)
    start_minute: Mapped[int]
    """On that business date; 25:30 is 1530."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """When the customer leaves; without what the provider clears away."""
    party: Mapped[int] = mapped_column(default=1)
    price: Mapped[int | None]
    """Yen, as the customer confirmed it; null when it is asked at the shop."""
    fee: Mapped[int] = mapped_column(default=0)
    """Of it, for asking for the provider."""
    has_open_price: Mapped[bool] = mapped_column(default=False)
    """Whether it can become more (「〜」)."""
    consent_text: Mapped[str] = mapped_column(default="")
    """The policy the customer agreed to; empty when none was asked."""
    consented_at: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]
    """Until when the customer may change or cancel, as agreed; null: any time before the start."""
    customer_note: Mapped[str] = mapped_column(default="")
    staff_note: Mapped[str] = mapped_column(default="")
    values: Mapped[list[Any]] = mapped_column(default=list)
    """Answers to the page's questions, as in SurveyAnswer.values."""
    cancelled_by: Mapped[CancelledBy | None] = mapped_column(one_of(CancelledBy, "cancelled_by"))
    cancelled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    """Why it was cancelled or declined."""
    is_late: Mapped[bool] = mapped_column(default=False)
    """Cancelled by the customer after the deadline."""
    is_forced: Mapped[bool] = mapped_column(default=False)
    """Staff booked it although it was full."""
    is_outside: Mapped[bool] = mapped_column(default=False)
    """Staff booked it knowingly outside the hours, a shift or beside a closure (時間外)."""
    needs_look: Mapped[bool] = mapped_column(default=False)
    """Hours, shifts or closures changed under it (要調整)."""
    expires_at: Mapped[datetime | None]
    """When a held or requested one ends by itself."""
    amount: Mapped[int | None]
    """Yen, as paid at the shop."""
    idempotency_key: Mapped[str | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who made it, if staff did."""
    entry_id: Mapped[int | None] = mapped_column(to_entry())
    checked_in_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    friend: Mapped[Friend] = relationship()
    lines: Mapped[list["ReservationLine"]] = relationship(order_by="ReservationLine.position")
    segments: Mapped[list["ReservationSegment"]] = relationship(order_by="ReservationSegment.position")


class ReservationLine(Base):
    """One course, option or ticket in the words, minutes and yen of that time."""

    __tablename__ = "reservation_lines"
    __table_args__ = (
        Index("ix_reservation_lines_reservation_id", "reservation_id"),
        Index("ix_reservation_lines_course_id", "course_id"),
        Index("ix_reservation_lines_ticket_id", "ticket_id"),
    )

    id: Mapped[int] = primary_key()
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id", ondelete="CASCADE"))
    position: Mapped[int]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id", ondelete="RESTRICT"))
    option_id: Mapped[int | None] = mapped_column(ForeignKey("course_options.id", ondelete="RESTRICT"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("event_tickets.id", ondelete="RESTRICT"))
    name: Mapped[str]
    minutes: Mapped[int]
    price: Mapped[int | None]
    quantity: Mapped[int] = mapped_column(default=1)
    before_minutes: Mapped[int] = mapped_column(default=0)
    after_minutes: Mapped[int] = mapped_column(default=0)
    needs: Mapped[list[Any]] = mapped_column(default=list)


class ReservationSegment(Base):
    """A stretch of a booking, kept as it was agreed whatever becomes of the course."""

    __tablename__ = "reservation_segments"
    __table_args__ = (Index("ix_reservation_segments_reservation_id", "reservation_id"),)

    id: Mapped[int] = primary_key()
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str]
    """`work` or `proc`."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("providers.id", ondelete="RESTRICT"))


class Occupancy(Base):
    """One place of a pool taken for one tick. Event slots use tick 0."""

    __tablename__ = "occupancies"
    __table_args__ = (
        CheckConstraint("ord >= 0", name="ord"),
        CheckConstraint("(reservation_id IS NULL) <> (holder_id IS NULL)", name="whose"),
        Index("ix_occupancies_reservation_id", "reservation_id"),
        Index(
            "ix_occupancies_holder_id",
            "holder_id",
            postgresql_where=text("holder_id IS NOT NULL"),
            sqlite_where=text("holder_id IS NOT NULL"),
        ),
        Index("ix_occupancies_tick", "tick"),
    )

    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id", ondelete="RESTRICT"), primary_key=True)
    tick: Mapped[int] = mapped_column(primary_key=True)
    ord: Mapped[int] = mapped_column(primary_key=True)
    """Dense from 0; below the pool's capacity unless it is forced."""
    is_forced: Mapped[bool] = mapped_column(default=False)
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id", ondelete="CASCADE"))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("booking_holds.friend_id", ondelete="CASCADE"))
    """Instead of a reservation: the friend for whom it is held."""


class BookingHold(Base):
    """A start kept for a customer who is typing and has booked nothing yet: at most one for each."""

    __tablename__ = "booking_holds"
    __table_args__ = (Index("ix_booking_holds_expires_at", "expires_at"),)

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    request_hash: Mapped[str]
    """What is held."""
    business_date: Mapped[date] = mapped_column(Date)
    is_open: Mapped[bool]
    """Whether it has its places."""
    began_at: Mapped[datetime]
    """When they began to hold one start after the other."""
    expires_at: Mapped[datetime]


class ChangeState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class ChangeRequest(Base):
    """A change a customer asked for, where the shop decides. Meanwhile the booking takes both times."""

    __tablename__ = "change_requests"
    __table_args__ = (
        Index("ix_change_requests_reservation_id", "reservation_id", "state"),
        Index("ix_change_requests_state_expires_at", "state", "expires_at"),
    )

    id: Mapped[int] = primary_key()
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id", ondelete="CASCADE"))
    reservation_version: Mapped[int]
    state: Mapped[ChangeState] = mapped_column(one_of(ChangeState, "state"))
    plan: Mapped[dict[str, Any]]
    """The wanted time, provider and segments."""
    occupancies: Mapped[list[Any]] = mapped_column(default=list)
    """[pool id, tick] of those taken for the wanted time alone."""
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))


class ReservationEntry(Base):
    """What happened to a booking: one row a change, never altered."""

    __tablename__ = "reservation_entries"
    __table_args__ = (Index("ix_reservation_entries_reservation_id", "reservation_id", "id"),)

    id: Mapped[int] = primary_key()
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    what: Mapped[str]
    """The transition: requested, confirmed, changed, cancelled …"""
    changed_by: Mapped[ChangedBy] = mapped_column(one_of(ChangedBy, "changed_by"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    version: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(default="")


class BookingAnswer(Base):
    """What was answered to a request of a customer, so that the same request once more gets the same answer."""

    __tablename__ = "booking_answers"
    __table_args__ = (Index("ix_booking_answers_made_at", "made_at"),)

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservations.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]


class BookingCustomer(Base):
    """What the shop knows of a friend as a customer; the counts always equal a recount."""

    __tablename__ = "booking_customers"
    __table_args__ = (
        Index("ix_booking_customers_last_visit_at", "last_visit_at", "friend_id"),
        Index("ix_booking_customers_next_due_on", "next_due_on", "friend_id"),
        Index("ix_booking_customers_visits", "visits", "friend_id"),
        Index("ix_booking_customers_no_shows", "no_shows", "friend_id"),
    )

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    visits: Mapped[int] = mapped_column(default=0)
    no_shows: Mapped[int] = mapped_column(default=0)
    cancellations: Mapped[int] = mapped_column(default=0)
    late_cancellations: Mapped[int] = mapped_column(default=0)
    first_visit_at: Mapped[datetime | None]
    last_visit_at: Mapped[datetime | None]
    next_due_on: Mapped[date | None] = mapped_column(Date)
    """When the next visit is due by the course's cycle; null while they have a booking."""
    online: Mapped[str] = mapped_column(default="ok")
    """`ok`, `approval_only` or `phone_only`."""
    strikes_from: Mapped[datetime | None]
    """What they missed or cancelled late before it is forgiven: staff have let them book freely again."""
    is_careful: Mapped[bool] = mapped_column(default=False)
    """Marked by staff: 注意."""
    caution: Mapped[str] = mapped_column(default="")
    takes_follow_ups: Mapped[bool] = mapped_column(default=True)
    """Whether they want to hear of their next visit."""
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What they have chosen on a booking page so far."""
