"""The marks in the corners of buttons: NEW, 20%OFF, a number."""

from dataclasses import dataclass
from math import cos, pi, sin, sqrt

from PIL import Image, ImageChops, ImageDraw

from lstep_lite.engine.rich_menus import contrast
from lstep_lite.engine.rich_menus.composing import breaking, fonts, surfaces
from lstep_lite.engine.rich_menus.composing.fonts import Face
from lstep_lite.engine.rich_menus.composing.sheets import ABOVE, SMOOTH, Color, Frame, Sheet, rounded
from lstep_lite.engine.studio import Data

FACE = Face("gothic", True)
LIGHT, DARK = "#ffffff", "#222222"
READABLE = 3.0
"""Contrast of white words, which are bold and large, on a badge; below, they are dark."""
LEAST, MOST = 88.0, 150.0
"""Of a badge's height in units: smaller words are too small on a phone."""
LONGEST_ROW = 3.2
"""In ems; more stands in two rows where a badge is round."""
LEADING = 1.08
SPIKES, DEPTH = 16, 0.16
FAR, THICK = 0.95, 1.9
"""Where a ribbon ends along the sides of its corner, and how thick it is, in the size of its words."""


@dataclass(frozen=True)
class Badge:
    """*size* is that of its words."""

    shape: str
    corner: str
    place: Frame
    rows: tuple[str, ...]
    size: float


def planned(cell: Data, frame: Frame) -> Badge | None:
    if cell["badge"] == "none":
        return None
    text = fonts.known(" ".join(cell["badge_text"].split()), FACE)
    size = min(max(LEAST, 0.14 * sqrt(frame.width * frame.height)), MOST, frame.shorter * 0.5)
    plan = {"pill": _pill, "circle": _circle, "ribbon": _ribbon, "burst": _burst}[cell["badge"]]
    return plan(frame, cell["badge_corner"], text, size)


def _pill(frame: Frame, corner: str, text: str, size: float) -> Badge:
    words = min(size * 0.62, frame.width * 0.7 / _ems((text,)))
    width = max(size * 1.7, _ems((text,)) * words + size * 0.9)
    return Badge("pill", corner, _in_corner(frame, corner, width, size, size * 0.22), (text,), words)


def _circle(frame: Frame, corner: str, text: str, size: float) -> Badge:
    across, rows = min(size * 1.7, frame.shorter * 0.8), _two_rows(text)
    words = min(size * 0.78 / len(rows) ** 0.5, across * 0.8 / _ems(rows))
    return Badge("circle", corner, _in_corner(frame, corner, across, across, size * 0.16), rows, words)


def _burst(frame: Frame, corner: str, text: str, size: float) -> Badge:
    across, rows = min(size * 2.3, frame.shorter * 0.8), _two_rows(text)
    words = min(size * 0.8 / len(rows) ** 0.5, across * 0.72 / _ems(rows))
    return Badge("burst", corner, _in_corner(frame, corner, across, across, size * 0.1), rows, words)


def _ribbon(frame: Frame, corner: str, text: str, size: float) -> Badge:
    ems = _ems((text,))
    side = min(size * min(max(2.9, ems * 0.85), 4.2), frame.shorter)
    words = min(size * 0.62, side * 0.8 / ems)
    return Badge("ribbon", corner, _in_corner(frame, corner, side, side, 0), (text,), words)


def _two_rows(text: str) -> tuple[str, ...]:
    return tuple(breaking.rows(text, FACE, 2)) if _ems((text,)) > LONGEST_ROW else (text,)


def _ems(rows: tuple[str, ...]) -> float:
    """Of the widest; never next to nothing."""
    return max(0.5, *(fonts.length(row, FACE) for row in rows))


def _in_corner(frame: Frame, corner: str, width: float, height: float, inset: float) -> Frame:
    x = frame.x + inset if corner.endswith("left") else frame.right - inset - width
    y = frame.y + inset if corner.startswith("top") else frame.bottom - inset - height
    return Frame(x, y, width, height)


