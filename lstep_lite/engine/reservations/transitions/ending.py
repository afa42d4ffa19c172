"""Answers to requests and offers, and the ways a booking ends before the visit (T5 to T10, T13 to T15)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import plans
from lstep_lite.engine.reservations.availability.choosing import Wanted
from lstep_lite.engine.reservations.availability.policies import LateCancel
from lstep_lite.engine.reservations.transitions import (
    book,
    booking,
    changing,
    idempotency,
    limits,
    looking_over,
    occupying,
    places,
    recording,
    refusals,
    states,
    writing,
)
from lstep_lite.engine.reservations.transitions.recording import By, Transition
from lstep_lite.models import AssignedBy, CancelledBy, Reservation, ReservationState

State = ReservationState
OFFER_OVER = "申し訳ありません。ご案内の期限が過ぎました。ほかの空きをご確認ください。"


# Offers --------------------------------------------------------------------------------------------------------------


def accept(
    session: Session,
    reservation: Reservation,
    *,
    now: datetime,
    consents: bool = False,
    note: str = "",
    by: By = recording.CUSTOMER,
) -> Reservation:
    """Take what was kept (T5). Raises Refused when its time is over."""
    states.lock(session, reservation, now=now)
    if reservation.state in (State.CONFIRMED, State.REQUESTED):
        return reservation
    is_over = reservation.expires_at is not None and reservation.expires_at <= now
    if reservation.state is not State.HELD or is_over or not places.has_all(session, reservation):
        raise refusals.version_conflict(OFFER_OVER)
    policy = states.policy_of(session, reservation)
    if policy.consent_text and not consents:
        raise refusals.consent_required()
    before = recording.facts(reservation)
    is_asked = limits.needs_approval(session, reservation.friend, policy)
    reservation.state = State.REQUESTED if is_asked else State.CONFIRMED
    reservation.consent_text, reservation.consented_at = policy.consent_text, now if policy.consent_text else None
    reservation.customer_note = note.strip()
    phone = book.settings(session).phone
    ends_at = booking.request_end(policy, reservation.starts_at, phone, now=now) if is_asked else None
    reservation.expires_at = ends_at
    transition = Transition.REQUESTED if is_asked else Transition.CONFIRMED
    recording.write(session, reservation, transition, before, by=by, now=now)
    return reservation


# Requests ------------------------------------------------------------------------------------------------------------


def approve(
    session: Session,
    reservation: Reservation,
    *,
    by: By,
    now: datetime,
    version: int | None = None,
    provider_id: int | None = None,
    force: bool = False,
) -> Reservation:
    """The shop takes a request (T7), with another provider if one is given."""
    states.lock(session, reservation, now=now)
    states.expect(session, reservation, (State.REQUESTED,), version)
    before = recording.facts(reservation)
    if provider_id is not None and provider_id != reservation.provider_id:
        _give_to(session, reservation, provider_id, force=force, now=now)
    reservation.state, reservation.expires_at = State.CONFIRMED, None
    recording.write(session, reservation, Transition.APPROVED, before, by=by, now=now)
    return reservation


def _give_to(session: Session, reservation: Reservation, provider_id: int, *, force: bool, now: datetime) -> None:
    plan = plans.of_reservation(session, reservation).without_provider()
    wanted = Wanted(plan, reservation.business_date, reservation.start_minute, except_id=reservation.id)
    booking.provider_for_staff(session, wanted, provider_id, force=force, now=now)
    occupying.release(session, reservation.id)
    placed = booking.placed_at(session, wanted, provider_id, assigned_by=AssignedBy.STAFF)
    placed = changing.with_fee(changing.at_old_price(reservation, placed), 0)
    writing.move(session, reservation, placed, renews_lines=False)
    reservation.is_nominated, reservation.assigned_by = False, AssignedBy.STAFF
    places.take(session, reservation, force=force)
    reservation.is_outside = force and looking_over.is_outside(session, reservation, now=now)


def decline(
    session: Session,
    reservation: Reservation,
    *,
    by: By,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    proposed: Sequence[str] = (),
) -> Reservation:
    """The shop can't take a request (T8), and proposes other times, in words; none: the nearest that are free."""
    states.lock(session, reservation, now=now)
    states.expect(session, reservation, (State.REQUESTED,), version)
    before = recording.facts(reservation)
    reservation.state = State.DECLINED
    said = {"proposed": list(proposed)} if proposed else None
    return _end(session, reservation, Transition.DECLINED, before, by=by, now=now, reason=reason, said=said)


