"""Templates: checked as a whole, referred to instead of copied, and known by what they use."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, messages, registry, tags, taps
from lstep_lite.engine.messages import templates
from lstep_lite.engine.messages.templates import TemplateDraft
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import ChangedBy, Content, Friend, Sender, Tap, Template
from tests.factories import NOW, a_friend, a_tag, a_template

assert registry
HELLO = TemplateDraft("ごあいさつ", {"text": "こんにちは"})


def reference(template: Template) -> dict[str, Any]:
    return {"kind": "template", "template_id": template.id}


def said(session: Session, blocks: list[dict[str, Any]], friend: Friend | None = None) -> list[Any]:
    """The texts (or types) of what would be sent."""
    context = messages.context(
        session, blocks, public_url="https://salon.example", now=NOW, friends=[friend] if friend else []
    )
    return [message.get("text", message["type"]) for message in messages.render(context, friend or Friend())]


def a_button(**over: Any) -> dict[str, Any]:
    tap = {"id": "tap-number-1", "do": "actions", "reply": "", "says": "", "actions": {"steps": [], "repeats": True}}
    return {
        "kind": "quick_reply",
        "id": "button-no-1",
        "label": "はい",
        "tap": tap,
        "media_id": None,
        "if": None,
    } | over


def test_a_change_is_seen_wherever_a_template_is_used(session: Session) -> None:
    template = templates.create(session, "text", HELLO, now=NOW)
    content = messages.freeze(session, [reference(template)], now=NOW)
    assert said(session, content.blocks) == ["こんにちは"]
    templates.update(session, template, replace(HELLO, document={"text": "こんばんは"}), now=NOW)
    assert said(session, content.blocks) == ["こんばんは"]


def test_a_pack_is_sent_in_its_order_with_the_sender_and_the_buttons_of_its_own(session: Session) -> None:
    sender = Sender(name="店長", position=0, created_at=NOW)
    session.add(sender)
    inside = templates.create(session, "text", HELLO, now=NOW)
    pack = {
        "blocks": [{"kind": "text", "text": "一つ目"}, reference(inside)],
        "quick_replies": [a_button()],
    }
    session.flush()
    template = templates.create(session, "pack", TemplateDraft("まとめ", pack, sender_id=sender.id), now=NOW)
    context = messages.context(session, [reference(template)], public_url="https://salon.example", now=NOW)
    first, second = messages.render(context, Friend())
    assert (first["text"], second["text"]) == ("一つ目", "こんにちは")
    assert first["sender"] == second["sender"] == {"name": "店長"}
    assert "quickReply" not in first and len(second["quickReply"]["items"]) == 1


def test_a_pack_inside_a_pack_is_not_followed_for_ever(session: Session) -> None:
    template = a_template(session, {"kind": "text", "text": "一"}, {"kind": "text", "text": "二"})
    template.blocks = [reference(template), reference(template)]
    session.flush()
    with pytest.raises(DomainError, match="テンプレート"):
        said(session, [reference(template)])


def test_what_refers_to_a_deleted_template_says_so(session: Session) -> None:
    template = templates.create(session, "text", HELLO, now=NOW)
    templates.delete(session, template)
    with pytest.raises(
        DomainError, match="1つ目のメッセージ（テンプレート）: 使っているテンプレートが削除されています"
    ):
        said(session, [reference(template)])
    assert messages.preview_text(session, [reference(template)]) == "［削除されたテンプレート］"
    with pytest.raises(NotFound):
        templates.get(session, template.id)


def test_contents_learn_whether_they_are_personal_when_a_template_changes(session: Session) -> None:
    inside = templates.create(session, "text", HELLO, now=NOW)
    pack = templates.create(session, "pack", TemplateDraft("まとめ", {"blocks": [reference(inside)]}), now=NOW)
    content = messages.freeze(session, [reference(pack)], now=NOW)
    assert not content.is_personal
    templates.update(session, inside, replace(HELLO, document={"text": "[name]さん"}), now=NOW)
    session.refresh(content)
    assert content.is_personal, "it is found through the pack"
    templates.update(session, inside, HELLO, now=NOW)
    assert not session.get_one(Content, content.id).is_personal


def test_a_condition_makes_a_message_personal_and_is_asked_for_each_friend(session: Session) -> None:
    tag, friend, other = a_tag(session), a_friend(session), a_friend(session)
    only_tagged = {"all": [{"id": "a", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}], "any": []}
    document = {"text": "どうしますか", "quick_replies": [a_button(**{"if": only_tagged})]}
    template = templates.create(session, "text", TemplateDraft("質問", document), now=NOW)
    tags.attach(session, tag, friend, changed_by=ChangedBy.STAFF, now=NOW)
    blocks = [reference(template)]
    assert messages.is_personal(session, blocks)
    context = messages.context(session, blocks, public_url="https://salon.example", now=NOW, friends=[friend, other])
    assert ["quickReply" in messages.render(context, each)[0] for each in (friend, other)] == [True, False]
    assert "quickReply" in messages.render(context, Friend())[0], "somebody imaginary sees everything"


def test_words_nobody_knows_are_refused_where_they_stand(session: Session) -> None:
    document = {"text": "[nmae]さん", "quick_replies": [a_button(label="[nmae]")]}
    with pytest.raises(templates.Refused) as refused:
        templates.create(session, "text", TemplateDraft("誤り", document), now=NOW)
    assert [problem.path for problem in refused.value.problems] == ["text", "quick_replies.0.label"]
    assert session.scalar(select(Template)) is None


def test_a_copy_has_codes_of_its_own_and_the_same_actions(session: Session) -> None:
    step = {"id": "a", "kind": "send_text", "data": {"text": "ありがとう", "when": "now"}}
    button = a_button()
    button["tap"]["actions"] = {"steps": [step], "repeats": False}
    first = templates.create(session, "text", TemplateDraft("質問", {"text": "?", "quick_replies": [button]}), now=NOW)
    twin = templates.copy(session, first, now=NOW)
    codes = [each.quick_replies[0]["tap"]["id"] for each in (first, twin)]
    assert len(set(codes)) == 2
    sets = [actions.at(session, taps.PLACE, code) for code in codes]
    assert [found.steps[0]["data"]["text"] for found in sets if found] == ["ありがとう", "ありがとう"]
    assert "actions" not in first.quick_replies[0]["tap"], "they are kept in one place only"
    assert templates.document_of(session, twin)["quick_replies"][0]["tap"]["actions"]["repeats"] is False


def test_taps_stay_known_when_what_they_stood_in_changes_or_goes(session: Session) -> None:
    document = {"text": "?", "quick_replies": [a_button()]}
    template = templates.create(session, "text", TemplateDraft("質問", document), now=NOW)
    templates.update(session, template, TemplateDraft("質問", {"text": "?"}), now=NOW)
    tap = session.scalars(select(Tap)).one()
    assert (tap.code, tap.is_live, tap.label, tap.owner_name) == ("tap-number-1", False, "はい", "質問")
    templates.delete(session, template)
    assert session.scalars(select(Tap)).one().owner_id == template.id


def test_what_a_template_uses_is_known(session: Session) -> None:
    tag, inside = a_tag(session), templates.create(session, "text", HELLO, now=NOW)
    only_tagged = {"all": [{"id": "a", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}], "any": []}
    document = {"blocks": [reference(inside)], "quick_replies": [a_button(**{"if": only_tagged})]}
    template = templates.create(session, "pack", TemplateDraft("まとめ", document), now=NOW)
    for feature, row_id in (("tags", tag.id), ("templates", inside.id)):
        [place] = mentions.places(session, feature, row_id)
        assert (place.label, place.args) == ("テンプレート「まとめ」", {"template_id": template.id})
