"""Another time, provider or other courses for a booking (T11), at once or when the shop agrees (T12).

The old time stays until the new one is taken; a booking never meets itself. What was agreed of the courses stays as
it was, unless other courses are chosen.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.reservations.availability import choosing, plans, policies
from lstep_lite.engine.reservations.availability.choosing import Wanted
from lstep_lite.engine.reservations.availability.days import TICK_MINUTES, in_words
from lstep_lite.engine.reservations.availability.plans import WORK, Plan, Shape, Wish
from lstep_lite.engine.reservations.availability.policies import Changing, Policy
from lstep_lite.engine.reservations.transitions import (
    book,
    booking,
    idempotency,
    looking_over,
    occupying,
    places,
    recording,
    refusals,
    states,
    writing,
)
from lstep_lite.engine.reservations.transitions.occupying import Cell
from lstep_lite.engine.reservations.transitions.recording import CUSTOMER, By, Transition
from lstep_lite.engine.reservations.transitions.writing import Placed
from lstep_lite.models import (
    AssignedBy,
    BookingPage,
    ChangeRequest,
    ChangeState,
    Provider,
    Reservation,
    ReservationState,
)

MOVABLE = (ReservationState.CONFIRMED, ReservationState.REQUESTED, ReservationState.CHECKED_IN)


@dataclass(frozen=True)
class Change:
    """What a booking is to be. Without *wish*, its courses stay, and a customer's provider too."""

    day: date
    minute: int
    wish: Wish | None = None
    provider_id: int | None = None
    """By staff: who serves from now on; None: who did, or whoever is free if that one is not."""
    quote: booking.Quote | None = None
    """With *wish*: what the customer was shown."""
    minutes: int | None = None
    """By staff: how long the visit is from now on, by its last work; None: as long as it was."""
    is_nominated: bool = False
    """By staff, with another provider: whether the customer asks for that one."""
    fee: int | None = None
    """With *is_nominated*: yen for asking for that one; None: what that provider asks."""


# By the customer -----------------------------------------------------------------------------------------------------


def change(
    session: Session,
    reservation: Reservation,
    change: Change,
    *,
    version: int | None,
    now: datetime,
    key: str | None = None,
) -> Reservation:
    """Move it before its deadline, or ask the shop to, as the policy says. Raises Refused; nothing changes then."""
    states.lock(session, reservation, now=now)
    request = idempotency.digest("change", reservation.id, asdict(change))
    if key and idempotency.answered(session, reservation.friend, key, request) is not None:
        return reservation
    states.expect(session, reservation, (ReservationState.CONFIRMED,), version)
    _check_is_course(reservation)
    states.check_deadline(session, reservation, now=now)
    places.let_hold_go(session, reservation.friend, now=now)
    page = session.get(BookingPage, reservation.page_id) if reservation.page_id is not None else None
    plan = _plan(session, reservation, change, page)
    policy = booking.policy_of(book.settings(session), page, plan)
    if policy.changing is Changing.NO:
        raise refusals.not_online("変更", book.settings(session).phone)
    if change.wish is not None:
        booking.check_quote(session, reservation.friend, plan, policy, change.quote)
    wanted = Wanted(plan, change.day, change.minute, policy, page, reservation.friend_id, reservation.id)
    booking.check_customer(session, reservation.friend, wanted, now=now)
    scene = choosing.scene_of(session, wanted, now=now)
    candidates = choosing.candidates(session, scene, wanted)
    kept = reservation.provider_id if reservation.provider_id in candidates else candidates[0]
    if policy.changing is Changing.ASK:
        _ask(session, reservation, change, booking.placed_at(session, wanted, kept), policy, now=now)
    else:
        placed = _placed(session, reservation, wanted, kept, renews=change.wish is not None)
        _apply(session, reservation, placed, policy, now=now, by=CUSTOMER, renews=change.wish is not None)
    if key:
        idempotency.keep(session, reservation, key, request, now=now)
    return reservation


def _check_is_course(reservation: Reservation) -> None:
    if reservation.slot_id is not None:
        raise refusals.bad_time("イベントの予約は日時を変更できません。キャンセルして取り直してください。")


