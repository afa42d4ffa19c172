"""What staff noted about a friend."""

from typing import ClassVar

from lstep_lite.engine.segments.registry import condition
from lstep_lite.engine.segments.texts import TextCondition


@condition
class MemoCondition(TextCondition):
    name = "memo"
    label = "メモ"
    icon = "notes"
    order = 5
    column = "memo_key"
    hows: ClassVar[dict[str, str]] = TextCondition.hows | {"empty": "が空", "filled": "が書いてある"}
