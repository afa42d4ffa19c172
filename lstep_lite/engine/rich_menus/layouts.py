"""Ways to divide a menu: each area's left, top, width and height in thousandths of the body."""

from dataclasses import dataclass

WHOLE = 1000
"""Places are kept in thousandths, so that they stay where they are when the size of the picture changes."""
Place = tuple[int, int, int, int]
HALF, THIRD, TWO_THIRDS = 500, 333, 667


@dataclass(frozen=True)
class Layout:
    label: str
    areas: tuple[Place, ...]


def grid(
    columns: int, rows: int, *, left: int = 0, top: int = 0, right: int = WHOLE, bottom: int = WHOLE
) -> tuple[Place, ...]:
    """Equal areas, row by row, between these sides."""
    lefts = [left + round((right - left) * at / columns) for at in range(columns + 1)]
    tops = [top + round((bottom - top) * at / rows) for at in range(rows + 1)]
    return tuple(
        (lefts[column], tops[row], lefts[column + 1] - lefts[column], tops[row + 1] - tops[row])
        for row in range(rows)
        for column in range(columns)
    )


def stacked(*rows: int) -> tuple[Place, ...]:
    """Rows of equal height, with so many areas each."""
    tops = [round(WHOLE * at / len(rows)) for at in range(len(rows) + 1)]
    return tuple(
        place for at, columns in enumerate(rows) for place in grid(columns, 1, top=tops[at], bottom=tops[at + 1])
    )


def headed(height: int, columns: int, rows: int = 1) -> tuple[Place, ...]:
    """One wide area on top, *height* thousandths high, and a grid below it."""
    return (*grid(1, 1, bottom=height), *grid(columns, rows, top=height))


LAYOUTS = (
    Layout("1つ", grid(1, 1)),
    Layout("左右に2つ", grid(2, 1)),
    Layout("上下に2つ", grid(1, 2)),
    Layout("横に3つ", grid(3, 1)),
    Layout("左に大きく1つ、右に2つ", (*grid(1, 1, right=TWO_THIRDS), *grid(1, 2, left=TWO_THIRDS))),
    Layout("右に大きく1つ、左に2つ", (*grid(1, 2, right=THIRD), *grid(1, 1, left=THIRD))),
    Layout("上に1つ、下に2つ", headed(HALF, 2)),
    Layout("4つ", grid(2, 2)),
    Layout("横に4つ", grid(4, 1)),
    Layout("上に1つ、下に3つ", headed(HALF, 3)),
    Layout("大きな見出しとボタン3つ", headed(TWO_THIRDS, 3)),
    Layout("上に3つ、下に1つ", (*grid(3, 1, bottom=HALF), *grid(1, 1, top=HALF))),
    Layout("上に2つ、下に3つ", stacked(2, 3)),
    Layout("左に1つ、右に4つ", (*grid(1, 1, right=HALF), *grid(2, 2, left=HALF))),
    Layout("大きな見出しとボタン4つ", headed(600, 4)),
    Layout("6つ", grid(3, 2)),
    Layout("縦に3つずつ6つ", grid(2, 3)),
    Layout("左に1つ、右に6つ", (*grid(1, 1, right=400), *grid(2, 3, left=400))),
    Layout("上に1つ、下に6つ", headed(THIRD, 3, 2)),
    Layout("上に3つ、下に4つ", stacked(3, 4)),
    Layout("8つ", grid(4, 2)),
    Layout("上に1つ、下に8つ", headed(THIRD, 4, 2)),
    Layout("9つ", grid(3, 3)),
    Layout("上に2つ、下に8つ", (*grid(2, 1, bottom=400), *grid(4, 2, top=400))),
    Layout("12個", grid(4, 3)),
    Layout("15個", grid(5, 3)),
    Layout("20個", grid(5, 4)),
)
