"""Waiting lists: whose turn it is, how long an offer is kept, and what becomes of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import deliveries
from lstep_lite.engine.reservations import Code, Refused, by_staff, waiting
from lstep_lite.engine.reservations.availability.facts import Hours
from lstep_lite.engine.reservations.keeping import closures, pools, shifts
from lstep_lite.engine.reservations.keeping.closures import ClosureDraft
from lstep_lite.engine.reservations.keeping.pools import PoolDraft
from lstep_lite.engine.reservations.transitions import ending, event_booking, expiring
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.engine.reservations.waiting import deadlines, offering
from lstep_lite.models import (
    Delivery,
    Event,
    EventSlot,
    EventTicket,
    Friend,
    OfferState,
    PoolKind,
    Reservation,
    ReservationState,
    Vacancy,
    WaitEntry,
    WaitOffer,
    WaitState,
)
from tests.engine.reservations.brute import TOKYO
from tests.engine.reservations.salon import FRIDAY, TEN, Salon, a_salon, a_ticket, an_event, at
from tests.engine.reservations.test_booking import book
from tests.factories import NOW, a_friend

State = ReservationState
BY = by_staff(None)


@pytest.fixture
def slot(session: Session) -> EventSlot:
    """With two places, both taken by one customer."""
    a_salon(session)
    return an_event(session, 2)


@pytest.fixture
def guest(session: Session, slot: EventSlot) -> Reservation:
    return event_booking.order(session, a_friend(session), SlotOrder(slot.id, "guest", 2), now=NOW)


def waits(session: Session, slot: EventSlot, party: int = 1, **over: Any) -> WaitEntry:
    friend = over.pop("friend", None) or a_friend(session)
    return waiting.join_slot(session, friend, slot, party=party, now=over.pop("now", NOW), **over)


def offer_all(database: Database, session: Session, now: datetime = NOW) -> None:
    session.commit()
    while offering.run(database, now=now, wall=now):
        pass
    session.expire_all()


def held(session: Session) -> list[tuple[int, int]]:
    rows = session.scalars(sa.select(Reservation).where(Reservation.state == State.HELD).order_by(Reservation.id))
    return [(row.friend_id, row.party) for row in rows]


def test_the_first_who_fits_gets_an_offer(
    database: Database, session: Session, slot: EventSlot, guest: Reservation
) -> None:
    three = a_friend(session)
    session.get_one(Event, slot.event_id).most_party = 4
    slot.pool.capacity = 3
    waits(session, slot, 3, friend=three)
    first, blocked, second, third = (waits(session, slot, now=NOW + timedelta(minutes=each)) for each in range(1, 5))
    blocked.friend.is_following = False
    slot.pool.capacity = 2
    ending.cancel(session, guest, version=1, now=NOW)
    offer_all(database, session, NOW + timedelta(minutes=5))
    assert held(session) == [(first.friend_id, 1), (second.friend_id, 1)], "three do not fit, one can't be told"
    assert [each.state for each in (first, blocked, second, third)] == [
        WaitState.OFFERED,
        WaitState.WAITING,
        WaitState.OFFERED,
        WaitState.WAITING,
    ]
    assert not session.scalars(sa.select(Vacancy)).all()
    offer_all(database, session, NOW + timedelta(minutes=5))
    assert len(held(session)) == 2


def test_whoever_joins_while_there_is_room_is_offered_it(database: Database, session: Session, slot: EventSlot) -> None:
    entry = waits(session, slot)
    offer_all(database, session)
    assert entry.state is WaitState.OFFERED


def test_an_offer_that_is_taken_is_a_booking(
    database: Database, session: Session, slot: EventSlot, guest: Reservation
) -> None:
    entry = waits(session, slot, 2)
    ending.cancel(session, guest, version=1, now=NOW)
    offer_all(database, session)
    kept = waiting.held_for(session, entry)
    assert kept is not None and kept.expires_at == NOW + timedelta(hours=2)
    ending.accept(session, kept, now=NOW)
    session.expire_all()
    assert (kept.state, entry.state) == (State.CONFIRMED, WaitState.ACCEPTED)
    assert session.scalars(sa.select(WaitOffer.state)).all() == [OfferState.ACCEPTED]


def test_one_that_lapses_goes_to_the_next_with_its_tickets(database: Database, session: Session) -> None:
    a_salon(session)
    slot = an_event(session, 5)
    ticket = a_ticket(session, slot, name="体験", cap=1)
    whole = SlotOrder(slot.id, "guest", tickets={ticket.id: 1})
    guest = event_booking.order(session, a_friend(session), whole, now=NOW)
    first, second = (waits(session, slot, ticket_id=ticket.id) for _ in range(2))
    ending.cancel(session, guest, version=1, now=NOW)
    offer_all(database, session)
    assert held(session) == [(first.friend_id, 1)]
    late = NOW + timedelta(hours=2)
    while expiring.run(database, now=late, wall=late):
        pass
    offer_all(database, session, late)
    assert (first.state, second.state) == (WaitState.LAPSED, WaitState.OFFERED)
    assert held(session) == [(second.friend_id, 1)]
    assert session.get_one(EventTicket, ticket.id).taken == 1


def test_one_that_is_declined_goes_to_the_next(
    database: Database, session: Session, slot: EventSlot, guest: Reservation
) -> None:
    first, second = waits(session, slot, 2), waits(session, slot, 2)
    ending.cancel(session, guest, version=1, now=NOW)
    offer_all(database, session)
    waiting.withdraw(session, first, now=NOW)
    waiting.withdraw(session, first, now=NOW)
    offer_all(database, session)
    assert (first.state, second.state) == (WaitState.WITHDRAWN, WaitState.OFFERED)


def test_waiting_twice_is_once_and_booking_ends_it(session: Session, slot: EventSlot) -> None:
    friend = a_friend(session)
    entry = waits(session, slot, friend=friend)
    assert waits(session, slot, friend=friend) is entry
    event_booking.order(session, friend, SlotOrder(slot.id, "mine"), now=NOW)
    session.refresh(entry)
    assert entry.state is WaitState.ACCEPTED


def test_who_may_not_book_may_not_wait(session: Session, slot: EventSlot) -> None:
    event = session.get_one(Event, slot.event_id)
    for over, code in (
        ({"takes_waiting": False}, Code.CLOSED),
        ({"is_open": False, "takes_waiting": True}, Code.CLOSED),
        ({"is_open": True, "most_party": 1}, Code.LIMIT_EXCEEDED),
    ):
        for name, value in over.items():
            setattr(event, name, value)
        with pytest.raises(Refused) as refused:
            waits(session, slot, 2)
        assert refused.value.code is code
    event.most_party = 4
    with pytest.raises(Refused, match="定員"):
        waits(session, slot, 3)


def test_where_the_shop_wants_it_all_are_told_at_once(
    database: Database, session: Session, slot: EventSlot, guest: Reservation
) -> None:
    session.get_one(Event, slot.event_id).notifies_all = True
    ours = [waits(session, slot) for _ in range(3)]
    offer_all(database, session)
    assert not session.scalars(sa.select(Delivery)).all(), "there is no room yet"
    ending.cancel(session, guest, version=1, now=NOW)
    for _ in range(2):
        session.add(Vacancy(business_date=FRIDAY, slot_id=slot.id, due_at=NOW, created_at=NOW))
        offer_all(database, session)
    told = session.scalars(sa.select(Delivery.friend_id).where(Delivery.source == "waiting")).all()
    assert sorted(told) == sorted(entry.friend_id for entry in ours) and not held(session)
    delivery = session.scalars(sa.select(Delivery)).first()
    assert delivery is not None
    [sent] = deliveries.objects(session, delivery, public_url="https://salon.example", now=NOW)
    event = session.get_one(Event, slot.event_id)
    assert sent["template"]["actions"][0]["uri"].startswith("https://")
    assert sent["template"]["actions"][0]["uri"].endswith(f"/events/{event.code}/slots/{slot.code}")
    assert event.title not in sent["altText"] and event.title in sent["template"]["text"]


def test_a_wish_for_courses_is_met_by_the_first_start_that_suits(database: Database, session: Session) -> None:
    salon = a_salon(session)
    taken = [book(session, a_friend(session), salon, minute=minute, provider_id=salon.sato) for minute in (TEN, 720)]
    hanako: Friend = a_friend(session)
    wish = waiting.Wish(
        (salon.cut,), FRIDAY, FRIDAY, provider_id=salon.sato, weekdays=[4], from_minute=TEN, to_minute=TEN
    )
    entry = waiting.join_courses(session, hanako, wish, page=salon.page, now=NOW)
    offer_all(database, session)
    assert entry.state is WaitState.WAITING
    ending.cancel(session, taken[1], version=1, now=NOW)
    offer_all(database, session)
    assert entry.state is WaitState.WAITING, "noon is not what they wish for"
    ending.cancel(session, taken[0], version=1, now=NOW)
    offer_all(database, session)
    assert entry.state is WaitState.OFFERED
    kept = waiting.held_for(session, entry)
    assert kept is not None and (kept.start_minute, kept.provider_id) == (TEN, salon.sato)


def test_who_has_as_many_bookings_as_they_may_is_passed_over(database: Database, session: Session) -> None:
    salon = a_salon(session, policy={"max_open": 1})
    taken = book(session, a_friend(session), salon, provider_id=salon.sato)
    hanako, taro = a_friend(session), a_friend(session)
    own = book(session, hanako, salon, FRIDAY, 900)
    wish = waiting.Wish((salon.cut,), FRIDAY, FRIDAY, provider_id=salon.sato, from_minute=TEN, to_minute=TEN)
    first, second = (waiting.join_courses(session, each, wish, page=salon.page, now=NOW) for each in (hanako, taro))
    ending.cancel(session, taken, version=1, now=NOW)
    offer_all(database, session)
    assert (first.state, second.state) == (WaitState.WAITING, WaitState.OFFERED), "the turn is kept"
    kept = waiting.held_for(session, second)
    assert kept is not None
    ending.cancel(session, own, version=1, now=NOW)
    ending.cancel(session, kept, version=None, now=NOW)
    offer_all(database, session)
    assert first.state is WaitState.OFFERED


@pytest.mark.parametrize("what", ["closure", "shift", "seats"])
def test_a_day_that_becomes_freer_is_offered_to_who_waits(database: Database, session: Session, what: str) -> None:
    salon = a_salon(session)
    take_back = close_friday(session, salon, what)
    wish = waiting.Wish((salon.cut,), FRIDAY, FRIDAY)
    entry = waiting.join_courses(session, a_friend(session), wish, page=salon.page, now=NOW)
    shifts.put(session, {(salon.suzuki, FRIDAY + timedelta(days=1)): Hours(((540, 1140),))}, by=BY, now=NOW)
    assert not session.scalars(sa.select(Vacancy.id)).all(), "nothing is freer on their day"
    take_back()
    offer_all(database, session)
    assert entry.state is WaitState.OFFERED


def close_friday(session: Session, salon: Salon, what: str) -> Callable[[], object]:
    """Nobody can book on Friday any more; what is returned takes that back."""
    match what:
        case "closure":
            closure = closures.create(session, ClosureDraft(at(FRIDAY, TEN), at(FRIDAY, 1140)), by=BY, now=NOW)
            return lambda: closures.remove(session, closure, by=BY, now=NOW)
        case "shift":
            off = {(each, FRIDAY): Hours() for each in (salon.sato, salon.suzuki)}
            shifts.put(session, off, by=BY, now=NOW)
            return lambda: shifts.put(session, dict.fromkeys(off), by=BY, now=NOW)
    pool, seats = pools.get(session, salon.seats), PoolDraft("席", PoolKind.SEAT, 2)
    pools.update(session, pool, replace(seats, is_active=False), by=BY, now=NOW)
    return lambda: pools.update(session, pool, seats, by=BY, now=NOW)


def test_days_of_a_wish_are_the_shops(session: Session) -> None:
    salon = a_salon(session)
    in_the_night = NOW.astimezone(TOKYO).replace(hour=1)  # in London it is still Wednesday
    wednesday = FRIDAY - timedelta(days=2)
    wish, hanako = waiting.Wish((salon.cut,), wednesday, wednesday), a_friend(session)
    with pytest.raises(Refused):
        waiting.join_courses(session, hanako, wish, page=salon.page, now=in_the_night)


@pytest.mark.parametrize(
    ("now", "last", "ends"),
    [
        ((5, 10, 0), (7, 14, 0), (5, 12, 0)),
        ((5, 10, 0), (5, 12, 0), (5, 11, 0)),
        ((5, 10, 0), (5, 10, 20), (5, 10, 15)),
        ((5, 10, 0), (5, 10, 10), (5, 10, 10)),
        ((5, 22, 30), (7, 14, 0), (6, 10, 0)),
        ((6, 2, 0), (7, 14, 0), (6, 10, 0)),
        ((5, 23, 0), (6, 7, 0), (6, 7, 0)),
    ],
)
def test_an_offer_is_kept_two_hours_less_near_the_start_and_from_eight_at_night(
    now: tuple[int, int, int], last: tuple[int, int, int], ends: tuple[int, int, int]
) -> None:
    moments = [datetime(2026, 3, *each, tzinfo=TOKYO) for each in (now, last, ends)]
    assert deadlines.ends_at(moments[0], moments[1], TOKYO) == moments[2]
