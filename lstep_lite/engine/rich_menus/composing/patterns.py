"""Patterns on the ground of a menu, as masks: how much of the pattern's colour shows where.

Each is drawn in units and then made as small as the picture, so that a preview has the same pattern.
"""

from collections.abc import Callable
from functools import lru_cache
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from lstep_lite.engine.rich_menus.composing.sheets import UNITS

Size = tuple[int, int]
Tile = Callable[[], Image.Image]
_tiles: dict[str, Tile] = {}
SMOOTH = 3
"""Tiles are drawn so many times larger and then reduced."""
SOFT = 150
"""How strong the faint parts of a pattern are, of 255."""


def names() -> list[str]:
    return list(_tiles)


@lru_cache(maxsize=8)
def mask(name: str, size: Size) -> Image.Image:
    """Of *size* pixels, as a part of the full picture. Not to be changed: it is shared."""
    height = max(1, round(size[1] * UNITS / size[0]))
    tile = _drawn(name)
    full = Image.new("L", (UNITS, height))
    for top in range(0, height, tile.height):
        for left in range(0, UNITS, tile.width):
            full.paste(tile, (left, top))
    return full if full.size == size else full.resize(size, Image.Resampling.HAMMING)


@lru_cache(maxsize=16)
def _drawn(name: str) -> Image.Image:
    return _tiles[name]()


def _tile(name: str) -> Callable[[Tile], Tile]:
    def register(draw: Tile) -> Tile:
        _tiles[name] = draw
        return draw

    return register


def _empty(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (width * SMOOTH, height * SMOOTH))
    return image, ImageDraw.Draw(image)


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, value: int = 255) -> None:
    draw.ellipse([SMOOTH * each for each in (x - radius, y - radius, x + radius, y + radius)], fill=value)


@_tile("dots")
def _dots() -> Image.Image:
    image, draw = _empty(100, 100)
    for x, y in ((25, 25), (75, 75)):
        _disc(draw, x, y, 11)
    return image.reduce(SMOOTH)


@_tile("stripes")
def _stripes() -> Image.Image:
    side = 100
    image, draw = _empty(side, side)
    for start in (-side, 0, side):
        points = [(start, side), (start + side, 0), (start + side * 1.5, 0), (start + side * 0.5, side)]
        draw.polygon([(x * SMOOTH, y * SMOOTH) for x, y in points], fill=255)
    return image.reduce(SMOOTH)


