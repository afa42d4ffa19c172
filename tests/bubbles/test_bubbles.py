"""Every kind of message is drawn with what LINE shows of it, and nothing of it can become markup of its own."""

import json
import math
import re
import time
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from lstep_lite import bubbles
from tests.bubbles.designs import PICTURE, box, bubble, button, carousel, every_kind, flex, image, menu_card, text

PUBLIC_URL = "https://demo.lstep.invalid"


def address(url: str) -> str:
    return url.removeprefix(PUBLIC_URL)


def drawn(message: dict[str, Any]) -> Tag:
    return BeautifulSoup(bubbles.draw(message, address=address), "html.parser")


def found(soup: Tag, selector: str) -> Tag:
    """The one element that *selector* means."""
    [only] = soup.select(selector)
    return only


def style(part: Tag) -> dict[str, str]:
    return dict(rule.split(":", 1) for rule in str(part["style"]).split(";"))


# Texts ---------------------------------------------------------------------------------------------------------------


def test_a_text_is_shown_as_it_is_written() -> None:
    soup = drawn({"type": "text", "text": "明日 <b>10時</b> & 「窓側」\n改行"})
    assert found(soup, ".line-bubble").get_text() == "明日 <b>10時</b> & 「窓側」\n改行"


def test_an_emoji_stands_where_its_index_points_in_utf_16_units() -> None:
    soup = drawn({"type": "text", "text": "😀$と$", "emojis": [{"index": 2, "productId": "p", "emojiId": "001"}]})
    parts = ["絵文字" if isinstance(part, Tag) else str(part) for part in found(soup, ".line-bubble").children]
    assert parts == ["😀", "絵文字", "と$"], "the second dollar is a dollar"


def test_the_second_kind_of_text_fills_in_what_was_put_for_its_names() -> None:
    emoji = {"type": "emoji", "productId": "p", "emojiId": "001"}
    soup = drawn({"type": "textV2", "text": "{{あ}} {wink}{nobody}", "substitution": {"wink": emoji}})
    assert found(soup, ".line-bubble").get_text() == "{あ} {nobody}"
    assert found(soup, ".line-emoji")["aria-label"] == "LINE絵文字 001"


def test_an_address_in_a_text_can_be_tapped() -> None:
    link = found(drawn({"type": "text", "text": f"くわしくは{PUBLIC_URL}/news/5。"}), "a")
    assert (link["href"], link.get_text()) == ("/news/5", f"{PUBLIC_URL}/news/5")
    assert json.loads(str(link["data-action"])) == {"type": "uri", "uri": f"{PUBLIC_URL}/news/5"}


# Media ---------------------------------------------------------------------------------------------------------------


def test_a_picture_shows_its_preview_and_opens_the_whole() -> None:
    soup = drawn({"type": "image", "originalContentUrl": f"{PICTURE}.jpg", "previewImageUrl": f"{PICTURE}-s.jpg"})
    assert found(soup, "img")["src"] == "/media/petals-s.jpg"
    assert found(soup, "a")["href"] == "/media/petals.jpg"


def test_a_film_tells_who_asked_to_know_its_end() -> None:
    message = {"type": "video", "originalContentUrl": PICTURE, "previewImageUrl": PICTURE, "trackingId": "t-1"}
    assert found(drawn(message), "video")["data-tracking-id"] == "t-1"
    assert not found(drawn({**message, "trackingId": ""}), "video").has_attr("data-tracking-id")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "sticker", "packageId": "446", "stickerId": "1988"}, "スタンプ446-1988"),
        ({"type": "audio", "originalContentUrl": PICTURE, "duration": 65_000}, "1:05"),
        ({"type": "audio"}, "音声"),
        ({"type": "video"}, "動画"),
        ({"type": "image"}, "画像"),
        ({"type": "file", "fileName": "同意書.pdf", "fileSize": 2048}, "同意書.pdf2 KB"),
        ({"type": "location", "title": "サロン花", "address": "花町", "latitude": 35, "longitude": 9}, "サロン花花町"),
        ({"type": "coupon", "couponId": "01"}, "LINEのクーポンタップするとクーポンが開きます"),
        ({"type": "hologram", "altText": "新しい知らせ"}, "新しい知らせ"),
        ({}, "メッセージ"),
    ],
)  # fmt: skip
def test_what_has_no_picture_is_told_in_words(message: dict[str, Any], words: str) -> None:
    assert drawn(message).get_text() == words


