"""Message blocks as a browser posts them."""

import json

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from lstep_lite.engine.messages import stickers
from lstep_lite.forms.messages import BlocksField, parse_blocks, with_first_text

TEXT = {"kind": "text", "text": "こんにちは"}
STICKER = {"kind": "sticker", "package_id": "8515", "sticker_id": "16581243"}


class Editor(Form):
    blocks = BlocksField("メッセージ", required=True)


def posted(blocks: object, **others: str) -> Editor:
    return Editor(MultiDict({"blocks": json.dumps(blocks), **others}))


def test_blocks_come_back_as_they_were_drawn():
    assert parse_blocks(json.dumps([TEXT, STICKER])) == [TEXT, STICKER]
    assert parse_blocks("") == []


def test_line_ends_of_windows_and_white_space_around_a_text_are_tidied():
    assert parse_blocks(json.dumps([{"kind": "text", "text": "一\r\n二\n\n"}])) == [{"kind": "text", "text": "一\n二"}]


def test_halves_of_characters_that_no_screen_can_show_are_dropped():
    assert parse_blocks('[{"kind": "text", "text": "a\\u0000b\\ud800"}]') == [{"kind": "text", "text": "ab?"}]


@pytest.mark.parametrize(
    "text", ["{", "{}", "[1]", '[{"text": "a"}]', '[{"kind": 1}]', "null", "[" * 100_000, "9" * 5000], ids=range(8)
)
def test_what_is_no_list_of_blocks_is_refused_in_words(text):
    with pytest.raises(ValueError, match="読み取れませんでした"):
        parse_blocks(text)


def test_without_javascript_the_plain_text_replaces_the_first_text_and_keeps_the_rest():
    assert with_first_text([STICKER, TEXT], "やあ") == [STICKER, {"kind": "text", "text": "やあ"}]
    assert with_first_text([STICKER], "やあ") == [{"kind": "text", "text": "やあ"}, STICKER]
    assert with_first_text([TEXT, STICKER], " ") == [STICKER]


def test_the_plain_text_counts_only_where_it_was_posted():
    assert posted([TEXT, STICKER]).blocks.data == [TEXT, STICKER]
    without_script = Editor(MultiDict({"blocks": json.dumps([TEXT, STICKER]), "blocks-text": "やあ"}))
    assert without_script.blocks.data == [{"kind": "text", "text": "やあ"}, STICKER]


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([], "1つ以上"),
        ([TEXT, {"kind": "image", "media_id": None}], "2つ目のメッセージ（画像）"),
        ([{"kind": "nonsense"}], "1つ目のメッセージの種類"),
        ([TEXT] * 6, "5つまで"),
    ],
)
def test_what_line_would_not_take_is_said_at_the_field(blocks, words):
    form = posted(blocks)
    assert not form.validate()
    assert words in form.blocks.errors[0]


def test_every_sticker_offered_has_words_and_an_id_of_its_own():
    offered = [sticker for package in stickers.PACKAGES for sticker in package.stickers]
    assert all(len(package.stickers) == package.sticker_count for package in stickers.PACKAGES)
    assert len({sticker_id for sticker_id, _words in offered}) == len(offered)
    assert stickers.label("8515", "16581243") == "ありがとうございます"
    assert stickers.label("8515", "1") is None
