"""When hours, shifts or closures change: which bookings no longer fit (T21). None is ever cancelled for that."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from lstep_lite.engine.reservations.availability import masks, scenes
from lstep_lite.engine.reservations.availability.days import TICK_MINUTES
from lstep_lite.engine.reservations.availability.plans import shape_of
from lstep_lite.engine.reservations.availability.scenes import Scene
from lstep_lite.engine.reservations.transitions import recording
from lstep_lite.engine.reservations.transitions.recording import By, Transition
from lstep_lite.models import BLOCKING, Reservation

MOST_DAYS = 400


def misfits(session: Session, first: date, last: date, *, now: datetime) -> Sequence[Reservation]:
    """The bookings from *first* to *last* that lie outside what is open and worked now; not those staff put there.

    Staff see them before they save a change, by asking within a savepoint.
    """
    last = min(last, first + timedelta(days=MOST_DAYS))
    found = _ahead(session, first, last, now)
    if not found:
        return []
    scene = scenes.load(session, first, last, now=now)
    return [each for each in found if not each.is_outside and not fits(scene, each)]


def look_over(
    session: Session, first: date, last: date, *, by: By, now: datetime
) -> tuple[Sequence[Reservation], Sequence[Reservation]]:
    """Flag those that no longer fit (要調整), and take the flag off those that do again: (flagged, unflagged).

    The booking lock is held. Their friends are not locked: nothing that is theirs changes.
    """
    wrong = {each.id for each in misfits(session, first, last, now=now)}
    flagged: list[Reservation] = []
    unflagged: list[Reservation] = []
    for each in _ahead(session, first, last, now):
        if each.needs_look == (each.id in wrong):
            continue
        before = recording.facts(each)
        each.needs_look = each.id in wrong
        transition = Transition.FLAGGED if each.needs_look else Transition.UNFLAGGED
        recording.note(session, each, transition, before, by=by, now=now)
        (flagged if each.needs_look else unflagged).append(each)
    return flagged, unflagged


def _ahead(session: Session, first: date, last: date, now: datetime) -> Sequence[Reservation]:
    row = Reservation
    mine = sa.select(row).where(
        row.business_date.between(first, last), row.state.in_(BLOCKING), row.slot_id.is_(None), row.ends_at > now
    )
    loaded = mine.options(selectinload(row.lines), selectinload(row.segments))
    return session.scalars(loaded.order_by(row.id), execution_options={"populate_existing": True}).all()


def is_outside(session: Session, reservation: Reservation, *, now: datetime) -> bool:
    """Whether it lies outside what is open and worked."""
    day = reservation.business_date
    return not fits(scenes.load(session, day, day, now=now), reservation)


def fits(scene: Scene, reservation: Reservation) -> bool:
    """Whether the shop is open, the provider at work, and nothing closed; whoever else has booked."""
    shape, place = shape_of(reservation), scene.place(reservation.starts_at)
    end = place + shape.minutes // TICK_MINUTES
    if masks.run_within(~scene.open, place, end):
        return False
    for need in shape.needs:
        closed = scene.closed_rooms.get(need.pool_id, 0)
        if masks.run_within(closed, place, end + need.after_minutes // TICK_MINUTES):
            return False
    if reservation.provider_id is None:
        return True
    worker = scene.workers.get(reservation.provider_id)
    if worker is None:
        return False
    work = [(place + start // TICK_MINUTES, place + stop // TICK_MINUTES) for start, stop in shape.work()]
    around = [(place + start // TICK_MINUTES, place + stop // TICK_MINUTES) for start, stop in shape.buffers()]
    strict = work if scene.facts.house.buffers_spill else [*work, *around]
    is_at_work = not any(masks.run_within(~worker.work, start, stop) for start, stop in strict)
    return is_at_work and not any(masks.run_within(worker.closed, start, stop) for start, stop in around)
