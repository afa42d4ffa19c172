"""What a booking page asks besides name and phone: one page of questions like those of forms (engine/surveys).

First-time customers and those who have visited are asked different things. Questions that only make sense in a form
(files, parameters of an address, scores, places, actions of a choice) are not offered.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, studio
from lstep_lite.engine.mentions import Place
from lstep_lite.engine.reservations.keeping import pages, saving
from lstep_lite.engine.studio import Data, Element, Input, Items, Problem
from lstep_lite.engine.surveys import Refused, documents
from lstep_lite.engine.surveys.checking import examine
from lstep_lite.engine.surveys.kinds.registry import PREFIX, kinds
from lstep_lite.models import BookingPage

OWNER = "booking_pages"
MOST = 30
NOT_ASKED = {f"{PREFIX}file", *(f"{PREFIX}{each.name}" for each in kinds.values() if not each.is_seen)}
NOT_TOLD = {"actions", "seats", "score", "is_scored"}
"""Inputs of questions and choices."""


class Which(StrEnum):
    FIRST = "first"
    REPEAT = "repeat"


@dataclass(frozen=True)
class Look:
    """Questions so far, and what is wrong with them."""

    document: Data
    problems: list[Problem]


# What the builder is drawn from --------------------------------------------------------------------------------------


def _offered() -> tuple[Element, ...]:
    return tuple(_plain(each) for each in documents.elements() if each.name not in NOT_ASKED)


def _plain(element: Element) -> Element:
    return replace(element, inputs=tuple(_plain_input(each) for each in element.inputs if each.name not in NOT_TOLD))


def _plain_input(each: Input) -> Input:
    if not isinstance(each, Items):
        return each
    of = each.of
    return replace(each, of=lambda: tuple(_plain(one) for one in of()))


PAGE = Element(
    name=documents.PAGE.name,
    label="予約のときの質問",
    icon="file-text",
    is_panel=True,
    inputs=(Items(name="parts", label="質問と説明", of=_offered, most=MOST, noun="質問・説明"),),
)
INPUTS: tuple[Input, ...] = (
    Items(name="pages", label="質問", of=lambda: (PAGE,), least=1, most=1, first=(PAGE.name,), noun="ページ"),
)


# Reading and keeping -------------------------------------------------------------------------------------------------


def of_page(page: BookingPage, which: Which) -> Data:
    """What is asked, as the builder wants it."""
    return stored(page, which) or studio.fresh(INPUTS)


def stored(page: BookingPage, which: Which) -> Data:
    """Empty while nothing is asked."""
    return page.first_document if which is Which.FIRST else page.repeat_document


def look(session: Session, posted: Any) -> Look:
    """What the builder posted, which may be anything. Inputs that are not offered have their usual values."""
    document, problems = studio.clean(session, INPUTS, posted)
    page = (document["pages"] or studio.fresh(INPUTS)["pages"])[0]
    _fill(documents.elements(), page["parts"])
    whole = {**page, "title": "", "lead": "", "jumps": [], "next": ""}
    examined = examine(session, {"pages": [whole], "scoring": "none", "results": []})
    parts = examined.document["pages"][0]["parts"]
    if page["parts"]:
        problems = problems or list(examined.problems)
    return Look({"pages": [{**page, "parts": parts}]}, problems)


def _fill(elements: Sequence[Element], items: Sequence[Data]) -> None:
    """Give *items* what a new one has at the inputs that are not told."""
    known = {each.name: each for each in elements}
    for item in items:
        for each in known[item["kind"]].inputs:
            if each.name in NOT_TOLD:
                item[each.name] = each.empty()
            elif isinstance(each, Items):
                _fill(each.of(), item.get(each.name) or ())


def _parts(document: Data) -> list[Data]:
    return [part for each in document["pages"] for part in each["parts"]]


def update(session: Session, page: BookingPage, which: Which, posted: Any, *, now: datetime) -> None:
    """Raises surveys.Refused with what is wrong, and where."""
    looked = look(session, posted)
    if looked.problems:
        raise Refused(looked.problems)
    kept = looked.document if _parts(looked.document) else {}
    with saving.offering(session, now=now):
        if which is Which.FIRST:
            page.first_document = kept
        else:
            page.repeat_document = kept
        page.updated_at = now
    note(session, page)


def copy(session: Session, page: BookingPage, *, now: datetime) -> None:
    """Ask those who come again what first-time customers are asked."""
    with saving.offering(session, now=now):
        page.repeat_document = dict(page.first_document)
    note(session, page)


def twin(session: Session, page: BookingPage, *, now: datetime) -> BookingPage:
    """A page like it, with its questions, not open yet."""
    made = pages.copy(session, page, now=now)
    note(session, made)
    return made


def note(session: Session, page: BookingPage) -> None:
    """Write down what the questions refer to: 「使われている場所」."""
    found = [each for document in (page.first_document, page.repeat_document) if document for each in _used(document)]
    mentions.write(session, OWNER, page.id, found)


def _used(document: Data) -> Iterator[tuple[str, int | str]]:
    for each in studio.walk(INPUTS, document):
        yield from each.input.mentioned(each.value)


@mentions.owner(OWNER)
def _described(session: Session, ids: Collection[str]) -> dict[str, Place]:
    names = {str(each.id): each for each in pages.in_order(session)}
    return {
        key: Place(f"カレンダー「{names[key].name}」の質問", "booking_pages.show", {"page_id": int(key)})
        for key in ids
        if key in names
    }
