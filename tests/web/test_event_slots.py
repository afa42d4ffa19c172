"""Slots on screen: adding them, in a series, moving and calling them off."""

import io

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.transitions import event_booking
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.models import Event, EventSlot, EventTicket
from tests.engine.reservations.salon import a_salon, an_event, at
from tests.engine.reservations.test_events import SATURDAY
from tests.factories import NOW, a_friend
from tests.web.conftest import regions

FORM = {
    "starts_at": "2026-03-07T10:00",
    "ends_at": "2026-03-07T11:30",
    "capacity": "８",
    "place": "",
    "opens_at": "",
    "closes_at": "2026-03-06T18:00",
    "limit_count": "",
    "every_days": "7",
    "count": "3",
    "tickets": ["new1", "new2"],
    "tickets.new1.name": "一般",
    "tickets.new1.price": "3,000",
    "tickets.new1.seats": "1",
    "tickets.new1.cap": "",
    "tickets.new2.name": "",
    "tickets.new2.price": "",
    "tickets.new2.seats": "1",
    "tickets.new2.cap": "",
}


@pytest.fixture
def slot(session, owner):
    a_salon(session)
    made = an_event(session, 2)
    session.commit()
    return made


@pytest.fixture
def url(slot):
    return f"/reservations/events/{slot.event_id}/slots"


def made_since(session, slot):
    return session.scalars(sa.select(EventSlot).where(EventSlot.id > slot.id).order_by(EventSlot.starts_at)).all()


def test_a_new_one_begins_like_the_latest_a_week_on(page, url, slot):
    form = page(f"{url}/new")
    assert form.select_one("[name=starts_at]")["value"] == "2026-03-13T14:00"
    assert form.select_one("[name=capacity]")["value"] == "2"


def test_one_is_added_with_its_plans(client, session, url, slot):
    assert client.post(url, data=FORM).status_code == 303
    [made] = made_since(session, slot)
    assert (made.starts_at, made.pool.capacity) == (at(SATURDAY, 600), 8)
    assert [(ticket.name, ticket.price) for ticket in made.tickets] == [("一般", 3000)]


def test_a_series_is_added_at_once(client, session, url, slot):
    assert client.post(url, data=FORM | {"repeats": "y"}).status_code == 303
    assert [made.business_date.day for made in made_since(session, slot)] == [7, 14, 21]


def test_a_plan_more_keeps_what_was_typed(htmx, session, url, slot):
    answer = htmx(url, FORM | {"op": "tickets:add:ticket"})
    assert answer.status_code == 200 and regions(answer)[0] == "slot-form"
    assert answer.text.count('name="tickets"') == 3 and 'value="一般"' in answer.text
    assert not made_since(session, slot)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"starts_at": ""}, "開始の日時を入力"),
        ({"ends_at": "2026-03-07T09:00"}, "開始よりあと"),
        ({"capacity": "0"}, "定員は1〜"),
        ({"tickets.new1.price": "高い"}, "料金は"),
        ({"repeats": "y", "count": "99"}, "作る回数は"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(client, session, url, slot, over, words):
    answer = client.post(url, data=FORM | over)
    assert answer.status_code == 422 and words in answer.text
    assert not made_since(session, slot)


def test_many_come_from_a_file_all_or_none(page, client, session, url, slot):
    assert "回の行" not in page(f"{url}/files/new").text
    assert "2026-03-06,14:00,15:30,2" in client.post(f"{url}/exports").text
    for lines, status in (("2026-03-07,10:00,11:30,8\n2026-03-08,10:00,11:30,何人でも", 422), ("", 422)):
        answer = client.post(f"{url}/files", data={"file": (io.BytesIO(f"日付\n{lines}".encode()), "slots.csv")})
        assert answer.status_code == status and not made_since(session, slot)
    right = "日付\n2026-03-07,10:00,11:30,8\n2026-03-08,10:00,11:30,9"
    answer = client.post(
        f"{url}/files", data={"file": (io.BytesIO(right.encode()), "slots.csv")}, follow_redirects=True
    )
    assert "2回分を追加しました" in answer.text and [row.pool.capacity for row in made_since(session, slot)] == [8, 9]


def test_it_is_moved_and_its_bookings_with_it(page, client, session, url, slot):
    event_booking.write_down(session, a_friend(session), SlotOrder(slot.id, "one"), by=by_staff(None), now=NOW)
    session.commit()
    assert "予約はすべて新しい日時" in page(f"{url}/{slot.id}/edit").text
    answer = client.post(f"{url}/{slot.id}", data=FORM | {"capacity": "2", "tells": "y"}, follow_redirects=True)
    assert "予約したお客様にお知らせします" in answer.text and "予約に反映しています" in answer.text
    session.expire_all()
    assert (slot.starts_at, slot.tells, slot.version) == (at(SATURDAY, 600), True, 2) and slot.due_at is not None


def test_it_is_called_off_after_saying_whom_that_concerns(page, client, session, url, slot):
    assert "予約は入っていません" in page(f"{url}/{slot.id}/cancellation").text
    answer = client.post(f"{url}/{slot.id}/cancellation", data={"reason": "台風のため", "tells": "y"})
    session.expire_all()
    assert answer.status_code == 303 and slot.cancelled_at == NOW and slot.reason == "台風のため"
    event = session.get_one(Event, slot.event_id)
    assert "中止" in page(f"/reservations/events/{event.id}").text


def test_an_empty_one_can_go(client, session, url, slot):
    assert client.post(f"{url}/{slot.id}/delete").status_code == 303
    assert not session.scalars(sa.select(EventSlot)).all() and not session.scalars(sa.select(EventTicket)).all()


def test_outsiders_change_nothing(outsider, url, slot):
    assert outsider.get(f"{url}/new").status_code == 403
    assert outsider.post(url, data=FORM).status_code == 403
    assert outsider.get(f"{url}/files/new").status_code == outsider.post(f"{url}/files").status_code == 403
