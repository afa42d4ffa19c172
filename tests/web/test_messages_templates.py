"""Templates: their list, their editor, and where they are chosen."""

import json
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from lstep_lite.config import Mode
from lstep_lite.engine.messages import templates
from lstep_lite.models import AnswerLimit, Template
from tests.factories import NOW, a_friend, a_rule, a_sender, a_template
from tests.web.conftest import regions

TEXT = {"kind": "text", "text": "[name]さん、こんにちは"}
FORM = {
    "name": "ごあいさつ",
    "folder_id": "0",
    "sender_id": "0",
    "document": json.dumps({"text": "こんにちは", "quick_replies": []}),
    "answer_limit": "any",
}


@pytest.fixture
def template(session, owner):
    made = a_template(session, TEXT)
    session.commit()
    return made


def test_an_empty_list_leads_to_the_kinds_and_from_there_to_an_editor(page, owner):
    link = page("/messages").select_one(".empty a")["href"]
    cards = page(link).select(".kind-card[href*='kind=']")
    assert cards[0].get_text(" ", strip=True).startswith("テキスト")
    assert "パック" in cards[-1].get_text()
    for card in cards:
        assert page(card["href"]).select_one("[data-studio] input[name=document]")["value"]


def test_the_list_costs_the_same_however_many_there_are(page, session, template, count_queries):
    sender = a_sender(session)
    session.commit()
    with count_queries() as few:
        page("/messages")
    for _ in range(9):
        a_template(session, TEXT, {"kind": "template", "template_id": template.id}, sender_id=sender.id)
    session.commit()
    with count_queries() as many:
        soup = page("/messages")
    assert len(soup.select("tbody tr")) == 10
    assert len(many) <= len(few) + 2 <= 20, "packs and senders are loaded once each"


def test_the_list_is_searched_by_name_and_kind(page, session, template):
    a_template(session, TEXT, TEXT, name="夏のパック", name_key="夏のぱっく")
    session.commit()

    def names(query):
        return [link.get_text() for link in page(f"/messages?{query}").select(".template-name")]

    assert names("q=ナツ") == []
    assert names("q=夏のﾊﾟｯｸ") == ["夏のパック"]
    assert names("kind=text") == ["春のお知らせ"]
    assert names("kind=text&q=夏") == []


def test_a_template_is_made_and_its_page_can_be_reloaded(htmx, page, session, owner):
    answer = htmx("/messages", FORM | {"kind": "text", "answer_limit": "once", "closes_at": "2026-04-01T18:00"})
    template = session.scalars(select(Template)).one()
    assert answer.headers["HX-Redirect"] == f"/messages/{template.id}/edit?saved=yes"
    assert (template.name, template.blocks) == ("ごあいさつ", [{"kind": "text", "text": "こんにちは"}])
    assert template.answer_limit is AnswerLimit.ONCE
    assert template.closes_at.isoformat() == "2026-04-01T09:00:00+00:00", "typed in the shop's time"
    soup = page(f"/messages/{template.id}/edit")
    assert soup.select_one("[name=closes_at]")["value"] == "2026-04-01T18:00"
    assert json.loads(soup.select_one("[name=document]")["value"])["text"] == "こんにちは"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "見分けられる名前"),
        ({"document": json.dumps({"text": ""})}, "本文を入力"),
        ({"document": json.dumps({"text": "[nmae]さん"})}, "[nmae] は差し込みできない"),
        ({"document": "{"}, "読み取れませんでした"),
        ({"document": "[]"}, "本文を入力"),
        ({"sender_id": "99"}, "Not a valid choice|選択肢|有効な"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(htmx, session, template, change, words):
    answer = htmx(f"/messages/{template.id}", FORM | change)
    assert (answer.status_code, regions(answer)) == (422, ["template-form"])
    assert any(word in answer.text for word in words.split("|"))
    session.expire_all()
    assert template.name == "春のお知らせ"


def test_problems_inside_lists_are_told_with_their_place(htmx, session, owner):
    button = {"kind": "quick_reply", "label": "", "tap": {"do": "none"}}
    document = {"blocks": [TEXT, {"kind": "text", "text": ""}], "quick_replies": [button]}
    answer = htmx("/messages", FORM | {"kind": "pack", "document": json.dumps(document)})
    assert answer.status_code == 422
    assert "2つ目のメッセージ" in answer.text and "1つ目のボタン" in answer.text


def test_saving_refreshes_the_editor_and_shows_what_others_changed_meanwhile(htmx, page, session, template):
    seen = page(f"/messages/{template.id}/edit").select_one("[name=seen]")["value"]
    saved = htmx(f"/messages/{template.id}", FORM | {"seen": seen})
    assert regions(saved) == ["template-form", "line-check", "toasts"]
    late = htmx(f"/messages/{template.id}", FORM | {"seen": seen, "name": "遅れた人"})
    assert late.status_code == 422
    assert "ほかの人がこの内容を変えました" in late.text and "メッセージの内容" in late.text


def test_copying_favouring_and_deleting(htmx, page, session, template):
    a_template(session, {"kind": "template", "template_id": template.id}, TEXT, name="使う側")
    session.commit()
    assert regions(htmx(f"/messages/{template.id}/favourite", {"is_favourite": "yes"})) == ["template-list"]
    htmx(f"/messages/{template.id}/copy")
    htmx(f"/messages/{template.id}/delete")
    session.expire_all()
    assert [kept.name for kept in session.scalars(select(Template).order_by(Template.id))] == [
        "使う側",
        "春のお知らせのコピー",
    ]
    assert "使っているものが削除されています" in page("/messages").get_text()


def test_where_a_template_is_used_is_told_before_it_is_deleted(page, session, template):
    pack = {"blocks": [{"kind": "template", "template_id": template.id}], "quick_replies": []}
    templates.create(session, "pack", templates.TemplateDraft("まとめ", pack), now=NOW)
    session.commit()
    text = page(f"/messages/{template.id}/edit").get_text()
    assert "テンプレート「まとめ」" in text
    assert "1か所の設定で使われています" in text


def test_the_small_editor_knows_the_names_of_templates_and_the_sender(page, session, template):
    sender = a_sender(session, name="店長")
    block = {"kind": "template", "template_id": template.id, "sender_id": sender.id}
    rule = a_rule(session, blocks=[block])
    session.commit()
    editor = page(f"/auto-replies/{rule.id}/edit").select_one("[data-message-editor]")
    assert json.loads(editor["data-templates"]) == {str(template.id): "春のお知らせ"}
    assert editor.select_one("[data-sender] [selected]").get_text() == "店長"


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"template_id": 99}, "使っているテンプレートが削除されています"),
        ({"template_id": "x"}, "テンプレートを選んでください"),
        ({"sender_id": "x"}, "送信者を選び直してください"),
    ],
)
def test_the_small_editor_keeps_nothing_that_can_not_be_sent(htmx, session, template, over, words):
    blocks = [{"kind": "template", "template_id": template.id} | over]
    form = {"name": "料金", "folder_id": "0", "matching": "anything", "blocks": json.dumps(blocks)}
    answer = htmx("/auto-replies", form)
    assert answer.status_code == 422
    assert words in answer.text


