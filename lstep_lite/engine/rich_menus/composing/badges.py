"""The marks in the corners of buttons: NEW, 20%OFF, a number."""

from math import cos, pi, sin, sqrt

from PIL import Image, ImageChops, ImageDraw

from lstep_lite.engine.rich_menus import contrast
from lstep_lite.engine.rich_menus.composing import fonts, surfaces
from lstep_lite.engine.rich_menus.composing.fonts import Face
from lstep_lite.engine.rich_menus.composing.sheets import ABOVE, SMOOTH, Color, Frame, Sheet, rounded
from lstep_lite.engine.studio import Data

FACE = Face("gothic", True)
LIGHT, DARK = "#ffffff", "#222222"
READABLE = 3.0
"""Contrast of white words, which are bold and large, on a badge; below, they are dark."""
LEAST, MOST = 88.0, 150.0
"""Of a badge's height in units: smaller words are too small on a phone."""
SPIKES = 16


def draw(sheet: Sheet, document: Data, cell: Data, frame: Frame) -> None:
    if cell["badge"] == "none":
        return
    color = contrast.resolve(document, cell["badge_color"])
    ink = surfaces.color_of(document, LIGHT if contrast.ratio(LIGHT, color) >= READABLE else DARK)
    text = " ".join(cell["badge_text"].split())
    size = min(max(LEAST, 0.14 * sqrt(frame.width * frame.height)), MOST, frame.shorter * 0.5)
    shape = {"pill": _pill, "circle": _circle, "ribbon": _ribbon, "burst": _burst}[cell["badge"]]
    shape(sheet, frame, cell, text, size, surfaces.color_of(document, color), ink)


def _pill(sheet: Sheet, frame: Frame, cell: Data, text: str, size: float, color: Color, ink: Color) -> None:
    words = min(size * 0.62, frame.width * 0.7 / max(0.5, fonts.length(text, FACE)))
    width = max(size * 1.7, fonts.length(text, FACE) * words + size * 0.9)
    place = _in_corner(frame, cell["badge_corner"], width, size, size * 0.22)
    left, top, right, bottom = sheet.pixels(place)
    sheet.paint(color, (left, top), rounded(right - left, bottom - top, bottom - top))
    _write(sheet, text, words, place.x + place.width / 2, place.y + place.height / 2, ink)


def _circle(sheet: Sheet, frame: Frame, cell: Data, text: str, size: float, color: Color, ink: Color) -> None:
    across = min(size * 1.7, frame.shorter * 0.8)
    place = _in_corner(frame, cell["badge_corner"], across, across, size * 0.16)
    left, top, right, bottom = sheet.pixels(place)
    sheet.paint(color, (left, top), rounded(right - left, bottom - top, right - left))
    _write_within(sheet, text, place, across * 0.8, size * 0.78, ink)


def _burst(sheet: Sheet, frame: Frame, cell: Data, text: str, size: float, color: Color, ink: Color) -> None:
    across = min(size * 2.3, frame.shorter * 0.8)
    place = _in_corner(frame, cell["badge_corner"], across, across, size * 0.1)
    left, top, right, _ = sheet.pixels(place)
    side = (right - left) * SMOOTH
    points = [
        (
            side / 2 * (1 + (1 if at % 2 else 0.84) * sin(at * pi / SPIKES)),
            side / 2 * (1 - (1 if at % 2 else 0.84) * cos(at * pi / SPIKES)),
        )
        for at in range(2 * SPIKES)
    ]
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).polygon(points, fill=255)
    sheet.paint(color, (left, top), mask.reduce(SMOOTH))
    _write_within(sheet, text, place, across * 0.74, size * 0.8, ink)


def _ribbon(sheet: Sheet, frame: Frame, cell: Data, text: str, size: float, color: Color, ink: Color) -> None:
    """A band across the corner, cut off where the button ends."""
    side = min(size * 2.9, frame.shorter)
    corner = cell["badge_corner"]
    place = _in_corner(frame, corner, side, side, 0)
    left, top, right, bottom = sheet.pixels(place)
    width, height = right - left, bottom - top
    is_left, is_top = corner.endswith("left"), corner.startswith("top")
    band = Image.new("L", (width * 2, height * 2))
    near, far = 0.42, 0.94
    # In the upper left corner; the others are its mirror images.
    ImageDraw.Draw(band).polygon(
        [(0, height * 2 * near), (width * 2 * near, 0), (width * 2 * far, 0), (0, height * 2 * far)], fill=255
    )
    mask = band.reduce(2)
    mask = mask if is_left else mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    mask = mask if is_top else mask.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    box = sheet.pixels(frame)
    whole = rounded(
        box[2] - box[0], box[3] - box[1], round(min(box[2] - box[0], box[3] - box[1]) * cell["radius"] / 100)
    )
    mask = ImageChops.multiply(mask, whole.crop((left - box[0], top - box[1], right - box[0], bottom - box[1])))
    sheet.paint(color, (left, top), mask)
    _write_turned(sheet, text, place, (near + far) / 2 / 2, ink, is_left=is_left, is_top=is_top)


def _write_turned(
    sheet: Sheet, text: str, place: Frame, middle: float, ink: Color, *, is_left: bool, is_top: bool
) -> None:
    across = place.width * 0.94 * sqrt(2) * 0.62
    size = min(place.width * 0.21, across / max(0.5, fonts.length(text, FACE)))
    words, _ = sheet.mask_of(text, FACE, size, 0, 0)
    turned = words.rotate(45 if is_left == is_top else -45, Image.Resampling.BICUBIC, expand=True)
    x = place.x + place.width * (middle if is_left else 1 - middle)
    y = place.y + place.height * (middle if is_top else 1 - middle)
    sheet.paint(ink, (round(x * sheet.scale - turned.width / 2), round(y * sheet.scale - turned.height / 2)), turned)


def _in_corner(frame: Frame, corner: str, width: float, height: float, inset: float) -> Frame:
    x = frame.x + inset if corner.endswith("left") else frame.right - inset - width
    y = frame.y + inset if corner.startswith("top") else frame.bottom - inset - height
    return Frame(x, y, width, height)


def _write_within(sheet: Sheet, text: str, place: Frame, width: float, most: float, ink: Color) -> None:
    size = min(most, width / max(0.5, fonts.length(text, FACE)))
    _write(sheet, text, size, place.x + place.width / 2, place.y + place.height / 2, ink)


def _write(sheet: Sheet, text: str, size: float, x: float, y: float, ink: Color) -> None:
    """Around *x* and *y*."""
    sheet.write(text, FACE, size, x - fonts.length(text, FACE) * size / 2, y + size * (ABOVE - 0.5), ink)
