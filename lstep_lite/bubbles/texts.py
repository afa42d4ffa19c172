"""Text messages: LINE's own emoji, placeholders of the second version, and addresses one can tap."""

import json
import re

from . import marks
from .actions import told
from .html import Json, Tools, element, inner, objects, span, words

_ADDRESS = re.compile(r"https?://[^\s<>\"'「」『』（）、。【】]+")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([0-9A-Za-z_]{1,20})\}")


def draw_text(message: Json, tools: Tools) -> str:
    return element("div", {"class": "line-bubble"}, _with_emojis(message, tools))


def _with_emojis(message: Json, tools: Tools) -> str:
    """Each `$` at a place that `emojis` names, counted in UTF-16 units as LINE does, is an emoji."""
    text = message.get("text")
    if not isinstance(text, str):
        return ""
    emojis = {place: emoji for emoji in objects(message.get("emojis")) if type(place := emoji.get("index")) is int}
    if not emojis:
        return linked(text, tools)
    units, drawn, start = text.encode("utf-16-le", "surrogatepass"), [], 0
    for place in sorted(emojis):
        if place >= start and units[2 * place : 2 * place + 2] == b"$\0":
            drawn += [linked(_decoded(units[2 * start : 2 * place]), tools), _emoji(emojis[place])]
            start = place + 1
    return "".join(drawn) + linked(_decoded(units[2 * start :]), tools)


def _emoji(emoji: Json) -> str:
    """LINE gives out no pictures of its emoji for showing them elsewhere, nor names: they are told by their number."""
    number = emoji.get("emojiId")
    label = f"LINE絵文字 {number}" if isinstance(number, str) else "LINE絵文字"
    return span("line-emoji", marks.SMILE, role="img", title=label, **{"aria-label": label})


def _decoded(units: bytes) -> str:
    return units.decode("utf-16-le", "replace")


def draw_text_v2(message: Json, tools: Tools) -> str:
    text, put = message.get("text"), inner(message.get("substitution"))
    if not isinstance(text, str):
        return element("div", {"class": "line-bubble"})
    drawn, start = [], 0
    for found in _PLACEHOLDER.finditer(text):
        drawn += [linked(text[start : found.start()], tools), _substituted(found, put)]
        start = found.end()
    return element("div", {"class": "line-bubble"}, "".join(drawn) + linked(text[start:], tools))


def _substituted(found: re.Match[str], put: Json) -> str:
    """A doubled brace is a brace; a name that nothing was put for stays as it is written."""
    if found[1] is None:
        return found[0][0]
    thing = inner(put.get(found[1]))
    kind = thing.get("type")
    if kind == "emoji":
        return _emoji(thing)
    return span("line-mention", "@" + words(found[1])) if kind == "mention" else words(found[0])


def linked(text: str, tools: Tools) -> str:
    """Escaped *text* in which LINE would make addresses tappable."""
    if "http" not in text:
        return words(text)
    drawn, start = [], 0
    for found in _ADDRESS.finditer(text):
        drawn += [words(text[start : found.start()]), _link(found[0], tools)]
        start = found.end()
    return "".join(drawn) + words(text[start:])


def _link(url: str, tools: Tools) -> str:
    action = {"type": "uri", "uri": url}
    attributes = {
        "class": "line-link",
        "href": tools.url(url),
        "target": "_blank",
        "rel": "noopener noreferrer",
        "data-action": json.dumps(action, ensure_ascii=False),
        "title": told(action),
    }
    return element("a", attributes, words(url))
