"""What grounds and cells are filled with: a colour, a gradient, a picture."""

from collections.abc import Mapping

from PIL import Image, ImageChops, ImageColor

from lstep_lite.engine.rich_menus import contrast
from lstep_lite.engine.rich_menus.composing.sheets import Color, Sheet
from lstep_lite.engine.studio import Data

Pictures = Mapping[int, Image.Image]
_STEPS = 256
NO_PICTURE: Color = (203, 208, 214)
"""Where one is still to be chosen."""


def color_of(document: Data, name: str) -> Color:
    red, green, blue = ImageColor.getrgb(contrast.resolve(document, name))[:3]
    return red, green, blue


def mixed(first: Color, second: Color, share: float) -> Color:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def fill(
    sheet: Sheet,
    document: Data,
    filled: Data,
    prefix: str,
    pictures: Pictures,
    corner: tuple[int, int],
    mask: Image.Image,
) -> None:
    """Paint what the inputs *prefix*, *prefix*_color, … of *filled* say where *mask* shows it."""
    match filled[prefix]:
        case "plain":
            sheet.paint(color_of(document, filled[f"{prefix}_color"]), corner, mask)
        case "gradient":
            first, second = (color_of(document, filled[f"{prefix}_{name}"]) for name in ("color", "color2"))
            sheet.paint(gradient(first, second, filled[f"{prefix}_direction"], mask.size), corner, mask)
        case "image":
            picture = pictures.get(filled[f"{prefix}_media_id"])
            part = _shown(picture, filled, prefix, mask.size) if picture else None
            paste(sheet, part, corner, mask)


def gradient(first: Color, second: Color, direction: str, size: tuple[int, int]) -> Image.Image:
    share = _shares(direction).resize(size, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", size, second), Image.new("RGB", size, first), share)


def _shares(direction: str) -> Image.Image:
    """How far the second colour has come, coarsely."""
    if direction == "diagonal":
        side = 32
        values = [round((x + y) * 255 / (2 * side - 2)) for y in range(side) for x in range(side)]
        return Image.frombytes("L", (side, side), bytes(values))
    size = (1, _STEPS) if direction == "down" else (_STEPS, 1)
    return Image.frombytes("L", size, bytes(range(_STEPS)))


def _shown(picture: Image.Image, filled: Data, prefix: str, size: tuple[int, int]) -> Image.Image:
    """The part of *picture* that staff chose, darkened as they like."""
    focus = filled[f"{prefix}_focus_x"] / 1000, filled[f"{prefix}_focus_y"] / 1000
    part = fitted(picture, size, filled[f"{prefix}_zoom"] / 100, focus)
    kept = 1 - filled[f"{prefix}_shade"] / 100
    if kept == 1:
        return part
    same = list(range(256))
    return part.point([round(value * kept) for value in same] * 3 + (same if part.mode == "RGBA" else []))


def fitted(
    picture: Image.Image, size: tuple[int, int], zoom: float = 1, focus: tuple[float, float] = (0.5, 0.5)
) -> Image.Image:
    """The largest part of *picture* of that shape, *zoom* times smaller, in that size."""
    scale = max(size[0] / picture.width, size[1] / picture.height) * zoom
    width, height = min(picture.width, size[0] / scale), min(picture.height, size[1] / scale)
    left, top = (picture.width - width) * focus[0], (picture.height - height) * focus[1]
    # Hamming is as good as bicubic for making smaller, in half the time.
    filter_ = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.HAMMING
    return picture.resize(size, filter_, (left, top, left + width, top + height), reducing_gap=2.0)


def paste(sheet: Sheet, part: Image.Image | None, corner: tuple[int, int], mask: Image.Image) -> None:
    """A picture of the mask's size; grey where one is still to be chosen."""
    if part is None:
        sheet.paint(NO_PICTURE, corner, mask)
        return
    shown = ImageChops.multiply(mask, part.getchannel("A")) if part.mode == "RGBA" else mask
    sheet.paint(part.convert("RGB"), corner, shown)
