"""How large the words and the icon of a button become, and where they stand; all in units."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt
from statistics import median

from lstep_lite.engine.rich_menus.composing import fonts
from lstep_lite.engine.rich_menus.composing.fonts import Face
from lstep_lite.engine.rich_menus.composing.sheets import Frame
from lstep_lite.engine.studio import Data

LEAST = 18.0
"""Smaller words can't be read."""
LEADING = 1.2
"""From base line to base line of the rows of one text, in its size."""
BETWEEN = 0.34
"""Between two texts, in the size of the smaller one."""
WEIGHTS = (1.0, 0.56, 0.5)
"""How large each text is beside the first where staff leave it to us."""
SMALLEST_CAP, LARGEST_CAP = 76.0, 230.0
"""What the first text is never capped below or above, where it is left to us."""
CAPS = {"top": 0.135, "left": 0.15, "right": 0.15, "back": 0.17, "": 0.17}
"""The cap by the root of the button's area, by the place of its icon."""
EQUAL = 0.03
"""Buttons whose sides differ less look equal."""
OUTLIER = 0.72
"""Who would make equal buttons' words smaller than this share of their median keeps smaller words alone."""
MARGIN, LEAST_MARGIN = 0.07, 16.0
"""Within a button, of its shorter side."""


@dataclass(frozen=True)
class Line:
    """One text of a button: its place among them, its rows, and their size; *asked* is 0 where it is left to us."""

    at: int
    rows: tuple[str, ...]
    face: Face
    asked: float
    outline: float
    size: float = 0.0

    @property
    def width(self) -> float:
        """Of the widest row, in ems."""
        return max(fonts.length(row, self.face) for row in self.rows)

    @property
    def height(self) -> float:
        return self.size * (1 + LEADING * (len(self.rows) - 1))


@dataclass(frozen=True)
class Layout:
    """What stands in *room*: the icon's size, or 0, and the lines."""

    room: Frame
    place: str
    icon: float
    lines: tuple[Line, ...]

    @property
    def gap(self) -> float:
        """Between icon and words. The icon has some air of its own."""
        if not (self.icon and self.lines):
            return 0
        return self.icon * (0.1 if self.place == "top" else 0.2)

    @property
    def words(self) -> Frame:
        """The largest place that the words may take."""
        taken = self.icon + self.gap
        if self.place == "top":
            return Frame(self.room.x, self.room.y + taken, self.room.width, max(1, self.room.height - taken))
        if self.place in ("left", "right"):
            left = taken if self.place == "left" else 0
            return Frame(self.room.x + left, self.room.y, max(1, self.room.width - taken), self.room.height)
        return self.room


def layout(cell: Data, frame: Frame) -> Layout:
    """With the largest words that fit."""
    margin = min(max(LEAST_MARGIN, frame.shorter * MARGIN), frame.shorter * 0.3)
    room = frame.inset(margin, margin, margin, margin)
    place = cell["icon_place"] if cell["icon"] else ""
    lines = tuple(_lines(cell))
    plan = Layout(room, place, _icon_size(cell, room, place, has_words=bool(lines)), lines)
    cap = min(LARGEST_CAP, max(SMALLEST_CAP, CAPS[place] * sqrt(frame.width * frame.height)))
    return _in_height(replace(plan, lines=tuple(_in_width(plan, cap))))


def _lines(cell: Data) -> Iterator[Line]:
    for at, line in enumerate(cell["lines"]):
        face = Face(line["font"], line["is_bold"])
        rows = tuple(row.strip() for row in line["text"].split("\n") if fonts.runs(row.strip(), face))
        if rows:
            yield Line(at, rows, face, line["size"], line["outline"])


def _icon_size(cell: Data, room: Frame, place: str, *, has_words: bool) -> float:
    if not place:
        return 0
    size = room.shorter * cell["icon_size"] / 100
    if not has_words or place == "back":
        return size
    return min(size, room.height * 0.7) if place == "top" else min(size, room.height, room.width * 0.45)


def _in_width(plan: Layout, cap: float) -> Iterator[Line]:
    first: float | None = None
    for at, line in enumerate(plan.lines):
        most = (plan.words.width - 2 * line.outline) / max(line.width, 0.01) * 0.995
        wanted = line.asked or WEIGHTS[min(at, 2)] * (first or cap)
        size = min(wanted, most)
        first = first or (None if line.asked else size)
        yield replace(line, size=size)


def _in_height(plan: Layout) -> Layout:
    """Icon and words made smaller together until they fit. What staff asked for gives way last."""
    stands_on_icon = plan.place == "top"
    for gives_way in (False, True):
        moving = [line for line in plan.lines if gives_way or not line.asked]
        block = block_height(plan.lines)
        over = block + (plan.icon + plan.gap if stands_on_icon else 0) - plan.room.height
        if over <= 0:
            break
        movable = sum(line.height * (1 + BETWEEN / 2) for line in moving) + (
            plan.icon + plan.gap if stands_on_icon else 0
        )
        share = max(0.05, 1 - over / movable) if movable else 1
        plan = replace(
            plan,
            icon=plan.icon * share if stands_on_icon else plan.icon,
            lines=tuple(replace(line, size=line.size * share) if line in moving else line for line in plan.lines),
        )
    return _shrunk(plan) if stands_on_icon or plan.lines else plan


def _shrunk(plan: Layout) -> Layout:
    """What is still too high, as gaps do not shrink with everything, made smaller as a whole."""
    height = block_height(plan.lines) + (plan.icon + plan.gap if plan.place == "top" else 0)
    share = min(1.0, plan.room.height / height) if height else 1.0
    lines = tuple(replace(line, size=line.size * share) for line in plan.lines)
    return replace(plan, icon=plan.icon * (share if plan.place == "top" else 1), lines=lines)


def block_height(lines: Sequence[Line]) -> float:
    between = sum(BETWEEN * min(one.size, other.size) for one, other in pairwise(lines))
    return sum(line.height for line in lines) + between


# Neighbours ----------------------------------------------------------------------------------------------------------


def equalised(layouts: Sequence[Layout]) -> list[Layout]:
    """Buttons of equal size get words and icons of equal size, unless one has far more to say than the others."""
    return [_like(plan, [other for other in layouts if _are_alike(plan, other)]) for plan in layouts]


def _are_alike(one: Layout, other: Layout) -> bool:
    return (
        _near(one.room.width, other.room.width)
        and _near(one.room.height, other.room.height)
        and one.place == other.place
        and [(line.asked, len(line.rows)) for line in one.lines]
        == [(line.asked, len(line.rows)) for line in other.lines]
    )


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= EQUAL * max(one, other)


def _like(plan: Layout, alike: Sequence[Layout]) -> Layout:
    lines = tuple(
        replace(line, size=min(line.size, _usual(other.lines[at].size for other in alike)))
        for at, line in enumerate(plan.lines)
    )
    return replace(plan, icon=min(plan.icon, _usual(other.icon for other in alike)), lines=lines)


def _usual(sizes: Iterable[float]) -> float:
    """The least of *sizes* that is not far from the others."""
    known = list(sizes)
    middle = median(known)
    return min(size for size in known if size >= middle * OUTLIER)
