"""Cards put together from parts, and LINE's own JSON."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lstep_lite.emulator.validation.messages import require_messages
from lstep_lite.engine import messages
from lstep_lite.engine.messages import drafts, flex, templates
from lstep_lite.engine.messages.designs.parts import (
    button,
    card,
    columns,
    frame,
    part,
    picture,
    points,
    run,
    space,
    table,
    text,
)
from lstep_lite.engine.messages.drafts import Viewer
from lstep_lite.engine.messages.templates import TemplateDraft
from lstep_lite.engine.text import normalise
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, Media, MediaKind
from tests.factories import NOW, a_friend, a_media

URL = "https://salon.example"
Json = dict[str, Any]


def a_document(*bubbles: Json, **over: Any) -> Json:
    return {"alt_text": "お知らせ", "source": "blocks", "size": "mega", "bubbles": list(bubbles), **over}


def a_block(*bubbles: Json, **over: Any) -> Json:
    return {"kind": "flex", **a_document(*bubbles, **over)}


def contents(session: Session, block: Json, friend: Friend | None = None, now: datetime = NOW) -> Json:
    """What LINE gets, which both validators take."""
    friends = [friend] if friend else []
    context = messages.context(session, [block], public_url=URL, now=now, friends=friends)
    sent = messages.render(context, friend or Friend(display_name="花子"))
    assert not messages.problems(sent) and line_takes(sent[0])
    found: Json = sent[0]["contents"]
    return found


def drawn(session: Session, *parts: Json, now: datetime = NOW, friend: Friend | None = None) -> list[Json]:
    """The body of a card with *parts*."""
    found: list[Json] = contents(session, a_block(card(body=list(parts))), friend, now)["body"]["contents"]
    return found


def a_picture(session: Session, **over: Any) -> Media:
    media: Media = a_media(session, **{"width": 800, "height": 600} | over)
    return media


def somebody(session: Session, name: str) -> Friend:
    return a_friend(session, display_name=name, name_key=normalise(name))


def only(friend: Friend) -> Json:
    """A condition that holds for one friend."""
    data = {"how": "contains", "text": friend.display_name}
    return {"all": [{"id": "a", "kind": "name", "data": data}], "any": []}


# Parts ---------------------------------------------------------------------------------------------------------------


def test_a_text_says_only_what_differs_from_what_line_assumes(session: Session) -> None:
    assert drawn(session, text("[name]さん")) == [{"type": "text", "text": "花子さん", "wrap": True}]
    look = {"size": "xl", "bold": True, "color": "#112233", "align": "center"}
    details = {"details": True, "wrap": False, "max_lines": 2, "italic": True, "line_space": 4}
    assert drawn(session, text("あ", **look, **details)) == [
        {
            "type": "text",
            "text": "あ",
            "size": "xl",
            "weight": "bold",
            "color": "#112233",
            "style": "italic",
            "align": "center",
            "maxLines": 2,
            "lineSpacing": "4px",
        }
    ]


def test_a_long_name_is_cut_where_the_text_would_be_too_long(session: Session) -> None:
    [said] = drawn(session, text("[name]"), friend=a_friend(session, system_name="長" * 5000))
    assert said["text"] == "長" * 1999 + "…"


def test_a_text_goes_on_in_other_letters(session: Session) -> None:
    runs = [run("5,500", size="xl", bold=True), run("円", size="xs", decoration="underline")]
    assert drawn(session, text("料金 ", details=True, runs=runs)) == [
        {
            "type": "text",
            "contents": [
                {"type": "span", "text": "料金 "},
                {"type": "span", "text": "5,500", "size": "xl", "weight": "bold"},
                {"type": "span", "text": "円", "size": "xs", "decoration": "underline"},
            ],
            "wrap": True,
        }
    ]


def test_a_picture_keeps_its_shape_or_gets_one(session: Session) -> None:
    media = a_picture(session)
    [image] = drawn(session, picture(media.id, ratio="auto"))
    url = f"{URL}/media/{media.code}"
    look = {"type": "image", "url": url, "size": "full", "aspectMode": "cover", "align": "start"}
    assert image == {**look, "aspectRatio": "800:600"}
    [rounded] = drawn(session, picture(media.id, corner="xl", width="50%", ratio="1:1", align="center"))
    assert rounded["alignItems"] == "center"
    assert rounded["contents"][0]["cornerRadius"] == "xl" and rounded["contents"][0]["width"] == "50%"


def test_a_picture_from_words_falls_back_and_then_away(session: Session) -> None:
    spare = a_picture(session)
    from_words = {"source": "words", "address": "[name]"}
    [image] = drawn(session, picture(0, **from_words, spare_id=spare.id))
    assert image["url"].endswith(spare.code)
    told = a_friend(session, system_name="https://cdn.example/花.jpg")
    [image] = drawn(session, picture(0, **from_words, spare_id=None), friend=told)
    assert image["url"] == "https://cdn.example/%E8%8A%B1.jpg"
    assert [each["type"] for each in drawn(session, picture(0, **from_words, spare_id=None), text("あ"))] == ["text"]


def test_a_button_acts_even_when_it_does_nothing(session: Session) -> None:
    [pressed] = drawn(session, button("予約する", reply="はい", color="#058743"))
    assert pressed["action"]["label"] == "予約する" and pressed["action"]["displayText"] == "予約する"
    assert (pressed["style"], pressed["color"]) == ("primary", "#058743")
    [idle] = drawn(session, part("button", label="そのまま", tap={"id": "abcdefgh", "do": "none"}))
    assert idle["action"] == {"label": "そのまま", "type": "postback", "data": "tap=abcdefgh"}


@pytest.mark.parametrize(("value", "full"), [("4.5", "★★★★★"), ("3", "★★★"), ("９", "★★★★★"), ("なし", ""), ("0", "")])
def test_stars_are_counted_from_words(session: Session, value: str, full: str) -> None:
    [row] = drawn(session, part("icons", value=value))
    spans = row["contents"][0]["contents"]
    assert [span["text"] for span in spans] == [each for each in (full, "★" * (5 - len(full))) if each]


def test_columns_share_the_width_and_keep_their_places(session: Session) -> None:
    hidden = text("秘密") | {"if": only(somebody(session, "だれか"))}
    me = somebody(session, "わたし")
    [row] = drawn(session, columns([hidden], [text("右")], shares=(1, 3)), friend=me)
    assert [column["flex"] for column in row["contents"]] == [1, 3]
    assert row["contents"][0]["contents"] == [{"type": "filler"}]
    assert drawn(session, columns([hidden], [hidden]), text("あ"), friend=me) == [
        {"type": "text", "text": "あ", "wrap": True}
    ]


def test_a_frame_has_a_colour_or_two(session: Session) -> None:
    [plain] = drawn(session, frame(text("あ"), color="#ffffff", border="#000000"))
    assert (plain["backgroundColor"], plain["borderColor"], plain["borderWidth"]) == ("#ffffff", "#000000", "normal")
    [two] = drawn(session, frame(text("あ"), color="#ffffff", color2="#000000", angle="90deg"))
    assert two["background"] == {
        "type": "linearGradient",
        "angle": "90deg",
        "startColor": "#ffffff",
        "endColor": "#000000",
    }


def test_rows_points_badges_and_gaps(session: Session) -> None:
    rows, listed, badge, gap = drawn(
        session,
        table(("カット", "5,500円"), ("合計", "5,500円", "#c2410c"), lines=True),
        points("一つ", "二つ", mark="number"),
        part("badge", text="NEW"),
        space(8),
    )
    assert [each["type"] for each in rows["contents"]] == ["box", "separator", "box"]
    assert [cell["flex"] for cell in rows["contents"][0]["contents"]] == [2, 1]
    assert [cell["color"] for cell in rows["contents"][2]["contents"]] == ["#c2410c", "#c2410c"]
    assert [row["contents"][0]["text"] for row in listed["contents"]] == ["1.", "2."]
    assert badge["contents"][0]["contents"][0]["text"] == "NEW" and badge["contents"][1] == {"type": "filler"}
    assert gap == {"type": "box", "layout": "vertical", "contents": [{"type": "filler"}], "height": "8px"}


@pytest.mark.parametrize(
    ("value", "full", "width"),
    [
        ("70", "100", "70%"),
        ("-5", "100", None),
        ("0", "100", None),
        ("7点", "10点", "70%"),
        ("999", "100", "100%"),
        ("1,999", "2,000", "99%"),
        ("abc", "100", None),
        ("5", "0", None),
    ],
)
def test_a_gauge_stays_between_empty_and_full(session: Session, value: str, full: str, width: str | None) -> None:
    [gauge] = drawn(session, part("gauge", value=value, full=full))
    assert gauge["contents"][0].get("width") == width


@pytest.mark.parametrize(
    ("unit", "earlier", "said"),
    [
        ("days", timedelta(days=3), "あと 3日"),
        ("days", timedelta(hours=12), "あと 1日"),
        ("days", timedelta(hours=1), "本日まで"),
        ("hours", timedelta(minutes=30), "あと 1時間"),
        ("hours", timedelta(hours=30), "あと 30時間"),
        ("both", timedelta(hours=30), "あと 1日6時間"),
        ("both", timedelta(hours=5), "あと 5時間"),
        ("days", timedelta(0), "終了しました"),
        ("hours", timedelta(days=-9), "終了しました"),
    ],
)
def test_a_countdown_counts_on_the_shops_clock(session: Session, unit: str, earlier: timedelta, said: str) -> None:
    until = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)  # 10:00 in Tokyo
    [left] = drawn(session, part("countdown", until="2026-03-05T10:00", unit=unit), now=until - earlier)
    assert left.get("text") or "".join(span["text"] for span in left["contents"]) == said
    assert left.get("text", said) == said


def test_a_countdown_that_is_over_may_vanish(session: Session) -> None:
    over = part("countdown", until="2026-03-05T09:00", over="")
    assert [each["type"] for each in drawn(session, over, text("あ"))] == ["text"]


# Cards ---------------------------------------------------------------------------------------------------------------


def test_hidden_parts_leave_no_gap_and_hidden_cards_no_card(session: Session) -> None:
    me, other = somebody(session, "わたし"), somebody(session, "ほかの方")
    first = text("ほかの方だけ") | {"if": only(other)}
    two = a_block(card(body=[first, text("みんな")]), card(body=[text("二枚目")]) | {"if": only(other)})
    assert contents(session, two, me)["body"]["contents"] == [{"type": "text", "text": "みんな", "wrap": True}]
    assert contents(session, two, other)["type"] == "carousel"
    nothing = a_block(card(body=[first]))
    with pytest.raises(DomainError, match="見せるカードがありません"):
        contents(session, nothing, me)


def test_a_card_has_a_head_a_picture_a_body_a_foot_and_a_tap(session: Session) -> None:
    media = a_picture(session)
    made = card(
        hero="image",
        media_id=media.id,
        header=[text("頭")],
        body=[text("体")],
        footer=[text("足")],
        line=True,
        paints=True,
        header_color="#058743",
        header_color2="#0ea5e9",
        padding="lg",
        tap={"id": "abcdefgh", "do": "uri", "uri": "https://shop.example/?n=[name]"},
    )
    bubble = contents(session, a_block(made, size="kilo"))
    assert list(bubble) == ["type", "size", "header", "hero", "body", "footer", "styles", "action"]
    assert bubble["header"]["background"]["endColor"] == "#0ea5e9"
    assert bubble["body"]["paddingAll"] == "lg"
    assert bubble["action"] == {"type": "uri", "uri": "https://shop.example/?n=%E8%8A%B1%E5%AD%90"}


def test_a_film_plays_in_a_single_card(session: Session) -> None:
    film = a_picture(session, kind=MediaKind.VIDEO, width=1280, height=720)
    with_film = card(hero="video", video_id=film.id, video_link="https://shop.example/", body=[text("あ")])
    hero = contents(session, a_block(with_film))["hero"]
    assert (hero["type"], hero["aspectRatio"], hero["altContent"]["type"]) == ("video", "1280:720", "image")
    assert hero["action"] == {"type": "uri", "label": "くわしく見る", "uri": "https://shop.example/"}
    paths = {problem.path for problem in flex.problems(a_document(with_film, card(body=[text("い")]), size="nano"))}
    assert paths == {"bubbles.0.hero", "size"}


def test_problems_name_their_place(session: Session) -> None:
    deep: Json = text("底")
    for _ in range(5):
        deep = frame(deep)
    bad = a_document(card(body=[part("button"), deep, text("[nmae]"), part("gauge", color="red")]))
    examined = templates.examine(session, "flex", bad | {"quick_replies": []}, now=NOW)
    assert [problem.path for problem in examined.problems] == [
        "bubbles.0.body.0.label",
        "bubbles.0.body.1.blocks.0.blocks.0.blocks.0.blocks.0.blocks",
        "bubbles.0.body.3.color",
        "bubbles.0.body.2.text",
    ]


def test_empty_cards_and_too_many_letters_are_refused() -> None:
    long = card(body=[text("あ" * 2000) for _ in range(6)])
    paths = [problem.path for problem in flex.problems(a_document(card(body=[]), long))]
    assert paths == ["bubbles.0.body", "bubbles"]


def test_a_notice_is_made_from_the_first_words_and_names_nobody(session: Session) -> None:
    block = a_block(card(body=[text("[name]様へ"), text("春の\nキャンペーン"), text("三つめ")]), alt_text="")
    context = messages.context(session, [block], public_url=URL, now=NOW)
    said = messages.render(context, Friend(display_name="花子"))[0]["altText"]
    assert "花子" not in said and said.endswith("春の キャンペーン")


def test_a_template_keeps_cards_and_their_taps(session: Session) -> None:
    document = templates.new_document("flex")
    document["bubbles"][0]["body"] = [text("ご案内"), button("予約", reply="承ります")]
    template = templates.create(session, "flex", TemplateDraft("春", document), now=NOW)
    [sent] = templates.render(session, template, a_friend(session), public_url=URL, now=NOW)
    assert line_takes(sent) and sent["altText"] == "ご案内"
    kept = templates.document_of(session, template)
    assert kept["bubbles"][0]["body"][1]["tap"]["actions"] == {"steps": [], "repeats": True}


def line_takes(message: Json) -> bool:
    """Whether the pretended LINE accepts it; it raises what it says against it."""
    require_messages({"messages": [message]})
    return True


def test_bytes_are_weighed_as_line_does(session: Session) -> None:
    one = contents(session, a_block(card(body=[text("あ")])))
    two = contents(session, a_block(card(body=[text("あ")]), card(body=[text("いう")])))
    weighed = flex.sizes([{"type": "flex", "contents": two}])
    assert weighed and weighed.carousel == len(json.dumps(two, ensure_ascii=False, separators=(",", ":")).encode())
    assert weighed.bubble == len(json.dumps(two["contents"][1], ensure_ascii=False, separators=(",", ":")).encode())
    alone = flex.sizes([{"type": "text"}, {"type": "flex", "contents": one}])
    assert alone and (alone.carousel, alone.percent) == (0, 0)
    assert flex.sizes([{"type": "text"}]) is None


# LINE's JSON ---------------------------------------------------------------------------------------------------------

PASTED = {
    "type": "bubble",
    "body": {
        "type": "box",
        "layout": "vertical",
        "spacing": "sm",
        "contents": [
            {"type": "text", "text": "[name]さん"},
            {"type": "button", "action": {"type": "uri", "label": "開く", "uri": "https://a.example/?n=[name]"}},
        ],
    },
}


def a_pasted(value: Any) -> Json:
    text = value if isinstance(value, str) else json.dumps(value)
    return {"alt_text": "", "source": "json", "json": text, "quick_replies": []}


def test_words_are_filled_into_pasted_json_without_breaking_it(session: Session) -> None:
    examined = templates.examine(session, "flex", a_pasted(PASTED), now=NOW)
    assert not examined.problems
    nasty = a_friend(session, display_name='"}],\\ {"type":"x')
    block = {"kind": "flex", **examined.document}
    body = contents(session, block, nasty)["body"]["contents"]
    assert body[0]["text"] == '"}],\\ {"type":"xさん'
    assert body[1]["action"]["uri"] == "https://a.example/?n=%22%7D%5D%2C%5C%20%7B%22type%22%3A%22x"
    assert messages.is_personal(session, [block])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{", "1行目"),
        ("[1]", "FlexのJSONではありません"),
        ('{"type":"bubble","x":NaN}', "読み取れません"),
        ('{"type":"bubble","body":' + "[" * 99 + "]" * 99 + "}", "深すぎます"),
        ("[" * 100_000, "読み取れません"),
        ({"type": "bubble"}, "全体：カードの中身がありません。"),
        (
            {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text"}]}},
            "本文・1つ目の部品：文字がありません。（body.contents[0].text）",
        ),
        ({"type": "text", "text": "[nmae]"}, "FlexのJSONではありません"),
    ],
)
def test_bad_json_is_told_where(session: Session, value: Any, said: str) -> None:
    examined = templates.examine(session, "flex", a_pasted(value), now=NOW)
    assert said in examined.problems[0].message and examined.problems[0].path == "json"


def test_unknown_words_in_json_are_refused(session: Session) -> None:
    bubble = json.loads(json.dumps(PASTED).replace("[name]", "[nmae]"))
    assert "[nmae]" in templates.examine(session, "flex", a_pasted(bubble), now=NOW).problems[0].message


def in_parts(bubble: Json) -> None:
    bubble["body"].pop("spacing")


@pytest.mark.parametrize(("change", "has_parts"), [(lambda bubble: None, False), (in_parts, True)])
def test_json_becomes_parts_where_nothing_is_lost(
    session: Session, change: Callable[[Json], None], has_parts: bool
) -> None:
    bubble = json.loads(json.dumps(PASTED))
    change(bubble)
    found = flex.imported(json.dumps({"type": "flex", "altText": "春", "contents": bubble}))
    assert (found.has_parts, found.document["alt_text"]) == (has_parts, "春")
    examined = templates.examine(session, "flex", found.document | {"quick_replies": []}, now=NOW)
    assert not examined.problems
    viewer = Viewer(Friend(), URL, NOW)
    written = drafts.exported(session, "flex", found.document | {"quick_replies": []}, viewer)
    assert written == [{"type": "flex", "altText": "春", "contents": bubble}]


@pytest.mark.parametrize(
    "look",
    [{"size": "13px"}, {"margin": "10px"}, {"color": "#11223344"}, {"maxLines": 200}, {"scaling": True}],
)
def test_what_no_part_can_say_stays_json(look: Json) -> None:
    words = [{"type": "text", "text": "あ"}, {"type": "text", "text": "い", "wrap": True, **look}]
    body = {"type": "box", "layout": "vertical", "contents": words}
    found = flex.imported(json.dumps({"type": "bubble", "body": body}))
    assert found.has_parts == ("color" in look)


def test_a_card_that_is_only_a_shape_stays_json() -> None:
    body = {"type": "box", "layout": "vertical", "contents": [], "height": "40px", "backgroundColor": "#058743"}
    assert not flex.imported(json.dumps({"type": "bubble", "body": body})).has_parts


def test_a_card_that_is_too_large_is_named(session: Session) -> None:
    heavy = card(body=[text("👩‍👩‍👧" * 1800)])  # 18 bytes each
    document = a_document(card(body=[text("軽い")]), heavy, card(body=[text("軽い")])) | {"quick_replies": []}
    paths = {problem.path for problem in templates.examine(session, "flex", document, now=NOW).problems}
    assert paths == {"bubbles.1"}