def _plan(session: Session, reservation: Reservation, change: Change, page: BookingPage | None) -> Plan:
    if change.wish is None:
        return plans.of_reservation(session, reservation)
    return booking.plan_for(session, change.wish, page)


# By staff ------------------------------------------------------------------------------------------------------------


def move(
    session: Session,
    reservation: Reservation,
    change: Change,
    *,
    by: By,
    now: datetime,
    version: int | None = None,
    force: bool = False,
) -> Reservation:
    """Staff move it at any time, also onto what is taken when they *force* it."""
    states.lock(session, reservation, now=now)
    states.expect(session, reservation, MOVABLE, version)
    wanted = _wanted_by_staff(session, reservation, change)
    if not force:
        booking.check_customer(session, reservation.friend, wanted, now=now)
    provider_id = _provider(session, reservation, change, wanted, force=force, now=now)
    policy, renews = states.policy_of(session, reservation), change.wish is not None
    placed = _placed(session, reservation, wanted, provider_id, renews=renews)
    if gives_over(reservation, change):
        assigned_by = AssignedBy.CUSTOMER if change.is_nominated else AssignedBy.STAFF
        placed = replace(placed, is_nominated=change.is_nominated, assigned_by=assigned_by)
        placed = placed if renews else with_fee(placed, fee_of(session, change))
    _apply(session, reservation, placed, policy, now=now, by=by, renews=renews, force=force)
    return reservation


def gives_over(reservation: Reservation, change: Change) -> bool:
    """Whether staff give it to another provider."""
    return change.provider_id not in (None, reservation.provider_id)


def fee_of(session: Session, change: Change) -> int:
    """Yen for asking for the provider it is given to: nobody pays for one they do not get."""
    if change.provider_id is None or not change.is_nominated:
        return 0
    return change.fee if change.fee is not None else session.get_one(Provider, change.provider_id).fee


def with_fee(placed: Placed, fee: int) -> Placed:
    """The courses at what was agreed, with another fee."""
    price = None if placed.price is None else placed.price - placed.fee + fee
    return replace(placed, price=price, fee=fee)


def check_move(session: Session, reservation: Reservation, change: Change, *, now: datetime) -> None:
    """Raises Refused where `move` would now; nothing is locked, nothing written."""
    states.expect(session, reservation, MOVABLE)
    wanted = _wanted_by_staff(session, reservation, change)
    booking.check_customer(session, reservation.friend, wanted, now=now)
    _provider(session, reservation, change, wanted, force=False, now=now)


def _wanted_by_staff(session: Session, reservation: Reservation, change: Change) -> Wanted:
    _check_is_course(reservation)
    plan = plans.of_reservation(session, reservation)
    if change.wish is not None:
        plan = booking.plan_for_staff(session, change.wish, is_nominated=change.wish.provider_id is not None)
    if change.minutes is not None:
        plan = _lasting(plan, change.minutes)
    return Wanted(plan, change.day, change.minute, except_id=reservation.id)


def _lasting(plan: Plan, minutes: int) -> Plan:
    """Whoever serves, it takes so long. Raises Refused (BAD_TIME) for what the other stretches leave no room for."""
    offer = replace(plan.offer, shape=_stretched(plan.offer.shape, minutes))
    return replace(plan, offer=offer, by_provider=dict.fromkeys(plan.by_provider, offer))


def _stretched(shape: Shape, minutes: int) -> Shape:
    stretches = list(shape.stretches)
    works = [place for place, each in enumerate(stretches) if each.kind == WORK]
    place = works[-1] if works else len(stretches) - 1
    last = stretches[place].minutes + minutes - shape.minutes
    if last < TICK_MINUTES or last % TICK_MINUTES:
        raise refusals.bad_time("この長さにはできません。5分単位で、最後の施術が5分以上になる長さにしてください。")
    stretches[place] = replace(stretches[place], minutes=last)
    return replace(shape, stretches=tuple(stretches))


