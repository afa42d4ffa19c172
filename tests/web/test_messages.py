"""The preview of the message editor."""

import json

from bs4 import BeautifulSoup

TEXT = {"kind": "text", "text": "[name]さん、こんにちは"}


def preview(client, blocks: object) -> BeautifulSoup:
    answer = client.post(
        "/messages/preview", data={"blocks": blocks if isinstance(blocks, str) else json.dumps(blocks)}
    )
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def test_bubbles_are_drawn_as_they_will_be_sent(client):
    sticker = {"kind": "sticker", "package_id": "8515", "sticker_id": "16581243"}
    soup = preview(client, [TEXT, sticker])
    assert "山田 花子さん、こんにちは" in soup.get_text()
    assert "ありがとうございます" in soup.select_one(".line-sticker").get_text()


def test_a_long_text_is_drawn_in_the_parts_in_which_it_arrives(client):
    assert len(preview(client, [{"kind": "text", "text": "あ" * 5001}]).select(".line-bubble")) == 2


def test_blocks_that_are_not_finished_are_left_out(client):
    soup = preview(client, [{"kind": "text", "text": ""}, TEXT, {"kind": "image", "media_id": None}])
    assert len(soup.select(".line-row")) == 1


def test_words_that_look_like_placeholders_but_are_none_are_pointed_out(client):
    assert "[nmae] は差し込みできない" in preview(client, [{"kind": "text", "text": "[nmae]さん"}]).get_text()


def test_what_is_wrong_is_told_and_never_a_crash(client):
    assert "使っている画像や動画が削除されています" in preview(client, [{"kind": "image", "media_id": 99}]).get_text()
    assert "読み取れませんでした" in preview(client, "{").get_text()
    assert "5つまで" in preview(client, [TEXT] * 6).get_text()


def test_a_stranger_sees_no_preview(anybody, owner):
    assert anybody.post("/messages/preview", data={"blocks": "[]"}).status_code == 303