def test_the_picker_shows_favourites_first_and_searches(htmx, session, template):
    a_template(session, TEXT, name="お気に入り", name_key="お気に入り", is_favourite=True)
    session.commit()
    text = htmx("/messages/picker", method="GET").text
    assert text.index('data-template-name="お気に入り"') < text.index('data-template-name="春のお知らせ"')
    assert "data-template-id" not in htmx("/messages/picker?q=ない", method="GET").text


def test_small_pictures_with_buttons_stand_in_no_button_and_in_no_link(htmx, page, session, owner):
    button = {"type": "button", "action": {"type": "uri", "label": "開く", "uri": "https://example.com"}}
    bubble = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [button]}}
    document = {"alt_text": "お知らせ", "source": "json", "json": json.dumps(bubble), "quick_replies": []}
    assert htmx("/messages", FORM | {"kind": "flex", "document": json.dumps(document)}).status_code == 204
    for soup in (BeautifulSoup(htmx("/messages/picker", method="GET").text, "html.parser"), page("/messages")):
        assert soup.select(".template-thumb button")
        assert not soup.select("button button, a button")


def test_a_chosen_template_is_shown_as_this_friend_gets_it(htmx, session, template):
    friend = a_friend(session, display_name="佐藤 太郎")
    session.commit()
    assert "佐藤 太郎さん、こんにちは" in htmx(f"/messages/{template.id}/preview?friend={friend.id}", method="GET").text


def test_line_is_asked_only_when_it_is_connected_and_the_answer_never_blocks(htmx, template):
    answer = htmx(f"/messages/{template.id}/line-check")
    assert regions(answer) == ["line-check"]
    assert "今は確認できませんでした" in answer.text


def test_with_a_real_account_line_is_asked_after_every_save(app, htmx, template):
    running = app.extensions["runtime"]
    app.extensions["runtime"] = replace(running, settings=replace(running.settings, mode=Mode.LIVE))
    region = BeautifulSoup(htmx(f"/messages/{template.id}", FORM).text, "html.parser").select_one("#line-check")
    assert (region["hx-trigger"], region["hx-post"]) == ("load", f"/messages/{template.id}/line-check")
    assert "LINEにたずねています" in region.get_text()


def test_staff_who_only_chat_may_choose_templates_but_not_change_them(outsider, template):
    assert outsider.get("/messages/picker").status_code == 200
    assert outsider.get("/messages").status_code == 403
    assert outsider.post(f"/messages/{template.id}", data=FORM).status_code == 403
    assert outsider.post(f"/messages/{template.id}/delete").status_code == 403
