"""Booking: what is written down, what is refused, and with which code."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations import AUTOMATION, Code, Refused, by_staff
from lstep_lite.engine.reservations.availability import plans, policies
from lstep_lite.engine.reservations.availability.days import tick
from lstep_lite.engine.reservations.transitions import booking, occupying, places
from lstep_lite.engine.reservations.transitions.booking import Quote
from lstep_lite.models import (
    AssignedBy,
    BookingCustomer,
    Course,
    Friend,
    Occupancy,
    PriceKind,
    Provider,
    ProviderSkill,
    Reservation,
    ReservationEntry,
    ReservationSettings,
    ReservationState,
    Shift,
)
from tests.engine.reservations.salon import ELEVEN, FRIDAY, NOON, TEN, TODAY, Salon, a_salon, at, kept, order, visit
from tests.factories import NOW, a_friend

BY = by_staff(None)


@pytest.fixture
def salon(session: Session) -> Salon:
    return a_salon(session)


@pytest.fixture
def hanako(session: Session, salon: Salon) -> Friend:
    return a_friend(session, display_name="山田花子")


def book(session: Session, friend: Friend, salon: Salon, *args: Any, **over: Any) -> Reservation:
    now = over.pop("now", NOW)
    return booking.order(session, friend, order(salon, *args, **over), page=salon.page, now=now)


def refused(do: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        do()
    return caught.value


def test_a_confirmed_booking_is_a_snapshot_with_its_places(session: Session, salon: Salon, hanako: Friend) -> None:
    made = book(session, hanako, salon, provider_id=salon.sato, option_ids=(salon.treatment,))
    assert (made.state, made.version, made.number) == (ReservationState.CONFIRMED, 1, "R-260306-001")
    assert (made.price, made.fee, made.is_nominated) == (5500 + 3300 + 550, 550, True)
    assert [(line.name, line.minutes, line.price) for line in made.lines] == [
        ("カット", 60, 5500),
        ("トリートメント", 20, 3300),
    ]
    assert (made.starts_at, made.ends_at) == (at(FRIDAY, 600), at(FRIDAY, 680))
    assert made.deadline_at == at(TODAY, 1080), "the day before at 18:00"
    assert occupying.held(session, made.id) == places.of(session, made)
    assert session.scalar(sa.select(sa.func.count()).select_from(Occupancy)) == 2 * 80 // 5
    [entry] = session.scalars(sa.select(ReservationEntry))
    assert (entry.what, entry.version, entry.before) == ("confirmed", 1, {})

    session.get_one(Course, salon.cut).price = 9999
    session.get_one(Provider, salon.sato).fee = 9999
    assert made.price == 9350


def test_a_second_customer_gets_the_other_stylist_and_a_third_the_nearest_times(
    session: Session, salon: Salon, hanako: Friend
) -> None:
    first = book(session, hanako, salon)
    second = book(session, a_friend(session), salon)
    assert {first.provider_id, second.provider_id} == {salon.sato, salon.suzuki}
    assert {first.assigned_by, second.assigned_by} == {AssignedBy.AUTO}
    refusal = refused(lambda: book(session, a_friend(session), salon))
    assert refusal.code is Code.SLOT_TAKEN
    assert [start.minute for start in refusal.alternatives] == [ELEVEN, 690, NOON]
    assert "近い空き:11:00/11:30/12:00" in refusal.message


def test_who_has_had_fewer_customers_lately_comes_first(session: Session, salon: Salon, hanako: Friend) -> None:
    long_ago = NOW - timedelta(days=60)
    for days, minute, who in ((40, TEN, salon.suzuki), (40, NOON, salon.suzuki), (10, TEN, salon.sato)):
        before = visit(salon, FRIDAY - timedelta(days=days), minute, provider_id=who)
        booking.write_down(session, a_friend(session), before, by=by_staff(None), now=long_ago)
    assert book(session, hanako, salon).provider_id == salon.suzuki, "what is over a month ago counts no more"


def test_the_stylist_is_busy_while_at_work_alone(session: Session, salon: Salon, hanako: Friend) -> None:
    made = book(session, hanako, salon, course_ids=(salon.color,), provider_id=salon.sato)
    pool_id = session.get_one(Provider, salon.sato).pool_id
    ticks = session.scalars(sa.select(Occupancy.tick).where(Occupancy.pool_id == pool_id).order_by(Occupancy.tick))
    start = tick(made.starts_at)
    assert list(ticks) == [*range(start, start + 6), *range(start + 15, start + 21)]


def test_several_courses_stand_in_the_order_of_the_menu_and_take_one_seat(
    session: Session, salon: Salon, hanako: Friend
) -> None:
    session.get_one(Course, salon.cut).position = 2
    made = book(session, hanako, salon, course_ids=(salon.cut, salon.color))
    assert [line.name for line in made.lines] == ["カラー", "カット"]
    assert [(each.kind, each.provider_id) for each in made.segments] == [
        ("work", salon.sato),
        ("proc", None),
        ("work", salon.sato),
        ("work", salon.sato),
    ]
    assert occupying.held(session, made.id)[salon.seats, tick(made.starts_at)] == 1


def test_the_same_key_is_the_same_booking(session: Session, salon: Salon, hanako: Friend) -> None:
    first = book(session, hanako, salon, key="tap")
    assert book(session, hanako, salon, key="tap") is first
    refusal = refused(lambda: book(session, hanako, salon, FRIDAY, NOON, key="tap"))
    assert refusal.code is Code.VERSION_CONFLICT


@pytest.mark.parametrize(
    ("day", "minute", "code"),
    [
        (TODAY, 690, Code.TOO_LATE),  # it is 10:00, and one books two hours before
        (TODAY, 540, Code.CLOSED),
        (FRIDAY, 1110, Code.CLOSED),  # over at 19:30
        (FRIDAY, 610, Code.BAD_TIME),
        (FRIDAY, 603, Code.BAD_TIME),
        (TODAY + timedelta(days=61), TEN, Code.OUT_OF_WINDOW),
    ],
)
def test_what_no_customer_can_book(
    session: Session, salon: Salon, hanako: Friend, day: date, minute: int, code: Code
) -> None:
    assert refused(lambda: book(session, hanako, salon, day, minute)).code is code


def test_the_windows_are_inclusive(session: Session, salon: Salon, hanako: Friend) -> None:
    book(session, hanako, salon, TODAY, NOON)
    book(session, a_friend(session), salon, TODAY + timedelta(days=60), TEN)


def test_the_evening_before_is_in_time_to_the_second(session: Session, salon: Salon, hanako: Friend) -> None:
    evening, last = policies.Cut(policies.CutKind.DAY_BEFORE, days=1, at=1080), at(TODAY, 1080)
    session.get_one(ReservationSettings, 1).policy = policies.stored(policies.Policy(closes=(evening,)))
    late = last + timedelta(seconds=1)
    assert refused(lambda: book(session, hanako, salon, now=late)).code is Code.TOO_LATE
    assert book(session, hanako, salon, now=last).state is ReservationState.CONFIRMED


def test_one_customer_has_so_many_bookings_and_none_at_the_same_time(
    session: Session, salon: Salon, hanako: Friend
) -> None:
    book(session, hanako, salon)
    assert refused(lambda: book(session, hanako, salon, minute=630)).code is Code.OVERLAPS_OWN
    book(session, hanako, salon, minute=ELEVEN)
    refusal = refused(lambda: book(session, hanako, salon, minute=NOON))
    assert refusal.code is Code.LIMIT_EXCEEDED and "2件まで" in refusal.message


def test_one_customer_has_so_many_bookings_a_day(session: Session, salon: Salon, hanako: Friend) -> None:
    session.get_one(ReservationSettings, 1).policy = {"max_per_day": 1}
    book(session, hanako, salon)
    assert refused(lambda: book(session, hanako, salon, minute=NOON)).code is Code.LIMIT_EXCEEDED
    assert book(session, hanako, salon, TODAY, NOON).state is ReservationState.CONFIRMED


def test_a_page_sells_its_own_courses_while_it_is_open(session: Session, salon: Salon, hanako: Friend) -> None:
    salon.page.course_ids = [salon.color]
    assert refused(lambda: book(session, hanako, salon)).code is Code.CLOSED
    salon.page.course_ids, salon.page.is_open = [salon.cut], False
    assert refused(lambda: book(session, hanako, salon)).code is Code.CLOSED
    salon.page.is_open = True
    assert book(session, hanako, salon).state is ReservationState.CONFIRMED


def test_who_does_not_do_it_or_is_not_to_be_asked_for(session: Session, salon: Salon, hanako: Friend) -> None:
    refusal = refused(lambda: book(session, hanako, salon, course_ids=(salon.color,), provider_id=salon.suzuki))
    assert refusal.code is Code.SKILL_MISMATCH
    session.get_one(Provider, salon.sato).is_nominatable = False
    assert refused(lambda: book(session, hanako, salon, provider_id=salon.sato)).code is Code.SKILL_MISMATCH


def test_what_was_shown_must_still_be_so(session: Session, salon: Salon, hanako: Friend) -> None:
    settings = session.get_one(ReservationSettings, 1)
    plan = booking.plan_for(session, order(salon).wish, salon.page)
    shown = booking.quote(session, hanako, plan, booking.policy_of(settings, salon.page, plan))
    assert (shown.price, shown.minutes) == (5500, 60)
    session.get_one(Course, salon.cut).price = 6050
    refusal = refused(lambda: book(session, hanako, salon, quote=shown))
    assert refusal.code is Code.PRICE_CHANGED and "5,500円→6,050円" in refusal.message
    settings.policy = {"approval": "all"}
    shown = Quote(6050, 60, shown.terms)
    assert refused(lambda: book(session, hanako, salon, quote=shown)).code is Code.SETTINGS_CHANGED


def test_the_policy_must_be_agreed_to_and_stays_as_it_was(session: Session, salon: Salon, hanako: Friend) -> None:
    session.get_one(ReservationSettings, 1).policy = {"consent_text": "当日は50%を頂戴します。"}
    assert refused(lambda: book(session, hanako, salon)).code is Code.CONSENT_REQUIRED
    made = book(session, hanako, salon, consents=True)
    session.get_one(ReservationSettings, 1).policy = {}
    assert (made.consent_text, made.consented_at) == ("当日は50%を頂戴します。", NOW)


@pytest.mark.parametrize("why", ["the shop", "the customer", "a new customer"])
def test_a_request_waits_for_the_shop_and_blocks_its_time(
    session: Session, salon: Salon, hanako: Friend, why: str
) -> None:
    if why == "the customer":
        kept(session, BookingCustomer(friend_id=hanako.id, online="approval_only"))
    else:
        approval = "all" if why == "the shop" else "new"
        session.get_one(ReservationSettings, 1).policy = {"approval": approval}
    made = book(session, hanako, salon, provider_id=salon.sato)
    assert (made.state, made.expires_at) == (ReservationState.REQUESTED, at(FRIDAY, 570))
    assert occupying.held(session, made.id)


def test_who_is_to_phone_can_not_book(session: Session, salon: Salon, hanako: Friend) -> None:
    kept(session, BookingCustomer(friend_id=hanako.id, online="phone_only"))
    assert refused(lambda: book(session, hanako, salon)).code is Code.CLOSED


def test_staff_book_any_five_minutes_and_over_a_booking_only_knowingly(
    session: Session, salon: Salon, hanako: Friend
) -> None:
    book(session, hanako, salon, provider_id=salon.sato)
    other = a_friend(session, display_name="鈴木一郎")
    asked = visit(salon, minute=605, provider_id=salon.sato)
    refusal = refused(lambda: booking.write_down(session, other, asked, by=BY, now=NOW))
    assert refusal.code is Code.SLOT_TAKEN
    assert refusal.message == "この時間は佐藤さんの予約(山田花子様 10:00–11:00)と重なります。"
    forced = booking.write_down(session, other, asked, by=BY, now=NOW, force=True)
    assert forced.is_forced and (forced.fee, forced.assigned_by) == (0, AssignedBy.STAFF)
    free = booking.write_down(session, a_friend(session), visit(salon, minute=1080), by=BY, now=NOW)
    assert not free.is_forced


def test_staff_can_force_a_day_off_too(session: Session, salon: Salon, hanako: Friend) -> None:
    kept(session, Shift(provider_id=salon.sato, day=FRIDAY, ranges=[], updated_at=NOW))
    asked = visit(salon, provider_id=salon.sato)
    refusal = refused(lambda: booking.write_down(session, hanako, asked, by=BY, now=NOW))
    assert refusal.message == "佐藤さんは出勤日ではありません。"
    forced = booking.write_down(session, hanako, asked, by=BY, now=NOW, force=True)
    assert not forced.is_forced, "nobody else is there"


def test_own_minutes_hold_for_everybody_and_an_own_price_for_who_asked(
    session: Session, salon: Salon, hanako: Friend
) -> None:
    skill = session.get_one(ProviderSkill, (salon.suzuki, salon.cut))
    skill.segments, skill.price = [{"kind": "work", "minutes": 90}], 7700
    asked = book(session, hanako, salon, provider_id=salon.suzuki)
    assert (asked.price, asked.ends_at) == (7700, at(FRIDAY, 690))
    book(session, a_friend(session), salon, FRIDAY, NOON, provider_id=salon.sato)
    free = book(session, a_friend(session), salon, FRIDAY, NOON)
    assert (free.provider_id, free.price, free.ends_at) == (salon.suzuki, 5500, at(FRIDAY, 810))
    assert [[line.price for line in each.lines] for each in (asked, free)] == [[7700], [5500]]


def test_a_price_to_be_asked_for_is_none(session: Session, salon: Salon) -> None:
    session.get_one(Course, salon.color).price_kind = PriceKind.ASK
    session.get_one(Course, salon.cut).price_kind = PriceKind.FROM
    both = booking.plan_for(session, plans.Wish((salon.cut, salon.color)), salon.page)
    one = booking.plan_for(session, plans.Wish((salon.cut,), (), salon.sato), salon.page)
    assert (both.price, both.has_open_price) == (None, True)
    assert (one.price, one.fee, one.has_open_price) == (6050, 550, True)


def test_an_offer_holds_its_place_until_it_expires(session: Session, salon: Salon, hanako: Friend) -> None:
    until = NOW + timedelta(hours=2)
    wish = plans.Wish((salon.color,))
    held = booking.hold(session, hanako, wish, FRIDAY, TEN, page=salon.page, expires_at=until, now=NOW)
    assert held.state is ReservationState.HELD
    other = a_friend(session)
    assert refused(lambda: book(session, other, salon, course_ids=(salon.color,))).code is Code.SLOT_TAKEN
    later = book(session, other, salon, course_ids=(salon.color,), now=until)
    assert later.provider_id == salon.sato, "its time is over, though nobody has written that down yet"
    assert AUTOMATION.staff_id is None
