"""What becomes of a booking: who may do what when, what is free afterwards, and what is counted."""

from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.engine.reservations import Code, Happened, Transition, by_staff
from lstep_lite.engine.reservations.availability import plans
from lstep_lite.engine.reservations.availability.days import tick
from lstep_lite.engine.reservations.transitions import (
    booking,
    changing,
    counting,
    ending,
    occupying,
    places,
    recording,
    visiting,
)
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.models import (
    CancelledBy,
    Friend,
    Occupancy,
    Provider,
    Reservation,
    ReservationEntry,
    ReservationSettings,
    ReservationState,
    Vacancy,
)
from tests.engine.reservations.salon import FRIDAY, NOON, TEN, TODAY, Salon, a_salon, at, visit
from tests.engine.reservations.test_booking import book, refused
from tests.factories import NOW, a_friend, a_staff

State = ReservationState


@pytest.fixture
def salon(session: Session) -> Salon:
    return a_salon(session)


@pytest.fixture
def hanako(session: Session, salon: Salon) -> Friend:
    return a_friend(session, display_name="山田花子")


@pytest.fixture
def made(session: Session, salon: Salon, hanako: Friend) -> Reservation:
    """Friday at 10:00 with 佐藤, who was asked for."""
    return book(session, hanako, salon, provider_id=salon.sato)


def set_policy(session: Session, **policy: Any) -> None:
    session.get_one(ReservationSettings, 1).policy = policy


def held(session: Session, reservation: Reservation) -> int:
    return sum(occupying.held(session, reservation.id).values())


def last(session: Session) -> ReservationEntry:
    return session.scalars(sa.select(ReservationEntry).order_by(ReservationEntry.id.desc()).limit(1)).one()


def counts(session: Session, friend: Friend) -> tuple[int, int, int, int]:
    found = counting.customer(session, friend.id)
    return found.visits, found.no_shows, found.cancellations, found.late_cancellations


# Cancelling ----------------------------------------------------------------------------------------------------------


def test_a_customer_cancels_until_the_deadline(session: Session, made: Reservation, hanako: Friend) -> None:
    ending.cancel(session, made, version=1, now=at(TODAY, 1080), reason=" 体調不良 ")
    assert (made.state, made.version, made.cancelled_by, made.is_late) == (
        State.CANCELLED,
        2,
        CancelledBy.CUSTOMER,
        False,
    )
    assert held(session, made) == 0 and counts(session, hanako) == (0, 0, 1, 0)
    assert (last(session).what, last(session).reason) == ("cancelled", "体調不良")
    [vacancy] = session.scalars(sa.select(Vacancy))
    assert (vacancy.business_date, vacancy.due_at) == (FRIDAY, at(TODAY, 1080))


def test_after_it_the_customer_is_asked_to_phone(session: Session, made: Reservation) -> None:
    late = at(TODAY, 1080) + timedelta(seconds=1)
    refusal = refused(lambda: ending.cancel(session, made, version=1, now=late))
    assert refusal.code is Code.DEADLINE_PASSED
    assert "前日18:00まで" in refusal.message and "03-1234-5678" in refusal.message


def test_or_cancels_late_where_the_shop_marks_it(session: Session, made: Reservation, hanako: Friend) -> None:
    set_policy(session, late_cancel="allow_marked")
    ending.cancel(session, made, version=1, now=at(FRIDAY, 590))
    assert made.is_late and counts(session, hanako) == (0, 0, 1, 1)


def test_the_deadline_is_the_one_agreed_on(session: Session, made: Reservation) -> None:
    set_policy(session, deadline={"kind": "day_before", "days": 7, "at": 600})
    ending.cancel(session, made, version=1, now=NOW)


def test_a_button_of_before_a_change_does_nothing(session: Session, made: Reservation) -> None:
    changing.change(session, made, Change(FRIDAY, NOON), version=1, now=NOW)
    assert refused(lambda: ending.cancel(session, made, version=1, now=NOW)).code is Code.VERSION_CONFLICT
    assert made.state is State.CONFIRMED


def test_the_same_cancellation_twice_is_one(session: Session, made: Reservation) -> None:
    for _ in range(2):
        ending.cancel(session, made, version=1, now=NOW, key="once")
    assert made.version == 2


def test_a_cancellation_by_the_shop_is_not_held_against_the_customer(
    session: Session, made: Reservation, hanako: Friend
) -> None:
    ending.cancel_by_staff(session, made, by=by_staff(None), now=NOW, reason="設備の故障")
    assert counts(session, hanako) == (0, 0, 0, 0) and made.cancelled_by is CancelledBy.SHOP


def test_one_by_phone_is_the_customers(session: Session, made: Reservation, hanako: Friend) -> None:
    ending.cancel_by_staff(session, made, by=by_staff(None), now=at(FRIDAY, 500), for_customer=True)
    assert counts(session, hanako) == (0, 0, 1, 1)


# Requests ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(session: Session, salon: Salon, hanako: Friend) -> Reservation:
    set_policy(session, approval="all")
    return book(session, hanako, salon, provider_id=salon.sato)


