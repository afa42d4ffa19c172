"""Sets of ticks as whole numbers: bit t is set when tick t is in the set. A month of them is one number."""

from collections.abc import Iterable, Iterator


def between(start: int, end: int) -> int:
    """The ticks from *start* up to, not including, *end*; those below 0 are left out."""
    start = max(0, start)
    return ((1 << (end - start)) - 1) << start if end > start else 0


def union(spans: Iterable[tuple[int, int]]) -> int:
    mask = 0
    for start, end in spans:
        mask |= between(start, end)
    return mask


def join(masks: Iterable[int]) -> int:
    """What is in any of them."""
    whole = 0
    for mask in masks:
        whole |= mask
    return whole


def of_ticks(ticks: Iterable[int], width: int) -> int:
    """The set of single *ticks* below *width*."""
    digits = bytearray(b"0") * width
    for tick in ticks:
        digits[width - 1 - tick] = 49  # "1"
    return int(digits or b"0", 2)


def holds(mask: int, start: int, end: int) -> int:
    """Every t for which *mask* has all ticks from t + *start* up to t + *end*. Needs start < end."""
    runs, have, length = mask, 1, end - start
    while have < length:
        step = min(have, length - have)
        runs &= runs >> step
        have += step
    return runs >> start if start >= 0 else runs << -start


def ticks(mask: int) -> Iterator[int]:
    """The ticks in the set, in order."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def run_within(mask: int, start: int, end: int) -> tuple[int, int] | None:
    """The first stretch of the set that lies in, or reaches into, the ticks from *start* up to *end*."""
    inside = mask & between(start, end)
    if not inside:
        return None
    first = (inside & -inside).bit_length() - 1
    gap = ~mask & between(0, first)
    after = ~mask >> first
    return gap.bit_length(), first + (after & -after).bit_length() - 1
