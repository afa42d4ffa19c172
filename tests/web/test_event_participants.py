"""Participants on screen: the list, writing somebody down, the door, files."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations import waiting
from lstep_lite.engine.reservations.transitions import event_booking
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.models import BookedBy, Event, Export, Friend, Pool, PoolKind, Reservation, ReservationState
from tests.engine.reservations.salon import FRIDAY, a_salon, a_slot, a_ticket, an_event, kept
from tests.factories import NOW, a_friend
from tests.web.conftest import inspect_page, regions

State = ReservationState
URL = "/reservations/participants"
SATURDAY = FRIDAY + timedelta(days=1)


@pytest.fixture
def slot(session, owner):
    a_salon(session)
    made = an_event(session, 3)
    session.commit()
    return made


@pytest.fixture
def hanako(session, slot):
    made = a_friend(session, display_name="山田花子", search_text="山田花子", phone="09012345678")
    session.commit()
    return made


@pytest.fixture
def booked(session, slot, hanako):
    made = event_booking.order(session, hanako, SlotOrder(slot.id, "one", 2, note="前の席"), now=NOW)
    session.commit()
    return made


def state(session, row):
    session.refresh(row)
    return row.state


def test_the_list_says_who_comes_and_who_waits(page, session, slot, booked):
    waiting.join_slot(session, a_friend(session, is_following=False), slot, party=1, now=NOW)
    session.commit()
    shown = page(f"{URL}/slots/{slot.id}")
    assert "山田花子" in shown.text and "前の席" in shown.text and "2 / 3" in shown.text
    assert "LINEで知らせられません" in shown.text
    assert "当てはまる方はいません" in page(f"{URL}/slots/{slot.id}?q=鈴木").text


def test_a_broadcast_to_all_who_come_is_a_press_away(page, session, slot, booked):
    link = next(each for each in page(f"{URL}/slots/{slot.id}").select("a") if "参加者に一斉配信" in each.text)
    assert page(link["href"]).select_one(f"option[value='event_slots:{slot.id}'][selected]")


def test_it_costs_the_same_for_many(page, session, slot, booked, count_queries):
    url = f"{URL}/slots/{slot.id}"
    with count_queries() as few:
        page(url)
    slot.pool.capacity = 50
    session.flush()
    for number in range(8):
        event_booking.order(session, a_friend(session), SlotOrder(slot.id, f"more{number}"), now=NOW)
    session.commit()
    with count_queries() as many:
        assert len(page(url).select("tbody tr")) == 9
    assert len(many) == len(few)


def test_somebody_known_is_written_down_and_one_tap_checks_them_in(page, client, htmx, session, slot, hanako):
    found = page(f"{URL}/slots/{slot.id}/new?q=山田")
    assert found.select_one(f"[name=friend_id][value='{hanako.id}']").has_attr("checked")
    key = found.select_one("[name=key]")["value"]
    data = {"friend_id": str(hanako.id), "party": "2", "booked_by": "walk_in", "key": key, "tells": "y"}
    for _ in range(2):  # a double click
        assert client.post(f"{URL}/slots/{slot.id}", data=data).status_code == 303
    made = session.scalars(sa.select(Reservation)).one()
    assert (made.friend_id, made.party, made.booked_by) == (hanako.id, 2, BookedBy.WALK_IN)
    answer = htmx(f"{URL}/{made.id}/check-in")
    assert regions(answer)[0] == "participant-list" and state(session, made) is State.CHECKED_IN
    htmx(f"{URL}/{made.id}/reopening")
    assert state(session, made) is State.CONFIRMED


def test_a_new_customer_by_phone(client, session, slot):
    data = {"friend_id": "0", "real_name": "電話 太郎", "phone": "0312345678", "party": "1", "key": "k"}
    answer = client.post(f"{URL}/slots/{slot.id}", data=data, follow_redirects=True)
    friend = session.scalars(sa.select(Friend).where(Friend.real_name == "電話 太郎")).one()
    assert friend.line_user_id is None and "お電話でお伝えください" in answer.text


def test_nobody_is_nobody_and_nothing_is_kept(client, session, slot):
    answer = client.post(f"{URL}/slots/{slot.id}", data={"friend_id": "0", "party": "1", "key": "k"})
    assert answer.status_code == 422 and "お名前を入力" in answer.text
    assert not session.scalars(sa.select(Reservation)).all()


def test_a_full_slot_takes_more_only_when_staff_insist(client, session, slot, hanako, booked):
    other = a_friend(session)
    session.commit()
    data = {"friend_id": str(other.id), "party": "2", "key": "k"}
    refused = client.post(f"{URL}/slots/{slot.id}", data=data)
    assert refused.status_code == 409 and 'data-code="SLOT_TAKEN"' in refused.text
    assert client.post(f"{URL}/slots/{slot.id}", data=data | {"force": "y"}).status_code == 303
    made = session.scalars(sa.select(Reservation).where(Reservation.friend_id == other.id)).one()
    assert made.is_forced and "定員より1席多く" in client.get(f"{URL}/slots/{slot.id}").text


def test_with_plans_so_many_of_each(client, session, slot, hanako):
    ticket = a_ticket(session, slot, name="大人", price=3000)
    session.commit()
    data = {"friend_id": str(hanako.id), f"ticket-{ticket.code}": "2", "key": "k"}
    assert client.post(f"{URL}/slots/{slot.id}", data=data).status_code == 303
    assert session.scalars(sa.select(Reservation)).one().price == 6000


def test_requests_are_taken_or_declined_with_a_reason(page, client, htmx, session, slot, hanako):
    session.get_one(Event, slot.event_id).policy = {"approval": "all"}
    first = event_booking.order(session, hanako, SlotOrder(slot.id, "a"), now=NOW)
    second = event_booking.order(session, a_friend(session), SlotOrder(slot.id, "b"), now=NOW)
    session.commit()
    htmx(f"{URL}/{first.id}/approval")
    assert "お断りする" in page(f"{URL}/{second.id}/cancellation").text
    client.post(f"{URL}/{second.id}/cancellation", data={"reason": "満席のため", "tells": "y"})
    assert (state(session, first), state(session, second)) == (State.CONFIRMED, State.DECLINED)
    assert second.reason == "満席のため"


def test_a_cancellation_on_the_phone_is_the_customers(client, session, slot, booked):
    client.post(f"{URL}/{booked.id}/cancellation", data={"for_customer": "y"})
    assert state(session, booked) is State.CANCELLED and booked.cancelled_by == "customer"
    client.post(f"{URL}/{booked.id}/reopening")
    assert state(session, booked) is State.CONFIRMED


def test_staff_move_somebody_to_another_slot_of_the_event(page, client, session, slot, booked):
    event = session.get_one(Event, slot.event_id)
    other = a_slot(session, event, kept(session, Pool(kind=PoolKind.EVENT_SLOT, name="回", capacity=1)), SATURDAY)
    session.commit()
    path = f"{URL}/{booked.id}/slot"
    assert "別の回に移す" in page(f"{URL}/slots/{slot.id}").text
    assert "3月7日(土)" in page(path).select_one("select").text
    data = {"slot-seen_version": 1, "slot-slot_id": other.id, "slot-tells": "y"}
    full = client.post(path, data=data)
    assert full.status_code == 409 and 'data-code="SLOT_TAKEN"' in full.text
    for _ in range(2):
        assert client.post(path, data=data | {"slot-force": "y"}).status_code == 303
    session.refresh(booked)
    assert (booked.slot_id, booked.version, booked.is_forced) == (other.id, 2, True), "pressed twice, moved once"
    assert client.post(path, data={"slot-seen_version": 9, "slot-slot_id": slot.id}).status_code == 409


def test_the_door_finds_them_by_code_and_by_number(page, client, session, slot, booked):
    shown = page(f"{URL}/check-in/{booked.code}")
    assert "山田花子様" in shown.text and state(session, booked) is State.CONFIRMED, "looking changes nothing"
    assert "今日の回ではありません" in shown.text
    for typed in (booked.number.lower(), booked.number.removeprefix("R-"), "Ｒ－２６０３０６－００１"):
        assert "山田花子様" in page(f"{URL}/check-in?number={typed}").text, typed
    assert "見つかりませんでした" in page(f"{URL}/check-in?number=R-1").text
    answer = client.post(f"{URL}/{booked.id}/check-in", data={"from": "door"})
    assert answer.location == f"{URL}/check-in/{booked.code}" and state(session, booked) is State.CHECKED_IN
    assert "受付済み" in inspect_page(client.get(answer.location)).text


def test_waiting_can_be_taken_back_by_staff(client, session, slot, hanako):
    entry = waiting.join_slot(session, hanako, slot, party=1, now=NOW)
    session.commit()
    assert client.post(f"{URL}/waits/{entry.id}/withdrawal").status_code == 303
    session.refresh(entry)
    assert entry.state == "withdrawn"


def test_the_list_leaves_as_a_file_and_that_is_written_down(client, session, slot, hanako, booked):
    hanako.real_name = "=HYPERLINK(1)"
    session.commit()
    text = client.post(f"{URL}/slots/{slot.id}/exports", data={"kind": "csv"}).data.decode("utf-8-sig")
    assert booked.number in text and "前の席" in text and "'=HYPERLINK" in text
    assert client.post(f"{URL}/slots/{slot.id}/exports", data={"kind": "xlsx"}).data.startswith(b"PK")
    assert client.post(f"{URL}/slots/{slot.id}/exports", data={"kind": "sjis"}).data.decode("cp932")
    assert len(session.scalars(sa.select(Export)).all()) == 3


def test_whoever_is_at_the_desk_takes_no_list_along(outsider, session, slot, booked):
    assert outsider.get(f"{URL}/check-in/{booked.code}").status_code == 200
    assert outsider.post(f"{URL}/slots/{slot.id}/exports").status_code == 403
    assert not session.scalars(sa.select(Export)).all()


def test_without_signing_in_a_code_shows_nobody(anybody, booked):
    answer = anybody.get(f"{URL}/check-in/{booked.code}")
    assert answer.status_code == 303 and "山田花子" not in answer.text
