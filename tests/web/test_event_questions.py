"""What an event asks: the builder's page, keeping it, and its preview."""

import json

import pytest

from lstep_lite.models import Event
from tests.engine.reservations.salon import a_salon, an_event
from tests.factories import a_question
from tests.web.conftest import regions


@pytest.fixture
def event(session, owner):
    a_salon(session)
    slot = an_event(session, 2)
    session.commit()
    return session.get_one(Event, slot.event_id)


def document(page, *parts):
    """What the builder posts: the page it was given, with questions."""
    given = json.loads(page.select_one("[data-studio-field]")["value"])
    given["pages"][0]["parts"] = list(parts)
    return json.dumps(given)


def test_questions_are_kept_and_can_be_taken_away(page, htmx, session, event):
    url = f"/reservations/events/{event.id}/questions"
    asked = document(page(url), a_question(id="allergy", label="苦手なもの"))
    assert htmx(url, {"document": asked}).status_code == 204
    session.refresh(event)
    assert [part["label"] for part in event.document["pages"][0]["parts"]] == ["苦手なもの"]
    assert htmx(url, {"document": document(page(url))}).status_code == 204
    session.refresh(event)
    assert event.document == {}


def test_what_is_wrong_is_said_where_it_is(page, htmx, session, event):
    url = f"/reservations/events/{event.id}/questions"
    answer = htmx(url, {"document": document(page(url), a_question(label=""))})
    assert answer.status_code == 422 and regions(answer)[0] == "question-form" and "赤い印" in answer.text
    session.refresh(event)
    assert event.document == {}


def test_the_preview_shows_the_whole_page_and_keeps_nothing(page, client, session, event):
    url = f"/reservations/events/{event.id}/questions"
    posted = {"document": json.loads(document(page(url), a_question(label="苦手なもの")))}
    answer = client.post(f"{url}/preview", json=posted)
    assert "苦手なもの" in answer.json["html"] and "お名前" in answer.json["html"]
    session.refresh(event)
    assert event.document == {}


def test_outsiders_ask_nothing(outsider, event):
    assert outsider.get(f"/reservations/events/{event.id}/questions").status_code == 403
