"""LINE's limits, as tables: what passes, and where what does not pass is named."""

import copy
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstep_lite.emulator.refusals import Refused
from lstep_lite.emulator.validation import require_messages
from lstep_lite.engine.messages import problems
from lstep_lite.engine.text import grapheme_count

URL = "https://salon.example/a"
POSTBACK = {"type": "postback", "label": "予約する", "data": "slot=1"}
MESSAGE = {"type": "message", "label": "はい", "text": "はい"}
LINK = {"type": "uri", "label": "地図", "uri": "https://maps.example/"}
TEXT = {"type": "text", "text": "こんにちは"}
COLUMN = {"text": "カット", "actions": [POSTBACK]}
FLEX_TEXT = {"type": "text", "text": "料金"}
BUBBLE = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [FLEX_TEXT]}}
VIDEO = {"type": "video", "url": URL, "previewUrl": URL, "altContent": {"type": "image", "url": URL}}
AREA = {"x": 0, "y": 0, "width": 520, "height": 520}


def template(kind: str, **rest: Any) -> dict[str, Any]:
    return {"type": "template", "altText": "ご案内", "template": {"type": kind, **rest}}


def flex(contents: Any) -> dict[str, Any]:
    return {"type": "flex", "altText": "ご案内", "contents": contents}


def body(*components: dict[str, Any]) -> dict[str, Any]:
    return flex({"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": list(components)}})


def buttons(**over: Any) -> dict[str, Any]:
    return template("buttons", **{"text": "どうしますか", "actions": [POSTBACK, MESSAGE, LINK]} | over)


def imagemap(**over: Any) -> dict[str, Any]:
    return {
        "type": "imagemap",
        "baseUrl": URL,
        "altText": "お知らせ",
        "baseSize": {"width": 1040, "height": 585},
        "actions": [{"type": "uri", "linkUri": URL, "area": AREA}],
    } | over


def quick(*actions: dict[str, Any]) -> dict[str, Any]:
    return TEXT | {"quickReply": {"items": [{"type": "action", "action": action} for action in actions]}}


def one_action(action: dict[str, Any]) -> dict[str, Any]:
    return buttons(actions=[action])


def nested(depth: int) -> dict[str, Any]:
    box: dict[str, Any] = {"type": "box", "layout": "vertical", "contents": []}
    for _ in range(depth):
        box = {"type": "box", "layout": "vertical", "contents": [box]}
    return body(box)


