"""What staff may do with a booking now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.transitions.changing import MOVABLE
from lstep_lite.engine.reservations.transitions.recording import Transition
from lstep_lite.engine.reservations.transitions.visiting import CORRECTABLE, CORRECTIONS, NO_SHOW_AFTER
from lstep_lite.models import BLOCKING, Reservation, ReservationEntry
from lstep_lite.models import ReservationState as State

EARLY = timedelta(hours=12)


@dataclass(frozen=True)
class Acts:
    approve: bool
    """Or decline."""
    change: bool
    cancel: bool
    check_in: bool
    is_early: bool
    """Staff are asked first whether somebody has come already."""
    complete: bool
    no_show: bool
    no_show_from: str
    """From when it can be marked, while it can't: 「3月5日(金) 24:45(翌0:45)」."""
    leave: bool
    """It does not fit any more, and stays as it is (そのままにする)."""
    restore: bool
    reopen: bool
    """Take back what was marked."""
    came: bool
    """Marked as no-show, but they came."""
    stayed_away: bool
    """Marked as a visit, but they did not come."""

    @property
    def any_correction(self) -> bool:
        return self.reopen or self.came or self.stayed_away


def of(reservation: Reservation, *, now: datetime) -> Acts:
    state = reservation.state
    is_confirmed = state is State.CONFIRMED
    no_show_from = reservation.starts_at + NO_SHOW_AFTER
    return Acts(
        approve=state is State.REQUESTED,
        change=state in MOVABLE and reservation.slot_id is None,
        cancel=state in (State.HELD, State.CONFIRMED, State.CHECKED_IN),
        check_in=is_confirmed,
        is_early=is_confirmed and is_early(reservation.starts_at, now=now),
        complete=state in (State.CONFIRMED, State.CHECKED_IN),
        no_show=is_confirmed and now >= no_show_from,
        no_show_from=_in_words(reservation) if is_confirmed and now < no_show_from else "",
        leave=reservation.needs_look and state in BLOCKING,
        restore=_corrects(reservation, State.CONFIRMED, now) and state is State.CANCELLED,
        reopen=_corrects(reservation, State.CONFIRMED, now) and state is not State.CANCELLED,
        came=_corrects(reservation, State.COMPLETED, now),
        stayed_away=_corrects(reservation, State.NO_SHOW, now) and now >= no_show_from,
    )


def _in_words(reservation: Reservation) -> str:
    minute = reservation.start_minute + NO_SHOW_AFTER // timedelta(minutes=1)
    return days.in_words(reservation.business_date, minute)


def is_early(starts_at: datetime, *, now: datetime) -> bool:
    """Whether it is so long before the start that staff may have pressed the wrong booking."""
    return now < starts_at - EARLY


def _corrects(reservation: Reservation, state: State, now: datetime) -> bool:
    return (reservation.state, state) in CORRECTIONS and now <= reservation.ends_at + CORRECTABLE


def was_done(
    session: Session, reservation: Reservation, transition: Transition, *, version: int | None, staff_id: int | None
) -> bool:
    """Whether the last thing that happened is this, by *staff_id*, to that version: a button pressed twice."""
    row = ReservationEntry
    mine = sa.select(row).where(row.reservation_id == reservation.id).order_by(row.id.desc())
    last = session.scalar(mine.limit(1))
    if last is None or (last.what, last.staff_id) != (transition.value, staff_id):
        return False
    return bool(last.before.get("version") == version)
