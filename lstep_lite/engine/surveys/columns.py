"""What a form has ever asked: the questions it has now, then those that were answered and are gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.documents import questions_of
from lstep_lite.engine.surveys.kinds.picks import Scale
from lstep_lite.engine.surveys.kinds.registry import PREFIX
from lstep_lite.models import Survey, SurveyAnswer, SurveyPick

MOST_GONE = 100


@dataclass(frozen=True)
class Column:
    """One question, as lists, charts and files head it."""

    code: str
    label: str
    kind: str
    choices: Mapping[str, str] = field(default_factory=dict)
    """What can be picked now, by SurveyPick.choice_code; empty where nothing is picked from."""
    part: Data | None = None
    """The question itself, while the form still asks it."""

    @property
    def is_gone(self) -> bool:
        return self.part is None


def of(session: Session, survey: Survey) -> list[Column]:
    """All of them, in the order of the form."""
    now = [_column(part) for part in questions_of(survey.document)]
    return [*now, *_gone(session, survey, {column.code for column in now})]


def _column(part: Data) -> Column:
    return Column(part["id"], part["label"], part["kind"].removeprefix(PREFIX), choices_of(part), part)


def choices_of(part: Data) -> dict[str, str]:
    """What can be picked in a question, by SurveyPick.choice_code."""
    if "rows" in part:
        return {
            f"{row['id']}:{column['id']}": f"{row['label']}：{column['label']}"
            for row in part["rows"]
            for column in part["columns"]
        }
    if "span" in part:
        return {str(number): str(number) for number in Scale.SPANS[part["span"]]}
    return {choice["id"]: choice["label"] for choice in part.get("choices") or ()}


def _gone(session: Session, survey: Survey, known: set[str]) -> Sequence[Column]:
    """Questions that were answered and that the form asks no more, in the wording of their newest answer."""
    codes = [code for code in _answered(session, survey) if code not in known][:MOST_GONE]
    newest = sa.select(SurveyPick.question_code, sa.func.max(SurveyPick.answer_id)).where(
        SurveyPick.survey_id == survey.id, SurveyPick.question_code.in_(codes)
    )
    if not codes:
        return []
    answers = {row[0]: row[1] for row in session.execute(newest.group_by(SurveyPick.question_code))}
    kept = sa.select(SurveyAnswer.id, SurveyAnswer.values).where(SurveyAnswer.id.in_(set(answers.values())))
    values = {row.id: {value["code"]: value for value in row.values} for row in session.execute(kept)}
    found = [values.get(answers[code], {}).get(code) for code in codes]
    return [Column(value["code"], value["label"], value["kind"]) for value in found if value is not None]


def _answered(session: Session, survey: Survey) -> Sequence[str]:
    """The codes of all questions that were ever answered. From one to the next in the index: answers are many."""
    first = sa.select(sa.func.min(SurveyPick.question_code).label("code")).where(SurveyPick.survey_id == survey.id)
    walk = first.cte("walk", recursive=True)
    following = sa.select(sa.func.min(SurveyPick.question_code)).where(
        SurveyPick.survey_id == survey.id, SurveyPick.question_code > walk.c.code
    )
    walk = walk.union_all(sa.select(following.scalar_subquery()).where(walk.c.code.is_not(None)))
    return session.scalars(sa.select(walk.c.code).where(walk.c.code.is_not(None))).all()
