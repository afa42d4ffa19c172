"""Where the icon and the words of a button stand, in units."""

from collections.abc import Iterator
from dataclasses import dataclass

from lstep_lite.engine.rich_menus.composing import fitting, fonts, glyphs
from lstep_lite.engine.rich_menus.composing.fitting import Layout, Line
from lstep_lite.engine.rich_menus.composing.sheets import ABOVE, Frame
from lstep_lite.engine.studio import Data


@dataclass(frozen=True)
class Row:
    """Words from *x* on the base line *y*."""

    text: str
    line: Line
    x: float
    y: float


@dataclass(frozen=True)
class Placed:
    """*icon* is its middle."""

    icon: tuple[float, float]
    rows: list[Row]


def placed(cell: Data, layout: Layout) -> Placed:
    match layout.place:
        case "left" | "right":
            return _side_by_side(cell, layout)
        case "back":
            return Placed(_behind(cell, layout), _stacked(cell, layout).rows)
        case _:
            return _stacked(cell, layout)


def _side_by_side(cell: Data, layout: Layout) -> Placed:
    room, icon_first = layout.room, layout.place == "left"
    # Words on the side away from their icon push it to its own edge, as in a list.
    is_spread = {cell["align"], layout.place} == {"left", "right"}
    wide = max((line.width * line.size for line in layout.lines), default=0)
    taken = layout.icon + layout.gap
    group = room.width if is_spread else taken + wide
    block = fitting.block_height(layout.lines)
    height = max(block, layout.icon)
    left = room.x + _lead(cell["align"], room.width - group)
    top = room.y + _lead(cell["valign"], room.height - height)
    words = Frame(left + (taken if icon_first else 0), top + (height - block) / 2, group - taken, block)
    align = layout.place if cell["align"] == "center" else cell["align"]
    icon = left + (layout.icon / 2 if icon_first else group - layout.icon / 2), top + height / 2
    return Placed(icon, list(_rows(layout.lines, words, align)))


def _stacked(cell: Data, layout: Layout) -> Placed:
    room, align = layout.room, cell["align"]
    above = layout.icon + layout.gap if layout.place == "top" else 0
    top = room.y + _lead(cell["valign"], room.height - layout.height)
    words = Frame(room.x, top + above, room.width, layout.height - above)
    icon = (
        room.x + _lead(align, room.width - layout.icon) + _air(layout, align) + layout.icon / 2,
        top + layout.icon / 2,
    )
    return Placed(icon, list(_rows(layout.lines, words, align)))


def _behind(cell: Data, layout: Layout) -> tuple[float, float]:
    """On the side where no words stand."""
    room, side = layout.room, {"left": "right", "center": "center", "right": "left"}[cell["align"]]
    x = room.x + _lead(side, room.width - layout.icon) + _air(layout, side) + layout.icon / 2
    return x, room.y + room.height / 2


def _air(layout: Layout, align: str) -> float:
    """How far an icon is moved so that what is seen of it ends where words would."""
    air = layout.icon * (1 - glyphs.INK) / 2
    return {"left": -air, "center": 0, "right": air}[align]


def _lead(word: str, spare: float) -> float:
    """How much of the *spare* room comes before."""
    return {"left": 0, "top": 0, "center": spare / 2, "middle": spare / 2, "right": spare, "bottom": spare}[word]


def _rows(lines: tuple[Line, ...], words: Frame, align: str) -> Iterator[Row]:
    top = words.y
    for at, line in enumerate(lines):
        if at:
            top += fitting.BETWEEN * min(line.size, lines[at - 1].size)
        for number, text in enumerate(line.rows):
            begin, end = (place * line.size for place in fonts.ink(text, line.face))
            x = words.x + _lead(align, words.width - (end - begin)) - begin
            yield Row(text, line, x, top + line.size * (ABOVE + fitting.LEADING * number))
        top += line.height
