"""Reading what was typed: one page when somebody goes on, all of the way when they send it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import paths
from lstep_lite.engine.surveys.kinds.registry import Given, Reading, Wrong, question_of
from lstep_lite.engine.surveys.paths import Stop, Typed
from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError

MISSING = "必須の質問です。お答えください。"
LONGEST_TYPED = 10_000
MOST_VALUES = 100
MOST_NAMES = 40
"""Of the inputs of one question: a table has the most, one for each row."""


@dataclass(frozen=True)
class Read:
    """What came of it. *given* has every question that was met, None where nothing was answered."""

    stops: Sequence[Stop]
    given: Mapping[str, Given | None]
    errors: Mapping[str, str]
    """By the code of a question: what to do about it."""

    @property
    def questions(self) -> list[Data]:
        return [question for stop in self.stops for question in stop.questions]


class Refused(DomainError):
    """An answer that can't be taken as it is; *errors* say where and why, by the code of a question."""

    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("まだ送信していません。印の付いた質問を直してください。")
        self.errors = errors


def posted(parts: Iterable[Data], form: Mapping[str, Sequence[str]]) -> dict[str, dict[str, list[str]]]:
    """What a browser posted for *parts* as drafts keep it. *form* has all values by name: `<part>`, `<part>.<name>`."""
    found: dict[str, dict[str, list[str]]] = {part["id"]: {} for part in parts if question_of(part)}
    for name, values in form.items():
        code, _, rest = name.partition(".")
        if code in found and len(found[code]) < MOST_NAMES:
            found[code][storable(rest[:40])] = [storable(value[:LONGEST_TYPED]) for value in values[:MOST_VALUES]]
    return found


def page(stop: Stop, typed: Typed, reading: Reading) -> Read:
    """Read the questions of one page."""
    given: dict[str, Given | None] = {}
    errors: dict[str, str] = {}
    for question in stop.questions:
        _read(question, typed, reading, given, errors)
    return Read([stop], given, errors)


def whole(document: Data, typed: Typed, reading: Reading) -> Read:
    """Read all questions of the way that was taken."""
    stops = paths.taken(document, typed)
    found = [page(stop, typed, reading) for stop in stops]
    given = {code: answer for each in found for code, answer in each.given.items()}
    errors = {code: message for each in found for code, message in each.errors.items()}
    return Read(stops, given, errors)


def _read(
    question: Data, typed: Typed, reading: Reading, given: dict[str, Given | None], errors: dict[str, str]
) -> None:
    kind, code = question_of(question), question["id"]
    if kind is None:
        return
    try:
        given[code] = kind.parse(question, typed.get(code, {}), reading)
    except Wrong as wrong:
        given[code], errors[code] = None, wrong.message
        return
    if given[code] is None and question.get("is_required"):
        errors[code] = MISSING
