"""What stands in the notification of a message that is no text.

LINE shows it in the list of talks and on locked screens, so it names nobody.
"""

from dataclasses import dataclass
from typing import Any

from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.messages.kinds.registry import Block, Kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Cleaning, Text
from lstep_lite.engine.text import cut_utf16

LONGEST = 1500
"""UTF-16 units. https://developers.line.biz/en/reference/messaging-api/#template-messages"""
LONGEST_SUGGESTION = 100
"""Characters; phones show no more."""
FALLBACK = "メッセージが届きました"


@dataclass(frozen=True, kw_only=True)
class AltText(Text):
    """Empty: it is made from the content."""

    name: str = "alt_text"
    label: str = "通知に出る文章"
    hint: str = "スマートフォンの通知とトーク一覧に出ます。空なら、内容から自動で作ります。"
    most: int = LONGEST
    lines: int = 2
    count: str = "utf16"
    required: bool = False

    def clean(self, value: Any, here: Cleaning) -> str:
        text = super().clean(value, here)
        if placeholders.is_personal([text]):
            here.refuse("通知はほかの人の目にも触れます。お名前など、お客様ごとに変わる言葉は入れられません。")
        return text


def alt_text(kind: Kind, block: Block, speaking: Speaking) -> str:
    """What LINE gets: what staff wrote, else what the content suggests. Never empty, never too long."""
    text = speaking.fill(block.get("alt_text") or kind.alt_text(block)).strip()
    return cut_utf16(text, LONGEST) or FALLBACK


def suggested(*texts: str) -> str:
    """The *texts* of a message in one line, with nothing personal in it."""
    line = " ".join(" ".join(placeholders.impersonal(text).split()) for text in texts if text)
    return line if len(line) <= LONGEST_SUGGESTION else line[: LONGEST_SUGGESTION - 1] + "…"
