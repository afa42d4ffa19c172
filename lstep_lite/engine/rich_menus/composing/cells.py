"""The buttons of a menu, drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops

from lstep_lite.engine.rich_menus.composing import badges, fitting, placing, surfaces
from lstep_lite.engine.rich_menus.composing.badges import Badge
from lstep_lite.engine.rich_menus.composing.fitting import Layout
from lstep_lite.engine.rich_menus.composing.placing import Row
from lstep_lite.engine.rich_menus.composing.sheets import Frame, Sheet, ring, rounded
from lstep_lite.engine.rich_menus.composing.surfaces import Pictures
from lstep_lite.engine.studio import Data

BEHIND = 0.18
"""How strong an icon is behind words."""


@dataclass(frozen=True)
class Drawn:
    """How large the words of a button became."""

    cell: Data
    layout: Layout
    badge: Badge | None


def draw(sheet: Sheet, document: Data, cells: Sequence[tuple[Data, Frame]], pictures: Pictures) -> list[Drawn]:
    layouts = fitting.equalised([fitting.layout(cell, frame) for cell, frame in cells])
    for (cell, frame), layout in zip(cells, layouts, strict=True):
        left, top, right, bottom = sheet.pixels(frame)
        radius = round(min(right - left, bottom - top) * cell["radius"] / 100)
        mask = rounded(right - left, bottom - top, radius)
        _box(sheet, document, cell, (left, top), mask, radius, pictures)
        _content(sheet, document, cell, layout, (left, top), mask)
    marks = [badges.planned(cell, frame) for cell, frame in cells]
    for (cell, frame), badge in zip(cells, marks, strict=True):  # above all neighbours
        if badge:
            badges.draw(sheet, document, cell, frame, badge)
    return [Drawn(cell, layout, badge) for (cell, _), layout, badge in zip(cells, layouts, marks, strict=True)]


def _box(
    sheet: Sheet,
    document: Data,
    cell: Data,
    corner: tuple[int, int],
    mask: Image.Image,
    radius: int,
    pictures: Pictures,
) -> None:
    if cell["has_shadow"] and cell["fill"] != "none":
        sheet.shadow(corner, mask, drop=8, blur=14, strength=0.24, hidden=radius)
    surfaces.fill(sheet, document, cell, "fill", pictures, corner, mask)
    if cell["border"]:
        thick = max(1, round(cell["border"] * sheet.scale))
        sheet.paint(surfaces.color_of(document, cell["border_color"]), corner, ring(mask, thick, radius))


def _content(
    sheet: Sheet, document: Data, cell: Data, layout: Layout, corner: tuple[int, int], mask: Image.Image
) -> None:
    placed = placing.placed(cell, layout)
    if layout.icon:
        color = surfaces.color_of(document, cell["icon_color"])
        if layout.place == "back":
            faint = _faint(sheet, cell["icon"], layout.icon, placed.icon, corner, mask)
            sheet.paint(color, corner, faint)
        else:
            sheet.glyph(cell["icon"], layout.icon, placed.icon, color)
    for row in placed.rows:
        _write_behind(sheet, document, cell["lines"][row.line.at], row)
    for row in placed.rows:
        color = surfaces.color_of(document, cell["lines"][row.line.at]["color"])
        sheet.write(row.text, row.line.face, row.line.size, row.x, row.y, color)


def _faint(
    sheet: Sheet, icon: str, size: float, middle: tuple[float, float], corner: tuple[int, int], mask: Image.Image
) -> Image.Image:
    """A mask of the icon, cut off where the button ends."""
    drawn = Image.new("L", mask.size)
    sheet.glyph(icon, size, middle, 255, on=drawn, corner=corner)
    return ImageChops.multiply(drawn.point([round(value * BEHIND) for value in range(256)]), mask)


def _write_behind(sheet: Sheet, document: Data, look: Data, row: Row) -> None:
    """Shadow and outline, which must not cover the row above."""
    line = row.line
    if look["has_shadow"]:
        mask, corner = sheet.mask_of(row.text, line.face, line.size, row.x, row.y, outline=line.outline)
        sheet.shadow(corner, mask, drop=line.size * 0.05, blur=line.size * 0.05, strength=0.5)
    if line.outline:
        color = surfaces.color_of(document, look["outline_color"])
        sheet.write(row.text, line.face, line.size, row.x, row.y, color, outline=line.outline)
