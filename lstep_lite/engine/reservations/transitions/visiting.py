"""The visit itself, and what staff put right afterwards (T16 to T20)."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import choosing, plans
from lstep_lite.engine.reservations.availability.choosing import Wanted
from lstep_lite.engine.reservations.transitions import (
    booking,
    changing,
    looking_over,
    places,
    recording,
    refusals,
    states,
)
from lstep_lite.engine.reservations.transitions.recording import By, Transition
from lstep_lite.models import EventSlot, Reservation, ReservationState

State = ReservationState
NO_SHOW_AFTER = timedelta(minutes=15)
CORRECTABLE = timedelta(days=30)
TOO_OLD = "30日より前のご予約は直せません。"


def check_in(
    session: Session, reservation: Reservation, *, by: By, now: datetime, version: int | None = None
) -> Reservation:
    """The customer is here (T16). Twice is once."""
    states.lock(session, reservation, now=now)
    if reservation.state is State.CHECKED_IN:
        return reservation
    states.expect(session, reservation, (State.CONFIRMED,), version)
    before = recording.facts(reservation)
    reservation.state, reservation.checked_in_at = State.CHECKED_IN, now
    recording.write(session, reservation, Transition.CHECKED_IN, before, by=by, now=now)
    return reservation


def complete(
    session: Session,
    reservation: Reservation,
    *,
    by: By,
    now: datetime,
    version: int | None = None,
    amount: int | None = None,
) -> Reservation:
    """The visit is over (T17), paid with *amount* yen if that is known. What is left of its time is free."""
    states.lock(session, reservation, now=now)
    states.expect(session, reservation, (State.CONFIRMED, State.CHECKED_IN), version)
    before = recording.facts(reservation)
    changing.settle_open(session, reservation, now=now, by=by)
    reservation.state, reservation.completed_at = State.COMPLETED, now
    reservation.amount = amount if amount is not None else reservation.amount
    places.give_back_visit(session, reservation, now=now, reason="completed")
    recording.write(session, reservation, Transition.COMPLETED, before, by=by, now=now)
    return reservation


def no_show(
    session: Session, reservation: Reservation, *, by: By, now: datetime, version: int | None = None
) -> Reservation:
    """The customer did not come (T18); a quarter of an hour after the start at the earliest."""
    states.lock(session, reservation, now=now)
    states.expect(session, reservation, (State.CONFIRMED,), version)
    _check_is_absent(reservation, now)
    before = recording.facts(reservation)
    changing.settle_open(session, reservation, now=now, by=by)
    reservation.state = State.NO_SHOW
    places.give_back_visit(session, reservation, now=now, reason="no_show")
    recording.write(session, reservation, Transition.NO_SHOW, before, by=by, now=now)
    return reservation


def _check_is_absent(reservation: Reservation, now: datetime) -> None:
    """Raises Refused (BAD_TIME) while they may only be late."""
    if now < reservation.starts_at + NO_SHOW_AFTER:
        raise refusals.bad_time("無断キャンセルにできるのは、開始の15分後からです。")


# Putting it right ----------------------------------------------------------------------------------------------------

CORRECTIONS = {
    (State.NO_SHOW, State.COMPLETED): Transition.COMPLETED,
    (State.COMPLETED, State.NO_SHOW): Transition.NO_SHOW,
    (State.COMPLETED, State.CONFIRMED): Transition.REOPENED,
    (State.NO_SHOW, State.CONFIRMED): Transition.REOPENED,
    (State.CHECKED_IN, State.CONFIRMED): Transition.REOPENED,
    (State.CANCELLED, State.CONFIRMED): Transition.RESTORED,
}
"""T19 and T20."""


def correct(
    session: Session,
    reservation: Reservation,
    state: ReservationState,
    *,
    by: By,
    now: datetime,
    version: int | None = None,
    force: bool = False,
) -> Reservation:
    """Staff put right what became of a booking, for 30 days. What lies ahead of it is taken again after a full check.

    Raises Refused for what can't be, and when its place is gone unless staff *force* it.
    """
    states.lock(session, reservation, now=now)
    states.expect(session, reservation, [old for old, new in CORRECTIONS if new is state], version)
    transition = CORRECTIONS[reservation.state, state]
    if now > reservation.ends_at + CORRECTABLE:
        raise refusals.bad_time(TOO_OLD)
    if state is State.NO_SHOW:
        _check_is_absent(reservation, now)
    before = recording.facts(reservation)
    if state is State.CONFIRMED:
        if reservation.state is not State.CHECKED_IN:
            _take_again(session, reservation, force=force, now=now)
        _forget_ending(reservation)
    reservation.state = state
    reservation.completed_at = now if state is State.COMPLETED else None
    recording.write(session, reservation, transition, before, by=by, now=now)
    return reservation


def _take_again(session: Session, reservation: Reservation, *, force: bool, now: datetime) -> None:
    if reservation.slot_id is not None:
        slot = session.get_one(EventSlot, reservation.slot_id)
        if slot.cancelled_at is not None:
            raise refusals.closed("この回は中止になりました。別の回をお選びください。")
    elif reservation.starts_at > now and not force:
        _check_free(session, reservation, now=now)
    places.take(session, reservation, force=force, since=now)
    if force and reservation.slot_id is None:
        reservation.is_outside = looking_over.is_outside(session, reservation, now=now)


def _check_free(session: Session, reservation: Reservation, *, now: datetime) -> None:
    plan = plans.of_reservation(session, reservation)
    wanted = Wanted(plan, reservation.business_date, reservation.start_minute, except_id=reservation.id)
    booking.check_customer(session, reservation.friend, wanted, now=now)
    wanted = choosing.with_provider(wanted, reservation.provider_id)
    scene = choosing.scene_of(session, wanted, now=now)
    if not choosing.is_free(scene, wanted):
        raise choosing.refusal(session, scene, wanted)


def _forget_ending(reservation: Reservation) -> None:
    reservation.cancelled_by = reservation.cancelled_at = reservation.checked_in_at = None
    reservation.reason, reservation.is_late = "", False
