"""Another slot of the same event for a booking (T11): as many places, at what was agreed."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability.policies import Changing
from lstep_lite.engine.reservations.transitions import (
    book,
    booking,
    event_booking,
    idempotency,
    limits,
    places,
    recording,
    refusals,
    states,
)
from lstep_lite.engine.reservations.transitions.event_booking import Basket
from lstep_lite.engine.reservations.transitions.recording import By, Transition
from lstep_lite.models import Event, EventSlot, EventTicket, Reservation, ReservationState

MOVABLE = (ReservationState.CONFIRMED, ReservationState.REQUESTED)
OTHER_TICKETS = "この回では、お申し込みのプランを同じ料金でご用意できません。ほかの回をお選びください。"


def change(
    session: Session,
    reservation: Reservation,
    slot_id: int,
    *,
    version: int | None,
    now: datetime,
    key: str | None = None,
) -> Reservation:
    """By the customer, before the deadline. Raises Refused; whoever calls then rolls back, and the old place stays.

    Where the shop decides on changes, customers are asked to call: an event keeps no two places for one.
    """
    states.lock(session, reservation, now=now)
    request = idempotency.digest("change slot", reservation.id, slot_id)
    if key and idempotency.answered(session, reservation.friend, key, request) is not None:
        return reservation
    states.expect(session, reservation, (ReservationState.CONFIRMED,), version)
    states.check_deadline(session, reservation, now=now)
    if states.policy_of(session, reservation).changing is not Changing.YES:
        raise refusals.not_online("変更", book.settings(session).phone)
    slot, event = event_booking.get_open(session, slot_id, now=now)
    wanted = check(session, reservation, slot, event)
    _move(session, reservation, slot, event, wanted, now=now, by=recording.CUSTOMER)
    if key:
        idempotency.keep(session, reservation, key, request, now=now)
    return reservation


def check(session: Session, reservation: Reservation, slot: EventSlot, event: Event) -> Basket:
    """What the booking comes to in *slot*. Raises Refused when the customer can't have it there."""
    wanted = _wanted(session, reservation, slot)
    event_booking.check_left(session, slot, wanted)
    event_booking.check_limit(session, reservation.friend, event, slot, except_id=reservation.id)
    _check_overlap(session, reservation, slot)
    return wanted


def move(
    session: Session,
    reservation: Reservation,
    slot_id: int,
    *,
    by: By,
    now: datetime,
    version: int | None = None,
    force: bool = False,
) -> Reservation:
    """By staff: deadlines and limits don't matter, the places do, unless staff *force* it. Raises Refused."""
    states.lock(session, reservation, now=now)
    states.expect(session, reservation, MOVABLE, version)
    slot, event = event_booking.get(session, slot_id)
    if slot.cancelled_at is not None:
        raise refusals.closed(event_booking.CANCELLED)
    wanted = _wanted(session, reservation, slot)
    if not force:
        event_booking.check_left(session, slot, wanted)
        _check_overlap(session, reservation, slot)
    _move(session, reservation, slot, event, wanted, now=now, by=by, force=force)
    return reservation


def _wanted(session: Session, reservation: Reservation, slot: EventSlot) -> Basket:
    old = session.get(EventSlot, reservation.slot_id or 0)
    if old is None or slot.event_id != old.event_id or slot.id == old.id:
        raise refusals.bad_time("この回には変更できません。ほかの回をお選びください。")
    wanted = event_booking.basket(session, slot, reservation.party, _tickets(session, reservation, slot))
    if wanted.seats != reservation.party or wanted.price != (reservation.price or 0):
        raise refusals.closed(OTHER_TICKETS)
    return wanted


def _check_overlap(session: Session, reservation: Reservation, slot: EventSlot) -> None:
    friend = reservation.friend
    limits.check_no_overlap(session, friend, slot.starts_at, slot.ends_at, except_id=reservation.id, slot_id=slot.id)


def _tickets(session: Session, reservation: Reservation, slot: EventSlot) -> Mapping[int, int]:
    """The tickets of *slot* by the names of those that were booked. Raises Refused when one has no like."""
    row = EventTicket
    sold = session.scalars(sa.select(row).where(row.slot_id == slot.id, row.is_active).order_by(row.position, row.id))
    by_name = {ticket.name: ticket.id for ticket in sold}
    if any(line.name not in by_name for line in reservation.lines):
        raise refusals.closed(OTHER_TICKETS)
    return {by_name[line.name]: line.quantity for line in reservation.lines}


def _move(
    session: Session,
    reservation: Reservation,
    slot: EventSlot,
    event: Event,
    wanted: Basket,
    *,
    now: datetime,
    by: By,
    force: bool = False,
) -> None:
    before = recording.facts(reservation)
    old_slot_id, old_day = reservation.slot_id, reservation.business_date
    places.leave_slot(session, reservation)
    reservation.slot_id, reservation.business_date, reservation.start_minute = (
        slot.id,
        slot.business_date,
        slot.start_minute,
    )
    reservation.starts_at, reservation.ends_at = slot.starts_at, slot.ends_at
    by_name = {ticket.name: ticket.id for ticket, _ in wanted.tickets}
    for line in reservation.lines:
        line.ticket_id = by_name[line.name]
    session.flush()  # its places are those of the new slot
    event_booking.take(session, reservation, event, force=force)
    if reservation.state is ReservationState.REQUESTED and reservation.expires_at is not None:
        reservation.expires_at = min(reservation.expires_at, reservation.starts_at - booking.ANSWER_BEFORE)
    places.free(session, old_day, old_slot_id, now=now, reason="変更")
    recording.write(session, reservation, Transition.CHANGED, before, by=by, now=now)
