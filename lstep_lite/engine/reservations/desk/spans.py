"""Stretches of a day as (from minute, to minute), half-open, and how bars that overlap stand side by side."""

from collections.abc import Iterable, Sequence

Span = tuple[int, int]


def within(span: Span, others: Iterable[Span]) -> list[Span]:
    """What of *others* lies in *span*."""
    cut = [(max(start, span[0]), min(end, span[1])) for start, end in others]
    return sorted((start, end) for start, end in cut if start < end)


def without(span: Span, others: Iterable[Span]) -> list[Span]:
    """What of *span* lies in none of *others*."""
    left, at = [], span[0]
    for start, end in within(span, others):
        if at < start:
            left.append((at, start))
        at = max(at, end)
    return [*left, (at, span[1])] if at < span[1] else left


def shared(some: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """What lies both in *some* and in *others*."""
    return [part for span in some for part in within(span, others)]


def meet(some: Iterable[Span], others: Sequence[Span]) -> bool:
    return any(start < end_ and start_ < end for start, end in some for start_, end_ in others)


def lanes(bars: Sequence[Sequence[Span]]) -> list[tuple[int, int]]:
    """For each bar, given by its stretches, in order of their beginning: (its lane, how many lanes there are by it).

    A bar in the gap of another stands in the same lane.
    """
    places: list[tuple[int, int]] = []
    for group in _groups(bars):
        used: list[list[Span]] = []
        chosen = []
        for bar in group:
            lane = next((number for number, taken in enumerate(used) if not meet(bar, taken)), len(used))
            used[lane:] = [[*(used[lane] if lane < len(used) else ()), *bar], *used[lane + 1 :]]
            chosen.append(lane)
        places += [(lane, len(used)) for lane in chosen]
    return places


def _groups(bars: Sequence[Sequence[Span]]) -> list[list[Sequence[Span]]]:
    """Those that touch each other in time, directly or by others."""
    groups: list[list[Sequence[Span]]] = []
    end = -1
    for bar in bars:
        if not groups or bar[0][0] >= end:
            groups.append([])
        groups[-1].append(bar)
        end = max(end, max(stop for _, stop in bar))
    return groups
