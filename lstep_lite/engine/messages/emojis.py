"""LINE's own emoji in texts: pictures that phones without them show as hidden words.

LINE offers neither names nor pictures of them to show here, so each is told by its group and number. In our texts each
is a mark that nobody types by accident. https://developers.line.biz/en/docs/messaging-api/emoji-list/
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lstep_lite.engine.studio import Data, Text
from lstep_lite.engine.text import utf16_length

MOST = 20
"""In one message object. https://developers.line.biz/en/reference/messaging-api/#text-message"""
GROUPS = {
    "5ac1bfd5040ab15980c9b435": 250,
    "5ac1de17040ab15980c9b438": 194,
    "5ac21184040ab15980c9b43a": 234,
    "5ac21542031a6752fb806d55": 248,
    "5ac2173d031a6752fb806d56": 240,
    "5ac21869040ab15980c9b43b": 199,
    "5ac218e3040ab15980c9b43c": 221,
    "5ac2197b040ab15980c9b43d": 201,
    "5ac21a13031a6752fb806d57": 149,
    "5ac21a18040ab15980c9b43e": 239,
    "5ac21a8c040ab15980c9b43f": 149,
    "5ac21ae3040ab15980c9b440": 149,
    "5ac21b4f031a6752fb806d59": 149,
    "5ac21ba5040ab15980c9b441": 161,
    "5ac21bf9031a6752fb806d5a": 161,
    "5ac21c46040ab15980c9b442": 221,
    "5ac21c4e031a6752fb806d5b": 161,
    "5ac21cc5031a6752fb806d5c": 170,
    "5ac21cce040ab15980c9b443": 161,
    "5ac21d59031a6752fb806d5d": 212,
    "5ac21e6c040ab15980c9b444": 222,
    "5ac21ef5031a6752fb806d5e": 150,
    "5ac21f52040ab15980c9b445": 183,
    "5ac21fda040ab15980c9b446": 140,
    "5ac2206d031a6752fb806d5f": 252,
    "5ac220c2031a6752fb806d60": 246,
    "5ac2211e031a6752fb806d61": 250,
    "5ac2213e040ab15980c9b447": 182,
    "5ac2216f040ab15980c9b448": 188,
    "5ac221ca040ab15980c9b449": 167,
    "5ac22224031a6752fb806d62": 251,
    "5ac22293031a6752fb806d63": 184,
    "5ac222bf031a6752fb806d64": 250,
    "5ac223c6040ab15980c9b44a": 157,
    "5ac2264e040ab15980c9b44b": 252,
    "5ac22775040ab15980c9b44c": 247,
    "5ac2280f031a6752fb806d65": 250,
    "5ac22a8c031a6752fb806d66": 210,
    "5ac22b23040ab15980c9b44d": 247,
    "5ac22bad031a6752fb806d67": 214,
    "5ac22c9e031a6752fb806d68": 198,
    "5ac22d62031a6752fb806d69": 196,
    "5ac22def040ab15980c9b44e": 250,
    "5ac22e85040ab15980c9b44f": 209,
    "670e0cce840a8236ddd4ee4c": 211,
}
"""How many emoji there are by the id of their group ("product"); they are numbered from 001."""
_MARK = re.compile(r"\(emoji:([0-9a-f]{24}):([0-9]{3})\)")


@dataclass(frozen=True, kw_only=True)
class EmojiText(Text):
    """A text that may hold LINE's emoji."""

    def describe(self, session: Any, elements: dict[str, Any]) -> Data:
        groups = [{"product": product, "count": count} for product, count in GROUPS.items()]
        return super().describe(session, elements) | {"emojis": groups}


def mark(product: str, number: int) -> str:
    """What stands for an emoji in our texts. It is as long as LINE may count one: as hidden words, never told."""
    return f"(emoji:{product}:{number:03})"


def marks(text: str) -> Iterator[re.Match[str]]:
    """Of the emoji that exist; all else is just text."""
    return (match for match in _MARK.finditer(text) if 1 <= int(match[2]) <= GROUPS.get(match[1], 0))


def line_text(text: str) -> Data:
    """LINE's text object of a *text* with at most `MOST` marks: each becomes a `$` whose place is told."""
    written, end, emojis = "", 0, []
    for match in marks(text):
        written += text[end : match.start()]
        emojis.append({"index": utf16_length(written), "productId": match[1], "emojiId": match[2]})
        written, end = written + "$", match.end()
    told = {"emojis": emojis} if emojis else {}
    return {"type": "text", "text": written + text[end:], **told}


def in_words(text: str) -> str:
    """For lists."""
    for match in reversed(list(marks(text))):
        text = f"{text[: match.start()]}(絵文字){text[match.end() :]}"
    return text
