"""How large the words and the icon of a button become, and where they stand; all in units."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt
from statistics import median

from lstep_lite.engine.rich_menus.composing import breaking, fonts
from lstep_lite.engine.rich_menus.composing.fonts import Face
from lstep_lite.engine.rich_menus.composing.sheets import Frame
from lstep_lite.engine.studio import Data

LEAST = 36.0
"""Smaller words can't be read on a phone."""
LEAST_BESIDE = 48.0
"""No smaller than this are texts after the first, unless it is itself."""
BREAKS = 0.62
"""A text is broken into rows where one row would make it smaller than this share of what it should be."""
MOST_ROWS = 3
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
BESIDE, USUAL_ICON = 1.3, 42
"""How large an icon beside words is at least, by the cap of the words, where it is as large as icons are at first."""
MARGIN, LEAST_MARGIN = 0.085, 16.0
"""Within a button, of its shorter side."""
INDENT = 0.11
"""The same on the left and right where words begin or end there."""
FULL = 0.86
"""How much of the room's height is filled at most where sizes are left to us."""
STEP = 0.985
"""By how much things become smaller at a time, until they fit."""
STEPS = {False: 45, True: 500}
"""How often what is left to us gives way before what staff asked for does too, and how often that does at most."""


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
        """Of the widest row, in ems; never nothing."""
        return max(0.01, *(fonts.length(row, self.face) for row in self.rows))

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
    def height(self) -> float:
        above = self.icon + self.gap if self.place == "top" else 0
        return above + block_height(self.lines)

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
    place = cell["icon_place"] if cell["icon"] else ""
    room, lines = _room(cell, frame), tuple(_lines(cell))
    cap = min(LARGEST_CAP, max(SMALLEST_CAP, CAPS[place] * sqrt(frame.width * frame.height)), room.height * FULL)
    plan = Layout(room, place, _icon_size(cell, room, place, cap, has_words=bool(lines)), lines)
    return _in_height(replace(plan, lines=tuple(_in_width(plan, cap))))


def _room(cell: Data, frame: Frame) -> Frame:
    margin = min(max(LEAST_MARGIN, frame.shorter * MARGIN), frame.shorter * 0.3)
    indent = max(margin, frame.shorter * INDENT)
    left, right = (indent if cell["align"] == side else margin for side in ("left", "right"))
    return frame.inset(left, margin, right, margin)


def _lines(cell: Data) -> Iterator[Line]:
    for at, line in enumerate(cell["lines"]):
        face = Face(line["font"], line["is_bold"])
        known = (fonts.known(row, face).strip() for row in line["text"].split("\n"))
        if rows := tuple(row for row in known if row):
            yield Line(at, rows, face, line["size"], line["outline"])


def _icon_size(cell: Data, room: Frame, place: str, cap: float, *, has_words: bool) -> float:
    if not place:
        return 0
    share: float = cell["icon_size"] / 100
    if place == "back" or not has_words:
        return room.shorter * share
    if place == "top":
        return min(room.shorter * share, room.height * 0.7)
    least = cap * BESIDE * share * 100 / USUAL_ICON
    return min(max(min(room.height, room.width * 0.55) * share, least), room.height, room.width * 0.45)


def _in_width(plan: Layout, cap: float) -> Iterator[Line]:
    first: float | None = None
    for line in plan.lines:
        left_to_us = cap if first is None else max(WEIGHTS[min(line.at, 2)] * first, min(first, LEAST_BESIDE))
        fitted = _fitted(line, line.asked or left_to_us, plan.words.width)
        first = fitted.size if first is None and not line.asked else first
        yield fitted


def _fitted(line: Line, wanted: float, width: float) -> Line:
    """No wider than *width*; in several rows if it would become far too small else."""
    tries = [replace(line, rows=rows) for rows in _broken(line)]
    room = max(1.0, width - 2 * line.outline)
    sized = [replace(each, size=min(wanted, room / each.width)) for each in tries]
    return next((each for each in sized if each.size >= wanted * BREAKS), max(sized, key=lambda each: each.size))


def _broken(line: Line) -> Iterator[tuple[str, ...]]:
    """As it was typed, then in more and more rows. Staff who asked for a size or broke it themselves know better."""
    yield line.rows
    if len(line.rows) == 1 and not line.asked:
        for count in range(2, MOST_ROWS + 1):
            yield tuple(breaking.rows(line.rows[0], line.face, count))


def _in_height(plan: Layout) -> Layout:
    """Icon and words made smaller together until they fit. What staff asked for gives way last."""
    for gives_asked, most in ((False, FULL * plan.room.height), (True, plan.room.height)):
        for step in range(STEPS[gives_asked]):
            smaller = _scaled(plan, STEP**step, gives_asked)
            if smaller.height <= most:
                break
        plan = smaller
    return plan


def _scaled(plan: Layout, share: float, gives_asked: bool) -> Layout:
    lines = tuple(
        line if line.asked and not gives_asked else replace(line, size=line.size * share) for line in plan.lines
    )
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