def expire(session: Session, reservation: Reservation, *, now: datetime) -> bool:
    """Nobody took an offer, or answered a request, in time (T6, T9). False when it is not so."""
    states.lock(session, reservation, now=now)
    is_over = reservation.expires_at is not None and reservation.expires_at <= now
    if reservation.state not in (State.HELD, State.REQUESTED) or not is_over:
        return False
    before = recording.facts(reservation)
    reservation.state = State.EXPIRED
    _end(session, reservation, Transition.EXPIRED, before, by=recording.AUTOMATION, now=now)
    return True


# Cancelling ----------------------------------------------------------------------------------------------------------


def cancel(
    session: Session,
    reservation: Reservation,
    *,
    version: int | None,
    now: datetime,
    reason: str = "",
    key: str | None = None,
    by: By = recording.CUSTOMER,
) -> Reservation:
    """By the customer: a request or an offer any time (T10), a booking until its deadline (T13), and after it only
    where the shop lets that be and marks it (T14). Raises Refused."""
    states.lock(session, reservation, now=now)
    request = idempotency.digest("cancel", reservation.id)
    if key and idempotency.answered(session, reservation.friend, key, request) is not None:
        return reservation
    states.expect(session, reservation, (State.HELD, State.REQUESTED, State.CONFIRMED), version)
    before = recording.facts(reservation)
    if reservation.state is State.CONFIRMED:
        reservation.is_late = _is_late(session, reservation, now=now)
        reservation.cancelled_by, transition = CancelledBy.CUSTOMER, Transition.CANCELLED
    else:
        reservation.cancelled_by, transition = CancelledBy.WITHDRAWN, Transition.WITHDRAWN
    reservation.state, reservation.cancelled_at = State.CANCELLED, now
    _end(session, reservation, transition, before, by=by, now=now, reason=reason)
    if key:
        idempotency.keep(session, reservation, key, request, now=now)
    return reservation


def _is_late(session: Session, reservation: Reservation, *, now: datetime) -> bool:
    """Raises Refused (DEADLINE_PASSED) when it is too late to cancel at all."""
    policy = states.policy_of(session, reservation)
    if not policy.cancelling:
        raise refusals.not_online("キャンセル", book.settings(session).phone)
    may_be_late = policy.late_cancel is LateCancel.ALLOW_MARKED and now < reservation.starts_at
    if not may_be_late:
        states.check_deadline(session, reservation, now=now)
    return not states.is_in_time(reservation, now=now)


def cancel_by_staff(
    session: Session,
    reservation: Reservation,
    *,
    by: By,
    now: datetime,
    version: int | None = None,
    reason: str = "",
    for_customer: bool = False,
) -> Reservation:
    """By the shop (T15), or as the customer asked on the phone, which counts as theirs."""
    states.lock(session, reservation, now=now)
    states.expect(session, reservation, (State.HELD, State.CONFIRMED, State.CHECKED_IN), version)
    before = recording.facts(reservation)
    reservation.cancelled_by = CancelledBy.CUSTOMER if for_customer else CancelledBy.SHOP
    reservation.state, reservation.cancelled_at = State.CANCELLED, now
    reservation.is_late = for_customer and not states.is_in_time(reservation, now=now)
    transition = Transition.CANCELLED if for_customer else Transition.CANCELLED_BY_SHOP
    return _end(session, reservation, transition, before, by=by, now=now, reason=reason)


def _end(
    session: Session,
    reservation: Reservation,
    transition: Transition,
    before: dict[str, Any],
    *,
    by: By,
    now: datetime,
    reason: str = "",
    said: dict[str, Any] | None = None,
) -> Reservation:
    """It is over: nothing of it is taken, asked or waited for any more."""
    changing.settle_open(session, reservation, now=now, by=by)
    places.give_back(session, reservation, now=now, reason=transition.value)
    reservation.reason, reservation.expires_at, reservation.needs_look = reason.strip(), None, False
    recording.write(session, reservation, transition, before, by=by, now=now, reason=reason.strip(), said=said)
    return reservation
