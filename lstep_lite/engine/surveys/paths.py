"""The way through a form: which pages and questions somebody meets, by what was picked on the way.

Forward only, so that no page comes twice. A question that is not met counts for nothing: not for conditions further
on, not for the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.kinds.registry import question_of

END = "end"
"""Stands for the end of the form where a page could stand."""
Typed = Mapping[str, Mapping[str, Sequence[str]]]
"""By the code of a part: what a browser posted for it (kinds.registry.Raw)."""


@dataclass(frozen=True)
class Stop:
    """A page on the way, with those of its parts that are shown."""

    page: Data
    parts: Sequence[Data]

    @property
    def questions(self) -> list[Data]:
        return [part for part in self.parts if question_of(part) is not None]


def taken(document: Data, typed: Typed) -> list[Stop]:
    """The way that follows from what was typed, as far as it is known: blanks pick nothing."""
    pages: Sequence[Data] = document["pages"]
    picked: dict[str, set[str]] = {}
    stops: list[Stop] = []
    at: int | None = 0
    while at is not None and at < len(pages):
        stops.append(_stop(pages[at], typed, picked))
        at = _following(pages, at, picked)
    return stops


def next_page(document: Data, typed: Typed, page_code: str) -> Data | None:
    """Where they go from a page; None for the end. From a page that is not on their way they begin anew."""
    stops = taken(document, typed)
    codes = [stop.page["id"] for stop in stops]
    if page_code not in codes:
        return stops[0].page
    place = codes.index(page_code) + 1
    return stops[place].page if place < len(stops) else None


def stop_at(document: Data, typed: Typed, page_code: str) -> Stop | None:
    """One page of the way, with the parts that are shown; None when it is not on it."""
    return next((stop for stop in taken(document, typed) if stop.page["id"] == page_code), None)


def _stop(page: Data, typed: Typed, picked: dict[str, set[str]]) -> Stop:
    """The page; what is picked on it is added to *picked*, which later parts go by."""
    shown = []
    for part in page["parts"]:
        if _is_shown(part, picked):
            shown.append(part)
            picked[part["id"]] = set(typed.get(part["id"], {}).get("", ()))
    return Stop(page, shown)


def _is_shown(part: Data, picked: Mapping[str, set[str]]) -> bool:
    if part.get("is_hidden"):
        return False
    conditions: list[Any] = part.get("shown_if") or []
    return not conditions or any(_holds(condition, picked) for condition in conditions)


def _holds(condition: Data, picked: Mapping[str, set[str]]) -> bool:
    return not picked.get(condition["question"], set()).isdisjoint(condition["choices"])


def _following(pages: Sequence[Data], at: int, picked: Mapping[str, set[str]]) -> int | None:
    """The place of the page after the one at *at*; None for the end."""
    page = pages[at]
    wanted = next((jump["page"] for jump in page["jumps"] if _holds(jump, picked)), page["next"])
    if wanted == END:
        return None
    later = (place for place, each in enumerate(pages) if place > at and each["id"] == wanted)
    return next(later, at + 1)
