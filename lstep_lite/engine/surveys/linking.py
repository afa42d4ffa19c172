"""Making a link that brings answers along: what can be filled in, and what the typed comes to (see prefilling)."""

from collections.abc import Mapping
from datetime import date

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.documents import questions_of
from lstep_lite.engine.surveys.drawing import Drawn, kind_of
from lstep_lite.engine.surveys.kinds.registry import Raw, Reading, Wrong, question_of
from lstep_lite.engine.surveys.parsing import Refused
from lstep_lite.engine.surveys.paths import Typed
from lstep_lite.engine.surveys.prefilling import LONGEST_VALUE
from lstep_lite.errors import DomainError
from lstep_lite.models import Survey

NOTHING = "入れておく内容を、1つ以上入力してください。"
TOO_LONG = f"1つの質問に入れておけるのは{LONGEST_VALUE}文字までです。"


def questions(survey: Survey) -> list[Data]:
    """What a link can fill in: not what only customers can give, nor tables."""
    found = (each for each in questions_of(survey.document) if not each.get("is_hidden"))
    return [each for each in found if (kind := question_of(each)) is not None and kind.saves and kind.is_seen]


def parts(survey: Survey, typed: Typed, errors: Mapping[str, str]) -> list[Drawn]:
    """The same, as they are drawn for whoever makes a link."""
    asked = questions(survey)
    return [Drawn(each, kind_of(each), typed.get(each["id"], {}), errors.get(each["id"], "")) for each in asked]


def values(survey: Survey, typed: Typed, *, today: date) -> dict[str, str]:
    """What *typed* comes to, as `prefilling.token` takes it.

    Raises Refused by question; DomainError when there is nothing.
    """
    found: dict[str, str] = {}
    errors: dict[str, str] = {}
    for question in questions(survey):
        try:
            if plain := _plain(question, typed.get(question["id"], {}), today):
                found[question["id"]] = plain
        except Wrong as wrong:
            errors[question["id"]] = wrong.message
    if errors:
        raise Refused(errors)
    if not found:
        raise DomainError(NOTHING)
    return found


def _plain(question: Data, raw: Raw, today: date) -> str:
    """As fields keep it, with the words beside 「その他」 in its place. Raises Wrong."""
    kind = question_of(question)
    given = kind.parse(question, raw, Reading(today)) if kind else None
    if given is None:
        return ""
    plain = given.plain or given.text
    if given.other:
        others = {choice["id"] for choice in question["choices"] if choice["is_other"]}
        plain = "\n".join([*(each.label for each in given.picked if each.code not in others), given.other])
    if len(plain) > LONGEST_VALUE:
        raise Wrong(TOO_LONG)
    return plain
