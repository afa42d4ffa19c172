"""Several who come together: a place of every pool for each, one provider for all, and what they pay."""

import pytest

from lstep_lite.engine.reservations import Code, Refused, waiting
from lstep_lite.engine.reservations.availability import plans
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.transitions import booking, changing, ending, occupying
from lstep_lite.engine.reservations.transitions.booking import Order
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.engine.reservations.waiting import offering
from lstep_lite.models import Course, WaitState
from tests.engine.reservations.salon import FRIDAY, NOON, TEN, a_salon
from tests.factories import NOW, a_friend


@pytest.fixture
def salon(session):
    made = a_salon(session)
    session.get_one(Course, made.cut).most_party = 2
    return made


def order(session, salon, party, friend=None):
    wish = Wish((salon.cut,), (), None, party)
    return booking.order(session, friend or a_friend(session), Order(wish, FRIDAY, TEN, "k"), page=salon.page, now=NOW)


def seats_of(session, salon, made):
    return {count for (pool_id, _), count in occupying.held(session, made.id).items() if pool_id == salon.seats}


def test_each_has_a_seat_one_provider_serves_and_each_pays(session, salon):
    made = order(session, salon, 2)
    assert (made.party, made.price, made.lines[0].price) == (2, 11000, 11000)
    assert seats_of(session, salon, made) == {2} and len(occupying.held(session, made.id)) == 24
    with pytest.raises(Refused) as refused:
        order(session, salon, 1)
    assert refused.value.code is Code.SLOT_TAKEN, "somebody is free, but no seat is"


def test_a_price_for_all_of_them(session, salon):
    session.get_one(Course, salon.cut).charges_each = False
    assert order(session, salon, 2).price == 5500


def test_more_than_the_course_takes_are_refused_to_customers_alone(session, salon):
    with pytest.raises(Refused) as refused:
        order(session, salon, 3)
    assert refused.value.code is Code.LIMIT_EXCEEDED
    wish = Wish((salon.cut,), (), None, 3)
    assert plans.plan(plans.load(session, wish), wish, by_customer=False).price == 16500


def test_they_stay_together_at_another_time(session, salon):
    made = order(session, salon, 2)
    changing.change(session, made, Change(FRIDAY, NOON), version=1, now=NOW)
    assert (made.party, made.price, made.start_minute) == (2, 11000, NOON)
    assert seats_of(session, salon, made) == {2}


def test_two_who_wait_together_are_offered_what_holds_both(session, salon):
    beside = order(session, salon, 1)
    wish = waiting.Wish((salon.cut,), FRIDAY, FRIDAY, from_minute=TEN, to_minute=TEN, party=2)
    entry = waiting.join_courses(session, a_friend(session), wish, page=salon.page, now=NOW)
    offering.offer_day(session, entry, FRIDAY, now=NOW)
    assert entry.state is WaitState.WAITING, "one seat is none for two"
    ending.cancel(session, beside, version=1, now=NOW)
    offering.offer_day(session, entry, FRIDAY, now=NOW)
    kept = waiting.held_for(session, entry)
    assert (kept.party, kept.start_minute) == (2, TEN)