def test_a_request_is_approved_once(session: Session, asked: Reservation) -> None:
    suzuki = a_staff(session, name="鈴木")
    ending.approve(session, asked, by=by_staff(suzuki.id), now=NOW + timedelta(minutes=2), version=1)
    assert (asked.state, asked.expires_at, asked.version) == (State.CONFIRMED, None, 2)
    assert held(session, asked) == 24
    for answer, version in product((ending.approve, ending.decline), (1, None)):
        refusal = refused(partial(answer, session, asked, by=by_staff(None), now=NOW, version=version))
        assert refusal.code is Code.VERSION_CONFLICT and "鈴木さんが10:02に承認済みです" in refusal.message


def test_it_may_be_given_to_another_stylist(session: Session, salon: Salon, asked: Reservation) -> None:
    ending.approve(session, asked, by=by_staff(None), now=NOW, provider_id=salon.suzuki)
    assert (asked.provider_id, asked.price, asked.fee) == (salon.suzuki, 5500, 0), (
        "nobody pays for whom they do not get"
    )
    assert occupying.held(session, asked.id) == places.of(session, asked)


def test_declined_or_taken_back_it_frees_its_time_and_counts_as_nothing(
    session: Session, salon: Salon, asked: Reservation, hanako: Friend
) -> None:
    ending.decline(session, asked, by=by_staff(None), now=NOW, reason="満席")
    other = book(session, hanako, salon)
    ending.cancel(session, other, version=1, now=at(FRIDAY, 590))
    assert (asked.state, other.state, other.cancelled_by) == (State.DECLINED, State.CANCELLED, CancelledBy.WITHDRAWN)
    assert held(session, asked) == held(session, other) == 0 and counts(session, hanako) == (0, 0, 0, 0)


def test_unanswered_it_expires_and_not_before(session: Session, asked: Reservation) -> None:
    assert asked.expires_at is not None
    assert not ending.expire(session, asked, now=asked.expires_at - timedelta(seconds=1))
    assert ending.expire(session, asked, now=asked.expires_at)
    assert (asked.state, held(session, asked)) == (State.EXPIRED, 0)


def test_an_offer_is_taken_in_time(session: Session, salon: Salon, hanako: Friend) -> None:
    until = NOW + timedelta(hours=2)
    wish = plans.Wish((salon.cut,))
    one, two = (
        booking.hold(session, each, wish, FRIDAY, TEN, page=salon.page, expires_at=until, now=NOW)
        for each in (hanako, a_friend(session))
    )
    ending.accept(session, one, now=until - timedelta(seconds=1))
    assert (one.state, one.expires_at, last(session).what) == (State.CONFIRMED, None, "confirmed")
    assert refused(lambda: ending.accept(session, two, now=until)).code is Code.VERSION_CONFLICT
    assert refused(lambda: ending.accept(session, two, now=NOW)).code is Code.VERSION_CONFLICT, "its place is free now"
    ending.expire(session, two, now=until)
    assert (two.state, held(session, two)) == (State.EXPIRED, 0)


# The visit -----------------------------------------------------------------------------------------------------------


def test_a_visit_frees_what_is_left_of_it_and_is_counted(session: Session, made: Reservation, hanako: Friend) -> None:
    visiting.check_in(session, made, by=by_staff(None), now=at(FRIDAY, 600))
    visiting.complete(session, made, by=by_staff(None), now=at(FRIDAY, 630), amount=6000)
    assert (made.state, made.amount, made.version) == (State.COMPLETED, 6000, 3)
    assert held(session, made) == 12 and counts(session, hanako) == (1, 0, 0, 0)
    customer = counting.customer(session, hanako.id)
    assert customer.last_visit_at == customer.first_visit_at == made.starts_at
    assert customer.next_due_on == FRIDAY + timedelta(days=45)


def test_no_visit_is_due_while_one_is_booked(session: Session, salon: Salon, made: Reservation, hanako: Friend) -> None:
    book(session, hanako, salon, FRIDAY, 900)
    visiting.complete(session, made, by=by_staff(None), now=at(FRIDAY, 660))
    assert counting.customer(session, hanako.id).next_due_on is None


def test_who_stays_away_is_marked_a_quarter_of_an_hour_on(
    session: Session, salon: Salon, made: Reservation, hanako: Friend
) -> None:
    session.get_one(ReservationSettings, 1).strike_limit = 1
    early = refused(lambda: visiting.no_show(session, made, by=by_staff(None), now=at(FRIDAY, 614)))
    assert early.code is Code.BAD_TIME
    visiting.no_show(session, made, by=by_staff(None), now=at(FRIDAY, 615))
    assert held(session, made) == 2 * 3, "what is past stays"
    walk_in = booking.write_down(
        session, a_friend(session), visit(salon, minute=615, provider_id=salon.sato), by=by_staff(None), now=NOW
    )
    assert not walk_in.is_forced
    assert counts(session, hanako) == (0, 1, 0, 0)
    assert counting.customer(session, hanako.id).online == "approval_only"


