"""Pages of long lists."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Paged:
    """Which part of a list a page shows, and how long the list is; `ui.pager` draws it."""

    total_count: int
    number: int
    """Counted from 1."""
    size: int

    @property
    def page_count(self) -> int:
        return max(1, _pages(self.total_count, self.size))


def nearest(number: int, total_count: int, size: int) -> int:
    """*number*, or the nearest page that is there."""
    return max(1, min(number, _pages(total_count, size)))


def _pages(total_count: int, size: int) -> int:
    return -(-total_count // size)
