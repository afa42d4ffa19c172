"""Events on screen: the list, the editor, one of them with its slots."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations.events import slots
from lstep_lite.engine.reservations.events.slots import SlotDraft
from lstep_lite.models import Event, EventSlot, FriendLimit
from tests.engine.reservations.salon import FRIDAY, a_salon, an_event, at
from tests.factories import NOW
from tests.web.conftest import regions

FORM = {
    "name": "春の講習会",
    "folder_id": "0",
    "title": "ヘアアレンジ講習会",
    "text": "手ぶらでどうぞ",
    "media_id": "0",
    "color": "#058743",
    "place": "本店2階",
    "place_url": "https://maps.example/1",
    "limit": "slot_once",
    "most_party": "3",
    "seats_shown": "mark",
    "waiting": "all",
    "thanks_text": "",
    "own_deadline": "day_before",
    "own_deadline_days": "2",
    "own_deadline_at": "12:00",
    "own_deadline_minutes": "",
    "own_approval": "",
    "own_consent_text": "",
}


@pytest.fixture
def event(session, owner):
    a_salon(session)
    slot = an_event(session, 2)
    session.commit()
    return session.get_one(Event, slot.event_id)


def test_before_the_shop_takes_bookings_the_guided_path_comes_first(client, owner):
    answer = client.get("/reservations/events")
    assert answer.status_code == 303 and answer.location == "/reservations/setup"


def test_the_list_leads_to_events_and_costs_the_same_for_many(page, session, event, count_queries):
    with count_queries() as few:
        listed = page("/reservations/events")
    assert listed.select_one("td.main a")["href"] == f"/reservations/events/{event.id}"
    for number in range(3):
        an_event(session, 2, name=f"別の{number}", code=f"more{number}")
    session.commit()
    with count_queries() as many:
        assert len(page("/reservations/events").select("tbody tr")) == 4
    assert len(many) == len(few)


def test_an_event_is_made_with_its_own_conditions(client, session, event):
    answer = client.post("/reservations/events", data=FORM)
    made = session.scalars(sa.select(Event).where(Event.name == "春の講習会")).one()
    assert answer.status_code == 303 and answer.location == f"/reservations/events/{made.id}/slots/new"
    assert (made.limit, made.most_party, made.notifies_all, made.is_open) == (FriendLimit.SLOT_ONCE, 3, True, False)
    assert made.policy == {"deadline": {"kind": "day_before", "days": 2, "at": 720}}


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"name": ""}, "あとで見分けられる名前"),
        ({"place_url": "javascript:alert(1)"}, "https://"),
        ({"most_party": "0"}, "1〜50"),
        ({"own_deadline_at": "べつ"}, "時刻"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(client, session, event, over, words):
    answer = client.post("/reservations/events", data=FORM | over)
    assert answer.status_code == 422 and words in answer.text and "手ぶらでどうぞ" in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == 1


def test_it_is_changed_opened_and_closed(page, client, htmx, session, event):
    assert page(f"/reservations/events/{event.id}/edit").select_one("[name=title]")["value"] == event.title
    assert client.post(f"/reservations/events/{event.id}", data=FORM).status_code == 303
    closed = htmx(f"/reservations/events/{event.id}/switch", {"is_on": "no"})
    assert regions(closed)[:2] == ["event-state", "slot-list"] and "停止中" in closed.text
    session.expire_all()
    assert not event.is_open and event.title == "ヘアアレンジ講習会"


def test_its_page_has_its_slots_and_its_link(page, session, event):
    shown = page(f"/reservations/events/{event.id}")
    assert "3月6日(金) 14:00〜15:30" in shown.text and "0 / 2" in shown.text
    assert f"/liff/events/{event.code}" in shown.select_one("#event-link")["value"]
    assert "終わった回はありません" in page(f"/reservations/events/{event.id}?show=past").text


def test_its_qr_code_can_be_saved(client, event):
    assert client.get(f"/reservations/events/{event.id}/qr/png").data.startswith(b"\x89PNG")
    assert client.get(f"/reservations/events/{event.id}/qr/gif").status_code == 404


def test_hundreds_of_slots_are_paged_and_cost_the_same(page, session, event, count_queries):
    url = f"/reservations/events/{event.id}"
    with count_queries() as few:
        page(url)
    slots.create_series(session, event, SlotDraft(at(FRIDAY, 600), at(FRIDAY, 660), 3), every_days=1, count=60, now=NOW)
    session.commit()
    with count_queries() as many:
        assert len(page(url).select("#slot-list tbody tr")) == 50
    assert len(many) == len(few)


def test_copies_come_without_slots_and_empty_events_can_go(client, session, event):
    assert client.post(f"/reservations/events/{event.id}/copy").status_code == 303
    twin = session.scalars(sa.select(Event).where(Event.id != event.id)).one()
    assert not twin.slots and client.post(f"/reservations/events/{twin.id}/delete").status_code == 303
    assert client.post(f"/reservations/events/{event.id}/delete").status_code == 303
    assert not session.scalars(sa.select(EventSlot)).all()


def test_whoever_may_not_set_up_looks_only(outsider, event):
    shown = outsider.get(f"/reservations/events/{event.id}")
    assert shown.status_code == 200 and "回を追加" not in shown.text
    assert outsider.get(f"/reservations/events/{event.id}/edit").status_code == 403
    assert outsider.post("/reservations/events", data=FORM).status_code == 403
    assert outsider.post(f"/reservations/events/{event.id}/switch").status_code == 403