# Tables read best with one case a line.
# fmt: off
GOOD: list[dict[str, Any]] = [
    TEXT,
    {"type": "text", "text": "𠮷" * 2500},
    {"type": "text", "text": "$ 𠮷$", "emojis": [{"index": 0, "productId": "5ac1", "emojiId": "001"},
                                                 {"index": 4, "productId": "5ac1", "emojiId": "002"}]},
    {"type": "textV2", "text": "{{}} {face}",
     "substitution": {"face": {"type": "emoji", "productId": "1", "emojiId": "2"}}},
    TEXT | {"sender": {"name": "店長", "iconUrl": URL}, "quoteToken": "q"},
    {"type": "image", "originalContentUrl": URL, "previewImageUrl": URL},
    {"type": "video", "originalContentUrl": URL, "previewImageUrl": URL, "trackingId": "lesson-1"},
    {"type": "audio", "originalContentUrl": URL, "duration": 60000},
    {"type": "location", "title": "店", "address": "東京都", "latitude": 35.6, "longitude": 139.7},
    {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    {"type": "coupon", "couponId": "01JY", "deliveryTag": "spring_1"},
    imagemap(),
    imagemap(actions=[{"type": "message", "text": "あ" * 400, "area": AREA}],
             video={"originalContentUrl": URL, "previewImageUrl": URL, "area": AREA,
                    "externalLink": {"linkUri": URL, "label": "もっと見る"}}),
    buttons(),
    buttons(thumbnailImageUrl=URL, title="あ" * 40, text="あ" * 60, defaultAction={"type": "uri", "uri": URL}),
    buttons(text="👨‍👩‍👧" * 160),
    template("confirm", text="よろしいですか", actions=[MESSAGE, MESSAGE]),
    template("carousel", columns=[COLUMN, COLUMN]),
    template("image_carousel", columns=[{"imageUrl": URL, "action": {"type": "uri", "uri": URL, "label": "あ" * 12}}]),
    flex(BUBBLE),
    flex({"type": "carousel", "contents": [BUBBLE] * 12}),
    flex({"type": "bubble", "size": "mega", "hero": VIDEO}),
    flex({"type": "bubble", "hero": {"type": "image", "url": URL, "aspectRatio": "1:3", "size": "full"}}),
    body({"type": "button", "action": LINK, "style": "primary", "height": "sm", "color": "#b06080"},
         {"type": "separator", "margin": "12px"}, {"type": "filler"}, {"type": "text", "text": " "},
         {"type": "text", "contents": [{"type": "span", "text": "太字", "weight": "bold"}], "wrap": True},
         {"type": "box", "layout": "baseline", "paddingAll": "5%", "offsetTop": "-4px",
          "contents": [{"type": "icon", "url": URL}, FLEX_TEXT]}),
    quick({"type": "camera", "label": "写真をとる"}, {"type": "location", "label": "場所"}, MESSAGE),
    one_action({"type": "uri", "label": "電話", "uri": "tel:0312345678"}),
    one_action({"type": "uri", "label": "LINE", "uri": "line://ti/p/@x"}),
    one_action({"type": "clipboard", "label": "コピー", "clipboardText": "x" * 1000}),
    one_action({"type": "datetimepicker", "label": "日", "data": "d", "mode": "datetime",
                "initial": "2026-12-01T10:30", "min": "2026-11-01T00:00", "max": "2026-12-31T23:59"}),
    one_action(POSTBACK | {"inputOption": "openKeyboard", "fillInText": "名前："}),
]


@pytest.mark.parametrize("message", GOOD, ids=range(len(GOOD)))
def test_what_line_takes_passes(message: dict[str, Any]) -> None:
    assert problems([message]) == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"type": "text", "text": ""}, "text"),
    ({"type": "text", "text": "あ" * 5001}, "text"),
    ({"type": "text", "text": "𠮷" * 2501}, "text"),
    ({"type": "text", "text": 5}, "text"),
    ({"type": "hologram"}, "type"),
    ({"type": ["text"]}, "type"),
    ({"text": "種類なし"}, "type"),
    (TEXT | {"emojis": [{"index": 1, "productId": "1", "emojiId": "2"}]}, "emojis[0].index"),
    ({"type": "text", "text": "$" * 21, "emojis": [
        {"index": at, "productId": "1", "emojiId": "2"} for at in range(21)]}, "emojis"),
    ({"type": "textV2", "text": "{face}"}, "text"),
    ({"type": "textV2", "text": "かっこ {"}, "text"),
    ({"type": "textV2", "text": "{a-b}", "substitution": {
        "a-b": {"type": "emoji", "productId": "1", "emojiId": "2"}}}, "substitution.a-b"),
    ({"type": "textV2", "text": "{all}", "substitution": {"all": {"type": "mention", "mentionee": {"type": "all"}}}},
     "substitution.all.type"),
    ({"type": "image", "originalContentUrl": "http://salon.example/a", "previewImageUrl": URL}, "originalContentUrl"),
    ({"type": "image", "originalContentUrl": URL}, "previewImageUrl"),
    ({"type": "image", "originalContentUrl": URL, "previewImageUrl": URL + "a" * 2000}, "previewImageUrl"),
    ({"type": "image", "originalContentUrl": "https://salon.example/画像", "previewImageUrl": URL},
     "originalContentUrl"),
    ({"type": "video", "originalContentUrl": URL, "previewImageUrl": URL, "trackingId": "x" * 101}, "trackingId"),
    ({"type": "audio", "originalContentUrl": URL, "duration": 0}, "duration"),
    ({"type": "location", "title": "あ" * 101, "address": "東京", "latitude": 0, "longitude": 0}, "title"),
    ({"type": "location", "title": "店", "address": "東京", "latitude": 91, "longitude": 0}, "latitude"),
    ({"type": "sticker", "packageId": "446"}, "stickerId"),
    ({"type": "coupon", "couponId": "c", "deliveryTag": "a-b"}, "deliveryTag"),
    (TEXT | {"sender": {"name": "あ" * 21}}, "sender.name"),
    (imagemap(altText="あ" * 1501), "altText"),
    (imagemap(baseSize={"width": 1041, "height": 10}), "baseSize.width"),
    (imagemap(actions=[{"type": "uri", "linkUri": URL, "area": AREA}] * 51), "actions"),
    (imagemap(actions=[{"type": "uri", "linkUri": "https://a.example/" + "a" * 990, "area": AREA}]),
     "actions[0].linkUri"),
    (imagemap(actions=[{"type": "message", "text": "あ" * 401, "area": AREA}]), "actions[0].text"),
    (imagemap(actions=[{"type": "message", "text": "a"}]), "actions[0].area"),
    ({"type": "template", "template": {"type": "confirm", "text": "a", "actions": [MESSAGE] * 2}}, "altText"),
    (buttons(actions=[POSTBACK] * 5), "template.actions"),
    (buttons(actions=[]), "template.actions"),
    (buttons(text="あ" * 161), "template.text"),
    (buttons(text="あ" * 61, title="題"), "template.text"),
    (buttons(text="あ" * 61, thumbnailImageUrl=URL), "template.text"),
    (buttons(title="あ" * 41), "template.title"),
    (template("confirm", text="あ" * 241, actions=[MESSAGE, MESSAGE]), "template.text"),
    (template("confirm", text="a", actions=[MESSAGE]), "template.actions"),
    (template("carousel", columns=[COLUMN] * 11), "template.columns"),
    (template("carousel", columns=[COLUMN, COLUMN | {"actions": [POSTBACK, LINK]}]), "template.columns"),
    (template("carousel", columns=[COLUMN, COLUMN | {"title": "題"}]), "template.columns"),
    (template("carousel", columns=[COLUMN | {"text": "あ" * 121}]), "template.columns[0].text"),
    (template("carousel", columns=[COLUMN | {"actions": [POSTBACK] * 4}]), "template.columns[0].actions"),
    (template("image_carousel", columns=[{"imageUrl": URL, "action": LINK | {"label": "あ" * 13}}]),
     "template.columns[0].action.label"),
    (template("hologram"), "template.type"),
    (one_action(POSTBACK | {"label": "あ" * 21}), "template.actions[0].label"),
    (one_action({"type": "postback", "data": "d"}), "template.actions[0].label"),
    (one_action(POSTBACK | {"data": "x" * 301}), "template.actions[0].data"),
    (one_action(POSTBACK | {"displayText": "a", "text": "b"}), "template.actions[0].text"),
    (one_action(POSTBACK | {"fillInText": "名前："}), "template.actions[0].fillInText"),
    (one_action(MESSAGE | {"text": "あ" * 301}), "template.actions[0].text"),
    (one_action(LINK | {"uri": "javascript:alert(1)"}), "template.actions[0].uri"),
    (one_action(LINK | {"uri": "https://a.example/" + "a" * 10_000}), "template.actions[0].uri"),
    (one_action({"type": "clipboard", "label": "写す", "clipboardText": "x" * 1001}),
     "template.actions[0].clipboardText"),
    (one_action({"type": "camera", "label": "写真"}), "template.actions[0].type"),
    (one_action({"type": "richmenuswitch", "label": "次", "richMenuAliasId": "b", "data": "d"}),
     "template.actions[0].type"),
    (one_action({"type": "datetimepicker", "label": "日", "data": "d", "mode": "date", "initial": "2026-12-01T10:30"}),
     "template.actions[0].initial"),
    (one_action({"type": "datetimepicker", "label": "日", "data": "d", "mode": "date", "max": "2101-01-01"}),
     "template.actions[0].max"),
    (one_action({"type": "datetimepicker", "label": "時", "data": "d", "mode": "time", "min": "12:00", "max": "9:00"}),
     "template.actions[0].max"),
    (one_action({"type": "datetimepicker", "label": "時", "data": "d", "mode": "time", "min": "12:00", "max": "09:00"}),
     "template.actions[0].min"),
    (quick(*[MESSAGE] * 14), "quickReply.items"),
    (quick({"type": "message", "text": "はい"}), "quickReply.items[0].action.label"),
    (quick({"type": "richmenuswitch", "label": "次", "richMenuAliasId": "b", "data": "d"}),
     "quickReply.items[0].action.type"),
    ({"type": "flex", "contents": BUBBLE}, "altText"),
    (flex(None), "contents"),
    (flex({"type": "bubble"}), "contents"),
    (flex({"type": "carousel", "contents": [BUBBLE] * 13}), "contents.contents"),
    (flex({"type": "carousel", "contents": [BUBBLE, BUBBLE | {"size": "micro"}]}), "contents.contents"),
    (flex({"type": "carousel", "contents": [{"type": "bubble", "hero": VIDEO}]}), "contents.contents[0].hero"),
    (flex({"type": "bubble", "size": "micro", "hero": VIDEO}), "contents.size"),
    (body({"type": "text", "text": "長" * 11_000}), "contents"),
    (flex({"type": "carousel", "contents": [
        {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [
            {"type": "text", "text": "長" * 9_000}]}}] * 2}), "contents"),
    (body(VIDEO), "contents.body.contents[0].type"),
    (body({"type": "icon", "url": URL}), "contents.body.contents[0].type"),
    (body({"type": "text"}), "contents.body.contents[0].text"),
    (body({"type": "text", "text": "a", "size": "huge"}), "contents.body.contents[0].size"),
    (body({"type": "text", "text": "a", "color": "red"}), "contents.body.contents[0].color"),
    (body({"type": "button", "action": {"type": "uri", "uri": URL}}), "contents.body.contents[0].action.label"),
    (body({"type": "image", "url": URL, "aspectRatio": "1:4"}), "contents.body.contents[0].aspectRatio"),
    (flex({"type": "bubble", "body": {"type": "box", "contents": []}}), "contents.body.layout"),
]
# fmt: on


