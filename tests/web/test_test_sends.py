"""Test sends: to whom, and what happens when the button is pressed."""

import pytest
from sqlalchemy import select

from lstep_lite.engine.messages import templates
from lstep_lite.engine.messages.templates import TemplateDraft
from lstep_lite.models import Delivery, FriendTag, Tester
from tests.factories import NOW, a_friend, a_tag, a_template, a_tester
from tests.web.conftest import regions


@pytest.fixture
def hanako(session, owner):
    friend = a_tester(session, a_friend(session, display_name="花子"))
    session.commit()
    return friend


@pytest.fixture
def template(session, owner):
    made = a_template(session, {"kind": "text", "text": "こんにちは"}, name="ごあいさつ")
    session.commit()
    return made


def test_testers_are_found_added_and_removed(htmx, page, session, owner):
    friend = a_friend(session, display_name="佐藤 太郎", search_text="さとう太郎")
    session.commit()
    assert "まだ登録がありません" in page("/test-sends").get_text()
    assert regions(htmx("/test-sends/testers", {"friend_id": friend.id})) == ["testers", "toasts"]
    assert "佐藤 太郎" in page("/test-sends").select_one("tbody").get_text()
    htmx(f"/test-sends/testers/{friend.id}/delete")
    assert session.scalars(select(Tester)).all() == []


def test_somebody_without_line_is_refused(htmx, session, owner):
    friend = a_friend(session, line_user_id=None)
    session.commit()
    answer = htmx("/test-sends/testers", {"friend_id": friend.id})
    assert answer.status_code == 409
    assert "LINEなしのお客様" in answer.text


def test_a_friends_page_offers_to_make_the_friend_a_tester(client, page, session, owner):
    friend = a_friend(session)
    session.commit()
    form = page(f"/friends/{friend.id}").select_one("form[action='/test-sends/testers']")
    data = {field["name"]: field["value"] for field in form.select("input") if field["name"] != "csrf_token"}
    assert client.post("/test-sends/testers", data=data).headers["Location"] == f"/friends/{friend.id}"
    assert session.scalars(select(Tester.friend_id)).all() == [friend.id]


def test_the_button_sends_once_to_the_ticked_testers_alone(htmx, session, hanako, template):
    other = a_tester(session, a_friend(session))
    session.commit()
    form = {"friend_ids": [hanako.id, a_friend(session).id], "token": "t1"}
    assert regions(htmx(f"/test-sends/templates/{template.id}", form)) == ["test-send", "toasts"]
    htmx(f"/test-sends/templates/{template.id}", form)  # a double click
    [delivery] = session.scalars(select(Delivery)).all()
    assert (delivery.friend_id, delivery.source_label) == (hanako.id, "テスト送信：ごあいさつ")
    assert other.id != hanako.id


def test_the_page_of_a_template_has_everybody_ticked_and_says_that_it_is_free_here(page, hanako, template):
    card = page(f"/messages/{template.id}/edit").select_one("#test-send")
    assert card.select_one("[name=friend_ids][checked]")["value"] == str(hanako.id)
    assert "無料です" in card.get_text()


def test_nobody_ticked_is_told_and_nothing_is_sent(htmx, session, hanako, template):
    answer = htmx(f"/test-sends/templates/{template.id}", {"token": "t"})
    assert (answer.status_code, regions(answer)) == (422, ["test-send"])
    assert "1人以上選んでください" in answer.text
    assert session.scalars(select(Delivery)).all() == []


def test_what_a_button_would_do_is_shown_and_not_done(htmx, session, hanako, owner):
    tag = a_tag(session, name="興味あり")
    step = {"id": "s1", "kind": "tags", "data": {"way": "attach", "tag_ids": [tag.id]}, "segment": None}
    tap = {"do": "actions", "reply": "", "says": "", "actions": {"steps": [step], "repeats": True}}
    document = {"text": "どうですか", "quick_replies": [{"kind": "quick_reply", "label": "知りたい", "tap": tap}]}
    template = templates.create(session, "text", TemplateDraft("質問", document), now=NOW)
    session.commit()
    answer = htmx(f"/test-sends/templates/{template.id}", {"friend_ids": [hanako.id], "token": "t", "rehearses": "yes"})
    assert "「知りたい」" in answer.text and "タグ「興味あり」" in answer.text
    assert session.scalars(select(FriendTag)).all() == []


def test_staff_without_the_right_are_refused(outsider, hanako, template):
    assert outsider.get("/test-sends").status_code == 403
    assert outsider.post(f"/test-sends/templates/{template.id}").status_code == 403
