"""A menu's picture, made of its document alone: the same document always gives the same picture."""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from lstep_lite.engine.rich_menus import geometry
from lstep_lite.engine.rich_menus.composing import cells, judging, patterns, strips, surfaces
from lstep_lite.engine.rich_menus.composing.sheets import UNITS, Frame, Sheet
from lstep_lite.engine.rich_menus.composing.strips import Strip
from lstep_lite.engine.rich_menus.composing.surfaces import Pictures
from lstep_lite.engine.rich_menus.geometry import Box
from lstep_lite.engine.rich_menus.layouts import WHOLE
from lstep_lite.engine.studio import Data, Problem

MOST_INSET = 0.4
"""Of a button's side: however wide the gaps are, something of it is left."""


@dataclass(frozen=True)
class Composed:
    """*image* is RGB. *warnings* have the document's paths."""

    image: Image.Image
    warnings: list[Problem]


def compose(document: Data, tab: Data, pictures: Pictures, *, width: int | None = None) -> Composed:
    """The picture of *tab*, *width* pixels wide; else as large as the menu says.

    *document* is as `studio.clean` or `studio.fresh` answer it, with or without problems. A picture that is not in
    *pictures* is left grey. Takes up to some tenths of a second: not inside a unit.
    """
    canvas = geometry.canvas_of(document)
    width = width or canvas.width
    height = max(1, round(canvas.height * width / canvas.width))
    sheet = Sheet(width, height, surfaces.color_of(document, "@ground"))
    scale = UNITS / canvas.width
    body = _frame(geometry.body_of(document), scale)
    if tab["source"] == "picture":
        _finished(sheet, tab, body, pictures)
        drawn = []
    else:
        _ground(sheet, document, tab, body, pictures)
        drawn = cells.draw(sheet, document, list(_cells(tab, body)), pictures)
        _logo(sheet, tab, body, pictures)
    strip = _strip(document, tab, scale)
    if strip:
        strips.draw(sheet, document, strip)
    return Composed(sheet.image, list(judging.warnings(document, tab, drawn, strip, pictures)))


def _frame(box: Box, scale: float) -> Frame:
    return Frame(box.x * scale, box.y * scale, box.width * scale, box.height * scale)


def _finished(sheet: Sheet, tab: Data, body: Frame, pictures: Pictures) -> None:
    left, top, right, bottom = sheet.pixels(body)
    mask = Image.new("L", (right - left, bottom - top), 255)
    picture = pictures.get(tab["picture_id"])
    surfaces.paste(sheet, surfaces.fitted(picture, mask.size) if picture else None, (left, top), mask)


def _ground(sheet: Sheet, document: Data, tab: Data, body: Frame, pictures: Pictures) -> None:
    left, top, right, bottom = sheet.pixels(body)
    mask = Image.new("L", (right - left, bottom - top), 255)
    surfaces.fill(sheet, document, tab, "ground", pictures, (left, top), mask)
    if tab["pattern"] != "none":
        strength = tab["pattern_strength"] / 100
        pattern = patterns.mask(tab["pattern"], mask.size).point([round(value * strength) for value in range(256)])
        sheet.paint(surfaces.color_of(document, tab["pattern_color"]), (left, top), pattern)


def _cells(tab: Data, body: Frame) -> Iterator[tuple[Data, Frame]]:
    """Each with its place: *padding* away from the edges of the body, *gap* away from its neighbours."""
    half = tab["gap"] / 2
    outer = tab["padding"] - half
    for cell in tab["cells"]:
        frame = _part(_part(body, 0, 0, WHOLE, WHOLE, outer), cell["x"], cell["y"], cell["width"], cell["height"], half)
        yield cell, frame


def _part(whole: Frame, x: int, y: int, width: int, height: int, inset: float) -> Frame:
    """A place in *whole*, in thousandths of it, *inset* on each side."""
    frame = Frame(
        whole.x + whole.width * x / WHOLE,
        whole.y + whole.height * y / WHOLE,
        whole.width * width / WHOLE,
        whole.height * height / WHOLE,
    )
    across, down = min(inset, frame.width * MOST_INSET), min(inset, frame.height * MOST_INSET)
    return frame.inset(across, down, across, down)


def _logo(sheet: Sheet, tab: Data, body: Frame, pictures: Pictures) -> None:
    logo = pictures.get(tab["logo_id"])
    if logo is None:
        return
    wide = max(1, round(body.width * tab["logo_width"] / WHOLE * sheet.scale))
    high = max(1, round(logo.height * wide / logo.width))
    shown = logo.resize((wide, high), Image.Resampling.LANCZOS, reducing_gap=2.0)
    x = (body.x + body.width * tab["logo_x"] / WHOLE) * sheet.scale - wide / 2
    y = (body.y + body.height * tab["logo_y"] / WHOLE) * sheet.scale - high / 2
    surfaces.paste(sheet, shown, (round(x), round(y)), Image.new("L", shown.size, 255))


def _strip(document: Data, tab: Data, scale: float) -> Strip | None:
    if not geometry.has_strip(document):
        return None
    places = [(each, _frame(box, scale)) for each, box in geometry.strip_cells(document)]
    return strips.plan(document, tab, places)
