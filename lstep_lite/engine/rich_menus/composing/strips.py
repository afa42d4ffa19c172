"""The strip of tabs: one cell each, the one that is open stands out."""

from collections.abc import Sequence
from dataclasses import dataclass

from lstep_lite.engine.rich_menus.composing import fonts, surfaces
from lstep_lite.engine.rich_menus.composing.fonts import Face
from lstep_lite.engine.rich_menus.composing.sheets import ABOVE, Color, Frame, Sheet, rounded
from lstep_lite.engine.studio import Data

SIDE = 0.07
"""Left free on either side of a tab's words, of its width."""
LARGEST, LARGEST_BELOW_ICON = 0.4, 0.27
"""Of the words, as a part of the strip's height."""
FAINT = 0.12
"""How much of the ink is in the ground of tabs that are not open, and in lines between them."""


@dataclass(frozen=True)
class Strip:
    """*at* is the place of the open tab; the body is below a strip that stands on top."""

    frames: Sequence[Frame]
    tabs: Sequence[Data]
    at: int
    is_on_top: bool
    face: Face
    size: float
    """Of the words, equal for all."""
    is_stacked: bool
    """Whether icons stand above the words instead of beside them."""


def plan(document: Data, tab: Data, cells: Sequence[tuple[Data, Frame]]) -> Strip:
    tabs, frames = [each for each, _ in cells], [frame for _, frame in cells]
    face = Face(document["strip_font"], True)
    beside, above = (_size(tabs, frames, face, is_stacked=stacked) for stacked in (False, True))
    at = next((place for place, each in enumerate(tabs) if each["id"] == tab["id"]), 0)
    is_on_top = document["strip"] == "top"
    return Strip(frames, tabs, at, is_on_top, face, max(beside, above), is_stacked=above > beside)


def _size(tabs: Sequence[Data], frames: Sequence[Frame], face: Face, *, is_stacked: bool) -> float:
    """The largest at which all labels fit, with their icons beside or above them."""
    has_icons = any(each["icon"] for each in tabs)
    most = frames[0].height * (LARGEST_BELOW_ICON if is_stacked and has_icons else LARGEST)
    for each, frame in zip(tabs, frames, strict=True):
        ems = max(0.5, fonts.length(each["label"], face))
        ems += _icon_ems(each) if not is_stacked else 0
        most = min(most, frame.width * (1 - 2 * SIDE) / ems)
    return most


def _icon_ems(tab: Data) -> float:
    return 1.7 if tab["icon"] else 0


def draw(sheet: Sheet, document: Data, strip: Strip) -> None:
    style = {"filled": _filled, "underline": _underline, "pill": _pill, "folder": _folder}[document["strip_style"]]
    colors = {name: surfaces.color_of(document, f"@{name}") for name in ("ground", "surface", "accent", "ink", "light")}
    inks = style(sheet, strip, colors)
    for at, (tab, frame) in enumerate(zip(strip.tabs, strip.frames, strict=True)):
        _words(sheet, strip, tab, frame, inks[0] if at == strip.at else inks[1])


Colors = dict[str, Color]
Inks = tuple[Color, Color]
"""Of the words of the open tab, and of the others."""


def _filled(sheet: Sheet, strip: Strip, colors: Colors) -> Inks:
    for at, frame in enumerate(strip.frames):
        _rectangle(sheet, frame, colors["accent"] if at == strip.at else colors["surface"])
    for at, frame in enumerate(strip.frames[1:], start=1):
        if strip.at not in (at - 1, at):
            line = Frame(frame.x - 1.5, frame.y + frame.height * 0.26, 3, frame.height * 0.48)
            _rectangle(sheet, line, surfaces.mixed(colors["surface"], colors["ink"], FAINT * 1.5))
    return colors["light"], colors["ink"]


def _underline(sheet: Sheet, strip: Strip, colors: Colors) -> Inks:
    _rectangle(sheet, _whole(strip), colors["surface"])
    _rectangle(sheet, _along(strip, _whole(strip), 3), surfaces.mixed(colors["surface"], colors["ink"], FAINT))
    open_tab = strip.frames[strip.at]
    _rectangle(sheet, _along(strip, open_tab, open_tab.height * 0.08), colors["accent"])
    return colors["accent"], colors["ink"]


def _pill(sheet: Sheet, strip: Strip, colors: Colors) -> Inks:
    _rectangle(sheet, _whole(strip), colors["surface"])
    frame = strip.frames[strip.at]
    air = frame.height * 0.15
    left, top, right, bottom = sheet.pixels(frame.inset(air, air, air, air))
    sheet.paint(colors["accent"], (left, top), rounded(right - left, bottom - top, bottom - top))
    return colors["light"], colors["ink"]


def _folder(sheet: Sheet, strip: Strip, colors: Colors) -> Inks:
    """The open tab is of one piece with the ground below; the others lie behind it."""
    _rectangle(sheet, _whole(strip), surfaces.mixed(colors["ground"], colors["accent"], 0.3))
    for at, frame in enumerate(strip.frames):
        if at != strip.at:
            _flap(sheet, strip, frame, 0.2, surfaces.mixed(colors["surface"], colors["accent"], FAINT))
    _flap(sheet, strip, strip.frames[strip.at], 0.1, colors["ground"])
    return colors["ink"], colors["ink"]


def _flap(sheet: Sheet, strip: Strip, frame: Frame, lower: float, color: Color) -> None:
    air, gap = frame.height * lower, min(6.0, frame.width * 0.02)
    outer = (air, 0.0) if strip.is_on_top else (0.0, air)
    left, top, right, bottom = sheet.pixels(frame.inset(gap, outer[0], gap, outer[1]))
    radius = round(frame.height * 0.2 * sheet.scale)
    mask = rounded(right - left, bottom - top + radius, radius)
    shown = (0, 0, mask.width, bottom - top) if strip.is_on_top else (0, radius, mask.width, mask.height)
    sheet.paint(color, (left, top), mask.crop(shown))


def _whole(strip: Strip) -> Frame:
    first, last = strip.frames[0], strip.frames[-1]
    return Frame(first.x, first.y, last.right - first.x, first.height)


def _along(strip: Strip, frame: Frame, thick: float) -> Frame:
    """Where *frame* meets the body."""
    return Frame(frame.x, frame.bottom - thick if strip.is_on_top else frame.y, frame.width, thick)


def _rectangle(sheet: Sheet, frame: Frame, color: Color) -> None:
    left, top, right, bottom = sheet.pixels(frame)
    sheet.image.paste(color, (left, top, right, bottom))


def _words(sheet: Sheet, strip: Strip, tab: Data, frame: Frame, color: Color) -> None:
    size, ems = strip.size, fonts.length(tab["label"], strip.face)
    icon = size * (1.7 if strip.is_stacked else 1.35) if tab["icon"] else 0
    gap = size * (0.16 if strip.is_stacked else 0.3) if icon and ems else 0
    middle = frame.x + frame.width / 2, frame.y + frame.height / 2
    if strip.is_stacked:
        top = middle[1] - (icon + gap + size) / 2
        place, x, base = (middle[0], top + icon / 2), middle[0] - ems * size / 2, top + icon + gap + size * ABOVE
    else:
        left = middle[0] - (icon + gap + ems * size) / 2
        place, x, base = (left + icon / 2, middle[1]), left + icon + gap, middle[1] + size * (ABOVE - 0.5)
    if icon:
        sheet.glyph(tab["icon"], icon, place, color)
    sheet.write(tab["label"], strip.face, size, x, base, color)