@_tile("checks")
def _checks() -> Image.Image:
    """Gingham: two bands that are darker where they cross."""
    side = 140
    image = Image.new("L", (side, side))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, side // 2 - 1, side), fill=SOFT)
    draw.rectangle((0, 0, side, side // 2 - 1), fill=SOFT)
    draw.rectangle((0, 0, side // 2 - 1, side // 2 - 1), fill=255)
    return image


@_tile("grid")
def _grid() -> Image.Image:
    side, thick = 100, 4
    image = Image.new("L", (side, side))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, side, thick - 1), fill=255)
    draw.rectangle((0, 0, thick - 1, side), fill=255)
    return image


@_tile("waves")
def _waves() -> Image.Image:
    """Seigaiha (青海波): rows of arcs, each half hidden by those below."""
    wide, high = 200, 100
    image, draw = _empty(wide, high)
    for row in range(-1, 5):
        y = row * high / 2
        for x in [shift * wide + (wide / 2 if row % 2 else 0) for shift in range(-1, 3)]:
            for ring, radius in enumerate((100, 92, 70, 62, 40, 32)):
                _disc(draw, x, y + high / 2, radius, 0 if ring % 2 else 255)
            _disc(draw, x, y + high / 2, 10)
    return image.reduce(SMOOTH)


@_tile("confetti")
def _confetti() -> Image.Image:
    side, chance = 700, _chance(11)
    image, draw = _empty(side, side)
    for x, y in _scattered(chance, side, apart=95):
        kind, value, turn = chance.randrange(4), chance.choice((SOFT, 205, 255)), chance.random() * pi
        for left, top in _around(x, y, side, 40):
            if kind == 0:
                _disc(draw, left, top, 13, value)
            elif kind == 1:
                _disc(draw, left, top, 17, value)
                _disc(draw, left, top, 10, 0)
            else:
                _polygon(draw, left, top, _strip_points(15 if kind == 2 else 24, 15 if kind == 2 else 8), turn, value)
    return image.reduce(SMOOTH)


@_tile("leaves")
def _leaves() -> Image.Image:
    side, chance = 900, _chance(4)
    image, draw = _empty(side, side)
    for x, y in _scattered(chance, side, apart=165):
        long, turn, value = chance.uniform(58, 84), chance.random() * 2 * pi, chance.choice((SOFT, 200, 255))
        for left, top in _around(x, y, side, 100):
            _polygon(draw, left, top, _leaf_points(long, long * 0.36), turn, value)
            _polygon(draw, left, top, _strip_points(long * 0.86, 2.5), turn, 0)
    return image.reduce(SMOOTH)


@_tile("paper")
def _paper() -> Image.Image:
    """Fine grain, and a few fibres."""
    side, chance = 640, _chance(7)
    grain = _noise(chance, side, side)
    coarse = _spread(_noise(chance, side // 8, side // 8), side)
    image = ImageOps.autocontrast(Image.blend(grain.filter(ImageFilter.GaussianBlur(0.8)), coarse, 0.4), cutoff=2)
    image = image.point([round(max(0, value - 90) * 0.8) for value in range(256)])
    draw = ImageDraw.Draw(image)
    for x, y in _scattered(chance, side, apart=70):
        bend = chance.uniform(-14, 14)
        draw.line((x, y, x + 16, y + bend / 2, x + 34, y + bend), fill=190, width=2)
    return image


@_tile("linen")
def _linen() -> Image.Image:
    """Threads that run across and down."""
    side, chance = 512, _chance(3)
    across = _spread(_noise(chance, side // 32, side // 2), side)
    down = _spread(_noise(chance, side // 2, side // 32), side)
    woven = ImageOps.autocontrast(Image.blend(across, down, 0.5), cutoff=1)
    return woven.point([round(max(0, value - 60) * 1.2) if value < 255 else 234 for value in range(256)])


def _noise(chance: Random, width: int, height: int) -> Image.Image:
    return Image.frombytes("L", (width, height), chance.randbytes(width * height))


def _spread(noise: Image.Image, side: int) -> Image.Image:
    """Made larger so that the edges of the tile fit each other."""
    nine = Image.new("L", (noise.width * 3, noise.height * 3))
    for at in range(9):
        nine.paste(noise, (noise.width * (at % 3), noise.height * (at // 3)))
    box = (noise.width, noise.height, noise.width * 2, noise.height * 2)
    return nine.resize((side, side), Image.Resampling.BICUBIC, box)


def _chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - always the same


def _scattered(chance: Random, side: int, *, apart: int) -> list[tuple[float, float]]:
    """Places on a tile, none of them near another, over its edges too."""
    found: list[tuple[float, float]] = []
    for _ in range(900):
        x, y = chance.uniform(0, side), chance.uniform(0, side)
        if all(_distance(x, other, side) ** 2 + _distance(y, there, side) ** 2 >= apart**2 for other, there in found):
            found.append((x, y))
    return found


def _distance(one: float, other: float, side: int) -> float:
    plain = abs(one - other)
    return min(plain, side - plain)


def _around(x: float, y: float, side: int, reach: float) -> list[tuple[float, float]]:
    """The place, and again beyond the edges that it reaches over."""
    lefts = [x] + ([x + side] if x < reach else []) + ([x - side] if x > side - reach else [])
    tops = [y] + ([y + side] if y < reach else []) + ([y - side] if y > side - reach else [])
    return [(left, top) for left in lefts for top in tops]


def _strip_points(long: float, wide: float) -> list[tuple[float, float]]:
    return [(-long, -wide / 2), (long, -wide / 2), (long, wide / 2), (-long, wide / 2)]


def _leaf_points(long: float, wide: float) -> list[tuple[float, float]]:
    upper = [(-long + 2 * long * at / 24, wide * sin(pi * at / 24)) for at in range(25)]
    return upper + [(x, -y) for x, y in reversed(upper)]


def _polygon(
    draw: ImageDraw.ImageDraw, x: float, y: float, points: list[tuple[float, float]], turn: float, value: int
) -> None:
    turned = [(x + a * cos(turn) - b * sin(turn), y + a * sin(turn) + b * cos(turn)) for a, b in points]
    draw.polygon([(SMOOTH * a, SMOOTH * b) for a, b in turned], fill=value)
