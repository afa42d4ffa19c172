"""Bookings follow their slot when it was moved, called off or finished: each in a unit under its friend's lock.

Who follows is told by the rows alone, so it may stop anywhere and begin again: a booking whose time is not its slot's,
that stands although its slot was called off, or that is still checked in although its slot is over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.engine.agenda import Pending
from lstep_lite.engine.reservations.availability import policies
from lstep_lite.engine.reservations.transitions import booking, ending, event_booking, recording, states, visiting
from lstep_lite.engine.reservations.transitions.recording import By, Transition
from lstep_lite.engine.settings import zone
from lstep_lite.models import BLOCKING, Event, EventSlot, Lane, Reservation, ReservationState

MOST = 50
SECOND_THOUGHTS = timedelta(hours=24)
"""So long customers may still cancel after the shop has moved their slot, whatever its deadline."""


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists().where(EventSlot.due_at <= now))
def run(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Let some bookings follow. True when there is more."""
    with database.read() as session:
        slots = session.execute(_due(now).limit(MOST)).all()
        ids = session.scalars(_behind([slot.id for slot in slots]).limit(MOST)).all() if slots else []
    for reservation_id in ids:
        with database.unit() as session:
            follow(session, session.get_one(Reservation, reservation_id), now=now)
    if slots and len(ids) < MOST:
        with database.unit() as session:
            _done(session, slots)
    return len(slots) == MOST or len(ids) == MOST


def _due(now: datetime) -> sa.Select[int, int]:
    row = EventSlot
    return sa.select(row.id, row.version).where(row.due_at <= now).order_by(row.due_at, row.id)


def _behind(slot_ids: Sequence[int]) -> sa.Select[int]:
    """Bookings of these slots that are not as their slot says."""
    row, slot = Reservation, EventSlot
    is_elsewhere = sa.or_(row.starts_at != slot.starts_at, row.ends_at != slot.ends_at)
    is_over = sa.and_(slot.finished_at.is_not(None), row.state == ReservationState.CHECKED_IN)
    is_behind = sa.or_(slot.cancelled_at.is_not(None), is_elsewhere, is_over)
    behind = sa.select(row.id).join(slot, slot.id == row.slot_id)
    behind = behind.where(slot.id.in_(slot_ids), row.state.in_(BLOCKING), is_behind)
    return behind.order_by(row.id)


def _done(session: Session, slots: Sequence[sa.Row[int, int]]) -> None:
    """Nobody is left; a slot that was changed meanwhile stays due."""
    row = EventSlot
    for slot in slots:
        is_same = sa.and_(row.id == slot.id, row.version == slot.version)
        session.execute(sa.update(row).where(is_same).values(due_at=None))


def follow(session: Session, reservation: Reservation, *, now: datetime) -> None:
    """Make one booking what its slot says. Twice is once."""
    states.lock(session, reservation, now=now)
    if reservation.state not in BLOCKING or reservation.slot_id is None:
        return
    slot = session.get_one(EventSlot, reservation.slot_id, populate_existing=True)
    by = recording.by_staff(slot.changed_by_id, tells=slot.tells)
    if slot.cancelled_at is not None:
        _call_off(session, reservation, slot, by, now)
    elif (reservation.starts_at, reservation.ends_at) != (slot.starts_at, slot.ends_at):
        _move(session, reservation, slot, by, now)
    elif slot.finished_at is not None and reservation.state is ReservationState.CHECKED_IN:
        visiting.complete(session, reservation, by=by, now=now)


def _call_off(session: Session, reservation: Reservation, slot: EventSlot, by: By, now: datetime) -> None:
    if reservation.state is ReservationState.REQUESTED:
        ending.decline(session, reservation, by=by, now=now, reason=slot.reason)
    else:
        ending.cancel_by_staff(session, reservation, by=by, now=now, reason=slot.reason)


def _move(session: Session, reservation: Reservation, slot: EventSlot, by: By, now: datetime) -> None:
    before = recording.facts(reservation)
    reservation.business_date, reservation.start_minute = slot.business_date, slot.start_minute
    reservation.starts_at, reservation.ends_at = slot.starts_at, slot.ends_at
    policy = event_booking.policy_of(session, session.get_one(Event, slot.event_id))
    usual = policies.deadline_at(policy, slot.business_date, slot.starts_at, zone(session))
    reservation.deadline_at = max(usual, min(now + SECOND_THOUGHTS, slot.starts_at))
    if reservation.state is ReservationState.REQUESTED and reservation.expires_at is not None:
        reservation.expires_at = min(reservation.expires_at, slot.starts_at - booking.ANSWER_BEFORE)
    recording.write(session, reservation, Transition.CHANGED, before, by=by, now=now)


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> Pending:
    due = session.scalar(sa.select(sa.func.count()).select_from(EventSlot).where(EventSlot.due_at <= now)) or 0
    return Pending(due, session.scalar(sa.select(sa.func.min(EventSlot.due_at))))
