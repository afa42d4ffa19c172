"""なぜ×?: every cause in words, and a word against exactly what can't be booked."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations import Refused, by_staff
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.availability.reasons import Where
from lstep_lite.engine.reservations.desk import inspecting
from lstep_lite.engine.reservations.desk.inspecting import Question
from lstep_lite.engine.reservations.transitions import booking
from lstep_lite.models import (
    Closure,
    ClosureKind,
    Course,
    Pool,
    Provider,
    ProviderPattern,
    ReservationSettings,
    SpecialHours,
)
from tests.engine.reservations.salon import FRIDAY, NOON, TEN, TODAY, a_salon, at, kept, order, visit
from tests.factories import NOW, a_friend

BY = by_staff(None)
ONE = 780


@pytest.fixture
def salon(session):
    return a_salon(session)


def ask(salon, minute=TEN, *, day=FRIDAY, provider_id=None, courses=None, page=True, friend=None):
    wish = Wish(courses or (salon.cut,), (), provider_id)
    return Question(wish, day, minute, salon.page if page else None, friend)


def said(session, question):
    found = inspecting.look(session, question, now=NOW)
    every = [*found.terms, *found.overlap, *(found.inspection.reasons() if found.inspection else [])]
    return {reason.text: reason.where for reason in every}


def closed(session, minute, minutes=60, **whose):
    shut = Closure(
        starts_at=at(FRIDAY, minute),
        ends_at=at(FRIDAY, minute + minutes),
        kind=ClosureKind.TRAINING,
        created_at=NOW,
        **whose,
    )
    return kept(session, shut)


def test_what_is_free_is_said_to_be(session, salon):
    found = inspecting.look(session, ask(salon), now=NOW)
    assert (found.is_free, found.minutes, len(found.cells)) == (True, 60, 18)
    assert found.inspection.fine == ["席は空いています(0/2)。"]


def test_each_cause_has_its_words_and_the_place_to_change_it(session, salon):
    hanako = a_friend(session, display_name="花子")
    booking.write_down(session, hanako, visit(salon, provider_id=salon.sato), by=BY, now=NOW)
    closed(session, NOON, provider_id=salon.suzuki)
    closed(session, 900, pool_id=salon.seats)
    pattern = sa.update(ProviderPattern).where(ProviderPattern.provider_id == salon.sato)
    session.execute(pattern.values(breaks=[[ONE, ONE + 60]]))
    kept(session, SpecialHours(day=FRIDAY + timedelta(days=1), ranges=[]))
    session.get_one(Course, salon.color).last_start = 960
    session.get_one(ReservationSettings, 1).policy = {"max_open": 1, "opens": {"kind": "days", "days": 60}}
    session.flush()
    sato, suzuki = salon.sato, salon.suzuki
    assert said(session, ask(salon, provider_id=sato))["佐藤さんは予約が入っています(10:00–11:00)。"] is Where.BOOKINGS
    assert said(session, ask(salon, NOON, provider_id=suzuki))["鈴木さんは研修(12:00–13:00)です。"] is Where.CLOSURES
    assert said(session, ask(salon, ONE, provider_id=sato))["佐藤さんは休憩(13:00–14:00)です。"] is Where.SHIFT
    assert said(session, ask(salon, 900))["席は使えない時間(15:00–16:00)です。"] is Where.CLOSURES
    next_day = said(session, ask(salon, day=FRIDAY + timedelta(days=1)))
    assert next_day["臨時休業のため休業日です。"] is Where.HOURS
    assert said(session, ask(salon, 1200))["営業時間(10:00–19:00)の外です。"] is Where.HOURS
    late = said(session, ask(salon, 990, courses=(salon.color,)))
    assert late["このメニューの最終受付(16:00)を過ぎています。"] is Where.COURSE
    assert late["鈴木さんはこのメニューを担当していません。"] is Where.PROVIDER
    assert said(session, ask(salon, 605))["予約を始められる時刻(30分ごと)ではありません。"] is Where.GRID
    assert "すでに過ぎた時刻です。" in said(session, ask(salon, day=TODAY - timedelta(days=1)))
    hers = said(session, ask(salon, provider_id=suzuki, friend=hanako))
    assert hers["花子様は、同じ時間帯に別のご予約があります。"] is Where.CUSTOMER
    assert Where.WINDOW in hers.values(), "one booking at a time"


def test_what_can_never_be_booked_is_said_once(session, salon):
    session.get_one(Course, salon.cut).is_online = False
    assert said(session, ask(salon))["「カット」は、お客様からの予約を受け付けていません。"] is Where.COURSE
    assert inspecting.look(session, ask(salon, page=False), now=NOW).is_free
    salon.page.is_open, salon.page.course_ids = False, [salon.color]
    assert "カレンダー「ネット予約」は公開していません。" in said(session, ask(salon))
    session.get_one(Provider, salon.sato).is_nominatable = False
    color = ask(salon, provider_id=salon.sato, courses=(salon.color,))
    assert said(session, color)["佐藤さんは指名を受けません。"] is Where.PROVIDER
    gone = inspecting.look(session, ask(salon, courses=(999,)), now=NOW)
    assert (gone.is_free, gone.cells, len(gone.terms)) == (False, [], 1)


SCENES = ("busy", "own")
MORE = ("plain", "nominated", "pools", "late", "few", "closed", "desk")


@pytest.mark.parametrize("scene", [*SCENES, *(pytest.param(each, marks=pytest.mark.slow) for each in MORE)])
def test_it_says_free_exactly_where_a_booking_goes_through(session, salon, scene):
    session.get_one(ReservationSettings, 1).slot_minutes = 60
    friend = a_friend(session)
    question = _set_up(session, salon, friend, scene)
    cells = inspecting.look(session, replace(question, minute=None), now=NOW).cells
    assert cells or scene == "closed"
    for cell in cells:
        asked = replace(question, minute=cell.start.minute)
        found = inspecting.look(session, asked, now=NOW)
        goes = _goes_through(session, salon, friend, asked)
        assert (found.is_free, cell.is_free) == (goes, goes), (scene, cell.start.minute, found)


def _set_up(session, salon, friend, scene):
    others = a_friend(session)
    question = ask(salon, friend=friend)
    match scene:
        case "nominated":
            booking.write_down(session, others, visit(salon, provider_id=salon.sato), by=BY, now=NOW)
            question = ask(salon, provider_id=salon.sato, friend=friend)
        case "busy":
            for minute in (TEN, NOON, 905):
                for provider_id in (salon.sato, salon.suzuki):
                    taken = visit(salon, minute=minute, provider_id=provider_id)
                    booking.write_down(session, a_friend(session), taken, by=BY, now=NOW)
            question = ask(salon, courses=(salon.cut, salon.color), friend=friend)
        case "own":
            booking.write_down(session, friend, visit(salon, minute=NOON), by=BY, now=NOW)
        case "pools":
            session.get_one(Pool, salon.seats).capacity = 1
            booking.write_down(session, others, visit(salon, minute=ONE), by=BY, now=NOW)
            closed(session, 960, pool_id=salon.seats)
        case "late":
            session.get_one(ReservationSettings, 1).policy = {"closes": [{"kind": "minutes", "minutes": 1500}]}
        case "few":
            session.get_one(ReservationSettings, 1).policy = {"max_per_day": 1}
            booking.write_down(session, friend, visit(salon, minute=NOON), by=BY, now=NOW)
        case "closed":
            kept(session, SpecialHours(day=FRIDAY, ranges=[]))
        case "desk":
            booking.write_down(session, others, visit(salon, minute=NOON, provider_id=salon.suzuki), by=BY, now=NOW)
            question = ask(salon, page=False, provider_id=salon.suzuki, friend=friend)
    session.flush()
    return question


def _goes_through(session, salon, friend, asked):
    wish = asked.wish
    with session.begin_nested() as point:
        try:
            if asked.page is None:
                seen = visit(salon, asked.day, asked.minute, provider_id=wish.provider_id)
                booking.write_down(session, friend, seen, by=BY, now=NOW)
            else:
                wanted = order(salon, asked.day, asked.minute, provider_id=wish.provider_id, course_ids=wish.course_ids)
                booking.order(session, friend, wanted, page=asked.page, now=NOW)
            return True
        except Refused:
            return False
        finally:
            point.rollback()
            session.expire_all()
