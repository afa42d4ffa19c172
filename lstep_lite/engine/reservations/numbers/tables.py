"""A table of numbers: drawn on the page as rows with bars, and taken away as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Value = str | int | float | None


@dataclass(frozen=True)
class Row:
    label: str
    values: Sequence[Value]
    """One for each column but the first; None where there is nothing to count."""
    share: float | None = None
    """The length of its bar in percent."""
    leads: Mapping[str, str] = field(default_factory=dict)
    """What the list of bookings is narrowed to, to see those behind the row."""


@dataclass(frozen=True)
class Table:
    key: str
    """Its name in addresses and files."""
    title: str
    meaning: str
    """What is counted, in words for the owner."""
    columns: Sequence[str]
    """Headings, the first over the labels."""
    rows: Sequence[Row]


def shares(counts: Sequence[float]) -> list[float]:
    """Bars: the longest fills its cell."""
    longest = max(counts, default=0)
    return [round(100 * each / longest, 1) if longest > 0 else 0.0 for each in counts]