def test_a_message_can_be_sent_under_another_name() -> None:
    sender = {"name": "店長 <ゆり>", "iconUrl": f"{PUBLIC_URL}/media/face"}
    soup = drawn({"type": "text", "text": "こんにちは", "sender": sender})
    assert found(soup, ".line-sender").get_text() == "店長 <ゆり>"
    assert found(soup, ".line-sender img")["src"] == "/media/face"


# What can be tapped --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"type": "uri", "uri": "https://example.com/a"}, "タップ：URLを開く https://example.com/a"),
        ({"type": "uri", "uri": "tel:03-1234-5678"}, "タップ：電話をかける 03-1234-5678"),
        ({"type": "message", "text": "予約"}, "タップ：「予約」と送る"),
        ({"type": "postback", "data": "x"}, "タップ：お店に知らせる"),
        ({"type": "postback", "data": "x", "displayText": "はい"}, "タップ：「はい」と表示して、お店に知らせる"),
        ({"type": "postback", "inputOption": "openKeyboard"}, "タップ：お店に知らせる（文字の入力欄を開く）"),
        ({"type": "datetimepicker", "data": "x", "mode": "date"}, "タップ：日付を選ぶ"),
        ({"type": "clipboard", "clipboardText": "HANA10"}, "タップ：「HANA10」をコピーする"),
        ({"type": "cameraRoll"}, "タップ：写真を選んで送る"),
        ({"type": "teleport"}, "タップ：何も起こりません"),
    ],
)  # fmt: skip
def test_a_button_carries_its_action_and_says_what_it_does(action: dict[str, str], words: str) -> None:
    tapped = {"label": "選ぶ", **action}
    made = found(drawn(flex(bubble({"type": "button", "action": tapped}))), "button")
    assert json.loads(str(made["data-action"])) == tapped
    assert (made["title"], made["type"], made.get_text()) == (words, "button", "選ぶ")


def test_panels_share_one_tap_above_their_choices() -> None:
    columns = [
        {
            "thumbnailImageUrl": PICTURE,
            "title": f"{number}月の特典",
            "text": "ご予約はこちら",
            "defaultAction": {"type": "uri", "label": "見る", "uri": "https://example.com"},
            "actions": [{"type": "message", "label": "予約する", "text": "予約"}],
        }
        for number in (5, 6)
    ]
    message = {"type": "template", "altText": "特典", "template": {"type": "carousel", "columns": columns}}
    panels = drawn(message).select(".line-slider > .line-panel")
    assert [panel.select_one("strong").get_text() for panel in panels] == ["5月の特典", "6月の特典"]
    assert [len(panel.select("[data-action]")) for panel in panels] == [2, 2]
    top = panels[0].select_one(".line-panel-top")
    assert (top["role"], top["tabindex"]) == ("button", "0"), "the keyboard reaches it"


def test_a_question_of_two_choices_has_them_beside_each_other() -> None:
    actions = [{"type": "message", "label": word, "text": word} for word in ("はい", "いいえ")]
    template = {"type": "confirm", "text": "予約を確定しますか？", "actions": actions}
    soup = drawn({"type": "template", "altText": "確認", "template": template})
    assert [choice.get_text() for choice in soup.select(".line-choices-beside button")] == ["はい", "いいえ"]


