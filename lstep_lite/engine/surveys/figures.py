"""What a list and a page say about forms in numbers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

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


def losses(session: Session, survey: Survey, document: Data) -> list[tuple[str, int]]:
    """The questions that *document* no longer asks although they were answered, with how many answers each has."""
    left = {question["id"] for question in questions_of(document)}
    gone = {each["id"]: each["label"] for each in questions_of(survey.document) if each["id"] not in left}
    counts = _answers_of(session, survey, gone)
    return [(label, counts[code]) for code, label in gone.items() if code in counts]


def _answers_of(session: Session, survey: Survey, codes: Collection[str]) -> Mapping[str, int]:
    if not codes:
        return {}
    answers = sa.select(SurveyPick.question_code, sa.func.count(sa.distinct(SurveyPick.answer_id))).where(
        SurveyPick.survey_id == survey.id, SurveyPick.question_code.in_(codes)
    )
    return {row[0]: row[1] for row in session.execute(answers.group_by(SurveyPick.question_code))}
