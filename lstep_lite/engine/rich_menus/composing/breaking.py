"""Where Japanese may be broken into rows."""

from collections.abc import Iterator

from lstep_lite.engine.rich_menus.composing import fonts
from lstep_lite.engine.rich_menus.composing.fonts import Face

NEVER_FIRST = frozenset(
    "、。，．・：；？！）］｝」』】〉》〕ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝゞ～〜％%),.!?:;…‥"
)
NEVER_LAST = frozenset("（［｛「『【〈《〔(＃#￥¥＠@")


def rows(text: str, face: Face, count: int) -> Iterator[str]:
    """*text* in at most *count* rows of nearly equal width."""
    for left in range(count, 1, -1):
        goal = fonts.length(text, face) / left
        places = [at for at in range(1, len(text)) if _may_break(text, at)]
        if not places:
            break
        at = min(places, key=lambda place: abs(fonts.length(text[:place], face) - goal))
        yield text[:at].strip()
        text = text[at:].strip()
    yield text


def _may_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    is_word = before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
    return not is_word and after not in NEVER_FIRST and before not in NEVER_LAST
