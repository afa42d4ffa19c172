"""The sheet that a menu is drawn on.

Everything is placed in *units*: 2500 of them are as wide as the picture, however many pixels it has. So a small preview
looks like the picture that LINE gets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from lstep_lite.engine.rich_menus.composing import fonts, glyphs
from lstep_lite.engine.rich_menus.composing.fonts import Face

UNITS = 2500
SMOOTH = 4
"""Shapes are drawn so many times larger and then reduced: Pillow's own edges are jagged."""
BLUR_AT = 4
"""Shadows are blurred so many times smaller, which nobody sees."""

ABOVE = 0.87
"""How much of a line is above its base line: its letters stand in its middle."""
MARGIN = 0.15
"""How far letters like g reach over their line, at most."""

Pixels = tuple[int, int, int, int]
Color = tuple[int, int, int]


@dataclass(frozen=True)
class Frame:
    """A place on the sheet, in units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def shorter(self) -> float:
        return min(self.width, self.height)

    def inset(self, left: float, top: float, right: float, bottom: float) -> "Frame":
        """A part of it, which is never empty."""
        width, height = max(1, self.width - left - right), max(1, self.height - top - bottom)
        return Frame(self.x + left, self.y + top, width, height)


class Sheet:
    def __init__(self, width: int, height: int, color: Color) -> None:
        self.image = Image.new("RGB", (width, height), color)
        self.scale = width / UNITS
        """Pixels of a unit."""

    def pixels(self, frame: Frame) -> Pixels:
        """Neighbours that touch in units touch in pixels too."""
        left, top = round(frame.x * self.scale), round(frame.y * self.scale)
        right, bottom = round(frame.right * self.scale), round(frame.bottom * self.scale)
        return left, top, max(left + 1, right), max(top + 1, bottom)

    def paint(self, paint: Color | Image.Image, corner: tuple[int, int], mask: Image.Image) -> None:
        """A colour, or a picture of the mask's size, where *mask* shows it."""
        box = (*corner, corner[0] + mask.width, corner[1] + mask.height)
        is_whole = mask.getextrema() == (255, 255)  # which is painted several times as fast without a mask
        self.image.paste(paint, box, None if is_whole else mask)

    def shadow(
        self,
        corner: tuple[int, int],
        mask: Image.Image,
        *,
        drop: float,
        blur: float,
        strength: float,
        hidden: int | None = None,
    ) -> None:
        """Of what *mask* shows; *drop* and *blur* in units. More than *hidden* pixels inside nobody sees it."""
        margin, down = BLUR_AT * ceil(blur * self.scale * 2 / BLUR_AT), round(drop * self.scale)
        small = _blurred(mask, margin // BLUR_AT, blur * self.scale / BLUR_AT, strength)
        inside = None
        if hidden is not None:
            x, y = margin + hidden, margin + hidden - down
            inside = x, y, x + mask.width - 2 * hidden, y + mask.height - 2 * hidden
        for left, top, right, bottom in _around((0, 0, small.width * BLUR_AT, small.height * BLUR_AT), inside):
            box = left / BLUR_AT, top / BLUR_AT, right / BLUR_AT, bottom / BLUR_AT
            large = small.resize((right - left, bottom - top), Image.Resampling.BILINEAR, box)
            self.paint((0, 0, 0), (corner[0] - margin + left, corner[1] - margin + down + top), large)

    def write(
        self, text: str, face: Face, size: float, x: float, y: float, color: Color, *, outline: float = 0
    ) -> None:
        """One line, from *x* on the base line *y*; with an *outline* all of it is that much fatter."""
        self._write_on(self.image, text, face, size, x * self.scale, y * self.scale, color, outline)

    def mask_of(
        self, text: str, face: Face, size: float, x: float, y: float, *, outline: float = 0
    ) -> tuple[Image.Image, tuple[int, int]]:
        """What `write` would paint, and where its corner is in pixels. Its middle is that of the line."""
        width = fonts.length(text, face) * size + 2 * outline
        left, top, right, bottom = self.pixels(
            Frame(x - outline, y - size * (ABOVE + MARGIN) - outline, width, size * (1 + 2 * MARGIN) + 2 * outline)
        )
        mask = Image.new("L", (right - left, bottom - top))
        self._write_on(mask, text, face, size, x * self.scale - left, y * self.scale - top, 255, outline)
        return mask, (left, top)

    def _write_on(
        self,
        image: Image.Image,
        text: str,
        face: Face,
        size: float,
        x: float,
        y: float,
        color: Color | int,
        outline: float,
    ) -> None:
        draw = ImageDraw.Draw(image)
        for char, its_face, start in fonts.spaced(text, face):
            font = fonts.opened(its_face.path, self.font_size(size))
            draw.text((x + start * size * self.scale, y), char, color, font, "ls", stroke_width=outline * self.scale)

    def glyph(
        self,
        name: str,
        size: float,
        middle: tuple[float, float],
        color: Color | int,
        *,
        on: Image.Image | None = None,
        corner: tuple[int, int] = (0, 0),
    ) -> None:
        """The icon *name* around *middle*; nothing where there is no such icon. *on* a mask whose *corner* is there."""
        character = glyphs.character(name)
        if character is None:
            return
        font = fonts.opened(glyphs.path(), self.font_size(size))
        x, y = middle[0] * self.scale - corner[0], middle[1] * self.scale - corner[1]
        draw = ImageDraw.Draw(self.image if on is None else on)
        draw.text((x - font.size / 2, y + font.size * glyphs.MIDDLE), character, color, font, "ls")

    def font_size(self, size: float) -> float:
        """In pixels; few different ones, so that opened fonts are used again."""
        return max(1.0, round(size * self.scale * 4) / 4)


def _blurred(mask: Image.Image, margin: int, blur: float, strength: float) -> Image.Image:
    """*mask* BLUR_AT times smaller, faint, with a margin on all sides."""
    less = mask.reduce(BLUR_AT)
    small = Image.new("L", (less.width + 2 * margin, less.height + 2 * margin))
    small.paste(less, (margin, margin))
    return small.filter(ImageFilter.GaussianBlur(blur)).point([round(value * strength) for value in range(256)])


def _around(whole: Pixels, inside: Pixels | None) -> Iterator[Pixels]:
    """The parts of *whole* that are not *inside* it."""
    if inside is None or inside[0] >= inside[2] or inside[1] >= inside[3]:
        yield whole
        return
    yield whole[0], whole[1], whole[2], inside[1]
    yield whole[0], inside[1], inside[0], inside[3]
    yield inside[2], inside[1], whole[2], inside[3]
    yield whole[0], inside[3], whole[2], whole[3]


def rounded(width: int, height: int, radius: int) -> Image.Image:
    """A mask of a rectangle with round corners, in pixels."""
    radius = max(0, min(radius, width // 2, height // 2))
    mask = Image.new("L", (width, height), 255)
    if radius:
        corner = _corner(radius)
        for turned, x, y in (
            (corner, 0, 0),
            (corner.transpose(Image.Transpose.FLIP_LEFT_RIGHT), width - radius, 0),
            (corner.transpose(Image.Transpose.FLIP_TOP_BOTTOM), 0, height - radius),
            (corner.transpose(Image.Transpose.ROTATE_180), width - radius, height - radius),
        ):
            mask.paste(turned, (x, y))
    return mask


def _corner(radius: int) -> Image.Image:
    large = Image.new("L", (radius * SMOOTH, radius * SMOOTH))
    ImageDraw.Draw(large).ellipse((0, 0, 2 * radius * SMOOTH - 1, 2 * radius * SMOOTH - 1), fill=255)
    return large.reduce(SMOOTH)


def ring(mask: Image.Image, thick: int, radius: int) -> Image.Image:
    """The edge of a `rounded` mask."""
    inside = Image.new("L", mask.size)
    width, height = mask.width - 2 * thick, mask.height - 2 * thick
    if width > 0 and height > 0:
        inside.paste(rounded(width, height, max(0, radius - thick)), (thick, thick))
    return ImageChops.subtract(mask, inside)
