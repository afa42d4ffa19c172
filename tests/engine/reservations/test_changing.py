"""Another time, person or courses for a booking: at once, or when the shop agrees."""

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations import CUSTOMER, Code, Refused, by_staff
from lstep_lite.engine.reservations.availability import plans
from lstep_lite.engine.reservations.transitions import booking, changing, ending, occupying, places, visiting
from lstep_lite.engine.reservations.transitions.booking import Quote
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.models import ChangeState, Course, Reservation
from tests.engine.reservations.salon import ELEVEN, FRIDAY, NOON, TODAY, Salon, at, order, visit
from tests.engine.reservations.test_booking import book, refused
from tests.engine.reservations.test_transitions import hanako, held, last, made, salon, set_policy
from tests.factories import NOW, a_friend

__all__ = ["hanako", "made", "salon"]


def test_a_change_keeps_what_was_agreed(session: Session, salon: Salon, made: Reservation) -> None:
    session.get_one(Course, salon.cut).segments = [{"kind": "work", "minutes": 120}]
    session.get_one(Course, salon.cut).price = 9999
    changing.change(session, made, Change(FRIDAY, 630), version=1, now=NOW)
    assert (made.start_minute, made.ends_at, made.price, made.version) == (630, at(FRIDAY, 690), 6050, 2)
    assert occupying.held(session, made.id) == places.of(session, made), "half an hour on it meets only itself"
    assert (last(session).what, last(session).before["start_minute"], last(session).after["start_minute"]) == (
        "changed",
        600,
        630,
    )


def test_a_change_that_can_not_be_changes_nothing(session: Session, salon: Salon, made: Reservation) -> None:
    book(session, a_friend(session), salon, FRIDAY, NOON, provider_id=salon.sato)
    before = occupying.held(session, made.id)
    with pytest.raises(Refused) as caught, session.begin_nested():
        changing.change(session, made, Change(FRIDAY, 690), version=1, now=NOW)
    assert caught.value.code is Code.SLOT_TAKEN and caught.value.alternatives[0].minute == 660
    assert occupying.held(session, made.id) == before and made.version == 1


def test_a_change_meets_no_other_of_ones_own(session: Session, salon: Salon, made: Reservation) -> None:
    book(session, made.friend, salon, FRIDAY, NOON)
    refusal = refused(lambda: changing.change(session, made, Change(FRIDAY, NOON - 30), version=1, now=NOW))
    assert (refusal.code, made.start_minute) == (Code.OVERLAPS_OWN, 600)


def test_a_change_does_not_count_against_the_limits(session: Session, salon: Salon, made: Reservation) -> None:
    set_policy(session, max_open=1, max_per_day=1)
    changing.change(session, made, Change(FRIDAY, NOON), version=1, now=NOW)
    refusal = refused(lambda: changing.change(session, made, Change(FRIDAY, ELEVEN), version=2, now=at(TODAY, 1081)))
    assert refusal.code is Code.DEADLINE_PASSED


def test_other_courses_cost_what_they_cost_now(session: Session, salon: Salon, made: Reservation) -> None:
    wish = plans.Wish((salon.cut, salon.color), (), salon.sato)
    wrong = Change(FRIDAY, ELEVEN, wish, quote=Quote(100, 165, ""))
    assert refused(lambda: changing.change(session, made, wrong, version=1, now=NOW)).code is Code.PRICE_CHANGED
    changing.change(session, made, Change(FRIDAY, ELEVEN, wish), version=1, now=NOW)
    assert (made.price, len(made.lines), len(made.segments)) == (14850, 2, 4)
    assert occupying.held(session, made.id) == places.of(session, made)


