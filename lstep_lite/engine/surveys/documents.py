"""What a form is made of, told by inputs: they draw its builder and check what the builder posts (engine/studio).

{"pages": [{"id", "title", "lead", "parts": [{"kind", "id", "label", …}], "jumps": [{"id", "question", "choices",
 "page"}], "next": ""}], "results": [{"id", "label", "least", "most", "text", "media_id", "actions"}]}
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from lstep_lite.engine.studio import Actions, Choice, Data, Element, File, Flag, Input, Items, Number, Text
from lstep_lite.engine.surveys.inputs import ChoicePick, PagePick, QuestionPick, SaveTo
from lstep_lite.engine.surveys.kinds.registry import HIGHEST_SCORE, PREFIX, Kind, element, kinds, offered

MOST_PAGES = 30
MOST_PARTS = 100


_CONDITIONS = Element(
    name=f"{PREFIX}condition",
    label="条件",
    icon="filter",
    inputs=(
        QuestionPick(name="question", label="質問"),
        ChoicePick(name="choices", label="選んだ答え（どれか）"),
    ),
)


def _asked(of: Kind) -> Iterator[Input]:
    """The inputs of a question: what all have, around its own."""
    yield Text(name="label", label="質問", most=200, words=False)
    yield Text(name="description", label="説明", most=1000, lines=3, required=False, words=False)
    if of.is_seen:
        yield Flag(name="is_required", label="必須にする")
    yield from of.inputs
    if of.saves:
        yield SaveTo(section="保存先と初期値")
        yield Flag(
            name="is_prefilled",
            label="保存されている内容を初めから入れておく",
            hint="保存先の1つ目の内容です。",
            section="保存先と初期値",
        )
        yield Text(name="default", label="初期値", most=200, required=False, words=False, section="保存先と初期値")
    yield Items(
        name="shown_if",
        label="表示する条件",
        hint="条件を1つでも満たす方にだけ表示します。条件がなければ、すべての方に表示します。",
        of=lambda: (_CONDITIONS,),
        most=5,
        noun="条件",
        section="表示",
    )
    yield Flag(
        name="is_hidden",
        label="一時的に非表示にする",
        hint="集めた回答は残ります。",
        section="表示",
    )


@cache
def elements() -> tuple[Element, ...]:
    """What can stand in a page, in the order of the picker."""
    return tuple(_element(each) for each in offered())


def _element(of: Kind) -> Element:
    return element(of, tuple(_asked(of)) if of.is_question else of.inputs)


_JUMP = Element(
    name=f"{PREFIX}jump",
    label="分かれ道",
    icon="arrows-split",
    inputs=(
        QuestionPick(name="question", label="この質問で"),
        ChoicePick(name="choices", label="これを選んだ方は（どれか）"),
        PagePick(name="page", label="次に進むページ"),
    ),
)
PAGE = Element(
    name=f"{PREFIX}page",
    label="ページ",
    icon="file-text",
    title="title",
    is_panel=True,
    inputs=(
        Text(name="title", label="ページの見出し", most=60, required=False, words=False),
        Text(name="lead", label="ページの説明", most=1000, lines=3, required=False, words=False),
        Items(
            name="parts",
            label="質問と説明",
            of=elements,
            most=MOST_PARTS,
            noun="質問・説明",
        ),
        Items(
            name="jumps",
            label="答えで次のページを変える",
            hint="上から順に調べ、初めに当てはまったページへ進みます。",
            of=lambda: (_JUMP,),
            most=20,
            noun="分かれ道",
            section="次のページ",
        ),
        PagePick(name="next", label="そのほかの方が次に進むページ", section="次のページ"),
    ),
)
_RESULT = Element(
    name=f"{PREFIX}result",
    label="診断結果",
    icon="sparkles",
    title="label",
    inputs=(
        Text(name="label", label="結果の名前", most=60, words=False),
        Number(name="least", label="点数（から）", least=-HIGHEST_SCORE, most=HIGHEST_SCORE, start=0, unit="点"),
        Number(name="most", label="点数（まで）", least=-HIGHEST_SCORE, most=HIGHEST_SCORE, start=0, unit="点"),
        Text(name="text", label="結果の文章", most=2000, lines=5, required=False),
        File(name="media_id", label="画像", required=False),
        Actions(label="この結果になった人へのアクション"),
    ),
)
INPUTS: tuple[Input, ...] = (
    Items(
        name="pages", label="ページ", of=lambda: (PAGE,), least=1, most=MOST_PAGES, first=(PAGE.name,), noun="ページ"
    ),
    Choice(
        name="scoring",
        label="診断",
        options={"none": "使わない", "score": "点数の合計で結果を分ける"},
        start="none",
        as_buttons=True,
    ),
    Items(
        name="results",
        label="診断結果",
        hint="点数の合計で、上から順に調べて初めに当てはまった結果を表示します。",
        of=lambda: (_RESULT,),
        most=20,
        noun="結果",
        shown_if={"scoring": ("score",)},
    ),
)


def parts_of(document: Data) -> Iterator[tuple[Data, Data]]:
    """Every part with its page, in order."""
    for page in document["pages"]:
        for part in page["parts"]:
            yield page, part


def questions_of(document: Data) -> list[Data]:
    """The parts that ask something, in order."""
    return [part for _, part in parts_of(document) if _asks(part)]


def by_code(items: Sequence[Data]) -> Mapping[str, Any]:
    return {item["id"]: item for item in items}


def _asks(part: Data) -> bool:
    found = kinds.get(part["kind"].removeprefix(PREFIX))
    return found is not None and found.is_question
