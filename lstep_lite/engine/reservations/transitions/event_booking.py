"""Booking places at an event (reservations study §4.9): a slot has so many, sold as they are or as tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import locking
from lstep_lite.engine.reservations.availability import policies
from lstep_lite.engine.reservations.availability.policies import Policy
from lstep_lite.engine.reservations.transitions import (
    book,
    booking,
    counting,
    idempotency,
    limits,
    occupying,
    places,
    recording,
    refusals,
    writing,
)
from lstep_lite.engine.reservations.transitions.occupying import EVENT_TICK
from lstep_lite.engine.reservations.transitions.recording import By, Transition
from lstep_lite.engine.settings import zone
from lstep_lite.errors import NotFound
from lstep_lite.models import (
    BLOCKING,
    BookedBy,
    Event,
    EventSlot,
    EventTicket,
    Friend,
    FriendLimit,
    Occupancy,
    Pool,
    Reservation,
    ReservationLine,
    ReservationState,
)

COUNTED = (*BLOCKING, ReservationState.COMPLETED, ReservationState.NO_SHOW)
OVER = "この回の受付は終了しました。ほかの回をお選びください。"
NOT_YET = "この回の受付はまだ始まっていません。"
CANCELLED = "この回は中止になりました。ほかの回をお選びください。"


@dataclass(frozen=True)
class SlotOrder:
    """What a customer confirms, or staff write down: so many places, or so many of each ticket."""

    slot_id: int
    key: str
    party: int = 1
    """Without tickets."""
    tickets: Mapping[int, int] = field(default_factory=dict)
    """How many, by the id of the ticket."""
    quote: booking.Quote | None = None
    consents: bool = False
    note: str = ""
    values: Sequence[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Basket:
    """What an order comes to."""

    seats: int
    people: int
    price: int
    tickets: Sequence[tuple[EventTicket, int]] = ()


def taken(session: Session, slots: Sequence[EventSlot]) -> dict[int, int]:
    """By slot: how many places are taken; one query for all of them."""
    row = Occupancy
    mine = sa.select(row.pool_id, sa.func.count()).where(
        row.pool_id.in_([slot.pool_id for slot in slots]), row.tick == EVENT_TICK
    )
    found = {each.pool_id: each[1] for each in session.execute(mine.group_by(row.pool_id))}
    return {slot.id: found.get(slot.pool_id, 0) for slot in slots}


def left(session: Session, slot: EventSlot) -> int:
    """How many places are free."""
    row = Occupancy
    used = sa.select(sa.func.count()).where(row.pool_id == slot.pool_id, row.tick == EVENT_TICK).scalar_subquery()
    return max(0, session.scalar(sa.select(Pool.capacity - used).where(Pool.id == slot.pool_id)) or 0)


def policy_of(session: Session, event: Event) -> Policy:
    return policies.merged(book.settings(session).policy, {}, [event.policy])


def basket(session: Session, slot: EventSlot, party: int, tickets: Mapping[int, int]) -> Basket:
    """Raises Refused for tickets that are not sold for this slot, and for none at all."""
    known = sa.select(EventTicket).where(EventTicket.slot_id == slot.id, EventTicket.is_active)
    offered = {each.id: each for each in session.scalars(known, execution_options={"populate_existing": True})}
    chosen = {ticket_id: count for ticket_id, count in sorted(tickets.items()) if count}
    if not offered and not chosen and party > 0:
        return Basket(party, party, 0)
    if not chosen or not chosen.keys() <= offered.keys() or min(chosen.values()) < 1:
        raise refusals.closed("プランを選び直してください。")
    rows = [(offered[ticket_id], count) for ticket_id, count in chosen.items()]
    return Basket(
        seats=sum(ticket.seats * count for ticket, count in rows),
        people=sum(count for _, count in rows),
        price=sum(ticket.price * count for ticket, count in rows),
        tickets=rows,
    )


def quote(session: Session, friend: Friend, slot: EventSlot, basket: Basket, policy: Policy) -> booking.Quote:
    """What the page to confirm shows, to be sent back with the order."""
    is_asked = limits.needs_approval(session, friend, policy)
    terms = idempotency.digest(is_asked, policies.stored(policy)["deadline"], policy.consent_text, slot.starts_at)
    return booking.Quote(basket.price, _minutes(slot), terms[:16])


def _minutes(slot: EventSlot) -> int:
    return int((slot.ends_at - slot.starts_at).total_seconds()) // 60


def order(session: Session, friend: Friend, order: SlotOrder, *, now: datetime) -> Reservation:
    """Book what a customer confirmed: at once (T2), or as a request (T4). The same key once more is the same booking.

    Raises Refused with a code; whoever calls then rolls back.
    """
    locking.lock(session, friend)
    settings = book.lock(session)
    request = _digest(order)
    if (found := idempotency.booked(session, friend, order.key, request)) is not None:
        return found
    occupying.release_expired(session, now=now)
    slot, event = get_open(session, order.slot_id, now=now)
    policy = policy_of(session, event)
    wanted = _checked(session, friend, order, slot, event)
    is_asked = limits.needs_approval(session, friend, policy)
    columns = booking.agreed(order, policy, is_asked=is_asked, now=now)
    reservation = _write(session, friend, slot, wanted, columns, now=now)
    take(session, reservation, event)
    if is_asked:
        reservation.expires_at = booking.request_end(policy, slot.starts_at, settings.phone, now=now)
    idempotency.keep(session, reservation, order.key, request, now=now)
    transition = Transition.REQUESTED if is_asked else Transition.CONFIRMED
    recording.write(session, reservation, transition, {}, by=recording.CUSTOMER, now=now)
    return reservation


def _checked(session: Session, friend: Friend, order: SlotOrder, slot: EventSlot, event: Event) -> Basket:
    """What the order comes to. Raises Refused for what they may not have."""
    customer = counting.customer_anew(session, friend.id)
    if customer.online == "phone_only":
        raise refusals.closed(limits.PHONE_ONLY)
    wanted = basket(session, slot, order.party, order.tickets)
    check_left(session, slot, wanted)
    check_party(event, wanted)
    policy = policy_of(session, event)
    if order.quote is not None:
        _check_quote(session, friend, slot, wanted, policy, order.quote)
    check_limit(session, friend, event, slot)
    limits.check_no_overlap(session, friend, slot.starts_at, slot.ends_at, slot_id=slot.id)
    if policy.consent_text and not order.consents:
        raise refusals.consent_required()
    return wanted


def write_down(
    session: Session,
    friend: Friend,
    order: SlotOrder,
    *,
    by: By,
    now: datetime,
    booked_by: BookedBy = BookedBy.PHONE,
    force: bool = False,
) -> Reservation:
    """By staff, or by automation (T3): the window and the limits of customers don't matter, the places do, unless
    staff *force* it."""
    locking.lock(session, friend)
    book.lock(session)
    request = _digest(order)
    if (found := idempotency.booked(session, friend, order.key, request)) is not None:
        return found
    occupying.release_expired(session, now=now)
    slot, event = get(session, order.slot_id)
    if slot.cancelled_at is not None:
        raise refusals.closed(CANCELLED)
    wanted = basket(session, slot, order.party, order.tickets)
    if not force:
        check_left(session, slot, wanted)
        limits.check_no_overlap(session, friend, slot.starts_at, slot.ends_at)
    columns = {
        "state": ReservationState.CONFIRMED,
        "booked_by": booked_by,
        "customer_note": order.note.strip(),
        "staff_id": by.staff_id,
        "idempotency_key": order.key,
    }
    reservation = _write(session, friend, slot, wanted, columns, now=now)
    take(session, reservation, event, force=force)
    idempotency.keep(session, reservation, order.key, request, now=now)
    recording.write(session, reservation, Transition.CONFIRMED, {}, by=by, now=now)
    return reservation


def hold(
    session: Session,
    friend: Friend,
    slot: EventSlot,
    *,
    party: int,
    tickets: Mapping[int, int],
    expires_at: datetime,
    now: datetime,
) -> Reservation:
    """Keep places for a friend who waits until *expires_at* (T1). Raises Refused when there are too few."""
    locking.lock(session, friend)
    book.lock(session)
    occupying.release_expired(session, now=now)
    slot, event = get_open(session, slot.id, now=now)
    wanted = basket(session, slot, party, tickets)
    check_left(session, slot, wanted)
    check_limit(session, friend, event, slot)
    limits.check_no_overlap(session, friend, slot.starts_at, slot.ends_at, slot_id=slot.id)
    columns = {"state": ReservationState.HELD, "booked_by": BookedBy.LINE, "expires_at": expires_at}
    reservation = _write(session, friend, slot, wanted, columns, now=now)
    take(session, reservation, event)
    recording.write(session, reservation, Transition.HELD, {}, by=recording.AUTOMATION, now=now)
    return reservation


def _digest(order: SlotOrder) -> str:
    return idempotency.digest("slot", order.slot_id, order.party, sorted(order.tickets.items()))


def get(session: Session, slot_id: int) -> tuple[EventSlot, Event]:
    """As the database has it."""
    both = sa.select(EventSlot, Event).join(Event, Event.id == EventSlot.event_id).where(EventSlot.id == slot_id)
    found = session.execute(both, execution_options={"populate_existing": True}).first()
    if found is None:
        raise NotFound("この回は見つかりませんでした。")
    return found.EventSlot, found.Event


def get_open(session: Session, slot_id: int, *, now: datetime) -> tuple[EventSlot, Event]:
    """A slot that customers can book now, as the database has it. Raises Refused."""
    slot, event = get(session, slot_id)
    check_open(session, event, slot, now=now)
    return slot, event


def check_open(session: Session, event: Event, slot: EventSlot, *, now: datetime) -> None:
    """Raises Refused outside the time in which customers book this slot; both ends are in time."""
    if slot.cancelled_at is not None:
        raise refusals.closed(CANCELLED)
    if not event.is_open:
        raise refusals.closed("このイベントは現在受け付けていません。")
    if slot.opens_at is not None and now < slot.opens_at:
        raise refusals.Refused(refusals.Code.OUT_OF_WINDOW, NOT_YET)
    if now > (slot.closes_at or slot.starts_at):
        raise refusals.Refused(refusals.Code.TOO_LATE, OVER)


def _check_quote(
    session: Session, friend: Friend, slot: EventSlot, basket: Basket, policy: Policy, shown: booking.Quote
) -> None:
    found = quote(session, friend, slot, basket, policy)
    if (found.price, found.minutes) != (shown.price, shown.minutes):
        raise refusals.price_changed((shown.minutes, found.minutes), (shown.price, found.price))
    if found.terms != shown.terms:
        raise refusals.settings_changed()


def check_party(event: Event, basket: Basket) -> None:
    """Raises Refused (LIMIT_EXCEEDED) for more people than may come at a time."""
    if basket.people > event.most_party:
        raise refusals.limit_exceeded(f"一度にお申し込みいただけるのは{event.most_party}名様までです。")


def check_limit(
    session: Session, friend: Friend, event: Event, slot: EventSlot, *, except_id: int | None = None
) -> None:
    """Raises Refused (LIMIT_EXCEEDED) when they have booked as often as they may. One being moved does not count."""
    row = Reservation
    mine = sa.select(row.slot_id).join(EventSlot, EventSlot.id == row.slot_id)
    mine = mine.where(row.friend_id == friend.id, row.state.in_(COUNTED), EventSlot.event_id == event.id)
    if except_id is not None:
        mine = mine.where(row.id != except_id)
    had = session.scalars(mine).all()
    here = sum(slot_id == slot.id for slot_id in had)
    match event.limit:
        case FriendLimit.EVENT_ONCE if had:
            raise refusals.limit_exceeded("このイベントのお申し込みは、お一人様1回までです。")
        case FriendLimit.SLOT_ONCE if here:
            raise refusals.limit_exceeded("同じ回のお申し込みは、お一人様1回までです。")
        case FriendLimit.SLOT_COUNT if slot.limit_count is not None and here >= slot.limit_count:
            raise refusals.limit_exceeded(f"同じ回のお申し込みは、お一人様{slot.limit_count}回までです。")


def _write(
    session: Session, friend: Friend, slot: EventSlot, basket: Basket, columns: dict[str, Any], *, now: datetime
) -> Reservation:
    lines = [
        ReservationLine(
            position=position,
            ticket_id=ticket.id,
            name=ticket.name,
            minutes=_minutes(slot),
            price=ticket.price,
            quantity=count,
        )
        for position, (ticket, count) in enumerate(basket.tickets)
    ]
    agreed = {"party": basket.seats, "price": basket.price}
    return writing.create_for_slot(session, friend, slot, lines, now=now, **columns, **agreed)


def take(session: Session, reservation: Reservation, event: Event, *, force: bool = False) -> None:
    """Its places at its slot, and the deadline that goes with them. Raises Refused (SLOT_TAKEN), unless forced."""
    places.take_first(session, reservation, force=force)
    policy, day = policy_of(session, event), reservation.business_date
    reservation.deadline_at = policies.deadline_at(policy, day, reservation.starts_at, zone(session))


def check_left(session: Session, slot: EventSlot, basket: Basket) -> None:
    """Raises Refused when there are too few places, or tickets of a kind."""
    free = left(session, slot)
    if basket.seats > free:
        raise refusals.too_few_left(free) if free else refusals.sold_out()
    for ticket, count in basket.tickets:
        if ticket.cap is not None and ticket.taken + count > ticket.cap:
            words = f"申し訳ありません。「{ticket.name}」は残り{max(0, ticket.cap - ticket.taken)}枚です。"
            raise refusals.Refused(refusals.Code.SLOT_TAKEN, f"{words}枚数を減らすか、ほかのプランをお選びください。")
