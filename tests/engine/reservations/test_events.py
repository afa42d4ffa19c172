"""Events and their slots: keeping them, moving and calling them off, and who takes part."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.reservations import events
from lstep_lite.engine.reservations.events import EventDraft, following, listing, participants, slot_files, slots
from lstep_lite.engine.reservations.events.slots import Notice, SlotDraft
from lstep_lite.engine.reservations.events.tickets import TicketDraft
from lstep_lite.engine.reservations.transitions import ending, event_booking, recording, visiting
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.engine.reservations.transitions.recording import Happened, by_staff
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Event,
    EventSlot,
    EventTicket,
    Notification,
    Occupancy,
    Reservation,
    ReservationState,
    SeatsShown,
    Vacancy,
)
from tests.engine.reservations.brute import TOKYO
from tests.engine.reservations.salon import FRIDAY, a_salon, an_event, at
from tests.factories import NOW, a_friend, a_staff

State = ReservationState
SATURDAY = date(2026, 3, 7)


@pytest.fixture
def event(session: Session) -> Event:
    a_salon(session)
    return events.create(session, EventDraft("講習会", "ヘアアレンジ講習会", place="本店2階"), now=NOW)


def a_draft(day: date = FRIDAY, **over: Any) -> SlotDraft:
    values: dict[str, Any] = {"starts_at": at(day, 840), "ends_at": at(day, 930), "capacity": 2}
    return SlotDraft(**values | over)


def booked(session: Session, slot: EventSlot, party: int = 1, **over: Any) -> Reservation:
    order = SlotOrder(
        slot.id, f"key-{session.scalar(sa.select(sa.func.count()).select_from(Reservation))}", party, **over
    )
    return event_booking.write_down(session, a_friend(session), order, by=by_staff(None), now=NOW)


# Slots ---------------------------------------------------------------------------------------------------------------


def test_a_series_repeats_by_the_shops_clock(session: Session, event: Event) -> None:
    draft = a_draft(closes_at=at(FRIDAY, 0), tickets=[TicketDraft("一般", 3000, cap=1)])
    made = slots.create_series(session, event, draft, every_days=7, count=3, now=NOW)
    assert [slot.business_date for slot in made] == [FRIDAY + timedelta(days=7 * n) for n in range(3)]
    assert all(slot.start_minute == 840 and len(slot.tickets) == 1 for slot in made)
    assert made[2].closes_at == at(FRIDAY + timedelta(days=14), 0)
    assert len({slot.pool_id for slot in made}) == 3


def test_slots_come_from_the_file_they_are_written_in(session: Session, event: Event) -> None:
    one = a_draft(FRIDAY, ends_at=at(FRIDAY, 1500), place="別館", opens_at=NOW, tickets=[TicketDraft("一般", 3000)])
    slots.create(session, event, one, now=NOW)
    content = b"".join(slot_files.lines(session, event, now=NOW)).decode("utf-8-sig")
    assert "2026-03-06,14:00,25:00,2,別館,2026-03-05 10:00," in content
    more = "2026/3/7,１０：００,11:30,8,,,2026-03-06 18:00\r\n\r\n"
    assert slot_files.take(session, event, (content + more).encode("cp932"), now=NOW) == 1, "the first is there"
    first, second = session.scalars(sa.select(EventSlot).order_by(EventSlot.starts_at)).all()
    assert (second.starts_at, second.ends_at, second.closes_at) == (
        at(SATURDAY, 600),
        at(SATURDAY, 690),
        at(FRIDAY, 1080),
    )
    assert (second.pool.capacity, second.place, second.opens_at) == (8, "", None)
    assert [(each.name, each.slot_id) for each in second.tickets] == [("一般", second.id)] and first.tickets


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "行がありません"),
        ("3/7,10:00,11:30,8", "2行目：日付"),
        ("2026-03-07,10:00,,8", "2行目：開始と終了"),
        ("2026-03-07,10時,11:30,8", "2行目：「10時」"),
        ("2026-03-07,10:00,11:30,八", "2行目：定員"),
        ("2026-03-07,10:00,09:30,8", "2行目：終了は、開始よりあと"),
        ("2026-03-04,10:00,11:30,8", "2行目：もう過ぎた"),
        ("2026-03-06,14:00,15:30,8", "もうあります"),
    ],
)
def test_one_wrong_line_of_a_file_adds_nothing(session: Session, event: Event, line: str, words: str) -> None:
    slots.create(session, event, a_draft(), now=NOW)
    with pytest.raises(DomainError, match=words) as caught:
        slot_files.take(session, event, f"日付,開始,終了,定員\n{line}\n".encode(), now=NOW)
    assert caught.value.field == "file"


def test_a_new_slot_begins_as_the_latest_one_a_week_on(session: Session, event: Event) -> None:
    slots.create(session, event, a_draft(capacity=7, tickets=[TicketDraft("一般", 3000)]), now=NOW)
    draft = slots.next_draft(session, event)
    assert draft is not None and (draft.capacity, draft.tickets) == (7, [TicketDraft("一般", 3000)])
    assert draft.starts_at == at(FRIDAY + timedelta(days=7), 840)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"capacity": 0}, "capacity"),
        ({"ends_at": at(FRIDAY, 840)}, "ends_at"),
        ({"starts_at": at(FRIDAY, 842)}, "starts_at"),
        ({"closes_at": at(SATURDAY, 0)}, "closes_at"),
        ({"opens_at": at(FRIDAY, 850)}, "opens_at"),
        ({"tickets": [TicketDraft("同じ"), TicketDraft("同じ")]}, "tickets"),
        ({"tickets": [TicketDraft("一般", seats=0)]}, "tickets"),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(
    session: Session, event: Event, over: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        slots.create(session, event, a_draft(**over), now=NOW)
    assert refused.value.field == field


def test_fewer_places_than_are_taken_leave_all_bookings(session: Session, event: Event) -> None:
    slot = slots.create(session, event, a_draft(capacity=3), now=NOW)
    booked(session, slot, 3)
    slots.update(session, slot, a_draft(capacity=1), Notice(None), now=NOW)
    assert event_booking.taken(session, [slot])[slot.id] == 3 and event_booking.left(session, slot) == 0
    forced = session.scalars(sa.select(Occupancy.is_forced).order_by(Occupancy.ord)).all()
    assert forced == [False, True, True]
    slots.update(session, slot, a_draft(capacity=4), Notice(None), now=NOW)
    assert not any(session.scalars(sa.select(Occupancy.is_forced)).all())
    assert session.scalars(sa.select(Vacancy.slot_id)).all() == [slot.id], "somebody who waits may fit in now"


def test_a_ticket_that_was_booked_is_retired_and_others_go(session: Session, event: Event) -> None:
    slot = slots.create(session, event, a_draft(tickets=[TicketDraft("大人"), TicketDraft("子ども")]), now=NOW)
    adult, child = slot.tickets
    booked(session, slot, tickets={adult.id: 1})
    slots.update(session, slot, a_draft(tickets=[TicketDraft("学生")]), Notice(None), now=NOW)
    rows = {row.name: row.is_active for row in session.scalars(sa.select(EventTicket))}
    assert rows == {"大人": False, "学生": True} and child.name not in rows


def test_only_what_nobody_has_booked_can_be_deleted(session: Session, event: Event) -> None:
    slot, other = (slots.create(session, event, a_draft(), now=NOW) for _ in range(2))
    booked(session, slot)
    with pytest.raises(DomainError, match="中止"):
        slots.delete(session, slot)
    slots.delete(session, other)
    with pytest.raises(DomainError, match="停止"):
        events.delete(session, event)
    empty = events.copy(session, event, now=NOW)
    slots.create(session, empty, a_draft(), now=NOW)
    events.delete(session, empty)
    assert session.scalars(sa.select(Event.name)).all() == ["講習会"]


# Bookings follow -----------------------------------------------------------------------------------------------------


@pytest.fixture
def happened(monkeypatch: pytest.MonkeyPatch) -> list[Happened]:
    found: list[Happened] = []
    monkeypatch.setattr(recording, "_followers", [lambda session, each: found.append(each)])
    return found


def test_bookings_follow_a_slot_that_is_moved(database: Database, session: Session, happened: list[Happened]) -> None:
    a_salon(session)
    slot, staff = an_event(session, 2), a_staff(session)
    ours = [booked(session, slot) for _ in range(2)]
    later = SlotDraft(at(SATURDAY, 600), at(SATURDAY, 700), 2)
    assert slots.update(session, slot, later, Notice(staff.id, tells=False), now=NOW)
    session.commit()
    happened.clear()
    for _ in range(2):  # twice is once
        assert not following.run(database, now=NOW, wall=NOW)
    session.expire_all()
    for reservation in ours:
        assert (reservation.business_date, reservation.start_minute) == (SATURDAY, 600)
        assert reservation.ends_at == at(SATURDAY, 700) and reservation.version == 2
        assert reservation.deadline_at == at(FRIDAY, 1080)
    assert [(each.transition.value, each.by.staff_id, each.by.tells) for each in happened] == [
        ("changed", staff.id, False)
    ] * 2
    assert slot.due_at is None and slot.version == 2
    told = sa.select(Notification.id).where(Notification.kind == "reservation.changed")
    assert not session.scalars(told).all(), "a slot that moves is no news of each of its bookings"


def test_who_is_told_late_of_a_move_may_still_cancel(database: Database, session: Session) -> None:
    a_salon(session)
    slot = an_event(session, 2)
    reservation, late = booked(session, slot), at(FRIDAY, 500)
    slots.update(session, slot, SlotDraft(at(FRIDAY, 900), at(FRIDAY, 960), 2), Notice(None), now=late)
    session.commit()
    following.run(database, now=late, wall=NOW)
    session.expire_all()
    assert reservation.deadline_at == at(FRIDAY, 900), "until it begins"


def test_a_slot_that_is_called_off_cancels_its_bookings(
    database: Database, session: Session, happened: list[Happened]
) -> None:
    a_salon(session)
    slot = an_event(session, 3, policy={"approval": "all"})
    confirmed = booked(session, slot)
    asked = event_booking.order(session, a_friend(session), SlotOrder(slot.id, "asked"), now=NOW)
    slots.cancel(session, slot, Notice(None, reason="講師の体調不良"), now=NOW)
    session.commit()
    following.run(database, now=NOW, wall=NOW)
    session.expire_all()
    assert (confirmed.state, asked.state) == (State.CANCELLED, State.DECLINED)
    assert confirmed.reason == "講師の体調不良" and event_booking.taken(session, [slot])[slot.id] == 0
    with pytest.raises(DomainError, match="中止"):
        slots.update(session, slot, a_draft(), Notice(None), now=NOW)


def test_a_slot_that_is_over_completes_the_visits_of_all_who_came(database: Database, session: Session) -> None:
    a_salon(session)
    slot = an_event(session, 3)
    came, stayed_away = booked(session, slot), booked(session, slot)
    visiting.check_in(session, came, by=by_staff(None), now=at(FRIDAY, 835))
    with pytest.raises(DomainError, match="まだ始まっていない"):
        slots.finish(session, slot, Notice(None), now=at(FRIDAY, 835))
    slots.finish(session, slot, Notice(None), now=at(FRIDAY, 930))
    session.commit()
    following.run(database, now=at(FRIDAY, 930), wall=NOW)
    session.expire_all()
    assert (came.state, stayed_away.state) == (State.COMPLETED, State.CONFIRMED) and slot.due_at is None


def test_a_second_move_meanwhile_is_not_lost(database: Database, session: Session) -> None:
    a_salon(session)
    slot = an_event(session, 2)
    session.commit()
    due = session.execute(following._due(NOW)).all()
    slots.update(session, slot, SlotDraft(at(SATURDAY, 600), at(SATURDAY, 700), 2), Notice(None), now=NOW)
    found = session.execute(following._due(NOW)).all()
    slots.update(session, slot, SlotDraft(at(SATURDAY, 660), at(SATURDAY, 700), 2), Notice(None), now=NOW)
    following._done(session, list(found))
    session.refresh(slot)
    assert not due and slot.due_at is not None


# What customers and staff see ----------------------------------------------------------------------------------------


def test_customers_see_what_is_left_the_way_the_shop_wants(session: Session, event: Event) -> None:
    words = [listing.seats_in_words(shown, left, 2) for shown in SeatsShown for left in (5, 2, 0)]
    assert words == ["残り5席", "残り2席", "満席", "○ 空きあり", "△ 残りわずか", "満席", "", "", "満席"]


def test_a_slot_is_full_when_no_ticket_can_be_had(session: Session, event: Event) -> None:
    event.is_open = True
    draft = a_draft(capacity=5, tickets=[TicketDraft("一般", cap=1), TicketDraft("ペア", seats=6)])
    slot = slots.create(session, event, draft, now=NOW)
    friend = a_friend(session)
    assert listing.one(session, event, slot, friend, now=NOW).can_book
    booked(session, slot, tickets={slot.tickets[0].id: 1})
    session.expire_all()
    [seen] = listing.offered(session, event, friend, now=NOW).offered
    assert seen.is_full and seen.can_wait and seen.seats == "満席"


def test_the_list_has_open_events_by_their_next_slot(session: Session, event: Event) -> None:
    event.is_open = True
    slots.create_series(session, event, a_draft(SATURDAY), every_days=7, count=2, now=NOW)
    sooner = an_event(session, 1)
    an_event(session, 1, is_open=False)
    found = listing.listed(session, now=NOW)
    assert [(each.event.id, each.count) for each in found] == [(sooner.event_id, 1), (event.id, 2)]
    assert found[1].when == "3月7日(土) 14:00"


def test_times_are_told_past_midnight_and_over_days(session: Session, event: Event) -> None:
    night = slots.create(session, event, a_draft(starts_at=at(FRIDAY, 1320), ends_at=at(FRIDAY, 1500)), now=NOW)
    days = slots.create(session, event, a_draft(ends_at=at(FRIDAY, 3 * 1440 + 600)), now=NOW)
    assert listing.when(session, night) == "3月6日(金) 22:00〜25:00"
    assert listing.when(session, days) == "3月6日(金) 14:00〜3月9日(月) 10:00"


def test_staff_find_participants_by_name_state_and_number(session: Session, event: Event) -> None:
    slot = slots.create(session, event, a_draft(capacity=9), now=NOW)
    first, gone = booked(session, slot, 2), booked(session, slot)
    first.friend.search_text = "山田花子"
    ending.cancel_by_staff(session, gone, by=by_staff(None), now=NOW)
    page = participants.page(session, slot)
    assert page.reservations == [first] and page.counts["coming"] == 1 and page.counts["cancelled"] == 1
    assert (page.taken, page.checked_in) == (2, 0)
    assert participants.page(session, slot, text="山田").total_count == 1
    assert participants.page(session, slot, text="鈴木").total_count == 0
    assert participants.find(session, first.number.lower()) is first
    assert participants.find(session, first.code) is first


def test_moments_of_a_slot_are_the_shops(session: Session, event: Event) -> None:
    slot = slots.create(session, event, a_draft(starts_at=datetime(2026, 3, 6, 14, tzinfo=TOKYO)), now=NOW)
    assert (slot.business_date, slot.start_minute) == (FRIDAY, 840)
