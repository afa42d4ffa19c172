"""Ways to divide a menu: each area's left, top, width and height in thousandths of the body."""

from dataclasses import dataclass

WHOLE = 1000
"""Places are kept in thousandths, so that they stay where they are when the size of the picture changes."""
Place = tuple[int, int, int, int]


@dataclass(frozen=True)
class Layout:
    label: str
    areas: tuple[Place, ...]


def grid(columns: int, rows: int, *, top: int = 0, bottom: int = WHOLE) -> tuple[Place, ...]:
    """Equal areas, row by row, between *top* and *bottom*."""
    lefts = [WHOLE * at // columns for at in range(columns + 1)]
    tops = [top + (bottom - top) * at // rows for at in range(rows + 1)]
    return tuple(
        (lefts[column], tops[row], lefts[column + 1] - lefts[column], tops[row + 1] - tops[row])
        for row in range(rows)
        for column in range(columns)
    )


LAYOUTS = (Layout("1つ", grid(1, 1)), Layout("左右に2つ", grid(2, 1)), Layout("6つ", grid(3, 2)))
