"""Whole documents: a new one, checking one, looking through one."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.studio.inputs import (
    Cleaning,
    Data,
    Found,
    Input,
    Items,
    Problem,
    clean_inputs,
    fresh_inputs,
    walk_inputs,
)
from lstep_lite.errors import DomainError


def fresh(inputs: Sequence[Input]) -> Data:
    """A new document."""
    return fresh_inputs(inputs)


def clean(session: Session, inputs: Sequence[Input], data: Any) -> tuple[Data, list[Problem]]:
    """*data*, which a browser posted, as it is kept, and what is wrong with it."""
    here = Cleaning(session)
    kept = clean_inputs(inputs, data if isinstance(data, Mapping) else {}, here)
    return kept, here.problems


def check(session: Session, inputs: Sequence[Input], data: Any) -> Data:
    """*data* as it is kept. Raises DomainError with the first thing that is wrong, naming its path."""
    kept, problems = clean(session, inputs, data)
    if problems:
        raise DomainError(problems[0].message, problems[0].path)
    return kept


def walk(inputs: Sequence[Input], data: Mapping[str, Any]) -> Iterator[Found]:
    """Every input of a kept document with its value and path, those inside lists too."""
    return walk_inputs(inputs, data, "", ())


def place_in_words(inputs: Sequence[Input], data: Any, path: str) -> str:
    """Where *path* leads, for people: 「2つ目のパネル・1つ目のボタン」. Empty for an input of the document itself.

    *data* is what a browser posted: it may be anything.
    """
    words: list[str] = []
    for name, place in _list_places(path):
        items = next((each for each in inputs if each.name == name and isinstance(each, Items)), None)
        found = data.get(name) if isinstance(data, Mapping) else None
        if items is None or not isinstance(found, list) or place >= len(found):
            break
        words.append(f"{place + 1}つ目の{items.noun}")
        kinds = {element.name: element.inputs for element in items.of()}
        data = found[place]
        inputs = kinds.get(str(data.get("kind")), ()) if isinstance(data, Mapping) else ()
    return "・".join(words)


def _list_places(path: str) -> Iterator[tuple[str, int]]:
    """The lists on the way, each with the place in it."""
    parts = path.split(".")
    yield from ((name, int(place)) for name, place in pairwise(parts) if place.isdigit())


def describe(session: Session, inputs: Sequence[Input]) -> Data:
    """The editor's JSON: "inputs", and the "elements" that its lists may hold, by name."""
    elements: Data = {}
    described = [each.describe(session, elements) for each in inputs]
    return {"inputs": described, "elements": elements}
