"""Deleting a form with many answers: they go in parts, as all of them at once would keep everybody else waiting."""

import sqlalchemy as sa

from lstep_lite.db import Database
from lstep_lite.engine.surveys import keeping
from lstep_lite.models import SurveyAnswer

CHUNK = 500


def delete(database: Database, survey_id: int) -> str:
    """The form is closed, its answers go in units of CHUNK, at last the form itself; its name.

    Killed in the midst, the form is still there with what is left, to be deleted again. Raises NotFound.
    """
    with database.unit() as session:
        keeping.get(session, survey_id).is_open = False
    while _delete_some(database, survey_id):
        pass
    with database.unit() as session:
        survey = keeping.get(session, survey_id)
        name = survey.name
        keeping.delete(session, survey)
    return name


def _delete_some(database: Database, survey_id: int) -> bool:
    """Whether there may be more. What belongs to an answer goes with it."""
    some = sa.select(SurveyAnswer.id).where(SurveyAnswer.survey_id == survey_id).limit(CHUNK)
    with database.unit() as session:
        ids = session.scalars(some).all()
        gone = sa.delete(SurveyAnswer).where(SurveyAnswer.id.in_(ids))
        session.execute(gone, execution_options={"synchronize_session": False})
    return len(ids) == CHUNK
