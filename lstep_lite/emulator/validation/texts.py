"""Text messages, with LINE emoji by position (text) or by placeholder (textV2)."""

import re

from .report import Json, Place, Report

TEXT_LENGTH = 5000
MOST_EMOJIS = 20
MOST_SUBSTITUTIONS = 100
KEY = r"^[a-zA-Z0-9_]{1,20}$"
BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def check_text(report: Report, message: Json, place: Place) -> None:
    text = report.text(message, "text", place, most=TEXT_LENGTH)
    if "emojis" not in message:
        return
    emojis = report.objects(message, "emojis", place, least=0, most=MOST_EMOJIS)
    for emoji, emoji_place in emojis:
        _check_emoji(report, emoji, emoji_place)
        if text is not None and not _is_dollar(text, emoji.get("index")):
            report.add(emoji_place.at("index"), "must be the position of a $ in the text")


def _check_emoji(report: Report, emoji: Json, place: Place) -> None:
    report.text(emoji, "productId", place, most=100)
    report.text(emoji, "emojiId", place, most=100)


def _is_dollar(text: str, index: object) -> bool:
    """Positions count UTF-16 units."""
    if type(index) is not int or index < 0:
        return False
    return text.encode("utf-16-le", "surrogatepass")[2 * index : 2 * index + 2] == "$".encode("utf-16-le")


def check_text_v2(outer: Report, inner: Report, message: Json, place: Place) -> None:
    text = outer.text(message, "text", place, most=TEXT_LENGTH)
    found = message.get("substitution") or {}
    if not isinstance(found, dict) or len(found) > MOST_SUBSTITUTIONS:
        outer.add(place.at("substitution"), f"Size must be between 0 and {MOST_SUBSTITUTIONS}")
        return
    for key, value in found.items():
        _check_substitution(inner, str(key), value)
    if sum(1 for value in found.values() if isinstance(value, dict) and value.get("type") == "emoji") > MOST_EMOJIS:
        inner.add(Place("substitution"), f"at most {MOST_EMOJIS} emojis can be used")
    if text is not None:
        _check_braces(inner, text, found)


def _check_substitution(inner: Report, key: str, value: object) -> None:
    place = Place("substitution").at(key)
    if not re.fullmatch(KEY, key):
        inner.add(place, f"The key '{key}' does not match the pattern '{KEY}'.")
    if not isinstance(value, dict):
        inner.add(place, "must be an object")
    elif inner.choice(value, "type", place, ("mention", "emoji")) == "emoji":
        _check_emoji(inner, value, place)
    elif value.get("type") == "mention":
        inner.add(place, "mentions can be used only in groups")


def _check_braces(inner: Report, text: str, known: Json) -> None:
    for match in BRACES.finditer(text):
        written, key = match.group(), match.group(1)
        if written in ("{{", "}}"):
            continue
        if key is None:
            inner.add(Place("text"), f"'{written}' must be doubled or belong to a placeholder")
        elif not re.fullmatch(KEY, key):
            inner.add(Place("text"), f"The key '{key}' enclosed in '{{}}' does not match the pattern '{KEY}'.")
        elif key not in known:
            inner.add(Place("text"), f"The key '{key}' is not in substitution.")
