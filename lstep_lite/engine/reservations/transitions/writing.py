"""The rows of a booking: what was agreed, kept as it was."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability.plans import WORK, Line, Offer, stored_needs
from lstep_lite.engine.studio import new_code
from lstep_lite.models import (
    AssignedBy,
    EventSlot,
    Friend,
    Reservation,
    ReservationLine,
    ReservationSegment,
)


@dataclass(frozen=True)
class Placed:
    """A booking at its place: when, with whom, for how much."""

    day: date
    minute: int
    starts_at: datetime
    offer: Offer
    provider_id: int | None
    is_nominated: bool
    assigned_by: AssignedBy | None
    price: int | None
    fee: int = 0
    has_open_price: bool = False
    party: int = 1

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.offer.shape.minutes)


def create(session: Session, friend: Friend, placed: Placed, *, now: datetime, **columns: Any) -> Reservation:
    """The booking with its lines and stretches, without its places."""
    reservation = Reservation(
        code=new_code(),
        number=new_number(session, placed.day),
        version=1,
        friend_id=friend.id,
        lines=[_line(place, line) for place, line in enumerate(placed.offer.lines)],
        segments=_segments(placed),
        created_at=now,
        updated_at=now,
        **columns,
    )
    _set(reservation, placed)
    session.add(reservation)
    session.flush()  # its places hang at its id
    return reservation


def move(session: Session, reservation: Reservation, placed: Placed, *, renews_lines: bool) -> None:
    """Another time, provider or, with *renews_lines*, other courses."""
    for row in [*reservation.segments, *(reservation.lines if renews_lines else ())]:
        session.delete(row)
    _set(reservation, placed)
    reservation.segments = _segments(placed)
    if renews_lines:
        reservation.lines = [_line(place, line) for place, line in enumerate(placed.offer.lines)]
    session.flush()  # its places are those of the new stretches


def _set(reservation: Reservation, placed: Placed) -> None:
    reservation.business_date, reservation.start_minute = placed.day, placed.minute
    reservation.starts_at, reservation.ends_at = placed.starts_at, placed.ends_at
    reservation.provider_id, reservation.is_nominated = placed.provider_id, placed.is_nominated
    reservation.assigned_by, reservation.party = placed.assigned_by, placed.party
    reservation.price, reservation.fee = placed.price, placed.fee
    reservation.has_open_price = placed.has_open_price


def _segments(placed: Placed) -> list[ReservationSegment]:
    rows, at = [], placed.starts_at
    for position, stretch in enumerate(placed.offer.shape.stretches):
        ends_at = at + timedelta(minutes=stretch.minutes)
        provider_id = placed.provider_id if stretch.kind == WORK else None
        kind = stretch.kind
        rows.append(
            ReservationSegment(position=position, kind=kind, starts_at=at, ends_at=ends_at, provider_id=provider_id)
        )
        at = ends_at
    return rows


def _line(position: int, line: Line) -> ReservationLine:
    return ReservationLine(
        position=position,
        course_id=line.course_id,
        option_id=line.option_id,
        name=line.name,
        minutes=line.minutes,
        price=line.price,
        quantity=1,
        before_minutes=line.before_minutes,
        after_minutes=line.after_minutes,
        needs=stored_needs(line.needs),
    )


def create_for_slot(
    session: Session,
    friend: Friend,
    slot: EventSlot,
    lines: list[ReservationLine],
    *,
    now: datetime,
    **columns: Any,
) -> Reservation:
    """The booking of places at an event, without the places."""
    reservation = Reservation(
        code=new_code(),
        number=new_number(session, slot.business_date),
        version=1,
        friend_id=friend.id,
        slot_id=slot.id,
        lines=lines,
        segments=[],
        business_date=slot.business_date,
        start_minute=slot.start_minute,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        created_at=now,
        updated_at=now,
        **columns,
    )
    session.add(reservation)
    session.flush()  # its places hang at its id
    return reservation


def new_number(session: Session, day: date) -> str:
    """What people say on the phone: the day, and the how-manieth booking for it. The booking lock is held."""
    prefix = f"R-{day:%y%m%d}-"
    same_day = Reservation.number.between(f"{prefix}000", f"{prefix}999999")  # all have one shape: the index knows
    count = session.scalar(sa.select(sa.func.count()).select_from(Reservation).where(same_day)) or 0
    return f"{prefix}{count + 1:03d}"
