"""Text with placeholders; a long one becomes several message objects."""

from sqlalchemy.orm import Session

from lstep_lite.engine.messages.kinds.registry import Block, Fill, Kind, LineObject, kind
from lstep_lite.engine.text import GRAPHEME, storable, utf16_length
from lstep_lite.errors import DomainError

LIMIT = 5000
"""UTF-16 units in one message object. https://developers.line.biz/en/reference/messaging-api/#text-message"""
BREAKS = ("\n\n", "\n", "。", "！", "？", "!", "?", "、", "　", " ")
"""Where a long text is cut, best first."""


@kind("text", label="テキスト")
class Text(Kind):
    def check(self, block: Block) -> None:
        text = block.get("text")
        if not isinstance(text, str) or not text.strip():
            raise DomainError("本文を入力してください。")

    def preview(self, block: Block) -> str:
        return " ".join(str(block["text"]).split())

    def texts(self, block: Block) -> list[str]:
        return [str(block["text"])]

    def load(self, session: Session, blocks: list[Block], public_url: str) -> None:
        return None

    def render(self, block: Block, fill: Fill, loaded: None) -> list[LineObject]:
        return [{"type": "text", "text": part} for part in split(fill(str(block["text"])))]


def split(text: str, limit: int = LIMIT) -> list[str]:
    """*text* in parts of at most *limit* UTF-16 units, cut after a paragraph, line, sentence or word where possible."""
    text, parts = storable(text), []
    while utf16_length(text) > limit:
        longest = text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", errors="ignore")
        end = _cut(text, longest)
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [part for part in [*parts, text] if part.strip()]


def _cut(text: str, longest: str) -> int:
    for mark in BREAKS:
        found = longest.rfind(mark)
        if found >= len(longest) // 2:  # earlier ones would leave a stump
            return found + len(mark)
    starts = [match.start() for match in GRAPHEME.finditer(longest + text[len(longest)])]
    return starts[-1] or len(longest)
