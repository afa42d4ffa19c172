"""What kinds with choices share: which ones were picked, and the free text beside 「その他」."""

from collections.abc import Sequence

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.kinds.registry import Given, Picked, Raw, Wrong
from lstep_lite.engine.text import storable

LONGEST_OTHER = 200
OTHER = "other"


def picked_from(part: Data, raw: Raw) -> list[Data]:
    """The choices of *part* that were posted, in their own order. Raises Wrong for what is no choice of it."""
    wanted = [code for code in raw.get("", ()) if code]
    known = {choice["id"] for choice in part["choices"]}
    if any(code not in known for code in wanted):
        raise Wrong("選択肢が変わりました。もう一度選んでください。")
    return [choice for choice in part["choices"] if choice["id"] in wanted]


def with_other(found: Sequence[Data], raw: Raw) -> Given | None:
    """The answer that picking *found* gives. Raises Wrong where the free text is missing."""
    if not found:
        return None
    other = ""
    if any(choice["is_other"] for choice in found):
        other = storable(next(iter(raw.get(OTHER, ())), "")).strip()
        if not other:
            raise Wrong("「その他」の内容を入力してください。")
        if len(other) > LONGEST_OTHER:
            raise Wrong(f"「その他」は{LONGEST_OTHER}文字までで入力してください。")
    words = [f"{choice['label']}（{other}）" if choice["is_other"] else choice["label"] for choice in found]
    return Given(
        text="、".join(words),
        plain="\n".join(choice["label"] for choice in found),
        picked=tuple(Picked(choice["id"], choice["label"]) for choice in found),
        score=sum(choice["score"] for choice in found),
        other=other,
    )