def _provider(
    session: Session, reservation: Reservation, change: Change, wanted: Wanted, *, force: bool, now: datetime
) -> int | None:
    """Who staff named, else who had it; for a customer without a wish, whoever is free."""
    if change.provider_id is not None or change.wish is not None:
        asked = change.provider_id if change.provider_id is not None else wanted.plan.wish.provider_id
        return booking.provider_for_staff(session, wanted, asked, force=force, now=now)
    if reservation.is_nominated:
        return booking.provider_for_staff(session, wanted, reservation.provider_id, force=force, now=now)
    scene = choosing.scene_of(session, wanted, now=now)
    same = choosing.with_provider(wanted, reservation.provider_id)
    if choosing.is_free(scene, same):
        return reservation.provider_id
    return booking.provider_for_staff(session, wanted, reservation.provider_id if force else None, force=force, now=now)


# Doing it ------------------------------------------------------------------------------------------------------------


def _placed(
    session: Session, reservation: Reservation, wanted: Wanted, provider_id: int | None, *, renews: bool
) -> Placed:
    placed = booking.placed_at(session, wanted, provider_id)
    return placed if renews else at_old_price(reservation, placed)


def _apply(
    session: Session,
    reservation: Reservation,
    placed: Placed,
    policy: Policy,
    *,
    now: datetime,
    by: By,
    renews: bool,
    force: bool = False,
) -> None:
    before, old_day = recording.facts(reservation), reservation.business_date
    settle_open(session, reservation, now=now, by=by)
    occupying.release(session, reservation.id)
    writing.move(session, reservation, placed, renews_lines=renews)
    places.take(session, reservation, force=force)
    zone = settings.zone(session)
    reservation.deadline_at = policies.deadline_at(policy, placed.day, reservation.starts_at, zone)
    reservation.needs_look = False
    reservation.is_outside = force and looking_over.is_outside(session, reservation, now=now)
    if reservation.state is ReservationState.REQUESTED and reservation.expires_at is not None:
        reservation.expires_at = min(reservation.expires_at, reservation.starts_at - booking.ANSWER_BEFORE)
    places.free(session, old_day, None, now=now, reason="変更")
    recording.write(session, reservation, Transition.CHANGED, before, by=by, now=now)


def at_old_price(reservation: Reservation, placed: Placed) -> Placed:
    """What was agreed stays so at another time."""
    return replace(
        placed,
        price=reservation.price,
        fee=reservation.fee,
        has_open_price=reservation.has_open_price,
        is_nominated=reservation.is_nominated,
        assigned_by=reservation.assigned_by,
    )


# When the shop decides -----------------------------------------------------------------------------------------------


def _ask(
    session: Session, reservation: Reservation, change: Change, placed: Placed, policy: Policy, *, now: datetime
) -> None:
    """Take the wanted time beside the old one, until the shop has answered."""
    before = recording.facts(reservation)
    settle_open(session, reservation, now=now, by=CUSTOMER)
    cells = places.at(session, placed.offer.shape, placed.provider_id, placed.starts_at)
    extra = occupying.take_more(session, reservation.id, cells)
    soonest = min(reservation.starts_at, placed.starts_at)
    phone = book.settings(session).phone
    session.add(
        ChangeRequest(
            reservation_id=reservation.id,
            reservation_version=reservation.version,
            state=ChangeState.ASKED,
            plan=_stored(change, placed),
            occupancies=[[pool_id, tick, count] for (pool_id, tick), count in sorted(extra.items())],
            expires_at=booking.request_end(policy, soonest, phone, now=now),
            created_at=now,
        )
    )
    said = {"asked": in_words(placed.day, placed.minute)}
    recording.write(session, reservation, Transition.CHANGE_ASKED, before, by=CUSTOMER, now=now, said=said)


def _stored(change: Change, placed: Placed) -> dict[str, Any]:
    wish = change.wish
    return {
        "business_date": change.day.isoformat(),
        "start_minute": change.minute,
        "provider_id": placed.provider_id,
        "price": placed.price,
        "fee": placed.fee,
        "course_ids": list(wish.course_ids) if wish else None,
        "option_ids": list(wish.option_ids) if wish else None,
        "nominated_id": wish.provider_id if wish else None,
        "party": placed.party,
    }


