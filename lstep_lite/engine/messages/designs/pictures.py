"""The sample pictures of the designs, drawn here: quiet shapes that a shop replaces with its own photographs."""

import io
import math
from collections.abc import Callable, Iterable
from functools import lru_cache

from PIL import Image, ImageDraw

from lstep_lite.errors import NotFound

Size = tuple[int, int]
Color = tuple[int, int, int]
WIDE: Size = (1040, 676)
BAND: Size = (1040, 520)
UPRIGHT: Size = (780, 1040)
SMOOTH = 2
"""Drawn so many times larger and then reduced, so that edges are smooth."""
Draw = Callable[[ImageDraw.ImageDraw, Size], None]
_pictures: dict[str, tuple[str, Callable[[], Image.Image]]] = {}


def names() -> list[str]:
    return list(_pictures)


def label(name: str) -> str:
    """What the library calls it."""
    return _pictures[name][0]


@lru_cache
def draw(name: str) -> bytes:
    """A PNG. Computes for some tenths of a second: not inside a unit. Raises NotFound."""
    if name not in _pictures:
        raise NotFound
    file = io.BytesIO()
    _pictures[name][1]().save(file, "PNG", optimize=False)
    return file.getvalue()


def _picture(name: str, title: str, size: Size, top: str, bottom: str) -> Callable[[Draw], Draw]:
    """Register the function below, which draws on a ground that runs from *top* to *bottom*."""

    def register(paint: Draw) -> Draw:
        def make() -> Image.Image:
            large = (size[0] * SMOOTH, size[1] * SMOOTH)
            image = _ground(large, _rgb(top), _rgb(bottom))
            paint(ImageDraw.Draw(image, "RGBA"), large)
            return image.resize(size, Image.Resampling.LANCZOS)

        _pictures[name] = (f"見本：{title}", make)
        return paint

    return register


def _ground(size: Size, top: Color, bottom: Color) -> Image.Image:
    column = Image.new("RGB", (1, 64))
    column.putdata([_mixed(top, bottom, at / 63) for at in range(64)])
    return column.resize(size, Image.Resampling.BICUBIC)


def _mixed(first: Color, second: Color, share: float) -> Color:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _rgb(color: str) -> Color:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _disc(canvas: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: str) -> None:
    canvas.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


# People --------------------------------------------------------------------------------------------------------------


def _person(hair: str, skin: str, clothes: str) -> Draw:
    def paint(canvas: ImageDraw.ImageDraw, size: Size) -> None:
        width, height = size
        middle, unit = width / 2, height / 100
        _disc(canvas, width * 0.2, height * 0.2, 26 * unit, "#ffffff30")
        _disc(canvas, width * 0.86, height * 0.75, 34 * unit, "#ffffff28")
        canvas.rounded_rectangle(
            (middle - 25 * unit, 26 * unit, middle + 25 * unit, 82 * unit), radius=25 * unit, fill=hair
        )
        shoulders = (middle - 38 * unit, 72 * unit, middle + 38 * unit, 150 * unit)
        canvas.rounded_rectangle(shoulders, radius=32 * unit, fill=clothes)
        neck = (middle - 7 * unit, 58 * unit, middle + 7 * unit, 75 * unit)
        canvas.rounded_rectangle(neck, radius=8 * unit, fill=skin)
        _disc(canvas, middle, 48 * unit, 18 * unit, skin)
        fringe = (middle - 20 * unit, 26 * unit, middle + 20 * unit, 58 * unit)
        canvas.pieslice(fringe, 180, 360, fill=hair)

    return paint


_picture("staff_rose", "スタッフ（ローズ）", WIDE, "#f6d9d9", "#e7b3bb")(_person("#5b3a35", "#f4d6c4", "#a8465f"))
_picture("staff_leaf", "スタッフ（リーフ）", WIDE, "#dfeee4", "#a9cdb9")(_person("#3b2f2b", "#f0cfb8", "#2f6b57"))
_picture("staff_clay", "スタッフ（クレイ）", WIDE, "#fae5d0", "#e9bd95")(_person("#8a5636", "#f6dccb", "#a4512a"))


# Places and things ---------------------------------------------------------------------------------------------------


@_picture("flowers", "花", BAND, "#fdf1ee", "#f3cfd2")
def _flowers(canvas: ImageDraw.ImageDraw, size: Size) -> None:
    width, height = size
    blooms = ((0.14, 0.62, 0.2, "#d98a97"), (0.34, 0.34, 0.13, "#f0b7a4"), (0.52, 0.66, 0.24, "#c96a80"))
    more = ((0.72, 0.36, 0.16, "#e9a6ab"), (0.9, 0.66, 0.21, "#d98a97"))
    for x, y, radius, color in (*blooms, *more):
        canvas.line((width * x, height * y, width * x, height * 1.1), fill="#6f9a83", width=round(height * 0.018))
        _flower(canvas, width * x, height * y, height * radius, color)


