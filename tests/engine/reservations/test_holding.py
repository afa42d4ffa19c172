"""A start kept while a customer types."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations import Code, Refused
from lstep_lite.engine.reservations.availability import feasibility, plans, scenes
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.transitions import booking, holding
from lstep_lite.models import BookingHold, Occupancy, ReservationSettings, Vacancy
from tests.engine.reservations.salon import FRIDAY, NOON, TEN, a_salon
from tests.engine.reservations.salon import order as an_order
from tests.engine.reservations.salon import visit as a_visit
from tests.factories import NOW, a_friend

MINUTE = timedelta(minutes=1)


@pytest.fixture
def salon(session):
    return a_salon(session)


@pytest.fixture
def ann(session, salon):
    return a_friend(session)


def hold(session, salon, friend, minute=TEN, *, now=NOW, provider_id=None):
    wish = Wish((salon.cut,), (), provider_id or salon.sato)
    return holding.hold(session, friend, wish, FRIDAY, minute, page=salon.page, now=now)


def order(session, salon, friend, minute=TEN, *, now=NOW):
    return booking.order(
        session, friend, an_order(salon, FRIDAY, minute, provider_id=salon.sato), page=salon.page, now=now
    )


def starts(session, salon, friend=None, *, now=NOW):
    """When 佐藤 can begin a cut, as *friend* sees it."""
    wish = Wish((salon.cut,), (), salon.sato)
    scene = scenes.load(session, FRIDAY, FRIDAY, now=now, friend_id=friend.id if friend else None)
    plan = plans.plan(plans.load(session, wish), wish)
    return {each.minute for each in feasibility.starts(scene, plan, FRIDAY, salon.sato)}


def places(session):
    return session.scalar(sa.select(sa.func.count()).select_from(Occupancy))


def test_others_do_not_get_it_and_its_owner_does(session, salon, ann):
    assert hold(session, salon, ann) == NOW + 10 * MINUTE
    assert TEN not in starts(session, salon) and TEN in starts(session, salon, ann)
    with pytest.raises(Refused) as refused:
        order(session, salon, a_friend(session))
    assert refused.value.code is Code.SLOT_TAKEN
    made = order(session, salon, ann)
    assert made.start_minute == TEN and not session.get(BookingHold, ann.id).is_open
    assert places(session) == 24, "an hour of the stylist and of a seat, once"


def test_one_at_a_time_and_the_other_is_free_at_once(session, salon, ann):
    hold(session, salon, ann)
    hold(session, salon, ann, NOON)
    found = starts(session, salon)
    assert TEN in found and NOON not in found and session.scalars(sa.select(Vacancy)).all()


def test_asking_again_does_not_make_it_longer(session, salon, ann):
    until = hold(session, salon, ann)
    assert hold(session, salon, ann, now=NOW + 5 * MINUTE) == until


def test_once_it_is_over_anybody_can_have_it(session, salon, ann):
    until = hold(session, salon, ann)
    assert not holding.end(session, ann, now=until - MINUTE)
    assert order(session, salon, a_friend(session), now=until).start_minute == TEN, "before the worker looked"
    assert holding.end(session, ann, now=until) and not holding.end(session, ann, now=until)


def test_nobody_keeps_the_book_shut_by_holding_one_thing_after_the_other(session, salon, ann):
    for number in range(3):
        hold(session, salon, ann, TEN + 60 * (number % 2), now=NOW + 10 * number * MINUTE)
    assert hold(session, salon, ann, now=NOW + 31 * MINUTE) is None and len(starts(session, salon)) == 17
    assert hold(session, salon, ann, now=NOW + 61 * MINUTE) is not None


def test_the_limits_of_bookings_are_those_of_holding(session, salon, ann):
    order(session, salon, ann, NOON)
    order(session, salon, ann, NOON + 60)
    with pytest.raises(Refused) as refused:
        hold(session, salon, ann)
    assert refused.value.code is Code.LIMIT_EXCEEDED


def test_a_shop_that_keeps_nothing(session, salon, ann):
    session.get(ReservationSettings, 1).policy = {"hold_minutes": None}
    assert hold(session, salon, ann) is None and places(session) == 0


def test_staff_who_book_for_who_is_typing_are_not_in_their_own_way(session, salon, ann):
    hold(session, salon, ann)
    visit = a_visit(salon, FRIDAY, TEN, provider_id=salon.sato)
    assert not booking.write_down(session, ann, visit, by=booking.recording.CUSTOMER, now=NOW).is_forced


def test_staff_hear_why_nobody_is_on_the_board_and_still_it_is_taken(session, salon, ann):
    hold(session, salon, ann)
    visit = a_visit(salon, FRIDAY, TEN, provider_id=salon.sato)
    with pytest.raises(Refused, match=r"ネット予約を入力中です\(10:10まで取り置き\)"):
        booking.write_down(session, a_friend(session), visit, by=booking.recording.CUSTOMER, now=NOW)


def test_what_is_held_for_a_seat_leaves_no_gap(session, salon, ann):
    other = a_friend(session)
    hold(session, salon, ann)
    hold(session, salon, other, provider_id=salon.suzuki)
    holding.end(session, ann, now=NOW + 10 * MINUTE)
    seats = sa.select(Occupancy.ord).where(Occupancy.pool_id == salon.seats)
    assert set(session.scalars(seats)) <= {0}