def test_staff_move_it_to_another_stylist(session: Session, salon: Salon, made: Reservation) -> None:
    changing.move(session, made, Change(FRIDAY, 605, provider_id=salon.suzuki), by=by_staff(None), now=at(FRIDAY, 500))
    assert (made.provider_id, made.is_nominated, made.price, made.start_minute) == (salon.suzuki, False, 5500, 605)
    assert (last(session).after["is_nominated"], last(session).after["fee"]) == (False, 0)
    asked_for = Change(FRIDAY, 605, provider_id=salon.sato, is_nominated=True)
    changing.move(session, made, asked_for, by=by_staff(None), now=at(FRIDAY, 500))
    assert (made.price, made.fee) == (6050, 550), "the fee comes with a wish, at what that one asks"


def test_who_took_whoever_was_free_stays_with_them_if_they_are_free(session: Session, salon: Salon) -> None:
    made = booking.write_down(
        session, a_friend(session), visit(salon, provider_id=salon.suzuki), by=by_staff(None), now=NOW
    )
    changing.move(session, made, Change(FRIDAY, NOON), by=by_staff(None), now=NOW)
    assert made.provider_id == salon.suzuki
    book(session, a_friend(session), salon, FRIDAY, 840, provider_id=salon.suzuki)
    changing.move(session, made, Change(FRIDAY, 840), by=by_staff(None), now=NOW)
    assert made.provider_id == salon.sato


def test_a_change_the_shop_decides_takes_both_times(session: Session, salon: Salon, made: Reservation) -> None:
    set_policy(session, changing="ask")
    changing.change(session, made, Change(FRIDAY, 630), version=1, now=NOW)
    request = changing.open_request(session, made)
    assert request is not None and held(session, made) == 24 + 12 and made.start_minute == 600
    rival = order(salon, minute=ELEVEN, provider_id=salon.sato)
    blocked = refused(lambda: booking.order(session, a_friend(session), rival, page=salon.page, now=NOW))
    assert blocked.code is Code.SLOT_TAKEN

    changing.approve_change(session, request, by=by_staff(None), now=NOW)
    assert (made.start_minute, request.state, held(session, made)) == (630, ChangeState.APPROVED, 24)
    assert occupying.held(session, made.id) == places.of(session, made)
    again = refused(lambda: changing.approve_change(session, request, by=by_staff(None), now=NOW))
    assert again.code is Code.VERSION_CONFLICT


def test_other_courses_the_shop_agrees_to_cost_what_was_shown(
    session: Session, salon: Salon, made: Reservation
) -> None:
    set_policy(session, changing="ask")
    wish = plans.Wish((salon.cut, salon.color), (), salon.sato)
    changing.change(session, made, Change(FRIDAY, ELEVEN, wish), version=1, now=NOW)
    session.get_one(Course, salon.color).price = 99999
    request = changing.open_request(session, made)
    assert request is not None
    changing.approve_change(session, request, by=by_staff(None), now=NOW)
    assert (made.price, made.fee, len(made.lines)) == (14850, 550, 2)


@pytest.mark.parametrize("state", [ChangeState.DECLINED, ChangeState.EXPIRED, ChangeState.WITHDRAWN])
def test_without_the_shops_consent_the_old_time_stays(session: Session, made: Reservation, state: ChangeState) -> None:
    set_policy(session, changing="ask")
    changing.change(session, made, Change(FRIDAY, 630), version=1, now=NOW)
    request = changing.open_request(session, made)
    assert request is not None
    changing.end_change(session, request, state, by=CUSTOMER, now=NOW)
    assert (made.start_minute, made.version) == (600, 1)
    assert occupying.held(session, made.id) == places.of(session, made)


def test_what_was_asked_for_ends_with_the_booking(session: Session, made: Reservation) -> None:
    set_policy(session, changing="ask")
    changing.change(session, made, Change(FRIDAY, NOON), version=1, now=NOW)
    ending.cancel(session, made, version=1, now=NOW)
    assert changing.open_request(session, made) is None and held(session, made) == 0


def test_what_was_asked_for_ends_with_the_visit_too(session: Session, made: Reservation) -> None:
    set_policy(session, changing="ask")
    changing.change(session, made, Change(FRIDAY, NOON), version=1, now=NOW)
    visiting.complete(session, made, by=by_staff(None), now=NOW)
    assert changing.open_request(session, made) is None and held(session, made) == 0