def test_each_photo_of_an_image_carousel_is_one_button() -> None:
    columns = [
        {"imageUrl": PICTURE, "action": {"type": "message", "label": label, "text": "x"}} for label in ("春", "")
    ]
    soup = drawn({"type": "template", "template": {"type": "image_carousel", "columns": columns}})
    assert [photo.get("aria-label") for photo in soup.select(".line-photo[role=button]")] == [
        None,
        "タップ：「x」と送る",
    ]


def test_areas_of_a_rich_message_lie_where_they_were_drawn() -> None:
    area = {"x": 520, "y": 0, "width": 520, "height": 350}
    message = {
        "type": "imagemap",
        "baseUrl": f"{PUBLIC_URL}/media/map",
        "baseSize": {"width": 1040, "height": 700},
        "actions": [{"type": "uri", "linkUri": "https://example.com", "label": "右上", "area": area}],
        "video": {
            "originalContentUrl": PICTURE,
            "area": {"x": 0, "y": 350, "width": 1040, "height": 350},
            "externalLink": {"linkUri": "https://example.com/more", "label": "もっと見る"},
        },
    }
    soup = drawn(message)
    assert found(soup, "img")["src"] == "/media/map/700"
    made = found(soup, ".line-imagemap-area")
    assert style(made) == {"left": "50.000%", "top": "0.000%", "width": "50.000%", "height": "50.000%"}
    assert (made["aria-label"], made["title"]) == ("右上", "タップ：URLを開く https://example.com")
    assert style(found(soup, "video"))["top"] == "50.000%"
    assert found(soup, ".line-imagemap-after").get_text() == "もっと見る"


def test_quick_replies_are_drawn_apart_from_their_message() -> None:
    items = [
        {"type": "action", "imageUrl": f"{PUBLIC_URL}/media/i", "action": {"type": "camera", "label": "写真をとる"}},
        {"type": "action", "action": {"type": "message", "label": "あとで", "text": "あとで"}},
    ]
    message = {"type": "text", "text": "どうしますか？", "quickReply": {"items": items}}
    soup = BeautifulSoup(bubbles.draw_quick_replies(message, address=address), "html.parser")
    assert [button.get_text() for button in soup.select("button.line-quick")] == ["写真をとる", "あとで"]
    assert not drawn(message).select("button")
    assert bubbles.draw_quick_replies({"type": "text", "text": "はい"}, address=address) == ""


# Flex ----------------------------------------------------------------------------------------------------------------


def test_flex_means_a_share_of_the_width_or_of_what_is_left_of_the_height() -> None:
    soup = drawn(flex(bubble(box("horizontal", text("a", flex=2), text("b", flex=0)), text("c", flex=1))))
    shares = [style(part).get("flex") for part in soup.select(".fx-text")]
    assert shares == ["2 0 0", "none", "1 0 auto"]


def test_a_width_of_its_own_is_no_share() -> None:
    soup = drawn(flex(bubble(box("horizontal", box("vertical", width="72px", height="72px")))))
    assert style(found(soup, ".fx-h > .fx-box")) == {"flex": "none", "width": "72px", "height": "72px"}


def test_space_stands_before_each_part_but_the_first_and_a_margin_of_its_own_wins() -> None:
    parts = [text("a"), text("b"), text("c", margin="xxl"), {"type": "filler"}]
    soup = drawn(flex(bubble(box("horizontal", *parts, spacing="sm"))))
    texts = soup.select(".fx-text")
    assert not texts[0].has_attr("style")
    assert [style(part) for part in texts[1:]] == [{"margin-inline-start": "4px"}, {"margin-inline-start": "20px"}]
    assert not found(soup, ".fx-filler").has_attr("style")


def test_measures_and_colours_are_those_of_line() -> None:
    frame = box(
        "vertical", backgroundColor="#FF334Bcc", borderWidth="semi-bold", borderColor="#000000", cornerRadius="md",
        paddingAll="20px", paddingTop="lg", justifyContent="space-between", alignItems="flex-end", position="absolute",
        offsetBottom="-3px", offsetStart="10%",
    )  # fmt: skip
    assert style(found(drawn(flex(bubble(frame))), ".fx-box .fx-box")) == {
        "position": "absolute",
        "bottom": "-3px",
        "inset-inline-start": "10%",
        "border-radius": "8px",
        "padding": "20px",
        "padding-top": "12px",
        "border": "3px solid #000000",
        "background-color": "#FF334Bcc",
        "justify-content": "space-between",
        "align-items": "flex-end",
    }


