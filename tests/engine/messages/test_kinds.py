"""What each kind of message becomes, and what staff hear before LINE does."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine import messages, registry, studio
from lstep_lite.engine.messages import alt_texts, templates
from lstep_lite.engine.messages.kinds.location import parse
from lstep_lite.engine.messages.kinds.registry import kinds
from lstep_lite.engine.messages.templates import Refused, TemplateDraft
from lstep_lite.models import Friend, MediaKind
from tests.factories import NOW, a_friend, a_media

assert registry


def a_tap(code: str, do: str = "actions") -> dict[str, Any]:
    return {"id": code, "do": do, "reply": "", "says": "", "actions": {"steps": [], "repeats": True}}


def document(kind: str, **over: Any) -> dict[str, Any]:
    return templates.new_document(kind) | over


def sent(session: Session, kind: str, friend: Friend | None = None, **over: Any) -> dict[str, Any]:
    """The message object of a template that was stored."""
    template = templates.create(session, kind, TemplateDraft("名前", document(kind, **over)), now=NOW)
    reference = {"kind": "template", "template_id": template.id}
    friend = friend or Friend(display_name="花子")
    friends = [friend] if friend.id else []
    context = messages.context(session, [reference], public_url="https://salon.example", now=NOW, friends=friends)
    [message] = messages.render(context, friend)
    assert messages.problems([message]) == []
    return message


def refused(session: Session, kind: str, **over: Any) -> dict[str, str]:
    with pytest.raises(Refused) as error:
        templates.create(session, kind, TemplateDraft("名前", document(kind, **over)), now=NOW)
    return {problem.path: problem.message for problem in error.value.problems}


# Files and places ----------------------------------------------------------------------------------------------------


def test_a_video_is_watched_to_the_end_only_where_something_follows(session: Session) -> None:
    film = a_media(session, kind=MediaKind.VIDEO, preview_path="v/v.preview.jpg")
    plain = sent(session, "video", media_id=film.id)
    assert (plain["originalContentUrl"], plain["previewImageUrl"]) == (
        f"https://salon.example/media/{film.code}",
        f"https://salon.example/media/{film.code}/preview",
    )
    assert "trackingId" not in plain
    assert sent(session, "video", media_id=film.id, watched=a_tap("watched-to-the-end"))["trackingId"] == (
        "watched-to-the-end"
    )
    opened = sent(
        session, "video", media_id=film.id, watched={"id": "12345678", "do": "uri", "uri": "https://a.example"}
    )
    assert "trackingId" not in opened, "nothing can be opened on a phone by itself"


def test_a_sound_says_how_long_it_is(session: Session) -> None:
    sound = a_media(session, kind=MediaKind.AUDIO, duration_ms=61_500)
    assert sent(session, "audio", media_id=sound.id)["duration"] == 61_500
    assert "media_id" in refused(session, "audio", media_id=a_media(session).id)


@pytest.mark.parametrize(
    ("typed", "point"),
    [
        ("35.6812, 139.7671", (35.6812, 139.7671)),
        ("（３５.６８１２、１３９.７６７１）", (35.6812, 139.7671)),
        ("-33.86 151.21", (-33.86, 151.21)),
        ("https://www.google.com/maps/@35.6812,139.7671,15z?hl=ja", (35.6812, 139.7671)),
        (
            "https://www.google.co.jp/maps/place/店/@35.1,139.1,17z/data=!3m1!4b1!8m2!3d35.6812!4d139.7671?entry=ttu",
            (35.6812, 139.7671),
        ),
        ("https://maps.google.com/?q=35.6812%2C139.7671", (35.6812, 139.7671)),
        ("https://maps.apple.com/?address=x&ll=35.6812,139.7671&q=y", (35.6812, 139.7671)),
        ("https://www.google.com/maps/search/?api=1&query=35.6812,+139.7671", (35.6812, 139.7671)),
        ("https://www.google.com/maps/search/35.6812,+139.7671", (35.6812, 139.7671)),
        ("https://maps.app.goo.gl/AbCdEf", None),
        ("表参道駅のそば", None),
        ("91, 0", None),
        ("0, 181", None),
    ],
)
def test_a_point_is_read_from_what_people_copy_out_of_maps(typed: str, point: tuple[float, float] | None) -> None:
    assert parse(typed) == point


def test_a_place_is_kept_as_a_point_and_a_short_link_is_explained(session: Session) -> None:
    place = {"title": "サロン花", "address": "東京都渋谷区1-2-3"}
    message = sent(session, "location", **place, point="https://www.google.com/maps/@35.68120,139.7671,15z")
    assert (message["latitude"], message["longitude"]) == (35.6812, 139.7671)
    problems = refused(session, "location", **place, point="https://maps.app.goo.gl/AbCdEf")
    assert "短いリンク" in problems["point"]


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("@abc1234x", "https://line.me/R/ti/p/%40abc1234x"),
        ("＠ABC1234x", "https://line.me/R/ti/p/%40abc1234x"),
        ("https://lin.ee/AbC12", "https://lin.ee/AbC12"),
        ("https://line.me/R/ti/p/@abc", "https://line.me/R/ti/p/@abc"),
    ],
)
def test_another_account_is_introduced_with_a_button_that_opens_it(session: Session, typed: str, link: str) -> None:
    message = sent(session, "introduction", title="姉妹店", address=typed, media_id=a_media(session).id)
    assert message["contents"]["footer"]["contents"][0]["action"] == {"type": "uri", "label": "友だち追加", "uri": link}
    assert message["altText"] == "姉妹店のご紹介"


@pytest.mark.parametrize("typed", ["abc", "@a", "http://lin.ee/a", "https://evil.example/@abc", "https://lin.ee/あ"])
def test_an_introduction_leads_to_line_accounts_only(session: Session, typed: str) -> None:
    assert list(refused(session, "introduction", title="姉妹店", address=typed)) == ["address"]


# Buttons -------------------------------------------------------------------------------------------------------------


def choices(count: int, kind: str = "carousel_choice") -> list[dict[str, Any]]:
    return [{"kind": kind, "label": f"ボタン{number}", "tap": {"do": "none"}} for number in range(count)]


def panel(choice_count: int = 1, **over: Any) -> dict[str, Any]:
    return {"kind": "carousel_panel", "text": "本文", "choices": choices(choice_count), "tap": {"do": "none"}} | over


def test_a_few_answers_are_buttons_and_many_a_list(session: Session) -> None:
    few = sent(session, "question", text="ご来店は？", choices=choices(4, "question_choice"))
    assert (few["template"]["type"], len(few["template"]["actions"])) == ("buttons", 4)
    many = sent(session, "question", text="ご来店は？", choices=choices(13, "question_choice"))
    assert len(many["contents"]["footer"]["contents"]) == 13
    assert few["altText"] == many["altText"] == "ご来店は？"


def test_one_panel_is_a_buttons_template_and_several_a_carousel(session: Session) -> None:
    one = sent(session, "carousel", panels=[panel(4, text="あ" * 160)])
    assert (one["template"]["type"], len(one["template"]["actions"])) == ("buttons", 4)
    two = sent(session, "carousel", panels=[panel(3, text="あ" * 120), panel(3)])
    assert [len(column["actions"]) for column in two["template"]["columns"]] == [3, 3]


def test_different_numbers_of_buttons_are_drawn_as_flex_without_any_that_do_nothing(session: Session) -> None:
    picture = a_media(session).id
    panels = [panel(3, title="カット", media_id=picture), panel(1, title="カラー", media_id=picture)]
    cards = sent(session, "carousel", panels=panels, ratio="square", fit="contain", background="#ffeeddff")["contents"]
    assert [len(card["footer"]["contents"]) for card in cards["contents"]] == [3, 1]
    hero = cards["contents"][0]["hero"]
    assert (hero["aspectRatio"], hero["aspectMode"], hero["backgroundColor"]) == ("1:1", "fit", "#ffeeddff")


def test_pictures_are_shown_as_chosen(session: Session) -> None:
    picture = a_media(session)
    panels = [panel(media_id=picture.id, tap={"do": "uri", "uri": "https://a.example"})] * 2
    template = sent(session, "carousel", panels=panels, fit="contain", background="#ffeedd80")["template"]
    assert (template["imageAspectRatio"], template["imageSize"]) == ("rectangle", "contain")
    column = template["columns"][1]
    assert column["imageBackgroundColor"] == "#ffeedd"
    assert column["thumbnailImageUrl"].endswith(f"{picture.code}/preview"), "no wider than LINE takes"
    assert column["defaultAction"] == {"type": "uri", "uri": "https://a.example"}


def test_each_limit_of_a_panel_is_told_at_its_place(session: Session) -> None:
    picture = a_media(session).id
    assert "60文字" in refused(session, "carousel", panels=[panel(title="題", text="あ" * 61)])["panels.0.text"]
    assert "120文字" in refused(session, "carousel", panels=[panel(), panel(text="あ" * 121)])["panels.1.text"]
    assert "160文字" in refused(session, "carousel", panels=[panel(text="あ" * 161)])["panels.0.text"]
    assert "3個" in refused(session, "carousel", panels=[panel(), panel(4)])["panels.1.choices"]
    uneven = refused(session, "carousel", panels=[panel(media_id=picture), panel(title="題"), panel(media_id=picture)])
    assert set(uneven) == {"panels.1.media_id", "panels.0.title", "panels.2.title"}
    assert "2枚目のパネルに画像がありません" in uneven["panels.1.media_id"]


def test_words_that_turn_out_empty_do_not_keep_a_message_from_going_out(session: Session) -> None:
    nobody = a_friend(session, display_name="x" * 300)
    words = {"title": "[情報:電話番号]", "text": "[情報:電話番号]"}
    two = [panel(**words), panel(title="[name]", text="[name]")]
    columns = sent(session, "carousel", nobody, panels=two)["template"]["columns"]
    assert [column["title"] for column in columns] == ["―", "x" * 39 + "…"]


def test_a_row_of_pictures_needs_no_words(session: Session) -> None:
    pictures = [
        {"kind": "image_carousel_picture", "media_id": a_media(session).id, "label": label, "tap": {"do": "none"}}
        for label in ("", "春の新作")
    ]
    message = sent(session, "image_carousel", pictures=pictures)
    assert ["label" in column["action"] for column in message["template"]["columns"]] == [False, True]
    assert sent(session, "image_carousel", pictures=pictures[:1])["altText"] == "画像が1枚届きました"


# Notifications -------------------------------------------------------------------------------------------------------


def test_the_notification_is_written_or_suggested_and_never_names_anybody(session: Session) -> None:
    two = choices(2, "question_choice")
    suggested = sent(session, "question", text="[name]さん、\n[name|あなた]の希望は？", choices=two)
    assert suggested["altText"] == "お客様さん、 あなたの希望は？"
    assert suggested["template"]["text"] == "花子さん、\n花子の希望は？"
    assert sent(session, "question", text="希望は？", choices=two, alt_text="アンケート")["altText"] == "アンケート"
    assert "お名前" in refused(session, "question", text="希望は？", choices=two, alt_text="[name]さん")["alt_text"]
    assert sent(session, "question", text="[情報:電話番号]", choices=two)["altText"] == alt_texts.FALLBACK


def test_every_kind_can_be_described_to_the_editor(session: Session) -> None:
    for name in [kind.name for kind in messages.offered()]:
        described = studio.describe(session, templates.inputs_of(name))
        assert described["inputs"], name
        assert kinds[name].lead.endswith("。"), name
