"""The kinds of message objects. https://developers.line.biz/en/reference/messaging-api/#message-objects"""

import re
from collections.abc import Callable
from typing import Any

from lstep_lite.engine.messages import stickers
from lstep_lite.engine.messages.validation import actions, flex, imagemap, templates
from lstep_lite.engine.messages.validation.nodes import Node
from lstep_lite.engine.text import grapheme_count, utf16_length

TEXT_LIMIT = 5000
EMOJI_LIMIT = 20
DIGITS = re.compile(r"\d+")
WORD = re.compile(r"[0-9A-Za-z_]{1,20}")
BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
LINES_OWN = re.compile(r"(?<![a-z])line(?![a-z])", re.IGNORECASE)
"""LINE lets nobody else send under its name."""
TAG = re.compile(r"[0-9A-Za-z_]{1,30}")


def check(message: Node) -> None:
    if not message.is_object("メッセージ"):
        return
    kind = message.child("type")
    if kind.word not in _CHECKS:
        kind.problem("LINEで送れない種類のメッセージです。")
        return
    _CHECKS[kind.word](message)
    _quick_reply(message.child("quickReply"))
    _sender(message.child("sender"))


def _text(message: Node) -> None:
    message.child("text").text("本文", TEXT_LIMIT)
    emojis = message.child("emojis")
    if emojis.is_absent:
        return
    places = _dollar_places(message.child("text").value)
    for emoji in emojis.items("LINE絵文字", 0, EMOJI_LIMIT):
        if emoji.is_object("LINE絵文字"):
            _emoji_ids(emoji)
            if emoji.child("index").value not in places:
                emoji.child("index").problem("LINE絵文字の位置が、本文の「$」と合っていません。")


def _dollar_places(text: Any) -> list[int]:
    if not isinstance(text, str):
        return []
    return [utf16_length(text[:at]) for at, character in enumerate(text) if character == "$"]


def _emoji_ids(emoji: Node) -> None:
    for key in ("productId", "emojiId"):
        emoji.child(key).text("LINE絵文字の番号", 100)


def _text_v2(message: Node) -> None:
    text = message.child("text")
    text.text("本文", TEXT_LIMIT)
    substitution = message.child("substitution")
    if not substitution.is_absent and not substitution.is_object("差し込み"):
        return
    entries = substitution.value or {}
    _check_braces(text, entries)
    for name in entries:
        _substitute(substitution.child(name), name)
    if len(entries) > EMOJI_LIMIT:
        substitution.problem(f"LINE絵文字の差し込みは{EMOJI_LIMIT}個までです。")


def _check_braces(text: Node, entries: dict[str, Any]) -> None:
    if not isinstance(text.value, str):
        return
    for match in BRACES.finditer(text.value):
        if match[0] not in ("{{", "}}") and match[1] not in entries:
            text.problem(
                f"本文の「{match[0]}」に対応する差し込みがありません。波かっこの文字そのものは二重に書きます。"
            )
            return


def _substitute(entry: Node, name: str) -> None:
    if not WORD.fullmatch(name):
        entry.problem("差し込みの名前は半角英数字と「_」で20文字までです。")
    if not entry.is_object("差し込み"):
        return
    kind = entry.child("type")
    kind.one_of("差し込みの種類", ("emoji",), required=True)  # mentions exist in groups only
    if kind.value == "emoji":
        _emoji_ids(entry)


def _image(message: Node) -> None:
    message.child("originalContentUrl").url("画像のアドレス")
    message.child("previewImageUrl").url("プレビュー画像のアドレス")


def _video(message: Node) -> None:
    message.child("originalContentUrl").url("動画のアドレス")
    message.child("previewImageUrl").url("プレビュー画像のアドレス")
    message.child("trackingId").text("視聴の記録番号", 100, required=False)


def _audio(message: Node) -> None:
    message.child("originalContentUrl").url("音声のアドレス")
    message.child("duration").whole("音声の長さ", 1)


def _location(message: Node) -> None:
    message.child("title").text("場所の名前", 100)
    message.child("address").text("住所", 100)
    message.child("latitude").number("緯度", -90, 90)
    message.child("longitude").number("経度", -180, 180)


def _sticker(message: Node) -> None:
    package, sticker = message.child("packageId"), message.child("stickerId")
    for number in (package, sticker):
        number.pattern("スタンプの番号", DIGITS, required=True)
    if package.word and sticker.word and stickers.label(package.word, sticker.word) is None:
        sticker.problem("このスタンプは送れません。一覧から選び直してください。")


def _coupon(message: Node) -> None:
    message.child("couponId").text("クーポンの番号", 100)
    message.child("deliveryTag").pattern("配信の目印", TAG)


def _quick_reply(quick_reply: Node) -> None:
    if quick_reply.is_absent or not quick_reply.is_object("クイックリプライ"):
        return
    for item in quick_reply.child("items").items("クイックリプライ", 1, 13):
        if item.is_object("クイックリプライ"):
            item.child("type").one_of("クイックリプライの種類", ("action",))
            item.child("imageUrl").url("クイックリプライのアイコン", required=False)
            actions.check(item.child("action"), actions.QUICK_REPLY)


def _sender(sender: Node) -> None:
    if sender.is_absent or not sender.is_object("送信者"):
        return
    name = sender.child("name")
    name.text("送信者の名前", 20, required=False, length=grapheme_count)
    if LINES_OWN.search(name.word):
        name.problem("送信者の名前に「LINE」という言葉は使えません。")
    sender.child("iconUrl").url("送信者のアイコン", required=False)


_CHECKS: dict[str, Callable[[Node], None]] = {
    "text": _text,
    "textV2": _text_v2,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "location": _location,
    "sticker": _sticker,
    "coupon": _coupon,
    "imagemap": imagemap.check,
    "template": templates.check,
    "flex": flex.check,
}
