"""The greetings page."""

import json

import pytest

from lstep_lite.engine import greetings
from lstep_lite.models import GreetingKind
from tests.web.conftest import regions

HELLO = json.dumps([{"kind": "text", "text": "[name]さん、ようこそ"}])


@pytest.mark.parametrize("url", ["/greetings", "/greetings/new", "/greetings/returning", "/greetings/preexisting"])
def test_every_way_of_arriving_has_its_tab(page, owner, url):
    soup = page(url)
    assert len(soup.select(".tabs a")) == 3
    assert "あいさつメッセージ" in soup.get_text()


def test_saving_switches_the_greeting_on_and_says_what_happens_next(htmx, session, owner):
    answer = htmx("/greetings/returning", {"is_on": "y", "blocks": HELLO})
    assert regions(answer) == ["greeting", "toasts"]
    assert "次に当てはまる方から" in answer.text
    assert greetings.get(session, GreetingKind.RETURNING).is_on
    assert not greetings.get(session, GreetingKind.NEW).is_on


def test_an_empty_greeting_cannot_be_switched_on(htmx, session, owner):
    answer = htmx("/greetings/new", {"is_on": "y", "blocks": "[]"})
    assert answer.status_code == 422
    assert "1つ以上" in answer.text
    assert not greetings.get(session, GreetingKind.NEW).is_on


def test_a_message_line_would_refuse_is_named_and_what_was_typed_stays(htmx, owner):
    blocks = [{"kind": "text", "text": "残る文"}, {"kind": "sticker", "package_id": "", "sticker_id": ""}]
    answer = htmx("/greetings/new", {"is_on": "y", "blocks": json.dumps(blocks)})
    assert answer.status_code == 422
    assert "2つ目のメッセージ（スタンプ）" in answer.text
    assert "残る文" in answer.text


def test_without_javascript_one_text_can_be_saved(client, session, owner):
    answer = client.post("/greetings/new", data={"is_on": "y", "blocks": "[]", "blocks-text": "ようこそ"})
    assert answer.status_code == 303
    assert greetings.get(session, GreetingKind.NEW).blocks == [{"kind": "text", "text": "ようこそ"}]


def test_an_unknown_tab_is_a_404(client):
    assert client.get("/greetings/nonsense").status_code == 404


def test_staff_without_the_right_are_refused(outsider):
    assert outsider.get("/greetings").status_code == 403
    assert outsider.post("/greetings/new", data={"blocks": HELLO}).status_code == 403


def test_a_greeting_keeps_its_actions(session, htmx):
    form = {"is_on": "y", "blocks": "[]", "actions": "k", "actions.k.kind": "send_text", "actions.k.text": "はい"}
    form |= {"actions.k.when": "now", "actions.repeats": "yes"}
    assert htmx("/greetings/new", form).status_code == 200
    kept = greetings.actions_of(session, GreetingKind.NEW)
    assert [step["data"]["text"] for step in kept.steps] == ["はい"]
    nothing = htmx("/greetings/new", {"is_on": "y", "blocks": "[]"})
    assert (nothing.status_code, regions(nothing)) == (422, ["greeting"])
