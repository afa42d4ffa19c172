"""The buttons of a menu, drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops

from lstep_lite.engine.rich_menus.composing import badges, fitting, fonts, glyphs, surfaces
from lstep_lite.engine.rich_menus.composing.fitting import Layout, Line
from lstep_lite.engine.rich_menus.composing.sheets import ABOVE, Frame, Sheet, ring, rounded
from lstep_lite.engine.rich_menus.composing.surfaces import Pictures
from lstep_lite.engine.studio import Data

BEHIND = 0.18
"""How strong an icon is behind words."""


@dataclass(frozen=True)
class Placed:
    """A row of words, from *x* on the base line *y*; in units."""

    text: str
    line: Line
    look: Data
    x: float
    y: float


def draw(sheet: Sheet, document: Data, cells: Sequence[tuple[Data, Frame]], pictures: Pictures) -> list[Layout]:
    """Draw all of them; answers how large their words became."""
    layouts = fitting.equalised([fitting.layout(cell, frame) for cell, frame in cells])
    for (cell, frame), layout in zip(cells, layouts, strict=True):
        mask = _box(sheet, document, cell, frame, pictures)
        _icon_behind(sheet, document, cell, frame, layout, mask)
        _content(sheet, document, cell, layout)
    for cell, frame in cells:
        badges.draw(sheet, document, cell, frame)
    return layouts


def _box(sheet: Sheet, document: Data, cell: Data, frame: Frame, pictures: Pictures) -> Image.Image:
    left, top, right, bottom = sheet.pixels(frame)
    radius = round(min(right - left, bottom - top) * cell["radius"] / 100)
    mask = rounded(right - left, bottom - top, radius)
    if cell["has_shadow"] and cell["fill"] != "none":
        sheet.shadow((left, top), mask, drop=8, blur=14, strength=0.24)
    surfaces.fill(sheet, document, cell, "fill", pictures, (left, top), mask)
    if cell["border"]:
        thick = max(1, round(cell["border"] * sheet.scale))
        sheet.paint(surfaces.color_of(document, cell["border_color"]), (left, top), ring(mask, thick, radius))
    return mask


def _icon_behind(sheet: Sheet, document: Data, cell: Data, frame: Frame, layout: Layout, mask: Image.Image) -> None:
    """Faint, on the side where no words stand; cut off where the button ends."""
    if layout.place != "back":
        return
    half, air = layout.icon / 2, layout.icon * (1 - glyphs.INK) / 2
    x = {
        "left": layout.room.right - half + air,
        "center": layout.room.x + layout.room.width / 2,
        "right": layout.room.x + half - air,
    }[cell["align"]]
    left, top, _, _ = sheet.pixels(frame)
    behind = Image.new("L", mask.size)
    y = layout.room.y + layout.room.height / 2
    sheet.glyph(cell["icon"], layout.icon, (x, y), 255, on=behind, corner=(left, top))
    faint = ImageChops.multiply(behind.point([round(value * BEHIND) for value in range(256)]), mask)
    sheet.paint(surfaces.color_of(document, cell["icon_color"]), (left, top), faint)


def _content(sheet: Sheet, document: Data, cell: Data, layout: Layout) -> None:
    icon, rows = _placed(cell, layout)
    if icon is not None:
        sheet.glyph(cell["icon"], layout.icon, icon, surfaces.color_of(document, cell["icon_color"]))
    for row in rows:
        if row.look["has_shadow"]:
            _row_shadow(sheet, row)
        if row.line.outline:
            around = surfaces.color_of(document, row.look["outline_color"])
            sheet.write(row.text, row.line.face, row.line.size, row.x, row.y, around, outline=row.line.outline)
        sheet.write(
            row.text, row.line.face, row.line.size, row.x, row.y, surfaces.color_of(document, row.look["color"])
        )


def _row_shadow(sheet: Sheet, row: Placed) -> None:
    mask, corner = sheet.mask_of(row.text, row.line.face, row.line.size, row.x, row.y, outline=row.line.outline)
    sheet.shadow(corner, mask, drop=row.line.size * 0.05, blur=row.line.size * 0.05, strength=0.5)


def _placed(cell: Data, layout: Layout) -> tuple[tuple[float, float] | None, list[Placed]]:
    """The middle of the icon, and the rows."""
    looks = [cell["lines"][line.at] for line in layout.lines]
    above = layout.icon + layout.gap if layout.place == "top" else 0
    block = fitting.block_height(layout.lines)
    beside = layout.place in ("left", "right")
    height = max(block, layout.icon) if beside else above + block
    top = layout.room.y + _lead(cell["valign"], layout.room.height - height)
    wide = max((line.width * line.size for line in layout.lines), default=0)
    taken = layout.icon + layout.gap
    # Words on the side away from their icon push it to its own edge, as in a list.
    is_spread = beside and {cell["align"], layout.place} == {"left", "right"}
    group = layout.room.width if is_spread else taken + wide
    left = layout.room.x + _lead(cell["align"], layout.room.width - group)
    if beside:
        begin = left + (taken if layout.place == "left" else 0)
        words = Frame(begin, top + (height - block) / 2, group - taken, block)
        align = layout.place if cell["align"] == "center" else cell["align"]
        middle = left + (layout.icon / 2 if layout.place == "left" else group - layout.icon / 2), top + height / 2
    else:
        words = Frame(layout.room.x, top + above, layout.room.width, block)
        align = cell["align"]
        air = layout.icon * (1 - glyphs.INK) / 2
        over = _lead(align, layout.room.width - layout.icon) + {"left": -air, "center": 0, "right": air}[align]
        middle = layout.room.x + over + layout.icon / 2, top + layout.icon / 2
    icon = middle if layout.icon and layout.place != "back" else None
    return icon, list(_rows(layout.lines, looks, words, align))


def _lead(word: str, spare: float) -> float:
    """How much of the *spare* room comes before."""
    return {"left": 0, "top": 0, "center": spare / 2, "middle": spare / 2, "right": spare, "bottom": spare}[word]


def _rows(lines: Sequence[Line], looks: Sequence[Data], words: Frame, align: str) -> Iterator[Placed]:
    top = words.y
    for at, (line, look) in enumerate(zip(lines, looks, strict=True)):
        if at:
            top += fitting.BETWEEN * min(line.size, lines[at - 1].size)
        for number, row in enumerate(line.rows):
            begin, end = (place * line.size for place in fonts.ink(row, line.face))
            x = words.x + _lead(align, words.width - (end - begin)) - begin
            yield Placed(row, line, look, x, top + line.size * (ABOVE + fitting.LEADING * number))
        top += line.height
