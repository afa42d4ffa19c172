"""How the shop takes bookings: hours, rests, the grid, and the conditions that stand unless a course says else.

Minutes are wall-clock minutes from 00:00 of a business date in the shop's zone. A business day may end at 36:00, so
they run to 2160. `policy` is what engine/reservations/availability/policies.py reads.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key


class HolidayPolicy(StrEnum):
    """What a public holiday changes."""

    AS_WEEKDAY = "as_weekday"
    CLOSED = "closed"
    OPEN = "open"
    """Open with the hours of holidays, even in the weekly rest."""
    OPEN_THEN_SHIFT = "open_then_shift"
    """Open in the weekly rest too, and shut on the next day that is neither."""


class SlotAnchor(StrEnum):
    CLOCK = "clock"
    """Starts are multiples of the interval from 00:00."""
    OPENING = "opening"
    """…from each opening."""


class AssignPolicy(StrEnum):
    """Who serves a customer without a wish (reservations study §4.6)."""

    BALANCED = "balanced"
    PRIORITY = "priority"
    SAVE_ALLROUNDERS = "save_allrounders"


class ReservationSettings(Base):
    """One row. Locking it is the booking lock: whoever changes what is taken or offered holds it, after the friend."""

    __tablename__ = "reservation_settings"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = primary_key()
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change that can alter what is offered or what it costs."""
    hours: Mapped[dict[str, Any]]
    """Per weekday "0" (Monday) … "6", and "holiday": [[from minute, to minute], …], in order, multiples of 5."""
    rests: Mapped[list[Any]] = mapped_column(default=list)
    """Monthly rests beside Shop.closed_weekdays: {"weekday", "nth"} with nth 1 … 5, or -1 for the last."""
    holiday_policy: Mapped[HolidayPolicy] = mapped_column(
        one_of(HolidayPolicy, "holiday_policy"), default=HolidayPolicy.AS_WEEKDAY
    )
    slot_minutes: Mapped[int] = mapped_column(default=30)
    """5, 10, 15, 20, 30 or 60."""
    slot_anchor: Mapped[SlotAnchor] = mapped_column(one_of(SlotAnchor, "slot_anchor"), default=SlotAnchor.CLOCK)
    buffers_spill: Mapped[bool] = mapped_column(default=True)
    """Whether preparation may lie outside opening hours and shifts."""
    assign_policy: Mapped[AssignPolicy] = mapped_column(
        one_of(AssignPolicy, "assign_policy"), default=AssignPolicy.BALANCED
    )
    few_left: Mapped[int] = mapped_column(default=2)
    """From how many open starts downwards a day shows △."""
    policy: Mapped[dict[str, Any]]
    """Windows, deadlines, limits, approval and consent (engine/reservations/availability/policies.py)."""
    phone: Mapped[str] = mapped_column(default="")
    """The number customers are asked to call; empty for none."""
    place: Mapped[str] = mapped_column(default="")
    """Address, or a link to a map."""
    completes_itself: Mapped[bool] = mapped_column(default=False)
    """Whether visits nobody marked count as completed two hours after the business day."""
    strike_limit: Mapped[int | None]
    """After how many no-shows a customer is limited; null for never."""
    late_strike_limit: Mapped[int | None]
    """After how many late cancellations within `late_strike_days`; null for never."""
    late_strike_days: Mapped[int] = mapped_column(default=90)
    strike_online: Mapped[str] = mapped_column(default="approval_only")
    """What BookingCustomer.online becomes then."""
    updated_at: Mapped[datetime]


class SpecialHours(Base):
    """The hours of one date, over weekday, rest and holiday; no ranges: shut."""

    __tablename__ = "special_hours"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    ranges: Mapped[list[Any]]
    note: Mapped[str] = mapped_column(default="")
    """Customers see it."""


class ClosureKind(StrEnum):
    BREAK = "break"
    OUT = "out"
    TRAINING = "training"
    PRIVATE = "private"
    REPAIR = "repair"
    OTHER = "other"
    EXTERNAL = "external"
    """Busy in a calendar outside."""


class Closure(Base):
    """Time without new bookings, of the shop, a provider or a pool; bookings that are there stay."""

    __tablename__ = "closures"
    __table_args__ = (
        Index("ix_closures_ends_at_starts_at", "ends_at", "starts_at"),
        Index("ix_closures_provider_id", "provider_id"),
        Index("ix_closures_pool_id", "pool_id"),
        Index(
            "uq_closures_provider_id_external_id",
            "provider_id",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
            sqlite_where=text("external_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = primary_key()
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"))
    pool_id: Mapped[int | None] = mapped_column(ForeignKey("pools.id", ondelete="CASCADE"))
    """Both null: the whole shop."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kind: Mapped[ClosureKind] = mapped_column(one_of(ClosureKind, "kind"))
    note: Mapped[str] = mapped_column(default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    external_id: Mapped[str | None]
    """Of the event outside that it stands for."""
    created_at: Mapped[datetime]


class BookingPage(Base):
    """A calendar (カレンダー): one page customers book on, with its own choice of courses and providers.

    What is taken is the shop's: two pages cannot book one person twice.
    """

    __tablename__ = "booking_pages"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    """Random; its name in addresses that customers see."""
    name: Mapped[str]
    """For staff; customers never see it."""
    title: Mapped[str]
    lead: Mapped[str] = mapped_column(default="")
    color: Mapped[str]
    """`#rrggbb` of its buttons."""
    position: Mapped[int]
    is_open: Mapped[bool] = mapped_column(default=False)
    course_ids: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """Which it offers; null: all."""
    provider_ids: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Narrows the shop's, in the same shape; null: the shop's."""
    asks_provider: Mapped[bool] = mapped_column(default=True)
    """Whether customers choose who serves them."""
    first_document: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What first-time customers are asked beside name and phone (engine/surveys/documents.py, one page)."""
    repeat_document: Mapped[dict[str, Any]] = mapped_column(default=dict)
    policy: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What differs from the shop's."""
    thanks_text: Mapped[str] = mapped_column(default="")
    thanks_url: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
