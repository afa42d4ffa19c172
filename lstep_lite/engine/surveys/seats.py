"""Choices with a limited number of places: who takes one, and who gives one back.

The form is locked meanwhile; the conditional update is what counts all the same.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine.studio import Data
from lstep_lite.models import Survey, SurveyPick, SurveySeat


def arrange(session: Session, survey: Survey) -> None:
    """The document has changed: choices that are limited from now on begin with those who have them already."""
    limited = limits(survey.document)
    known = set(session.scalars(sa.select(SurveySeat.choice_code).where(SurveySeat.survey_id == survey.id)))
    session.execute(
        sa.delete(SurveySeat).where(
            SurveySeat.survey_id == survey.id, SurveySeat.choice_code.in_(known - limited.keys())
        )
    )
    rows = [
        {"survey_id": survey.id, "choice_code": code, "taken": _picked(session, survey, code)}
        for code in limited.keys() - known
    ]
    if rows:
        session.execute(insert_new(session, SurveySeat), rows)


def full(session: Session, survey: Survey) -> frozenset[str]:
    """The codes of the choices that nobody can take any more."""
    return frozenset(code for code, places in left(session, survey).items() if not places)


def left(session: Session, survey: Survey) -> dict[str, int]:
    """By the code of each limited choice, how many places it still has."""
    limited = limits(survey.document)
    if not limited:
        return {}
    rows = session.execute(sa.select(SurveySeat.choice_code, SurveySeat.taken).where(SurveySeat.survey_id == survey.id))
    return {row.choice_code: max(0, limited[row.choice_code] - row.taken) for row in rows if row.choice_code in limited}


def take(session: Session, survey: Survey, codes: Collection[str]) -> set[str]:
    """A place at each of *codes* that is limited: those that were full. Whoever gets any of those goes back."""
    limited = limits(survey.document)
    return {code for code in sorted(codes) if code in limited and not _take(session, survey, code, limited[code])}


def give_back(session: Session, survey: Survey, codes: Collection[str]) -> None:
    """The places at *codes* are free again."""
    mine = (SurveySeat.survey_id == survey.id, SurveySeat.choice_code.in_(codes), SurveySeat.taken > 0)
    session.execute(sa.update(SurveySeat).where(*mine).values(taken=SurveySeat.taken - 1), execution_options=_PAST)


def _take(session: Session, survey: Survey, code: str, limit: int) -> bool:
    free = sa.update(SurveySeat).where(
        SurveySeat.survey_id == survey.id, SurveySeat.choice_code == code, SurveySeat.taken < limit
    )
    taken = free.values(taken=SurveySeat.taken + 1).returning(SurveySeat.taken)
    return session.scalar(taken, execution_options=_PAST) is not None


_PAST = {"synchronize_session": False}


def limits(document: Data) -> dict[str, int]:
    """By the code of each limited choice, how many places it has."""
    choices = (choice for page in document["pages"] for part in page["parts"] for choice in part.get("choices") or ())
    return {choice["id"]: choice["seats"] for choice in choices if choice.get("seats")}


def _picked(session: Session, survey: Survey, code: str) -> int:
    query = sa.select(sa.func.count()).where(SurveyPick.survey_id == survey.id, SurveyPick.choice_code == code)
    return session.scalar(query) or 0