def test_a_gradient_may_have_a_colour_in_between() -> None:
    background = {
        "type": "linearGradient", "angle": "45deg", "startColor": "#000000", "endColor": "#ffffff",
        "centerColor": "#ff0000", "centerPosition": "30%",
    }  # fmt: skip
    soup = drawn(flex(bubble(box("vertical", background=background))))
    gradient = "linear-gradient(45deg,#000000,#ff0000 30%,#ffffff)"
    assert style(found(soup, ".fx-box .fx-box"))["background-image"] == gradient


def test_texts_are_written_as_asked() -> None:
    spans = [{"type": "span", "text": "brown", "weight": "bold", "color": "#111111"}, {"type": "span", "text": " さん"}]
    soup = drawn(flex(bubble({"type": "text", "contents": spans, "wrap": True, "maxLines": 2, "lineSpacing": "8px"})))
    paragraph = found(soup, ".fx-wrap > p")
    assert paragraph.get_text() == "brown さん"
    assert style(paragraph)["-webkit-line-clamp"] == "2"
    assert style(paragraph)["line-height"] == "calc(1.4em + 8px)"
    assert style(paragraph.select("span")[0]) == {"color": "#111111", "font-weight": "700"}


def test_pictures_keep_the_ratio_they_were_given() -> None:
    soup = drawn(flex(bubble(hero=image(size="full", aspectRatio="20:13", aspectMode="cover"))))
    assert style(found(soup, ".fx-hero img")) == {"width": "100%", "aspect-ratio": "20/13", "object-fit": "cover"}


def test_a_separator_stands_above_its_block_but_never_above_the_first() -> None:
    lines = {"header": {"separator": True}, "footer": {"separator": True, "separatorColor": "#ff0000"}}
    soup = drawn(flex(bubble(header=box("vertical"), footer=box("vertical"), styles=lines)))
    rule = found(soup, ".fx-rule")
    assert rule.find_next_sibling()["class"] == ["fx-footer"]
    assert style(rule) == {"border-color": "#ff0000"}


def test_bubbles_of_a_carousel_stand_side_by_side() -> None:
    soup = drawn(flex(carousel(bubble(size="micro"), bubble(size="micro", direction="rtl"), bubble(size="huge"))))
    slider = found(soup, ".line-slider")
    assert slider["aria-label"] == "横に並んだ3枚"
    classes = [part["class"] for part in slider.select(".fx-bubble")]
    assert classes == [["fx-bubble", "fx-micro"], ["fx-bubble", "fx-micro"], ["fx-bubble", "fx-mega"]]
    assert slider.select(".fx-bubble")[1]["dir"] == "rtl"


def test_a_whole_card_can_be_one_button() -> None:
    soup = drawn(flex(bubble(action={"type": "uri", "uri": "https://example.com"})))
    assert found(soup, ".fx-bubble")["role"] == "button"


def test_a_film_that_cannot_be_shown_gives_way_to_what_stands_in_for_it() -> None:
    hero = {"type": "video", "url": "", "previewUrl": PICTURE, "altContent": image(size="full"), "aspectRatio": "20:13"}
    assert found(drawn(flex(bubble(hero=hero))), ".fx-hero img")["src"] == "/media/petals"
    assert found(drawn(flex(bubble(hero={**hero, "url": PICTURE}))), "video")["poster"] == "/media/petals"


