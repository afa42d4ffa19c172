"""Bookings that do not fit any more and stay as they are: staff have looked at them (T21)."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.transitions import recording, states
from lstep_lite.engine.reservations.transitions.recording import By, Transition
from lstep_lite.models import BLOCKING, Reservation


def leave(
    session: Session, reservation: Reservation, *, by: By, now: datetime, version: int | None = None
) -> Reservation:
    """Take the flag off for good. Twice is once; raises Refused when it was changed meanwhile."""
    states.lock(session, reservation, now=now)
    states.expect(session, reservation, BLOCKING, version)
    if not reservation.needs_look:
        return reservation
    before = recording.facts(reservation)
    reservation.needs_look, reservation.is_outside = False, True
    recording.note(session, reservation, Transition.UNFLAGGED, before, by=by, now=now)
    return reservation


def annotate(session: Session, reservation: Reservation, note: str, *, now: datetime) -> None:
    """What staff want to remember of it; nobody else reads it."""
    states.lock(session, reservation, now=now)
    reservation.staff_note, reservation.updated_at = note.strip(), now
