"""What kinds with choices share: the choices, which of them were picked, and the free text beside 「その他」."""

import re
from collections.abc import Sequence

from lstep_lite.engine.studio import Actions, Data, Element, Flag, Input, Items, Number, Text
from lstep_lite.engine.surveys.kinds.registry import HIGHEST_SCORE, PREFIX, Given, Picked, Raw, Wrong
from lstep_lite.engine.text import storable

MOST_CHOICES = 50
LONGEST_OTHER = 200
OTHER = "other"


def choice(name: str, *more: Input) -> Element:
    """A choice of a question, with *more* of its own."""
    return Element(
        name=f"{PREFIX}{name}_choice",
        label="選択肢",
        icon="circle-dot",
        title="label",
        inputs=(
            Text(name="label", label="選択肢", most=100, words=False),
            *more,
            Flag(name="is_other", label="「その他」として自由に書ける欄を付ける", section="くわしい設定"),
            Number(
                name="seats",
                label="定員",
                least=0,
                most=100_000,
                start=0,
                unit="人",
                hint="0なら何人でも選べます。",
                section="くわしい設定",
            ),
            Number(
                name="score",
                label="点数",
                least=-HIGHEST_SCORE,
                most=HIGHEST_SCORE,
                start=0,
                unit="点",
                hint="診断で使います。",
                section="くわしい設定",
            ),
            Actions(label="選んだ人へのアクション", section="くわしい設定"),
        ),
    )


def choices(name: str, *more: Input, least: int = 2) -> Items:
    """The list of the choices of a question, at least *least* of them."""
    own = choice(name, *more)
    first = (own.name,) * max(least, 2)
    return Items(
        name="choices", label="選択肢", of=lambda: (own,), least=least, most=MOST_CHOICES, first=first, noun="選択肢"
    )


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
        score=sum(choice.get("score", 0) for choice in found),
        other=other,
    )


def kept_choices(part: Data, plain: str) -> dict[str, list[str]]:
    """The choices that *plain* names, as they stand in the page; what is no choice of *part* counts as 「その他」."""
    labels = [label.strip() for label in re.split("[、\n]", plain) if label.strip()]
    by_label = {choice["label"]: choice["id"] for choice in part["choices"]}
    other = next((choice["id"] for choice in part["choices"] if choice["is_other"]), None)
    found = [by_label[label] for label in labels if label in by_label]
    unknown = [label for label in labels if label not in by_label]
    if unknown and other is not None:
        return {"": [*found, other], OTHER: ["、".join(unknown)]}
    return {"": found} if found else {}
