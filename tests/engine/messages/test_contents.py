"""Blocks: checked, frozen and rendered."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lstep_lite.engine import messages
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.messages.kinds.text import split
from lstep_lite.engine.text import utf16_length
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, Media, MediaKind, MediaState
from tests.factories import NOW, a_friend

GREETING = {"kind": "text", "text": "[name]さん、こんにちは"}
STICKER = {"kind": "sticker", "package_id": "446", "sticker_id": "1988"}


def rendered(session: Session, blocks: list[dict[str, Any]], friend: Friend) -> list[dict[str, Any]]:
    return messages.render(context_of(session, blocks), friend)


def context_of(session: Session, blocks: list[dict[str, Any]]) -> messages.RenderContext:
    return messages.context(session, blocks, public_url="https://salon.example", now=NOW)


def wants_profile(session: Session, block: dict[str, Any], friend: Friend) -> bool:
    return messages.needs_profile(context_of(session, [block]), friend)


def a_picture(session: Session, **over: Any) -> Media:
    values = {"code": "c" * 32, "kind": MediaKind.IMAGE, "state": MediaState.STORED, "preview_path": "cc/c.preview.jpg"}
    media = Media(**values | {"created_at": NOW} | over)
    session.add(media)
    session.flush()  # blocks refer to its id
    return media


@pytest.mark.parametrize(
    ("names", "called"),
    [
        ({"system_name": "花ちゃん", "display_name": "hana"}, "花ちゃん"),
        ({"system_name": None, "display_name": "hana"}, "hana"),
        ({"system_name": None, "display_name": None}, "お客様"),
        ({"system_name": None, "display_name": "[name]"}, "[name]"),
    ],
)
def test_a_friend_is_called_by_the_best_name_known(session: Session, names: dict[str, Any], called: str) -> None:
    assert rendered(session, [GREETING], a_friend(session, **names)) == [
        {"type": "text", "text": f"{called}さん、こんにちは"}
    ]


def test_words_in_brackets_that_are_no_placeholder_stay_as_they_are(session: Session) -> None:
    text = "[お知らせ] [nmae] [name さん] []"
    assert rendered(session, [{"kind": "text", "text": text}], a_friend(session))[0]["text"] == text
    assert messages.unknown_placeholders(session, [{"kind": "text", "text": text}]) == ["nmae"]


def test_only_what_names_the_friend_is_personal_and_needs_a_profile(session: Session) -> None:
    unnamed = a_friend(session, display_name=None)
    assert messages.is_personal(session, [STICKER, GREETING])
    assert wants_profile(session, GREETING, unnamed)
    assert not messages.is_personal(session, [STICKER])
    assert not wants_profile(session, STICKER, unnamed)
    assert not wants_profile(session, GREETING, a_friend(session))
    assert not wants_profile(session, GREETING, a_friend(session, display_name=None, profile_checked_at=NOW))


def test_a_new_placeholder_is_one_function(session: Session) -> None:
    @messages.placeholder("kana", label="ふりがな")
    def _kana(friend: Friend) -> str:
        return friend.kana or "―"

    try:
        block = {"kind": "text", "text": "[kana]"}
        assert rendered(session, [block], a_friend(session, kana="はな"))[0]["text"] == "はな"
        assert messages.is_personal(session, [block])
    finally:
        del placeholders.registered["kana"]


def test_blocks_become_message_objects_in_order(session: Session) -> None:
    image = {"kind": "image", "media_id": a_picture(session).id}
    url = f"https://salon.example/media/{'c' * 32}"
    objects = rendered(session, [STICKER, image], a_friend(session))
    assert objects == [
        {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        {"type": "image", "originalContentUrl": url, "previewImageUrl": f"{url}/preview"},
    ]
    assert messages.problems(objects) == []


@pytest.mark.parametrize("over", [{"state": MediaState.DELETED}, {"kind": MediaKind.FILE}])
def test_a_picture_that_is_gone_is_named(session: Session, over: dict[str, Any]) -> None:
    image = {"kind": "image", "media_id": a_picture(session, **over).id}
    with pytest.raises(DomainError, match="2つ目のメッセージ（画像）"):
        rendered(session, [STICKER, image], a_friend(session))


def test_what_a_customer_sent_is_never_published(session: Session) -> None:
    private = a_picture(session, friend_id=a_friend(session).id)
    with pytest.raises(DomainError):
        rendered(session, [{"kind": "image", "media_id": private.id}], a_friend(session))


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([], "1つ以上"),
        ([STICKER, {"kind": "text", "text": " \n"}], "2つ目のメッセージ（テキスト）: 本文"),
        ([{"kind": "text"}], "本文"),
        ([{"kind": "image", "media_id": None}], "画像を選んで"),
        ([{"kind": "image", "media_id": True}], "画像を選んで"),
        ([{"kind": "sticker", "package_id": "446", "sticker_id": "x"}], "スタンプを選んで"),
        ([{"kind": "hologram"}], "種類が分かりません"),
        ([{"kind": ["text"]}], "種類が分かりません"),
        (["text"], "種類が分かりません"),
        ([STICKER] * 6, "5つまで"),
        ([{"kind": "text", "text": "あ" * 20_001}, STICKER], "長すぎ"),
    ],
)
def test_the_editor_hears_which_block_is_wrong(blocks: list[Any], words: str) -> None:
    with pytest.raises(DomainError, match=words):
        messages.check(blocks)


def test_blocks_that_can_be_sent_pass() -> None:
    messages.check([GREETING, STICKER, {"kind": "image", "media_id": 3}, {"kind": "text", "text": "あ" * 9000}])


def test_equal_messages_share_one_content(session: Session) -> None:
    first = messages.freeze(session, [GREETING, STICKER], now=NOW)
    again = messages.freeze(session, [dict(reversed(GREETING.items())), STICKER], now=NOW)
    other = messages.freeze(session, [STICKER, GREETING], now=NOW)
    assert first is again
    assert first.is_personal
    assert other.id != first.id


def test_the_preview_is_one_short_line(session: Session) -> None:
    line = messages.preview_text(session, [{"kind": "text", "text": "[name]さん\n\nこんにちは"}, STICKER])
    assert line == "[name]さん こんにちは ［スタンプ］"
    assert len(messages.preview_text(session, [{"kind": "text", "text": "長い" * 100}])) == 80


# Long texts


def test_a_long_text_is_cut_after_a_line_or_a_sentence() -> None:
    assert split("一行目です\n二行目です\n三", 12) == ["一行目です\n二行目です", "三"]
    assert split("いち。にい。さん。", 5) == ["いち。", "にい。", "さん。"]
    assert split("短い", 12) == ["短い"]


def test_an_emoji_is_never_torn_apart() -> None:
    family = "👨‍👩‍👧"
    assert split("ああ" + family * 2, utf16_length(family) + 1) == ["ああ", family, family]


@settings(deadline=None)
@given(st.text(max_size=120), st.integers(min_value=2, max_value=40))
def test_every_part_fits_and_no_letter_is_lost(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < utf16_length(part) <= limit and part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.replace("\x00", "").split())


def test_a_link_leaves_a_friends_words_out_before_it_gets_too_long_for_line(session: Session) -> None:
    document = {"tap": {"id": "tap-number-1", "do": "uri", "uri": "https://salon.example/?n=[name]&m=1"}}
    context = messages.context(session, [], public_url="https://salon.example", now=NOW)

    def link(name: str) -> str:
        speaking = messages.Speaking(context, Friend(display_name=name))
        return str((speaking.action(document["tap"]) or {})["uri"])

    assert link("花") == "https://salon.example/?n=%E8%8A%B1&m=1"
    assert link("長" * 100 + "い" * 20) == "https://salon.example/?n=&m=1"
