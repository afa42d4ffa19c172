"""An answer as staff put it right: all its questions on one page, but for what only customers can give."""

from collections.abc import Mapping, Sequence

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import parsing
from lstep_lite.engine.surveys.documents import questions_of
from lstep_lite.engine.surveys.drawing import Drawn, kind_of
from lstep_lite.engine.surveys.kinds.registry import kinds
from lstep_lite.models import Survey, SurveyAnswer

Typed = dict[str, dict[str, list[str]]]
CUSTOMERS_OWN = ("consent", "file", "hidden")
"""Kinds that stay as they are."""


def typed(answer: SurveyAnswer) -> Typed:
    """What the answer was read from, by the code of a question."""
    return {value["code"]: value["typed"] for value in answer.values}


def mark(answer: SurveyAnswer) -> str:
    """Another one after each change."""
    return answer.edited_at.isoformat() if answer.edited_at else ""


def posted(survey: Survey, answer: SurveyAnswer, form: Mapping[str, Sequence[str]]) -> Typed:
    """What staff typed, beside what they can't touch."""
    kept = {code: raw for code, raw in typed(answer).items() if code not in _codes(survey)}
    return kept | parsing.posted(_open(survey), form)


def parts(survey: Survey, given: Mapping[str, Mapping[str, Sequence[str]]], errors: Mapping[str, str]) -> list[Drawn]:
    """The questions that can be put right, in order."""
    return [Drawn(part, kind_of(part), given.get(part["id"], {}), errors.get(part["id"], "")) for part in _open(survey)]


def _open(survey: Survey) -> list[Data]:
    found = (part for part in questions_of(survey.document) if not part.get("is_hidden"))
    return [part for part in found if kind_of(part) not in CUSTOMERS_OWN and kinds[kind_of(part)].is_seen]


def _codes(survey: Survey) -> set[str]:
    return {part["id"] for part in _open(survey)}
