"""Text with placeholders and LINE's emoji; a long one becomes several message objects."""

from lstep_lite.engine.messages import emojis
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.text import GRAPHEME, cut_utf16, storable
from lstep_lite.errors import DomainError

LIMIT = 5000
"""UTF-16 units in one message object. https://developers.line.biz/en/reference/messaging-api/#text-message"""
MOST_OBJECTS = 5
BREAKS = ("\n\n", "\n", "。", "！", "？", "!", "?", "、", "　", " ")
"""Where a long text is cut, best first."""


@kind
class Text(Kind):
    name = "text"
    label = "テキスト"
    icon = "message-2"
    order = 10
    lead = "文章を送ります。お名前や友だち情報を差し込めます。"
    inputs = (emojis.EmojiText(name="text", label="本文", lines=8, most=MOST_OBJECTS * LIMIT, count="utf16"),)
    is_inline = True

    def check(self, block: Block) -> None:
        text = block.get("text")
        if not isinstance(text, str) or not text.strip():
            raise DomainError("本文を入力してください。")

    def preview(self, block: Block) -> str:
        return " ".join(emojis.in_words(str(block["text"])).split())

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        return [emojis.line_text(part) for part in split(speaking.fill(str(block["text"])))]


def split(text: str, limit: int = LIMIT) -> list[str]:
    """*text* in parts of at most *limit* UTF-16 units, cut after a paragraph, line, sentence or word where possible.

    No part has more emoji than LINE takes, and none is torn apart. Each counts as long as its mark.
    """
    text, parts = storable(text), []
    while (longest := _longest(text, limit)) != text:
        end = _cut(text, longest)
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [part for part in [*parts, text] if part.strip()]


def _longest(text: str, limit: int) -> str:
    """As much from its beginning as fits into one message object."""
    fits = cut_utf16(text, limit)
    for number, mark in enumerate(emojis.marks(text)):
        if mark.start() >= len(fits):
            break
        if number == emojis.MOST or mark.end() > len(fits):
            return text[: mark.start()]
    return fits


def _cut(text: str, longest: str) -> int:
    for mark in BREAKS:
        found = longest.rfind(mark)
        if found >= len(longest) // 2:  # earlier ones would leave a stump
            return found + len(mark)
    starts = [match.start() for match in GRAPHEME.finditer(longest + text[len(longest)])]
    return starts[-1] or len(longest)