# What drafts and strangers may hold ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.example/x", "/\\evil.example", "data:text/html,x", "x", 7]
)
def test_no_other_address_than_one_of_the_web_is_fetched_or_opened(url: Any) -> None:
    messages = [
        {"type": "image", "originalContentUrl": url, "previewImageUrl": url},
        {"type": "video", "originalContentUrl": url, "previewImageUrl": url},
        {"type": "audio", "originalContentUrl": url},
        {"type": "imagemap", "baseUrl": url},
        flex(bubble(image() | {"url": url}, hero={"type": "video", "url": url, "previewUrl": url})),
    ]
    for message in messages:
        assert not re.search(r"\b(src|href|poster)=", bubbles.draw(message, address=address)), message


@pytest.mark.parametrize("value", ["red;position:fixed", "1px;x", "calc(1px)", "url(x)", "999999999px"])
def test_a_style_holds_only_values_that_were_understood(value: str) -> None:
    measures = ("width", "paddingAll", "cornerRadius", "borderWidth", "offsetTop", "spacing", "size", "margin")
    given = dict.fromkeys((*measures, "backgroundColor", "color", "flex"), value)
    parts = [box("vertical", **given), text("a", **given), {"type": "icon", **given}]
    styles = [style(part) for part in drawn(flex(bubble(*parts))).select("[style]")]
    assert styles == [{"flex": "none", "aspect-ratio": "1/1"}], "an icon's own, without a word of what was given"


def test_boxes_inside_boxes_end_somewhere() -> None:
    inside = text("底")
    for _ in range(300):
        inside = box("vertical", inside)
    assert "底" not in bubbles.draw(flex(bubble(inside)), address=address)


EVIL = "<script>\"'&\x00\ud83d{0}"
MESSAGES = every_kind()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(EVIL) | st.just(f"https://{EVIL}"),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=5), inside, max_size=4),
    max_leaves=8,
)


def places(part: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in *part* something stands."""
    below = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [place for key, value in below for place in [(*here, key), *places(value, (*here, key))]]


def changed(message: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    key, *rest = place
    copy = message.copy()
    copy[key] = changed(message[key], tuple(rest), value)
    return copy


def html_of(message: dict[str, Any]) -> Markup:
    html = bubbles.draw(message, address=address) + bubbles.draw_quick_replies(message, address=address)
    assert isinstance(html, Markup)
    html.encode()  # as it is sent
    return html


def assert_harmless(message: dict[str, Any]) -> None:
    html = html_of(message)
    assert "<script" not in html, message
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        strange = [name for name in tag.attrs if name.startswith("on") or not re.fullmatch(r"[a-zA-Z-]+", name)]
        assert not strange, message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: str(message["type"]))
def test_no_text_anywhere_in_a_message_becomes_markup(message: dict[str, Any]) -> None:
    for place in places(message):
        for evil in (EVIL, f"https://{EVIL}"):
            assert "<script" not in html_of(changed(message, place, evil))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), value=JSON)
def test_no_json_anywhere_in_a_message_breaks_it(data: st.DataObject, value: Any) -> None:
    message = data.draw(st.sampled_from(MESSAGES))
    assert_harmless(changed(message, data.draw(st.sampled_from(places(message))), value))


@settings(max_examples=50, deadline=None)
@given(kind=st.sampled_from(MESSAGES), value=st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_no_json_instead_of_a_message_breaks_it(kind: dict[str, Any], value: dict[str, Any]) -> None:
    assert_harmless(value)
    assert_harmless({**value, "type": kind["type"]})


def test_a_full_carousel_is_drawn_at_once() -> None:
    message, best = flex(carousel(*[menu_card()] * 12)), math.inf
    for _ in range(20):
        start = time.process_time()
        bubbles.draw(message, address=address)
        best = min(best, time.process_time() - start)
    assert best < 0.015, "drawing a carousel of 12 takes about 5 ms; this is far from it"


def test_buttons_of_a_draft_stand_there_without_an_action() -> None:
    assert not found(drawn(flex(bubble({"type": "button"}))), "button").has_attr("data-action")
    assert found(drawn(flex(bubble(button("予約")))), "button").get_text() == "予約"
