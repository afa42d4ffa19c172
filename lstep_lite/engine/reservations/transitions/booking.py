"""Making a booking (T1 to T5): by a customer, by staff, or kept for somebody who waits.

Each takes the friend's lock, then the booking lock, and only then looks at what is free.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from lstep_lite.db import savepoint
from lstep_lite.engine import locking
from lstep_lite.engine.reservations.availability import choosing, plans, policies
from lstep_lite.engine.reservations.availability.choosing import Wanted
from lstep_lite.engine.reservations.availability.days import instant
from lstep_lite.engine.reservations.availability.plans import Plan, Wish
from lstep_lite.engine.reservations.availability.policies import Policy
from lstep_lite.engine.reservations.transitions import (
    book,
    counting,
    idempotency,
    limits,
    looking_over,
    occupying,
    places,
    recording,
    refusals,
    writing,
)
from lstep_lite.engine.reservations.transitions.recording import By, Transition
from lstep_lite.engine.reservations.transitions.refusals import Code, Refused
from lstep_lite.engine.reservations.transitions.writing import Placed
from lstep_lite.engine.settings import zone
from lstep_lite.models import (
    AssignedBy,
    BookedBy,
    BookingPage,
    Friend,
    Reservation,
    ReservationSettings,
    ReservationState,
)

ANSWER_BEFORE = timedelta(minutes=30)
"""A request that nobody answered ends so long before the start at the latest."""


@dataclass(frozen=True)
class Quote:
    """What a customer was shown before confirming."""

    price: int | None
    minutes: int
    terms: str
    """A digest of the conditions: approval, deadline and consent."""


@dataclass(frozen=True)
class Order:
    """What a customer confirms."""

    wish: Wish
    day: date
    minute: int
    key: str
    """Made when the page to confirm was opened."""
    quote: Quote | None = None
    consents: bool = False
    note: str = ""
    values: Sequence[Any] = field(default_factory=list)


class Confirmed(Protocol):
    """What is the same of all that customers confirm: a visit, or places at an event."""

    @property
    def key(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def values(self) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Visit:
    """What staff write down of a phone call, or of somebody who walks in."""

    wish: Wish
    """With the provider it is to be, if it matters."""
    day: date
    minute: int
    is_nominated: bool = False
    """Whether the customer asked for the provider."""
    booked_by: BookedBy = BookedBy.PHONE
    note: str = ""
    staff_note: str = ""
    key: str | None = None


def plan_for(session: Session, wish: Wish, page: BookingPage | None) -> Plan:
    """What a customer's wish comes to now. Raises Refused for what the page does not offer."""
    if page is not None:
        offered = page.course_ids is None or set(wish.course_ids) <= set(page.course_ids)
        if not page.is_open or not offered:
            raise refusals.closed(plans.GONE)
    return plans.plan(plans.load(session, wish), wish)


def policy_of(settings: ReservationSettings, page: BookingPage | None, plan: Plan) -> Policy:
    return policies.merged(settings.policy, page.policy if page is not None else {}, plan.policies)


def quote(session: Session, friend: Friend, plan: Plan, policy: Policy) -> Quote:
    """What the page to confirm shows, to be sent back with the order."""
    is_asked = limits.needs_approval(session, friend, policy)
    terms = idempotency.digest(is_asked, policies.stored(policy)["deadline"], policy.consent_text)
    return Quote(plan.price, plan.offer.shape.minutes, terms[:16])


# By a customer -------------------------------------------------------------------------------------------------------


def order(
    session: Session,
    friend: Friend,
    order: Order,
    *,
    page: BookingPage | None,
    now: datetime,
    by: By = recording.CUSTOMER,
) -> Reservation:
    """Book what a customer confirmed: at once (T2), or as a request (T4). The same key once more is the same booking.

    Raises Refused with a code; whoever calls then rolls back.
    """
    locking.lock(session, friend)
    settings = book.lock(session)
    request = idempotency.digest("order", asdict(order.wish), order.day, order.minute)
    if (found := idempotency.booked(session, friend, order.key, request)) is not None:
        return found
    occupying.release_expired(session, now=now)
    places.let_hold_go(session, friend, now=now)  # it becomes the booking, or nothing: the unit is one
    if page is not None:
        session.refresh(page)
    plan = plan_for(session, order.wish, page)
    policy = policy_of(settings, page, plan)
    wanted = Wanted(plan, order.day, order.minute, policy, page, friend.id)
    _check_order(session, friend, order, wanted, policy, now=now)
    scene = choosing.scene_of(session, wanted, now=now)
    is_asked = limits.needs_approval(session, friend, policy)
    columns = {"page_id": page.id if page is not None else None, **agreed(order, policy, is_asked=is_asked, now=now)}
    reservation = _place_first(session, friend, wanted, choosing.candidates(session, scene, wanted), now, columns)
    reservation.deadline_at = policies.deadline_at(policy, order.day, reservation.starts_at, scene.zone)
    if is_asked:
        reservation.expires_at = request_end(policy, reservation.starts_at, scene.facts.house.phone, now=now)
    idempotency.keep(session, reservation, order.key, request, now=now)
    transition = Transition.REQUESTED if is_asked else Transition.CONFIRMED
    recording.write(session, reservation, transition, {}, by=by, now=now)
    return reservation


