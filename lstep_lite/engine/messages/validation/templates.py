"""Template messages: buttons, confirm, carousels. https://developers.line.biz/en/reference/messaging-api/#template-messages"""

import re
from collections.abc import Callable

from lstep_lite.engine.messages.validation import actions
from lstep_lite.engine.messages.validation.nodes import Node
from lstep_lite.engine.text import grapheme_count

ALT_TEXT_LIMIT = 1500
TITLE_LIMIT = 40
SHORT_TEXT_LIMIT = 60
"""Of the text beside a picture or a title."""
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def check(message: Node) -> None:
    message.child("altText").text("代わりの文字", ALT_TEXT_LIMIT)
    template = message.child("template")
    if not template.is_object("テンプレート"):
        return
    kind = template.child("type")
    if kind.word not in _CHECKS:
        kind.problem("LINEで送れない種類のテンプレートです。")
        return
    _CHECKS[kind.word](template)


def _buttons(template: Node) -> None:
    _look(template)
    _card(template, text_limit=160, action_limit=4)


def _confirm(template: Node) -> None:
    template.child("text").text("本文", 240, length=grapheme_count)
    for action in template.child("actions").items("ボタン", 2, 2):
        actions.check(action, actions.TEMPLATE)


def _carousel(template: Node) -> None:
    _look(template)
    columns = [column for column in template.child("columns").items("カード", 1, 10) if column.is_object("カード")]
    for column in columns:
        _card(column, text_limit=120, action_limit=3)
    _check_alike(template, columns)


def _check_alike(template: Node, columns: list[Node]) -> None:
    shapes = {
        (_action_count(column), column.child("thumbnailImageUrl").is_absent, column.child("title").is_absent)
        for column in columns
    }
    if len(shapes) > 1:
        template.child("columns").problem("すべてのカードで、ボタンの数と、画像・タイトルの有無をそろえてください。")


def _action_count(column: Node) -> int:
    found = column.child("actions").value
    return len(found) if isinstance(found, list) else 0


def _image_carousel(template: Node) -> None:
    for column in template.child("columns").items("画像", 1, 10):
        if column.is_object("画像"):
            column.child("imageUrl").url("画像のアドレス")
            actions.check(column.child("action"), actions.IMAGE_CAROUSEL)


def _look(template: Node) -> None:
    template.child("imageAspectRatio").one_of("画像の縦横比", ("rectangle", "square"))
    template.child("imageSize").one_of("画像の収め方", ("cover", "contain"))


def _card(card: Node, *, text_limit: int, action_limit: int) -> None:
    is_plain = card.child("thumbnailImageUrl").is_absent and card.child("title").is_absent
    card.child("thumbnailImageUrl").url("画像のアドレス", required=False)
    card.child("imageBackgroundColor").pattern("画像の背景色", COLOUR)
    card.child("title").text("タイトル", TITLE_LIMIT, required=False, length=grapheme_count)
    card.child("text").text("本文", text_limit if is_plain else SHORT_TEXT_LIMIT, length=grapheme_count)
    if not card.child("defaultAction").is_absent:
        actions.check(card.child("defaultAction"), actions.FLEX_AREA)
    for action in card.child("actions").items("ボタン", 1, action_limit):
        actions.check(action, actions.TEMPLATE)


_CHECKS: dict[str, Callable[[Node], None]] = {
    "buttons": _buttons,
    "confirm": _confirm,
    "carousel": _carousel,
    "image_carousel": _image_carousel,
}
