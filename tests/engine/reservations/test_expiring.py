"""What ends by itself, what is flagged when hours change, and events."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.reservations import Code, by_staff
from lstep_lite.engine.reservations.availability import plans
from lstep_lite.engine.reservations.transitions import (
    booking,
    changing,
    ending,
    event_booking,
    expiring,
    looking_over,
    occupying,
    visiting,
)
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.models import (
    BookingAnswer,
    ChangeRequest,
    ChangeState,
    Closure,
    ClosureKind,
    Event,
    EventSlot,
    EventTicket,
    Friend,
    FriendLimit,
    Occupancy,
    Reservation,
    ReservationEntry,
    ReservationSettings,
    ReservationState,
    Shift,
)
from tests.engine.reservations.salon import FRIDAY, TEN, Salon, a_salon, a_ticket, an_event, at, kept, visit
from tests.engine.reservations.test_booking import book, refused
from tests.factories import NOW, a_friend

State = ReservationState
STAFF = by_staff(None)


@pytest.fixture
def salon(session: Session) -> Salon:
    return a_salon(session)


@pytest.fixture
def hanako(session: Session, salon: Salon) -> Friend:
    return a_friend(session, display_name="山田花子")


def test_offers_requests_and_asked_for_changes_end_in_time(
    database: Database, session: Session, salon: Salon, hanako: Friend
) -> None:
    wish, until = plans.Wish((salon.cut,)), NOW + timedelta(hours=1)
    settings = session.get_one(ReservationSettings, 1)
    offer = booking.hold(session, hanako, wish, FRIDAY, TEN, page=salon.page, expires_at=until, now=NOW)
    settings.policy = {"changing": "ask", "request_minutes": 120}
    moved = book(session, a_friend(session), salon, FRIDAY, 720)
    changing.change(session, moved, Change(FRIDAY, 900), version=1, now=NOW)
    settings.policy = {"approval": "all", "request_minutes": 180}
    asked = book(session, a_friend(session), salon, FRIDAY, 1020)
    session.commit()
    looks = [expiring.pending(session, now=NOW, wall=NOW)]
    for hours in (1, 2, 3):
        moment = NOW + timedelta(hours=hours)
        looks.append(expiring.pending(session, now=moment, wall=moment))
        assert not expiring.run(database, now=moment, wall=moment)
    assert [(look.due, look.next_due) for look in looks] == [
        (0, until),
        (1, until),
        (1, NOW + timedelta(hours=2)),
        (1, NOW + timedelta(hours=3)),
    ]
    session.expire_all()
    assert [each.state for each in (offer, moved, asked)] == [State.EXPIRED, State.CONFIRMED, State.EXPIRED]
    assert session.scalars(sa.select(ChangeRequest.state)).all() == [ChangeState.EXPIRED]
    assert session.scalars(sa.select(Occupancy.reservation_id).distinct()).all() == [moved.id]


def test_what_was_offered_can_be_booked_the_moment_the_offer_ends(
    session: Session, salon: Salon, hanako: Friend
) -> None:
    wish, until = plans.Wish((salon.cut,), (), salon.sato), NOW + timedelta(hours=1)
    booking.hold(session, hanako, wish, FRIDAY, TEN, page=salon.page, expires_at=until, now=NOW)
    other = a_friend(session)
    early = refused(lambda: book(session, other, salon, provider_id=salon.sato, now=until - timedelta(seconds=1)))
    assert early.code is Code.SLOT_TAKEN
    assert book(session, other, salon, provider_id=salon.sato, now=until).state is State.CONFIRMED


def test_another_booking_can_be_moved_there_too(session: Session, salon: Salon, hanako: Friend) -> None:
    wish, until = plans.Wish((salon.cut,), (), salon.sato), NOW + timedelta(hours=1)
    later = book(session, a_friend(session), salon, FRIDAY, 720, provider_id=salon.sato)
    booking.hold(session, hanako, wish, FRIDAY, TEN, page=salon.page, expires_at=until, now=NOW)
    changing.change(session, later, Change(FRIDAY, TEN), version=1, now=until)
    assert (later.start_minute, later.is_forced) == (TEN, False)


def test_visits_nobody_marked_are_completed_two_hours_after_closing(
    database: Database, session: Session, salon: Salon, hanako: Friend
) -> None:
    session.get_one(ReservationSettings, 1).completes_itself = True
    made = book(session, hanako, salon)
    session.commit()
    over = at(FRIDAY, 1140 + 120)
    assert expiring.pending(session, now=NOW, wall=NOW).next_due == over
    expiring.run(database, now=over - timedelta(seconds=1), wall=over)
    session.expire_all()
    assert made.state is State.CONFIRMED
    expiring.run(database, now=over, wall=over)
    session.expire_all()
    assert made.state is State.COMPLETED


def test_places_of_the_past_and_old_answers_are_swept(
    database: Database, session: Session, salon: Salon, hanako: Friend
) -> None:
    slot = an_event(session, 5)
    event_booking.order(session, a_friend(session), SlotOrder(slot.id, "k"), now=NOW)
    book(session, hanako, salon)
    session.commit()
    later = at(FRIDAY, 660) + timedelta(days=2)
    expiring.sweep(database, now=later, wall=later)
    assert session.scalars(sa.select(Occupancy.tick)).all() == [0], "a place at an event stays"
    assert session.scalars(sa.select(BookingAnswer.key)).all() == []
    again = event_booking.order(session, a_friend(session), SlotOrder(slot.id, "k"), now=NOW)
    assert again.number == "R-260306-003"


# When hours change ---------------------------------------------------------------------------------------------------


def test_what_no_longer_fits_is_flagged_and_stays(session: Session, salon: Salon, hanako: Friend) -> None:
    made = book(session, hanako, salon, provider_id=salon.sato)
    fine = book(session, a_friend(session), salon, minute=900, provider_id=salon.sato)
    shift = kept(session, Shift(provider_id=salon.sato, day=FRIDAY, ranges=[[720, 1140]], updated_at=NOW))
    by = by_staff(None)
    assert looking_over.look_over(session, FRIDAY, FRIDAY, by=by, now=NOW) == ([made], [])
    assert (made.needs_look, made.state, made.version, fine.needs_look) == (True, State.CONFIRMED, 1, False)
    assert looking_over.look_over(session, FRIDAY, FRIDAY, by=by, now=NOW) == ([], []), "once"
    session.delete(shift)
    session.flush()
    assert looking_over.look_over(session, FRIDAY, FRIDAY, by=by, now=NOW) == ([], [made])
    whats = session.scalars(
        sa.select(ReservationEntry.what).where(ReservationEntry.reservation_id == made.id).order_by(ReservationEntry.id)
    )
    assert list(whats) == ["confirmed", "flagged", "unflagged"]


def test_what_is_moved_to_where_it_fits_is_flagged_no_more(session: Session, salon: Salon, hanako: Friend) -> None:
    made = book(session, hanako, salon, provider_id=salon.sato)
    kept(session, Shift(provider_id=salon.sato, day=FRIDAY, ranges=[[720, 1140]], updated_at=NOW))
    looking_over.look_over(session, FRIDAY, FRIDAY, by=STAFF, now=NOW)
    assert made.needs_look
    changing.move(session, made, Change(FRIDAY, 900), by=STAFF, now=NOW)
    assert not made.needs_look


def test_one_too_many_is_flagged_and_what_staff_put_outside_is_not(
    session: Session, salon: Salon, hanako: Friend
) -> None:
    book(session, hanako, salon, provider_id=salon.sato)
    too_many, outside = (
        booking.write_down(
            session,
            a_friend(session),
            visit(salon, FRIDAY, minute, provider_id=salon.sato),
            by=STAFF,
            now=NOW,
            force=True,
        )
        for minute in (TEN, 1140)
    )
    assert (too_many.is_forced, too_many.is_outside) == (True, False)
    assert (outside.is_forced, outside.is_outside) == (False, True)
    kept(session, Shift(provider_id=salon.sato, day=FRIDAY, ranges=[[720, 1140]], updated_at=NOW))
    looking_over.look_over(session, FRIDAY, FRIDAY, by=STAFF, now=NOW)
    assert (too_many.needs_look, outside.needs_look) == (True, False)


def test_what_staff_bring_back_outside_the_hours_is_theirs(session: Session, salon: Salon, hanako: Friend) -> None:
    made = book(session, hanako, salon, provider_id=salon.sato)
    ending.cancel_by_staff(session, made, by=STAFF, now=NOW)
    kept(session, Shift(provider_id=salon.sato, day=FRIDAY, ranges=[[720, 1140]], updated_at=NOW))
    visiting.correct(session, made, State.CONFIRMED, by=STAFF, now=NOW, force=True)
    assert made.is_outside and looking_over.misfits(session, FRIDAY, FRIDAY, now=NOW) == []


def test_a_closure_over_a_booking_flags_it_and_stops_new_ones(session: Session, salon: Salon, hanako: Friend) -> None:
    made = book(session, hanako, salon)
    times = {"starts_at": at(FRIDAY, 630), "ends_at": at(FRIDAY, 700)}
    kept(session, Closure(kind=ClosureKind.TRAINING, created_at=NOW, **times))
    assert looking_over.misfits(session, FRIDAY, FRIDAY, now=NOW) == [made]
    assert refused(lambda: book(session, a_friend(session), salon)).code is Code.CLOSED


# Events --------------------------------------------------------------------------------------------------------------


def apply(session: Session, friend: Friend, slot: EventSlot, key: str = "k", **over: object) -> Reservation:
    return event_booking.order(session, friend, SlotOrder(slot.id, key, **over), now=NOW)  # type: ignore[arg-type]


def test_places_at_an_event_run_out_and_come_back(session: Session, salon: Salon, hanako: Friend) -> None:
    slot = an_event(session, 3)
    made = apply(session, hanako, slot, party=2)
    assert apply(session, hanako, slot, party=2) is made
    assert event_booking.left(session, slot) == 1
    refusal = refused(lambda: apply(session, a_friend(session), slot, party=2))
    assert refusal.code is Code.SLOT_TAKEN and "残りは1席" in refusal.message
    ending.cancel(session, made, version=1, now=NOW)
    assert (event_booking.left(session, slot), occupying.held(session, made.id)) == (3, {})


def test_tickets_have_caps_and_take_more_than_one_place(session: Session, salon: Salon, hanako: Friend) -> None:
    slot = an_event(session, 10)
    pair = a_ticket(session, slot, name="ペア", price=5000, seats=2, cap=2)
    made = apply(session, hanako, slot, tickets={pair.id: 2})
    session.expire_all()
    assert (made.price, made.party, event_booking.left(session, slot)) == (10000, 4, 6)
    assert session.get_one(EventTicket, pair.id).taken == 2
    refusal = refused(lambda: apply(session, a_friend(session), slot, tickets={pair.id: 1}))
    assert refusal.code is Code.SLOT_TAKEN and "「ペア」は残り0枚" in refusal.message
    assert refused(lambda: apply(session, a_friend(session), slot)).code is Code.CLOSED, "a ticket must be chosen"
    ending.cancel_by_staff(session, made, by=by_staff(None), now=NOW)
    session.expire_all()
    assert session.get_one(EventTicket, pair.id).taken == 0


@pytest.mark.parametrize(
    ("limit", "again", "other"),
    [
        (FriendLimit.NONE, True, True),
        (FriendLimit.EVENT_ONCE, False, False),
        (FriendLimit.SLOT_ONCE, False, True),
        (FriendLimit.SLOT_COUNT, True, True),
    ],
)
def test_how_often_one_friend_may_come(
    session: Session, salon: Salon, hanako: Friend, limit: FriendLimit, again: bool, other: bool
) -> None:
    slot = an_event(session, 9, limit=limit)
    event = session.get_one(Event, slot.event_id)
    slot.limit_count = 2
    first = apply(session, hanako, slot)
    second = an_event(session, 9)
    second.event_id, second.starts_at, second.ends_at = event.id, at(FRIDAY, 1200), at(FRIDAY, 1300)
    session.flush()
    for which, may in ((slot, again), (second, other)):
        if may:
            apply(session, hanako, which, f"again-{which.id}")
        else:
            refusal = refused(lambda which=which: apply(session, hanako, which, f"again-{which.id}"))  # type: ignore[misc]
            assert refusal.code is Code.LIMIT_EXCEEDED
    if limit is FriendLimit.SLOT_COUNT:
        assert refused(lambda: apply(session, hanako, slot, "third")).code is Code.LIMIT_EXCEEDED
    elsewhere = an_event(session, 9)
    assert refused(lambda: apply(session, hanako, elsewhere, "elsewhere")).code is Code.OVERLAPS_OWN
    assert first.state is State.CONFIRMED


def test_the_window_of_a_slot_is_inclusive(session: Session, salon: Salon, hanako: Friend) -> None:
    slot = an_event(session, 3)
    slot.opens_at, slot.closes_at = NOW + timedelta(seconds=1), NOW + timedelta(hours=1)
    session.flush()
    assert refused(lambda: apply(session, hanako, slot)).code is Code.OUT_OF_WINDOW
    slot.opens_at = slot.closes_at = NOW
    session.flush()
    apply(session, hanako, slot)
    slot.closes_at = NOW - timedelta(seconds=1)
    session.flush()
    assert refused(lambda: apply(session, a_friend(session), slot)).code is Code.TOO_LATE