def asked_for(plan: Mapping[str, Any]) -> Change:
    """What a stored ChangeRequest.plan says."""
    wish = None
    if plan["course_ids"] is not None:
        wish = Wish(tuple(plan["course_ids"]), tuple(plan["option_ids"]), plan["nominated_id"], plan["party"])
    day = date.fromisoformat(plan["business_date"])
    return Change(day, plan["start_minute"], wish, plan["provider_id"])


def open_request(session: Session, reservation: Reservation) -> ChangeRequest | None:
    """The change the customer waits for."""
    row = ChangeRequest
    mine = sa.select(row).where(row.reservation_id == reservation.id, row.state == ChangeState.ASKED)
    return session.scalar(mine.order_by(row.id.desc()).limit(1), execution_options={"populate_existing": True})


def approve_change(
    session: Session, request: ChangeRequest, *, by: By, now: datetime, force: bool = False
) -> Reservation:
    """The shop agrees (T11). Raises Refused when somebody was quicker, or it can't be any more."""
    reservation = states.get(session, request.reservation_id)
    _lock_request(session, reservation, request, now=now)
    change = asked_for(request.plan)
    if change.wish is None:
        plan = plans.of_reservation(session, reservation)
    else:
        plan = plans.plan(plans.load(session, change.wish), change.wish, by_customer=False)
    wanted = Wanted(plan, change.day, change.minute, except_id=reservation.id)
    provider_id = booking.provider_for_staff(session, wanted, change.provider_id, force=force, now=now)
    policy = states.policy_of(session, reservation)
    request.state, request.decided_at, request.staff_id = ChangeState.APPROVED, now, by.staff_id
    renews = change.wish is not None
    placed = _placed(session, reservation, wanted, provider_id, renews=renews)
    if renews:  # whatever has become of the menu: the customer was shown this
        placed = replace(placed, price=request.plan["price"], fee=request.plan["fee"])
    _apply(session, reservation, placed, policy, now=now, by=by, renews=renews, force=force)
    return reservation


def end_change(
    session: Session, request: ChangeRequest, state: ChangeState, *, by: By, now: datetime, reason: str = ""
) -> Reservation:
    """It is DECLINED, EXPIRED or WITHDRAWN: the old time stays, the wanted one is free. Raises Refused if it was."""
    reservation = states.get(session, request.reservation_id)
    _lock_request(session, reservation, request, now=now)
    before = recording.facts(reservation)
    _settle(session, reservation, request, state, now=now, by=by)
    recording.write(session, reservation, ENDS[state], before, by=by, now=now, reason=reason)
    return reservation


ENDS = {
    ChangeState.DECLINED: Transition.CHANGE_DECLINED,
    ChangeState.EXPIRED: Transition.CHANGE_EXPIRED,
    ChangeState.WITHDRAWN: Transition.CHANGE_WITHDRAWN,
}


def _lock_request(session: Session, reservation: Reservation, request: ChangeRequest, *, now: datetime) -> None:
    states.lock(session, reservation, now=now)
    session.refresh(request)
    if request.state is not ChangeState.ASKED:
        raise refusals.version_conflict("この変更のお申し込みには、すでに回答済みです。画面を開き直してください。")


def settle_open(session: Session, reservation: Reservation, *, now: datetime, by: By) -> None:
    """A change that is asked for ends with whatever else becomes of the booking."""
    if (request := open_request(session, reservation)) is not None:
        _settle(session, reservation, request, ChangeState.WITHDRAWN, now=now, by=by)


def _settle(
    session: Session, reservation: Reservation, request: ChangeRequest, state: ChangeState, *, now: datetime, by: By
) -> None:
    extra: Counter[Cell] = Counter({(pool_id, tick): count for pool_id, tick, count in request.occupancies})
    occupying.release_some(session, reservation.id, extra)
    request.state, request.decided_at, request.staff_id = state, now, by.staff_id
    day = date.fromisoformat(request.plan["business_date"])
    places.free(session, day, None, now=now, reason="変更のお申し込みの終了")
