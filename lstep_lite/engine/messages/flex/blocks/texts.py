"""Words: texts, parts of them with a look of their own, badges."""

from typing import Any

from lstep_lite.engine.messages.flex import looks
from lstep_lite.engine.messages.flex.looks import ALIGN, BOLD, COLOR, SIZE, box, letters, slim
from lstep_lite.engine.messages.flex.registry import Component, block
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Choice, Color, Condition, Data, Element, Flag, Items, Number, Text

LONGEST, BADGE = 2000, 30
"""Characters, also of what is put in for a friend: one long word must not make a card too large."""
DETAILS = {"details": (True,)}
RUN = Element(
    name="flex_run",
    label="続きの文字",
    icon="letter-t",
    title="text",
    inputs=(
        Text(name="text", label="文字", most=LONGEST, lines=2),
        SIZE,
        BOLD,
        COLOR,
        Choice(name="decoration", label="線", options=looks.DECORATIONS, start="none"),
        Condition(),
    ),
)


@block(
    "text",
    label="文章",
    icon="letter-t",
    title="text",
    inputs=(
        Text(name="text", label="文章", most=LONGEST, lines=3),
        SIZE,
        BOLD,
        COLOR,
        ALIGN,
        Flag(name="details", label="もっと細かく決める"),
        Flag(name="wrap", label="長い文章を折り返す", start=True, shown_if=DETAILS),
        Number(
            name="max_lines",
            label="最大の行数",
            least=0,
            most=100,
            start=0,
            hint="0なら全部表示します。",
            shown_if=DETAILS,
        ),
        Choice(name="decoration", label="線", options=looks.DECORATIONS, start="none", shown_if=DETAILS),
        Flag(name="italic", label="斜めの文字にする", shown_if=DETAILS),
        Number(name="line_space", label="行の間隔", least=0, most=40, start=0, unit="px", shown_if=DETAILS),
        Items(
            name="runs",
            label="続けて置く文字",
            hint="上の文章のすぐ後ろに、大きさや色を変えた文字を続けます。",
            of=lambda: (RUN,),
            most=20,
            noun="続きの文字",
            shown_if=DETAILS,
        ),
    ),
)
def draw_text(data: Data, speaking: Speaking) -> Component | None:
    look = letters(data) | _lines(data)
    said, runs = speaking.fill(data["text"], LONGEST), _runs(data, speaking)
    if not (said + "".join(run["text"] for run in runs)).strip():
        return None
    if not runs:
        return {"type": "text", "text": said} | look
    return {"type": "text", "contents": [*_span(said), *runs]} | look


def _lines(data: Data) -> dict[str, Any]:
    space, most = data.get("line_space"), data.get("max_lines")
    look: dict[str, Any] = {"wrap": True} if data.get("wrap", True) else {}
    look |= {"maxLines": most} if most else {}
    return look | ({"lineSpacing": f"{space}px"} if space else {})


def _runs(data: Data, speaking: Speaking) -> list[Component]:
    shown = [(run, speaking.fill(run["text"], LONGEST)) for run in data.get("runs") or () if speaking.is_shown(run)]
    return [{"type": "span", "text": said} | _own(run, data) for run, said in shown if said]


def _own(run: Data, around: Data) -> dict[str, Any]:
    """What differs from the text around it, whose look it has otherwise."""
    look = {
        "size": run["size"] if run["size"] != around["size"] else None,
        "weight": ("bold" if run["bold"] else "regular") if run["bold"] != around["bold"] else None,
        "color": run["color"],
        "decoration": run["decoration"] if run["decoration"] != around.get("decoration", "none") else None,
    }
    return slim(look)


def _span(said: str) -> list[Component]:
    return [{"type": "span", "text": said}] if said else []


@block(
    "badge",
    label="バッジ",
    icon="tag",
    title="text",
    inputs=(
        Text(name="text", label="文字", most=BADGE, example="NEW"),
        Color(name="background", label="背景の色", start="#c2410c", required=True),
        Color(name="color", label="文字の色", start="#ffffff", required=True),
        Choice(name="size", label="文字の大きさ", options=looks.TEXT_SIZES, start="xs"),
        ALIGN,
    ),
)
def draw_badge(data: Data, speaking: Speaking) -> Component | None:
    said = speaking.fill(data["text"], BADGE)
    if not said.strip():
        return None
    words = {"type": "text", "text": said} | letters(data, weight="bold", align="center")
    badge = box(
        "vertical",
        [words],
        flex=0,
        backgroundColor=data["background"],
        cornerRadius="xxl",
        paddingTop="xs",
        paddingBottom="xs",
        paddingStart="lg",
        paddingEnd="lg",
    )
    before = [{"type": "filler"}] if data["align"] != "start" else []
    after = [{"type": "filler"}] if data["align"] != "end" else []
    return box("horizontal", [*before, badge, *after])