def _flower(canvas: ImageDraw.ImageDraw, x: float, y: float, radius: float, color: str) -> None:
    for turn in range(8):
        angle = turn * math.pi / 4
        _disc(
            canvas,
            x + math.cos(angle) * radius * 0.55,
            y + math.sin(angle) * radius * 0.55,
            radius * 0.46,
            color + "cc",
        )
    _disc(canvas, x, y, radius * 0.3, "#fbe7b6")


@_picture("storefront", "お店の外観", BAND, "#dcebf2", "#f7efe4")
def _storefront(canvas: ImageDraw.ImageDraw, size: Size) -> None:
    width, height = size
    left, right, roof, floor = width * 0.2, width * 0.8, height * 0.2, height * 0.86
    canvas.rectangle((0, floor, width, height), fill="#d9cdbd")
    canvas.rounded_rectangle((left, roof, right, floor + 4), radius=height * 0.03, fill="#fffaf3")
    canvas.rectangle((left, roof, right, height * 0.31), fill="#2f6b57")
    _awning(canvas, left - width * 0.02, right + width * 0.02, height * 0.31, height * 0.13)
    canvas.rounded_rectangle((width * 0.27, height * 0.5, width * 0.53, height * 0.76), radius=12, fill="#bfe0e4")
    canvas.line((width * 0.4, height * 0.5, width * 0.4, height * 0.76), fill="#fffaf3", width=10)
    canvas.rounded_rectangle((width * 0.6, height * 0.48, width * 0.72, floor), radius=14, fill="#8a5636")
    _disc(canvas, width * 0.7, height * 0.68, 10, "#f2d49b")
    for x in (width * 0.12, width * 0.88):
        canvas.rounded_rectangle((x - 40, height * 0.74, x + 40, floor), radius=12, fill="#a4512a")
        _disc(canvas, x, height * 0.64, height * 0.12, "#5d8f78")


def _awning(canvas: ImageDraw.ImageDraw, left: float, right: float, top: float, deep: float) -> None:
    stripes, wide = 10, (right - left) / 10
    for at in range(stripes):
        color = "#c9614b" if at % 2 else "#fff3ea"
        start = left + at * wide
        canvas.rectangle((start, top, start + wide, top + deep * 0.7), fill=color)
        canvas.pieslice((start, top + deep * 0.2, start + wide, top + deep * 1.1), 0, 180, fill=color)


@_picture("stage", "セミナー", WIDE, "#5f4478", "#2d1f42")
def _stage(canvas: ImageDraw.ImageDraw, size: Size) -> None:
    width, height = size
    colors = ("#f2d49b", "#e9a6ab", "#9fc7b4", "#a9bfe0", "#d9b8e6", "#f0b7a4")
    for at, color in enumerate(colors):
        angle = math.pi * (1 + (at + 0.5) / len(colors))
        x, y = width / 2 + math.cos(angle) * height * 0.52, height * 0.78 + math.sin(angle) * height * 0.52
        _disc(canvas, x, y, height * 0.115, color)
    _disc(canvas, width / 2, height * 0.78, height * 0.22, "#ffffff20")
    _disc(canvas, width / 2, height * 0.78, height * 0.15, "#fbf6ff")
    canvas.rectangle((0, height * 0.94, width, height), fill="#1e142e")


# Hair ----------------------------------------------------------------------------------------------------------------


BROWNS = ("#6b5a4e", "#83705f", "#594a40")


@_picture("before", "ビフォー", UPRIGHT, "#e6e0da", "#cfc5bb")
def _before(canvas: ImageDraw.ImageDraw, size: Size) -> None:
    for at in range(40):
        _strand(canvas, size, at / 39, _frizzy(at), BROWNS[at % 3], 26)


@_picture("after", "アフター", UPRIGHT, "#fbeae4", "#f0c9c4")
def _after(canvas: ImageDraw.ImageDraw, size: Size) -> None:
    for at in range(44):
        _strand(canvas, size, at / 43, _smooth, "#7a4636" if at % 4 else "#a9694f", 22)


def _frizzy(seed: int) -> Callable[[float], float]:
    return lambda down: 0.022 * math.sin(down * 19 + seed * 1.7) + 0.014 * math.sin(down * 43 + seed * 3.1)


def _smooth(down: float) -> float:
    return 0.05 * math.sin(down * 3.4)


def _strand(
    canvas: ImageDraw.ImageDraw, size: Size, across: float, bend: Callable[[float], float], color: str, wide: int
) -> None:
    """From the parting above the middle down to the tips."""
    width, height = size
    line = [(width * _at(across, down, bend), height * (0.08 + 0.86 * down)) for down in _steps(40)]
    canvas.line(line, fill=color, width=wide, joint="curve")


def _at(across: float, down: float, bend: Callable[[float], float]) -> float:
    return 0.5 + (across - 0.5) * (0.35 + 0.5 * math.sqrt(down)) + bend(down) * min(1, down * 3)


def _steps(count: int) -> Iterable[float]:
    return (step / count for step in range(count + 1))