# Drawing -------------------------------------------------------------------------------------------------------------


def draw(sheet: Sheet, document: Data, cell: Data, frame: Frame, badge: Badge) -> None:
    color = contrast.resolve(document, cell["badge_color"])
    ink = surfaces.color_of(document, LIGHT if contrast.ratio(LIGHT, color) >= READABLE else DARK)
    left, top, right, bottom = sheet.pixels(badge.place)
    shape = {"ribbon": _band, "burst": _star}.get(badge.shape, _round)
    mask = shape(badge, right - left, bottom - top)
    if badge.shape == "ribbon":
        mask = ImageChops.multiply(mask, _button(sheet, cell, frame, badge.place))
    sheet.paint(surfaces.color_of(document, color), (left, top), mask)
    write = _write_turned if badge.shape == "ribbon" else _write
    write(sheet, badge, ink)


def _round(badge: Badge, width: int, height: int) -> Image.Image:
    return rounded(width, height, height)


def _star(badge: Badge, width: int, height: int) -> Image.Image:
    half = width * SMOOTH / 2
    reach = [half * (1 if at % 2 else 1 - DEPTH) for at in range(2 * SPIKES)]
    turns = [at * pi / SPIKES for at in range(2 * SPIKES)]
    points = [(half + far * sin(turn), half - far * cos(turn)) for far, turn in zip(reach, turns, strict=True)]
    return _polygon(width, height, points)


def _band(badge: Badge, width: int, height: int) -> Image.Image:
    """Across the upper left corner; the others are its mirror images."""
    across, down = width * SMOOTH, height * SMOOTH
    near = _near(badge)
    mask = _polygon(width, height, [(0, down * near), (across * near, 0), (across * FAR, 0), (0, down * FAR)])
    if badge.corner.endswith("right"):
        mask = mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return mask.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if badge.corner.startswith("bottom") else mask


def _near(badge: Badge) -> float:
    """Where a ribbon begins along the sides of its corner."""
    return max(0.2, FAR - THICK * sqrt(2) * badge.size / badge.place.width)


def _polygon(width: int, height: int, points: list[tuple[float, float]]) -> Image.Image:
    """Of *points* that are SMOOTH times as far apart."""
    large = Image.new("L", (width * SMOOTH, height * SMOOTH))
    ImageDraw.Draw(large).polygon(points, fill=255)
    return large.reduce(SMOOTH)


def _button(sheet: Sheet, cell: Data, frame: Frame, part: Frame) -> Image.Image:
    """What a *part* shows of its button's shape."""
    left, top, right, bottom = sheet.pixels(frame)
    radius = round(min(right - left, bottom - top) * cell["radius"] / 100)
    box = sheet.pixels(part)
    return rounded(right - left, bottom - top, radius).crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))


def _write(sheet: Sheet, badge: Badge, ink: Color) -> None:
    step = badge.size * LEADING
    x, y = badge.place.x + badge.place.width / 2, badge.place.y + badge.place.height / 2
    base = y - step * (len(badge.rows) - 1) / 2 + badge.size * (ABOVE - 0.5)
    for at, row in enumerate(badge.rows):
        begin, end = fonts.ink(row, FACE)
        sheet.write(row, FACE, badge.size, x - badge.size * (begin + end) / 2, base + step * at, ink)


def _write_turned(sheet: Sheet, badge: Badge, ink: Color) -> None:
    """Along the band of a ribbon."""
    is_left, is_top = badge.corner.endswith("left"), badge.corner.startswith("top")
    words, _ = sheet.mask_of(badge.rows[0], FACE, badge.size, 0, 0)
    turned = words.rotate(45 if is_left == is_top else -45, Image.Resampling.BICUBIC, expand=True)
    middle, place = (_near(badge) + FAR) / 4, badge.place
    x = place.x + place.width * (middle if is_left else 1 - middle)
    y = place.y + place.height * (middle if is_top else 1 - middle)
    sheet.paint(ink, (round(x * sheet.scale - turned.width / 2), round(y * sheet.scale - turned.height / 2)), turned)
