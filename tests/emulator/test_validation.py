"""Which messages LINE would refuse, and with which words."""

from typing import Any

import pytest

from lstep_lite.emulator.refusals import Refused
from lstep_lite.emulator.validation import require_messages
from tests.emulator.conftest import Caller, Control

URL = "https://example.com/a.png"
FAMILY = "👨‍👩‍👧‍👦"  # one character to a reader, eleven UTF-16 units
POSTBACK = {"type": "postback", "label": "はい", "data": "a=1"}
LINK = {"type": "uri", "label": "開く", "uri": "https://example.com/"}


def text(text: str = "こんにちは", **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **more}


def buttons(**more: Any) -> dict[str, Any]:
    template = {"type": "buttons", "text": "選んでください", "actions": [POSTBACK], **more}
    return {"type": "template", "altText": "選択", "template": template}


def confirm(*actions: dict[str, Any]) -> dict[str, Any]:
    template = {"type": "confirm", "text": "よろしいですか", "actions": list(actions)}
    return {"type": "template", "altText": "確認", "template": template}


def carousel(*columns: dict[str, Any]) -> dict[str, Any]:
    filled = [{"text": "案内", "actions": [POSTBACK], **column} for column in columns]
    return {"type": "template", "altText": "一覧", "template": {"type": "carousel", "columns": filled}}


def flex(contents: dict[str, Any]) -> dict[str, Any]:
    return {"type": "flex", "altText": "案内", "contents": contents}


def bubble(*parts: dict[str, Any], layout: str = "vertical", **more: Any) -> dict[str, Any]:
    return {"type": "bubble", "body": {"type": "box", "layout": layout, "contents": list(parts)}, **more}


def imagemap(**more: Any) -> dict[str, Any]:
    area = {"x": 0, "y": 0, "width": 520, "height": 520}
    action = {"type": "uri", "linkUri": "https://example.com/", "area": area}
    size = {"width": 1040, "height": 1040}
    return {"type": "imagemap", "baseUrl": URL, "altText": "地図", "baseSize": size, "actions": [action], **more}


def quick(*actions: dict[str, Any]) -> dict[str, Any]:
    return text(quickReply={"items": [{"type": "action", "action": action} for action in actions]})


LABEL = {"type": "text", "text": "見出し"}