def _check_order(
    session: Session, friend: Friend, order: Order, wanted: Wanted, policy: Policy, *, now: datetime
) -> None:
    """Raises Refused for what they may not book, whatever is free."""
    customer = counting.customer_anew(session, friend.id)
    limits.check_who(session, friend, customer, wanted.plan, now=now)
    check_quote(session, friend, wanted.plan, policy, order.quote)
    check_customer(session, friend, wanted, now=now)
    if policy.consent_text and not order.consents:
        raise refusals.consent_required()


def check_quote(session: Session, friend: Friend, plan: Plan, policy: Policy, shown: Quote | None) -> None:
    """Raises Refused when what was shown is not so any more."""
    if shown is None:
        return
    found = quote(session, friend, plan, policy)
    if (found.price, found.minutes) != (shown.price, shown.minutes):
        raise refusals.price_changed((shown.minutes, found.minutes), (shown.price, found.price))
    if found.terms != shown.terms:
        raise refusals.settings_changed()


def check_customer(session: Session, friend: Friend, wanted: Wanted, *, now: datetime) -> None:
    """Raises Refused when they have a booking at that time, or as many as they may."""
    starts_at = instant(wanted.day, wanted.minute, zone(session))
    ends_at = starts_at + timedelta(minutes=wanted.plan.offer.shape.minutes)
    limits.check_no_overlap(session, friend, starts_at, ends_at, except_id=wanted.except_id)
    if wanted.policy is not None:
        limits.check_counts(session, friend, wanted.policy, wanted.day, now=now, except_id=wanted.except_id)


def agreed(order: Confirmed, policy: Policy, *, is_asked: bool, now: datetime) -> dict[str, Any]:
    """The columns of a booking that say what a customer agreed to and told."""
    return {
        "state": ReservationState.REQUESTED if is_asked else ReservationState.CONFIRMED,
        "booked_by": BookedBy.LINE,
        "consent_text": policy.consent_text,
        "consented_at": now if policy.consent_text else None,
        "customer_note": order.note.strip(),
        "values": list(order.values),
        "idempotency_key": order.key,
    }


def request_end(policy: Policy, starts_at: datetime, phone: str, *, now: datetime) -> datetime:
    """Until when the shop can answer a request. Raises Refused when there is no time left for it."""
    ends_at = min(now + timedelta(minutes=policy.request_minutes), starts_at - ANSWER_BEFORE)
    if ends_at <= now:
        raise refusals.too_late(phone)
    return ends_at


def _place_first(
    session: Session,
    friend: Friend,
    wanted: Wanted,
    candidates: Sequence[int | None],
    now: datetime,
    columns: dict[str, Any],
) -> Reservation:
    """With the first of *candidates*; should another unit have been quicker, with the second."""
    first, *others = candidates
    for provider_id, is_last in ((first, not others), *((each, True) for each in others[:1])):
        try:
            with savepoint(session):
                return _place(session, friend, wanted, provider_id, now, columns)
        except Refused as refusal:
            if is_last or refusal.code is not Code.SLOT_TAKEN:
                raise
    raise refusals.slot_taken()


def _place(
    session: Session,
    friend: Friend,
    wanted: Wanted,
    provider_id: int | None,
    now: datetime,
    columns: dict[str, Any],
    *,
    force: bool = False,
) -> Reservation:
    placed = placed_at(session, wanted, provider_id)
    reservation = writing.create(session, friend, placed, now=now, **columns)
    places.take_first(session, reservation, force=force)
    return reservation


def placed_at(
    session: Session, wanted: Wanted, provider_id: int | None, *, assigned_by: AssignedBy | None = None
) -> Placed:
    plan = wanted.plan
    by_default = AssignedBy.CUSTOMER if plan.is_nominated else AssignedBy.AUTO
    return Placed(
        day=wanted.day,
        minute=wanted.minute,
        starts_at=instant(wanted.day, wanted.minute, zone(session)),
        offer=plan.offer_of(provider_id),
        provider_id=provider_id,
        is_nominated=plan.is_nominated,
        assigned_by=(assigned_by or by_default) if provider_id is not None else None,
        price=plan.price,
        fee=plan.fee,
        has_open_price=plan.has_open_price,
        party=plan.wish.party,
    )


# By staff ------------------------------------------------------------------------------------------------------------


