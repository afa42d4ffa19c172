"""What a list and a page say about forms in numbers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.documents import questions_of
from lstep_lite.models import Survey, SurveyAnswer, SurveyAnswerState, SurveyDay, SurveyPick


@dataclass(frozen=True)
class Funnel:
    """How far people came, ever since the form was made."""

    views: int
    starts: int
    submits: int

    def percent(self, of: int, whole: int) -> int | None:
        """None where there is nothing to take a share of."""
        return round(100 * of / whole) if whole else None


def new_answers(session: Session, surveys: Sequence[Survey]) -> Mapping[int, int]:
    """How many answers nobody has looked after yet, by form; forms without any are left out."""
    waiting = sa.select(SurveyAnswer.survey_id, sa.func.count()).where(
        SurveyAnswer.survey_id.in_([survey.id for survey in surveys]), SurveyAnswer.state == SurveyAnswerState.NEW
    )
    return {row[0]: row[1] for row in session.execute(waiting.group_by(SurveyAnswer.survey_id))}


def funnel(session: Session, survey: Survey) -> Funnel:
    columns = (SurveyDay.views, SurveyDay.starts, SurveyDay.submits)
    sums = sa.select(*(sa.func.coalesce(sa.func.sum(column), 0) for column in columns))
    return Funnel(*(int(count) for count in session.execute(sums.where(SurveyDay.survey_id == survey.id)).one()))


@dataclass(frozen=True)
class Loss:
    """What a form would no longer ask although it was answered."""

    question: str
    choice: str
    """Empty where the whole question would be gone."""
    answers: int


def losses(session: Session, survey: Survey, document: Data) -> list[Loss]:
    """The answered questions and choices that are not in *document*, in the order of the form."""
    left = {question["id"]: question for question in questions_of(document)}
    gone: list[tuple[str, Loss]] = []
    for question in questions_of(survey.document):
        if question["id"] not in left:
            gone.append((question["id"], Loss(question["label"], "", 0)))
        else:
            lost = _choices_gone(question, left[question["id"]])
            gone += [(choice["id"], Loss(question["label"], choice["label"], 0)) for choice in lost]
    counts = _answers_with(session, survey, {code for code, _ in gone})
    return [replace(loss, answers=counts[code]) for code, loss in gone if code in counts]


def _choices_gone(before: Data, after: Data) -> list[Any]:
    kept = {choice["id"] for choice in after.get("choices", ())}
    return [choice for choice in before.get("choices", ()) if choice["id"] not in kept]


def _answers_with(session: Session, survey: Survey, codes: Collection[str]) -> Mapping[str, int]:
    """How many answers there are to each question and choice, by code; those without any are left out."""
    if not codes:
        return {}
    counts: dict[str, int] = {}
    for column in (SurveyPick.question_code, SurveyPick.choice_code):
        answers = sa.select(column, sa.func.count(sa.distinct(SurveyPick.answer_id)))
        found = answers.where(SurveyPick.survey_id == survey.id, column.in_(codes)).group_by(column)
        counts |= {row[0]: row[1] for row in session.execute(found)}
    return counts
