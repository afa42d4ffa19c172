"""A page of a form as customers see it: its parts with what was typed, what is wrong, and what is full."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lstep_lite.engine.rich_menus.contrast import ratio
from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import paths
from lstep_lite.engine.surveys.kinds import dates, picks, words
from lstep_lite.engine.surveys.kinds.registry import PREFIX, kinds
from lstep_lite.engine.surveys.paths import Stop, Typed
from lstep_lite.models import Survey

WITH_LEGEND = {"radio", "checkbox", "image_choice", "scale", "matrix", "moment", "file", "consent"}
"""Kinds of several inputs: their question stands over all of them."""
DARK, LIGHT = "#1f2937", "#ffffff"


@dataclass(frozen=True)
class Drawn:
    """One part of a page."""

    part: Data
    kind: str
    typed: Mapping[str, Sequence[str]]
    error: str = ""
    is_shown: bool = True
    shown_if: Sequence[Any] = ()
    """The conditions that can change while this page is open; with one of them met it is shown."""

    @property
    def code(self) -> str:
        return str(self.part["id"])

    @property
    def is_question(self) -> bool:
        return kinds[self.kind].is_question

    @property
    def has_legend(self) -> bool:
        return self.kind in WITH_LEGEND

    @property
    def rule(self) -> words.Rule:
        """Of a line: its keyboard and what phones may fill in."""
        return words.RULES[self.part["rule"]]

    @property
    def numbers(self) -> Sequence[int]:
        """Of a scale."""
        return picks.Scale.SPANS[self.part["span"]]

    @property
    def prefectures(self) -> Sequence[str]:
        return picks.PREFECTURES

    def value(self, name: str = "") -> str:
        return next(iter(self.typed.get(name, ())), "")

    def has(self, code: str, name: str = "") -> bool:
        return code in self.typed.get(name, ())

    def days(self, today: date) -> tuple[date | None, date | None]:
        return dates.span(self.part, today)


@dataclass(frozen=True)
class DrawnPage:
    page: Data
    parts: Sequence[Drawn]
    number: int
    count: int
    """How many pages there are on their way, as far as it is known."""
    previous: str
    """The code of the page before; empty for none."""
    is_last: bool

    @property
    def problems(self) -> list[Drawn]:
        """The questions to put right, in order."""
        return [each for each in self.parts if each.error]


def page(document: Data, typed: Typed, page_code: str, errors: Mapping[str, str] | None = None) -> DrawnPage | None:
    """The page with what was *typed*; None when it is not on their way."""
    stops = paths.taken(document, typed)
    codes = [stop.page["id"] for stop in stops]
    if page_code not in codes:
        return None
    place = codes.index(page_code)
    found = errors or {}
    parts = _parts(stops, place, typed, found)
    previous = codes[place - 1] if place else ""
    return DrawnPage(stops[place].page, parts, place + 1, len(stops), previous, place + 1 == len(stops))


def preview(document: Data, page_code: Any) -> DrawnPage:
    """A page as it is met first, whichever way leads there: with all its parts, and nothing typed."""
    pages: Sequence[Data] = document["pages"]
    place = next((place for place, each in enumerate(pages) if each["id"] == page_code), 0)
    shown = [part for part in pages[place]["parts"] if not part.get("is_hidden") and kinds[kind_of(part)].is_seen]
    parts = [Drawn(part, kind_of(part), {}, shown_if=part.get("shown_if") or ()) for part in shown]
    previous = pages[place - 1]["id"] if place else ""
    return DrawnPage(pages[place], parts, place + 1, len(pages), previous, place + 1 == len(pages))


def pictures_of(survey: Survey) -> set[int]:
    """The ids of all files that its pages show."""
    return pictures_with(survey, survey.document)


def pictures_with(survey: Survey, document: Data) -> set[int]:
    """The same once *document* is what it asks."""
    found = [survey.header_media_id, *(result.get("media_id") for result in document.get("results") or ())]
    for each in (part for page in document["pages"] for part in page["parts"]):
        found += [each.get("media_id"), *(choice.get("media_id") for choice in each.get("choices") or ())]
    return {media_id for media_id in found if media_id is not None}


def ink_on(color: str) -> str:
    """Dark or light words, whichever can be read better on *color*."""
    return max((DARK, LIGHT), key=lambda ink: ratio(ink, color))


def _parts(stops: Sequence[Stop], place: int, typed: Typed, errors: Mapping[str, str]) -> list[Drawn]:
    stop = stops[place]
    shown = {part["id"] for part in stop.parts}
    here = {part["id"] for part in stop.page["parts"]}
    before = {part["id"] for each in stops[:place] for part in each.parts}
    drawn = []
    for part in stop.page["parts"]:
        if part.get("is_hidden") or not kinds[kind_of(part)].is_seen:
            continue
        conditions = _open_conditions(part, here, before, typed)
        if part["id"] in shown or conditions:
            told = errors.get(part["id"], "")
            drawn.append(Drawn(part, kind_of(part), typed.get(part["id"], {}), told, part["id"] in shown, conditions))
    return drawn


def _open_conditions(part: Data, here: Collection[str], before: Collection[str], typed: Typed) -> list[Any]:
    """Those that questions of the same page decide; none where an earlier page has settled it already."""
    conditions: list[Any] = part.get("shown_if") or []
    for condition in conditions:
        if condition["question"] in before:
            picked = typed.get(condition["question"], {}).get("", ())
            if not set(picked).isdisjoint(condition["choices"]):
                return []
    return [condition for condition in conditions if condition["question"] in here]


def kind_of(part: Data) -> str:
    return str(part["kind"]).removeprefix(PREFIX)