def write_down(
    session: Session,
    friend: Friend,
    visit: Visit,
    *,
    by: By,
    now: datetime,
    force: bool = False,
) -> Reservation:
    """Book by phone or at the counter (T3). Raises Refused for what is not free, unless staff *force* it.

    What was forced is written down as the reason.
    """
    locking.lock(session, friend)
    settings = book.lock(session)
    request = idempotency.digest("visit", asdict(visit.wish), visit.day, visit.minute)
    if visit.key and (found := idempotency.booked(session, friend, visit.key, request)) is not None:
        return found
    occupying.release_expired(session, now=now)
    places.let_hold_go(session, friend, now=now)
    plan = plan_for_staff(session, visit.wish, is_nominated=visit.is_nominated)
    wanted = Wanted(plan, visit.day, visit.minute)
    if not force:
        check_customer(session, friend, wanted, now=now)
    provider_id = provider_for_staff(session, wanted, visit.wish.provider_id, force=force, now=now)
    against = _against(session, wanted, provider_id, now=now) if force else ""
    reservation = _place(session, friend, wanted, provider_id, now, _noted(visit, by), force=force)
    reservation.is_outside = bool(against) and looking_over.is_outside(session, reservation, now=now)
    if visit.wish.provider_id is not None and not visit.is_nominated:
        reservation.assigned_by = AssignedBy.STAFF
    policy = policy_of(settings, None, plan)
    reservation.deadline_at = policies.deadline_at(policy, visit.day, reservation.starts_at, zone(session))
    if visit.key:
        idempotency.keep(session, reservation, visit.key, request, now=now)
    recording.write(session, reservation, Transition.CONFIRMED, {}, by=by, now=now, reason=against)
    return reservation


def _noted(visit: Visit, by: By) -> dict[str, Any]:
    """The columns of a booking that say what staff wrote down."""
    return {
        "state": ReservationState.CONFIRMED,
        "booked_by": visit.booked_by,
        "customer_note": visit.note.strip(),
        "staff_note": visit.staff_note.strip(),
        "staff_id": by.staff_id,
        "idempotency_key": visit.key,
    }


def _against(session: Session, wanted: Wanted, provider_id: int | None, *, now: datetime) -> str:
    """What stands against it, without anybody's name; empty when nothing has to be forced."""
    chosen = choosing.with_provider(wanted, provider_id)
    found = choosing.inspect(choosing.scene_of(session, chosen, now=now), chosen)
    return "" if found.is_free else "".join(dict.fromkeys(reason.text for reason in found.reasons()))


def plan_for_staff(session: Session, wish: Wish, *, is_nominated: bool) -> Plan:
    """A provider whom staff chose costs nothing extra unless the customer asked for them."""
    named = wish if is_nominated else replace(wish, provider_id=None)
    return plans.plan(plans.load(session, named), named, by_customer=False)


def provider_for_staff(
    session: Session, wanted: Wanted, provider_id: int | None, *, force: bool, now: datetime
) -> int | None:
    """The provider staff named, or the one the shop prefers. Raises Refused when not free, unless forced."""
    chosen = choosing.with_provider(wanted, provider_id)
    scene = choosing.scene_of(session, chosen, now=now)
    choosing.moment(session, chosen, scene)
    try:
        return choosing.candidates(session, scene, chosen)[0]
    except Refused as refusal:
        if not force or refusal.code is Code.BAD_TIME:
            raise
    if not wanted.plan.offer.shape.takes_provider:
        return None
    anybody = provider_id if provider_id is not None else choosing.preferred(session, scene, wanted)
    if anybody is None:
        raise refusals.skill_mismatch()
    return anybody


# Kept for somebody who waits -----------------------------------------------------------------------------------------


def hold(
    session: Session,
    friend: Friend,
    wish: Wish,
    day: date,
    minute: int,
    *,
    page: BookingPage | None,
    expires_at: datetime,
    now: datetime,
) -> Reservation:
    """Keep a place for a friend who waits until *expires_at* (T1).

    Raises Refused when it is not free, and when they could not book it themselves: limits hold for who waits too.
    """
    locking.lock(session, friend)
    settings = book.lock(session)
    occupying.release_expired(session, now=now)
    plan = plan_for(session, wish, page)
    policy = policy_of(settings, page, plan)
    limits.check_who(session, friend, counting.customer_anew(session, friend.id), plan, now=now)
    limits.check_counts(session, friend, policy, day, now=now)
    wanted = Wanted(plan, day, minute, None, page, friend.id)
    check_customer(session, friend, wanted, now=now)
    scene = choosing.scene_of(session, wanted, now=now)
    columns = {
        "state": ReservationState.HELD,
        "page_id": page.id if page is not None else None,
        "booked_by": BookedBy.LINE,
        "expires_at": expires_at,
    }
    reservation = _place_first(session, friend, wanted, choosing.candidates(session, scene, wanted), now, columns)
    reservation.deadline_at = policies.deadline_at(policy, day, reservation.starts_at, scene.zone)
    recording.write(session, reservation, Transition.HELD, {}, by=recording.AUTOMATION, now=now)
    return reservation