RIGHT: list[dict[str, Any]] = [
    text("あ" * 5000),
    text("$ です", emojis=[{"index": 0, "productId": "5ac1", "emojiId": "001"}]),
    text("😀$", emojis=[{"index": 2, "productId": "5ac1", "emojiId": "001"}]),
    text(sender={"name": "店長", "iconUrl": URL}),
    {
        "type": "textV2",
        "text": "{{山田}}様 {e}",
        "substitution": {"e": {"type": "emoji", "productId": "5", "emojiId": "1"}},
    },
    {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    {"type": "image", "originalContentUrl": URL, "previewImageUrl": URL},
    {"type": "video", "originalContentUrl": URL, "previewImageUrl": URL, "trackingId": "lesson-1"},
    {"type": "audio", "originalContentUrl": URL, "duration": 1000},
    {"type": "location", "title": "店", "address": "東京都", "latitude": 35.6, "longitude": 139.7},
    {"type": "coupon", "couponId": "01H"},
    imagemap(),
    buttons(text="あ" * 160),
    buttons(title="題", text="あ" * 60, thumbnailImageUrl=URL, defaultAction=LINK),
    buttons(actions=[{**POSTBACK, "label": FAMILY * 20}]),
    buttons(actions=[{"type": "datetimepicker", "label": "日時", "data": "d", "mode": "date", "min": "2026-01-01"}]),
    confirm(POSTBACK, LINK),
    carousel({}, {}),
    {
        "type": "template",
        "altText": "写真",
        "template": {"type": "image_carousel", "columns": [{"imageUrl": URL, "action": {**LINK, "label": "短い"}}]},
    },
    flex(bubble(LABEL, {"type": "button", "action": {**LINK, "label": "あ" * 40}}, size="giga")),
    flex({"type": "carousel", "contents": [bubble(LABEL)] * 12}),
    quick(*[{"type": "camera", "label": "撮る"}] * 13),
]


@pytest.mark.parametrize("message", RIGHT, ids=lambda message: message["type"])
def test_a_right_message_is_accepted(message: dict[str, Any]) -> None:
    require_messages({"messages": [message]})


WRONG: list[tuple[dict[str, Any], str, str]] = [
    (text(""), "messages[0].text", "May not be empty"),
    (text("あ" * 5001), "messages[0].text", "Length must be between 0 and 5000"),
    (text("😀" * 2501), "messages[0].text", "Length must be between 0 and 5000"),
    (text("abc", emojis=[{"index": 1, "productId": "5", "emojiId": "1"}]), "messages[0].emojis[0].index", ""),
    (text(sender={"name": "LINE"}), "messages[0].sender.name", ""),
    (text(sender={"name": "あ" * 21}), "messages[0].sender.name", "Length must be between 0 and 20"),
    ({"type": "stamp"}, "messages[0].type", "Must be one of the following values: [text, "),
    ({"type": "sticker", "packageId": "99999", "stickerId": "1"}, "messages[0].packageId", ""),
    ({"type": "image", "originalContentUrl": URL}, "messages[0].previewImageUrl", "May not be empty"),
    (
        {"type": "image", "originalContentUrl": "http://example.com/", "previewImageUrl": URL},
        "messages[0].originalContentUrl",
        "invalid uri scheme",
    ),
    ({"type": "audio", "originalContentUrl": URL}, "messages[0].duration", ""),
    (
        {"type": "location", "title": "あ" * 101, "address": "東京", "latitude": 0, "longitude": 0},
        "messages[0].title",
        "Length must be between 0 and 100",
    ),
    ({"type": "coupon", "couponId": "1", "deliveryTag": "a-b"}, "messages[0].deliveryTag", ""),
    (imagemap(baseSize={"width": 1024, "height": 1040}), "messages[0].baseSize.width", ""),
    (imagemap(altText="あ" * 1501), "messages[0].altText", "Length must be between 0 and 1500"),
    (buttons(text="あ" * 161), "messages[0].template.text", "Length must be between 0 and 160"),
    (buttons(title="題", text="あ" * 61), "messages[0].template.text", "Length must be between 0 and 60"),
    (buttons(actions=[POSTBACK] * 5), "messages[0].template.actions", "Size must be between 1 and 4"),
    (buttons(actions=[{**POSTBACK, "label": "あ" * 21}]), "messages[0].template.actions[0].label", ""),
    (buttons(actions=[{**POSTBACK, "data": "a" * 301}]), "messages[0].template.actions[0].data", ""),
    (buttons(actions=[{**POSTBACK, "fillInText": "x"}]), "messages[0].template.actions[0].fillInText", ""),
    (buttons(actions=[{**LINK, "uri": "/booking"}]), "messages[0].template.actions[0].uri", "invalid uri"),
    (buttons(actions=[{**LINK, "uri": "ftp://a/"}]), "messages[0].template.actions[0].uri", "invalid uri scheme"),
    (buttons(actions=[{"type": "camera", "label": "撮る"}]), "messages[0].template.actions[0].type", ""),
    (confirm(POSTBACK), "messages[0].template.actions", "Size must be between 2 and 2"),
    (carousel(*[{}] * 11), "messages[0].template.columns", "Size must be between 1 and 10"),
    (quick(*[{"type": "camera", "label": "撮る"}] * 14), "messages[0].quickReply.items", ""),
    (quick({"type": "camera"}), "messages[0].quickReply.items[0].action.label", "May not be empty"),
]


@pytest.mark.parametrize(("message", "path", "words"), WRONG, ids=[path for _, path, _ in WRONG])
def test_a_wrong_property_is_named(message: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        require_messages({"messages": [message]})
    assert refused.value.body["message"] == "The request body has 1 error(s)"
    assert [detail["property"] for detail in refused.value.body["details"]] == [path]
    assert words in refused.value.body["details"][0]["message"]


def box(**more: Any) -> dict[str, Any]:
    return {"type": "box", "layout": "horizontal", "contents": [LABEL], **more}


DEEP: list[tuple[dict[str, Any], str]] = [
    (flex(bubble({"type": "text", "text": ""})), "/body/contents/0/text"),
    (flex(bubble({"type": "text"})), "/body/contents/0/text"),
    (flex(bubble({**LABEL, "colour": "#000000"})), "/body/contents/0/colour"),
    (flex(bubble({**LABEL, "size": "huge"})), "/body/contents/0/size"),
    (flex(bubble(box(paddingAll="5"))), "/body/contents/0/paddingAll"),
    (flex(bubble({"type": "image", "url": "http://example.com/"})), "/body/contents/0/url"),
    (flex(bubble({"type": "image", "url": URL, "aspectRatio": "1:4"})), "/body/contents/0/aspectRatio"),
    (flex(bubble({"type": "button", "action": {**LINK, "label": "あ" * 41}})), "/body/contents/0/action/label"),
    (flex(bubble({"type": "image", "url": URL}, layout="baseline")), "/body/contents/0/type"),
    (flex(bubble(LABEL, hero=LABEL)), "/hero/type"),
    (flex({"type": "bubble"}), "/"),
    (flex({"type": "carousel", "contents": [bubble(LABEL)] * 13}), "/contents"),
    (flex({"type": "carousel", "contents": [bubble(LABEL), bubble(LABEL, size="nano")]}), "/contents"),
    (
        flex({"type": "carousel", "contents": [bubble(LABEL), bubble({"type": "text"})]}),
        "/contents/1/body/contents/0/text",
    ),
    (flex(bubble({**LABEL, "text": "あ" * 10_300})), "/"),
    (carousel({}, {"actions": [POSTBACK, LINK]}), "template.columns"),
    (carousel({"title": "題"}, {}), "template.columns"),
    ({"type": "textV2", "text": "{name}様"}, "text"),
    ({"type": "textV2", "text": "{!}様"}, "text"),
    ({"type": "textV2", "text": "開き{"}, "text"),
]


@pytest.mark.parametrize(("message", "path"), DEEP, ids=[f"{m['type']} {path}" for m, path in DEEP])
def test_a_fault_inside_a_message_is_told_with_the_number_of_that_message(message: dict[str, Any], path: str) -> None:
    with pytest.raises(Refused) as refused:
        require_messages({"messages": [text(), message]})
    assert refused.value.body["message"] == "A message (messages[1]) in the request body is invalid"
    assert [detail["property"] for detail in refused.value.body["details"]] == [path]


@pytest.mark.parametrize("body", [{}, {"messages": []}, {"messages": [text()] * 6}, {"messages": "text"}])
def test_one_to_five_messages_are_sent_at_once(body: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        require_messages(body)
    assert refused.value.body["details"][0]["property"] == "messages"


def test_validation_is_a_call_of_its_own_and_costs_nothing(control: Control, call: Caller) -> None:
    for kind in ("reply", "push", "multicast", "narrowcast", "broadcast"):
        path = f"/v2/bot/message/validate/{kind}"
        assert call("POST", path, {"messages": [text()]}).json() == {}
        assert call("POST", path, {"messages": [text("")]}).status == 400
    assert control.get("/state")["quota"]["used"] == 0
