"""Lists: rows of a label and a value, points with a mark before them."""

from lstep_lite.engine.messages.flex import looks
from lstep_lite.engine.messages.flex.looks import BOLD, COLOR, box, letters, text
from lstep_lite.engine.messages.flex.registry import Component, block
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Choice, Color, Condition, Data, Element, Flag, Items, Text

CELL, LINE = 300, 1000
"""Characters, also of what is put in for a friend."""
SHARES = {"1:1": "半分ずつ", "2:1": "左を広く", "3:1": "左をもっと広く", "1:2": "右を広く", "1:3": "右をもっと広く"}
ROW = Element(
    name="flex_row",
    label="行",
    icon="list",
    title="label",
    inputs=(
        Text(name="label", label="左の文字", most=CELL, example="カット"),
        Text(name="value", label="右の文字", most=CELL, required=False, example="5,500円"),
        BOLD,
        COLOR,
        Condition(),
    ),
)
POINT = Element(
    name="flex_point",
    label="項目",
    icon="point",
    title="text",
    inputs=(Text(name="text", label="文章", most=LINE, lines=2), Condition()),
)
MARKS = {"dot": "・", "check": "✓", "number": "1. 2. 3."}


@block(
    "table",
    label="表（料金表・明細）",
    icon="table",
    inputs=(
        Items(name="rows", label="行", of=lambda: (ROW,), least=1, most=40, first=("flex_row",), noun="行"),
        Choice(name="shares", label="左と右の幅", options=SHARES, start="2:1"),
        Choice(name="value_align", label="右の文字の位置", options=looks.ALIGNS, start="end", as_buttons=True),
        Choice(name="size", label="文字の大きさ", options=looks.TEXT_SIZES, start="sm"),
        Color(name="label_color", label="左の文字の色", start=looks.GREY),
        Flag(name="lines", label="行のあいだに線を引く"),
    ),
)
def draw_table(data: Data, speaking: Speaking) -> Component | None:
    rows = [row for item in data["rows"] if speaking.is_shown(item) and (row := _row(item, data, speaking))]
    if not rows:
        return None
    return box("vertical", _with_lines(rows) if data["lines"] else rows, spacing="md")


def _row(item: Data, data: Data, speaking: Speaking) -> Component | None:
    label, value = speaking.fill(item["label"], CELL), speaking.fill(item["value"], CELL)
    left, right = (int(share) for share in data["shares"].split(":"))
    size, own = data["size"], letters(item)
    cells = []
    if label.strip():
        cells.append(text(label, size=size, flex=left, color=data["label_color"]) | own)
    if value.strip():
        cells.append(text(value, size=size, flex=right, align=data["value_align"]) | own)
    return box("horizontal", cells, spacing="md") if cells else None


def _with_lines(rows: list[Component]) -> list[Component]:
    between = [part for row in rows for part in (row, {"type": "separator"})]
    return between[:-1]


@block(
    "list",
    label="箇条書き",
    icon="list",
    inputs=(
        Items(name="points", label="項目", of=lambda: (POINT,), least=1, most=30, first=("flex_point",), noun="項目"),
        Choice(name="mark", label="先頭の印", options=MARKS, start="dot", as_buttons=True),
        Color(name="mark_color", label="印の色"),
        Choice(name="size", label="文字の大きさ", options=looks.TEXT_SIZES, start="sm"),
        COLOR,
    ),
)
def draw_list(data: Data, speaking: Speaking) -> Component | None:
    shown = [speaking.fill(point["text"], LINE) for point in data["points"] if speaking.is_shown(point)]
    rows = [_point(said, number, data) for number, said in enumerate((each for each in shown if each.strip()), 1)]
    return box("vertical", rows, spacing="sm") if rows else None


def _point(said: str, number: int, data: Data) -> Component:
    mark = f"{number}." if data["mark"] == "number" else MARKS[data["mark"]]
    before = {"type": "text", "text": mark, "flex": 0, "weight": "bold"} | letters(
        data, color=data["mark_color"], weight="bold"
    )
    return box("horizontal", [before, text(said, size=data["size"], color=data["color"])], spacing="sm")
