"""An answer as staff put it right: all its questions on one page, but for what only customers can give."""

from collections.abc import Mapping, Sequence

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import columns, parsing
from lstep_lite.engine.surveys.documents import questions_of
from lstep_lite.engine.surveys.drawing import Drawn, kind_of
from lstep_lite.engine.surveys.kinds.registry import Raw, kinds
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
    """What staff typed, beside what they can't touch and choices that are offered no more."""
    before, found = typed(answer), parsing.posted(_open(survey), form)
    unseen = {code for code in gone(survey, answer) if not _filled(found.get(code, {}))}
    return before | {code: raw for code, raw in found.items() if code not in unseen}


def gone(survey: Survey, answer: SurveyAnswer) -> Mapping[str, str]:
    """By question, what was picked that can't be picked any more: it stays unless something else is picked."""
    offered = {part["id"]: columns.choices_of(part) for part in _open(survey)}
    lost = {
        value["code"]: [each["label"] for each in value["choices"] if each["code"] not in offered[value["code"]]]
        for value in answer.values
        if offered.get(value["code"])
    }
    return {code: "、".join(labels) for code, labels in lost.items() if labels}


def asked_no_more(survey: Survey, answer: SurveyAnswer) -> frozenset[str]:
    """The codes of its questions that were deleted, or are hidden for a while."""
    asked = {part["id"] for part in questions_of(survey.document) if not part.get("is_hidden")}
    return frozenset(value["code"] for value in answer.values if value["code"] not in asked)


def untouched(survey: Survey, answer: SurveyAnswer, given: Mapping[str, Raw]) -> frozenset[str]:
    """The codes of all questions that hold in *given* what they held before, those never met and left blank too."""
    before = typed(answer)
    codes = (part["id"] for part in questions_of(survey.document))
    return frozenset(code for code in codes if _filled(given.get(code, {})) == _filled(before.get(code, {})))


def _filled(raw: Raw) -> dict[str, list[str]]:
    found = {name: [value for value in values if value] for name, values in raw.items()}
    return {name: values for name, values in found.items() if values}


def parts(survey: Survey, given: Mapping[str, Raw], errors: Mapping[str, str]) -> list[Drawn]:
    """The questions that can be put right, in order."""
    return [Drawn(part, kind_of(part), given.get(part["id"], {}), errors.get(part["id"], "")) for part in _open(survey)]


def _open(survey: Survey) -> list[Data]:
    found = (part for part in questions_of(survey.document) if not part.get("is_hidden"))
    return [part for part in found if kind_of(part) not in CUSTOMERS_OWN and kinds[kind_of(part)].is_seen]
