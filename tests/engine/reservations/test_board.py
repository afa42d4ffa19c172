"""The board of a day: what stands where, what moving something would mean, and what waits beside it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine import actions
from lstep_lite.engine.reservations import Code, Refused, by_staff
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.desk import board, closing, moving, rail, spans
from lstep_lite.engine.reservations.keeping import closures
from lstep_lite.engine.reservations.keeping.closures import ClosureDraft
from lstep_lite.engine.reservations.transitions import booking, ending, holding, visiting
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.errors import DomainError
from lstep_lite.models import ClosureKind, Delivery, DeliveryState, Occupancy, Provider, Reservation, SpecialHours
from tests.counting import statements_of
from tests.engine.reservations import salon as salons
from tests.engine.reservations.salon import ELEVEN, FRIDAY, NOON, TEN, TODAY, at, kept, visit
from tests.engine.reservations.test_effects import attach
from tests.factories import NOW, a_friend, a_tag

STAFF = by_staff(None)


@pytest.fixture
def salon(session):
    return salons.a_salon(session)


@pytest.fixture
def book(session, salon):
    def book(minute=TEN, *, force=False, friend=None, **over):
        over = {"provider_id": salon.sato} | over
        wanted = visit(salon, FRIDAY, minute, **over)
        return booking.write_down(session, friend or a_friend(session), wanted, by=STAFF, now=NOW, force=force)

    return book


def the_board(session, day=FRIDAY, **over):
    return board.load(session, day, now=NOW, **over)


def column(session, key, **over):
    return next(each for each in the_board(session, **over).columns if each.key == key)


def to(minute, **over):
    return Change(FRIDAY, minute, **over)


def move(session, booked, change, **over):
    over = {"tells": True, "staff_id": None, "now": NOW} | over
    return moving.move(session, booked, change, **over)


# What stands where ---------------------------------------------------------------------------------------------------


def test_a_start_that_a_customer_is_typing_for_stands_there_until_it_ends(session, salon):
    ann = a_friend(session, display_name="アン")
    wish = Wish((salon.cut,), (), salon.sato)
    holding.hold(session, ann, wish, FRIDAY, TEN, page=salon.page, now=NOW)
    later = NOW + timedelta(minutes=2, seconds=30)
    held = [band for each in board.load(session, FRIDAY, now=later).columns for band in each.bands]
    assert [(band.begins, band.ends, band.words) for band in held if band.kind == "hold"] == [
        (TEN, ELEVEN, "アン様 入力中（あと8分）")
    ]
    over = board.load(session, FRIDAY, now=NOW + timedelta(minutes=10))
    assert not [band for each in over.columns for band in each.bands if band.kind == "hold"]


def test_a_day_runs_past_midnight(session, salon, book):
    kept(session, SpecialHours(day=FRIDAY, ranges=[[1200, 1560]]))
    closures.create(session, ClosureDraft(at(FRIDAY, 1500), at(FRIDAY, 1530)), by=STAFF, now=NOW)
    book(1470, force=True)
    found = the_board(session)
    assert (found.begins, found.ends) == (1200, 1560)
    assert found.marks[-2:] == [(1440, "24:00"), (1500, "25:00")]
    bar = column(session, f"provider-{salon.sato}").bars[0]
    assert (bar.time, bar.is_outside) == ("24:30〜25:30", True), "the shift ends at 19:00"
    shut = [band for band in column(session, f"provider-{salon.suzuki}").bands if band.kind == "closure"]
    assert [band.time for band in shut] == ["25:00〜25:30"]
    assert the_board(session, FRIDAY + timedelta(days=1)).count == 0, "it belongs to Friday"


def test_a_booking_in_the_gap_of_another_has_the_whole_width_and_one_beside_it_half(session, salon, book):
    book(TEN, course_ids=(salon.color,))
    book(630, force=True, course_ids=(salon.cut,))
    assert [(bar.lane, bar.lanes) for bar in column(session, f"provider-{salon.sato}").bars] == [(0, 2), (1, 2)]
    first = column(session, f"provider-{salon.sato}").bars[0]
    assert [(piece.kind, piece.begins, piece.ends) for piece in first.pieces] == [
        ("work", 600, 630),
        ("proc", 630, 675),
        ("work", 675, 705),
    ]
    assert spans.lanes([[(600, 630), (675, 705)], [(630, 675)], [(705, 720)]]) == [(0, 1)] * 3


def test_cancelled_ones_stand_there_when_asked_for(session, salon, book):
    booked = book()
    ending.cancel_by_staff(session, booked, by=STAFF, now=NOW)
    assert column(session, f"provider-{salon.sato}").bars == []
    assert (the_board(session).count, the_board(session).gone) == (0, 1)
    assert [bar.state_words for bar in column(session, f"provider-{salon.sato}", with_gone=True).bars] == [
        "キャンセル済み"
    ]


def test_visits_before_a_booking_are_counted_and_those_after_are_not(session, salon, book):
    friend = a_friend(session)
    first, second = book(friend=friend), book(NOON, friend=friend)
    visiting.complete(session, first, by=STAFF, now=first.ends_at)
    bars = column(session, f"provider-{salon.sato}").bars
    assert [(bar.reservation.id, bar.visits) for bar in bars] == [(first.id, 0), (second.id, 1)]


def test_the_number_of_queries_does_not_grow_with_bookings(session, salon, book):
    def queries():
        session.expunge_all()
        before = len(statements)
        columns = the_board(session).columns
        assert [(bar.name, bar.course, bar.work) for each in columns for bar in each.bars]
        return len(statements) - before

    statements = statements_of(session)
    book()
    few = queries()
    for minute in range(ELEVEN, 1080, 60):
        book(minute)
    assert queries() == few <= 17


def test_events_have_a_column_of_their_own(session, salon):
    assert [each.key for each in the_board(session).columns] == [
        f"provider-{salon.sato}",
        f"provider-{salon.suzuki}",
    ]
    salons.an_event(session, 8)
    (slot,) = column(session, "events").slots
    assert (slot.name, slot.time, slot.taken, slot.capacity) == ("講習会", "14:00〜15:30", 0, 8)


def test_now_is_a_line_on_the_board_of_today_alone(session, salon):
    assert the_board(session, None).day == TODAY
    assert the_board(session, None).now == TEN
    assert the_board(session).now is None


# Moving --------------------------------------------------------------------------------------------------------------


def test_a_look_says_what_a_move_means_and_writes_nothing(session, salon, book):
    booked = book(is_nominated=True)
    version = booked.version
    look = moving.look(session, booked, to(690, provider_id=salon.suzuki), version=version, now=NOW)
    assert look.words == ["10:00→11:30", "担当 佐藤→鈴木"]
    assert look.leaves_nominated and look.problem is None and look.price == "6,050円→5,500円"
    assert (booked.start_minute, booked.version, list(session.dirty)) == (TEN, version, [])
    stale = moving.look(session, booked, to(NOON), version=version - 1, now=NOW)
    assert stale.problem.code is Code.VERSION_CONFLICT


def test_a_conflict_names_who_is_met_and_is_forced_knowingly(session, salon, book):
    booked, _ = book(), book(NOON, friend=a_friend(session, display_name="田中"))
    look = moving.look(session, booked, to(NOON, provider_id=salon.sato), version=None, now=NOW)
    assert look.problem.code is Code.SLOT_TAKEN
    assert "佐藤さんの予約(田中様" in look.problem.message
    with pytest.raises(Refused):
        move(session, booked, to(NOON, provider_id=salon.sato))
    move(session, booked, to(NOON, provider_id=salon.sato), force=True)
    assert booked.is_forced


def test_who_is_told_hears_after_ten_seconds_and_of_nothing_that_was_taken_back(session, salon, book):
    friend = a_friend(session, line_user_id="U1", is_following=True)
    booked = book(friend=friend, is_nominated=True)
    session.execute(sa.delete(Delivery))
    entry = move(session, booked, to(NOON, provider_id=salon.suzuki))
    told = session.scalars(sa.select(Delivery)).one()
    assert told.due_at == NOW + moving.UNDO
    session.get_one(Provider, salon.sato).fee = 9999
    moving.undo(session, booked, entry.id, staff_id=None, now=NOW)
    assert (booked.start_minute, booked.provider_id, booked.is_nominated) == (TEN, salon.sato, True)
    assert (booked.price, booked.fee) == (6050, 550), "at what was agreed before"
    assert session.scalars(sa.select(Delivery.state)).all() == [DeliveryState.CANCELLED]
    with pytest.raises(Refused):
        moving.undo(session, booked, entry.id, staff_id=None, now=NOW)


def test_staff_hear_what_taking_it_back_leaves_as_it_is(session, salon, book):
    booked = book()
    assert not moving.sets_off(session, booked)
    step = attach(a_tag(session, name="変更"))
    actions.keep(session, "reservations.changed", f"course:{salon.cut}", step, now=NOW)
    assert moving.sets_off(session, booked)


def test_what_the_customer_has_heard_is_not_taken_back(session, salon, book):
    booked = book(friend=a_friend(session, line_user_id="U1", is_following=True))
    session.execute(sa.delete(Delivery))
    entry = move(session, booked, to(NOON, provider_id=salon.sato))
    session.scalars(sa.select(Delivery)).one().state = DeliveryState.SENT
    with pytest.raises(DomainError, match="送ったあと"):
        moving.undo(session, booked, entry.id, staff_id=None, now=NOW)


def test_a_longer_visit_takes_more_and_back_again(session, salon, book):
    booked = book(course_ids=(salon.color,))
    before = occupied(session, booked)
    entry = move(session, booked, to(TEN, provider_id=salon.sato, minutes=135))
    assert [moving.length(booked), booked.segments[-1].ends_at] == [135, at(FRIDAY, 735)]
    assert len(occupied(session, booked)) == len(before) + 12, "half an hour of the stylist and of the seat"
    moving.undo(session, booked, entry.id, staff_id=None, now=NOW)
    assert occupied(session, booked) == before
    with pytest.raises(Refused, match="長さ"):
        move(session, booked, to(TEN, provider_id=salon.sato, minutes=75))


def test_what_staff_had_put_outside_the_hours_goes_back_there(session, salon, book):
    booked = book(1140, force=True)
    entry = move(session, booked, to(NOON, provider_id=salon.sato))
    moving.undo(session, booked, entry.id, staff_id=None, now=NOW)
    assert (booked.start_minute, booked.is_outside, booked.is_forced) == (1140, True, False)


def occupied(session, booked):
    row = Occupancy
    mine = sa.select(row.pool_id, row.tick).where(row.reservation_id == booked.id)
    return set(session.execute(mine).all())


# Beside the board ----------------------------------------------------------------------------------------------------


def test_what_waits_for_staff_stands_beside_the_board(session, salon, book):
    booked = book(friend=a_friend(session, display_name="未処理"))
    late = booked.ends_at + timedelta(minutes=5)
    found = rail.load(session, now=late)
    assert [(line.reservation.friend.name, line.when) for line in found.unmarked.lines] == [
        ("未処理", "3月6日(金) 10:00")
    ]
    assert (found.requests.count, found.misfits.count, found.waiting) == (0, 0, 0)
    assert rail.left_in_words(late + timedelta(hours=3), now=late) == "あと3時間で期限切れ"


def test_a_closure_over_bookings_tells_how_many_and_moves_with_its_owner(session, salon, book):
    book()
    draft = ClosureDraft(at(FRIDAY, TEN), at(FRIDAY, NOON), ClosureKind.OUT, provider_id=salon.sato)
    assert closing.met(session, draft) == 1
    assert closing.met(session, replace(draft, provider_id=salon.suzuki)) == 0
    assert closing.met(session, replace(draft, provider_id=None)) == 1
    closure = closures.create(session, draft, by=STAFF, now=NOW)
    assert session.scalars(sa.select(Reservation)).one().needs_look
    closures.update(session, closure, replace(draft, starts_at=at(FRIDAY, ELEVEN)), by=STAFF, now=NOW)
    assert not session.scalars(sa.select(Reservation)).one().needs_look