def test_staff_put_it_right_for_thirty_days(session: Session, made: Reservation, hanako: Friend) -> None:
    visiting.no_show(session, made, by=by_staff(None), now=at(FRIDAY, 700))
    visiting.correct(session, made, State.COMPLETED, by=by_staff(None), now=at(FRIDAY, 701))
    assert counts(session, hanako) == (1, 0, 0, 0)
    visiting.correct(session, made, State.NO_SHOW, by=by_staff(None), now=at(FRIDAY, 702))
    assert counts(session, hanako) == (0, 1, 0, 0)
    visiting.correct(session, made, State.COMPLETED, by=by_staff(None), now=at(FRIDAY, 703))
    early = refused(lambda: visiting.correct(session, made, State.NO_SHOW, by=by_staff(None), now=at(FRIDAY, 614)))
    assert early.code is Code.BAD_TIME, "a visit marked too soon is no absence yet"
    visiting.correct(session, made, State.NO_SHOW, by=by_staff(None), now=at(FRIDAY, 704))
    late = made.ends_at + timedelta(days=30, seconds=1)
    for state in (State.COMPLETED, State.CONFIRMED):
        refusal = refused(lambda state=state: visiting.correct(session, made, state, by=by_staff(None), now=late))  # type: ignore[misc]
        assert refusal.code is Code.BAD_TIME


def test_a_completed_visit_reopened_takes_its_time_again(session: Session, made: Reservation) -> None:
    visiting.complete(session, made, by=by_staff(None), now=at(FRIDAY, 615))
    visiting.correct(session, made, State.CONFIRMED, by=by_staff(None), now=at(FRIDAY, 620))
    assert (made.state, made.completed_at, held(session, made)) == (State.CONFIRMED, None, 24 - 2)


def test_a_cancelled_booking_is_restored_where_its_time_is_free(
    session: Session, salon: Salon, made: Reservation, hanako: Friend
) -> None:
    ending.cancel(session, made, version=1, now=NOW, reason="間違えた")
    other = book(session, a_friend(session), salon, provider_id=salon.sato)
    taken = refused(lambda: visiting.correct(session, made, State.CONFIRMED, by=by_staff(None), now=NOW))
    assert taken.code is Code.SLOT_TAKEN
    visiting.correct(session, made, State.CONFIRMED, by=by_staff(None), now=NOW, force=True)
    assert made.is_forced and (made.reason, made.cancelled_at, counts(session, hanako)) == ("", None, (0, 0, 0, 0))

    ending.cancel_by_staff(session, other, by=by_staff(None), now=NOW)
    pool_id = session.get_one(Provider, salon.sato).pool_id
    rows = session.execute(sa.select(Occupancy.ord, Occupancy.is_forced).where(Occupancy.pool_id == pool_id))
    assert set(rows) == {(0, False)}, "the forced one is now a proper one"
    full = refused(lambda: book(session, a_friend(session), salon, provider_id=salon.sato))
    assert full.code is Code.SLOT_TAKEN


# Who follows ---------------------------------------------------------------------------------------------------------


def test_followers_are_told_of_each_change_once_and_a_failure_of_theirs_undoes_nothing(
    session: Session, salon: Salon, hanako: Friend, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[Transition, str | None, str, datetime]] = []

    def listen(session: Session, happened: Happened) -> None:
        after = happened.entry.after["state"]
        heard.append((happened.transition, happened.before.get("state"), after, happened.now))

    def fail(session: Session, happened: Happened) -> None:
        happened.reservation.staff_note = "half done"
        session.flush()
        raise ValueError

    monkeypatch.setattr(recording, "_followers", [fail, listen])
    made = book(session, hanako, salon)
    ending.cancel(session, made, version=1, now=NOW)
    assert heard == [
        (Transition.CONFIRMED, None, "confirmed", NOW),
        (Transition.CANCELLED, "confirmed", "cancelled", NOW),
    ]
    session.refresh(made)
    assert made.staff_note == "" and tick(made.starts_at)


def test_two_records_of_one_customer_are_counted_together(session: Session, salon: Salon, made: Reservation) -> None:
    other = a_friend(session, line_user_id=None)
    asked = visit(salon, minute=NOON)
    theirs = booking.write_down(session, other, asked, by=by_staff(None), now=NOW)
    for each, state in ((made, "complete"), (theirs, "no_show")):
        getattr(visiting, state)(session, each, by=by_staff(None), now=at(FRIDAY, 900))
    counting.customer(session, other.id).online = "phone_only"
    session.flush()
    friends.merge(session, made.friend, other, staff_id=None, now=NOW)
    assert counts(session, made.friend) == (1, 1, 0, 0)
    customer = counting.customer(session, made.friend_id)
    assert customer.online == "phone_only" and theirs.friend_id == made.friend_id
    found = counting.counts(session, made.friend_id)
    assert {name: getattr(customer, name) for name in found} == found