@pytest.mark.parametrize(("message", "path"), BAD, ids=range(len(BAD)))
def test_what_line_refuses_is_named_where_it_stands(message: dict[str, Any], path: str) -> None:
    assert [problem.path for problem in problems([message])] == [f"messages[0].{path}"]


def test_the_emulated_platform_draws_the_same_line() -> None:
    """Both were written from LINE's reference, apart from each other; only our stricter rule for addresses differs."""
    refused_by_us_alone = [message for message, _ in BAD if not refused(message)]
    assert [message for message in GOOD if refused(message)] == []
    assert [message["originalContentUrl"] for message in refused_by_us_alone] == ["https://salon.example/画像"]


def refused(message: dict[str, Any]) -> bool:
    try:
        require_messages({"messages": [message]})
    except Refused:
        return True
    return False


def test_a_request_holds_one_to_five_objects() -> None:
    assert problems([TEXT] * 5) == []
    assert [problem.path for problem in problems([])] == ["messages"]
    assert [problem.path for problem in problems([TEXT] * 6)] == ["messages"]
    assert [problem.path for problem in problems([TEXT, TEXT | {"text": ""}])] == ["messages[1].text"]


def test_boxes_nested_without_end_are_refused_rather_than_followed() -> None:
    assert problems([nested(10)]) == []
    assert "深すぎ" in problems([nested(150)])[-1].message


@pytest.mark.parametrize(
    ("text", "count"), [("あいう", 3), ("👨‍👩‍👧", 1), ("🇯🇵🇫🇷", 2), ("か\u3099", 1), ("👍🏽", 1), ("", 0)]
)
def test_what_reads_as_one_character_counts_once(text: str, count: int) -> None:
    assert grapheme_count(text) == count


def test_a_long_row_of_flags_is_counted_at_once() -> None:
    began = time.process_time()
    assert grapheme_count("🇯" * 20_001 + "か\u3099") == 10_002
    assert time.process_time() - began < 0.5  # one look for each pair at all before it takes seconds


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(GOOD), st.data())
def test_whatever_stands_in_a_message_is_judged_and_never_crashes(message: dict[str, Any], data: st.DataObject) -> None:
    broken = copy.deepcopy(message)
    place: Any = broken
    while True:
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(ANYTHING)
    problems([broken])
