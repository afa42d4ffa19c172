"""Deleting a form with many answers: they go in parts, as all of them at once would keep everybody else waiting."""

import sqlalchemy as sa

from lstep_lite.db import Database
from lstep_lite.engine.surveys import keeping
from lstep_lite.models import SurveyAnswer, SurveyDraft

CHUNK = 500
_PAST = {"synchronize_session": False}


def delete(database: Database, survey_id: int) -> str:
    """The form is closed; its drafts and answers go in units of CHUNK, at last the form itself; its name.

    Killed in the midst, the form is still there with what is left, to be deleted again. Raises NotFound.
    """
    with database.unit() as session:
        survey = keeping.get(session, survey_id)
        keeping.lock(session, survey)
        survey.is_open = False
    while _delete_drafts(database, survey_id) or _delete_answers(database, survey_id):
        pass
    with database.unit() as session:
        survey = keeping.get(session, survey_id)
        keeping.lock(session, survey)
        name = survey.name
        keeping.delete(session, survey)
    return name


def _delete_drafts(database: Database, survey_id: int) -> bool:
    """Whether there may be more. Without the form: whoever sends a draft holds it before the form."""
    some = sa.select(SurveyDraft.id).where(SurveyDraft.survey_id == survey_id).limit(CHUNK)
    with database.unit() as session:
        ids = session.scalars(some).all()
        session.execute(sa.delete(SurveyDraft).where(SurveyDraft.id.in_(ids)), execution_options=_PAST)
    return len(ids) == CHUNK


def _delete_answers(database: Database, survey_id: int) -> bool:
    """Whether there may be more. What belongs to an answer goes with it; whoever changes one holds the form."""
    some = sa.select(SurveyAnswer.id).where(SurveyAnswer.survey_id == survey_id).limit(CHUNK)
    with database.unit() as session:
        keeping.lock(session, keeping.get(session, survey_id))
        ids = session.scalars(some).all()
        session.execute(sa.delete(SurveyAnswer).where(SurveyAnswer.id.in_(ids)), execution_options=_PAST)
    return len(ids) == CHUNK
