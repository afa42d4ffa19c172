"""How many people opened, began and sent a form, by day of the shop."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import settings
from lstep_lite.models import SurveyDay

What = Literal["views", "starts", "submits"]
_PAST = {"synchronize_session": False}


def count(session: Session, survey_id: int, what: What, *, now: datetime) -> None:
    """One more."""
    day = now.astimezone(settings.zone(session)).date().isoformat()
    mine = sa.update(SurveyDay).where(SurveyDay.survey_id == survey_id, SurveyDay.day == day)
    more = mine.values({what: getattr(SurveyDay, what) + 1}).returning(SurveyDay.day)
    if session.scalar(more, execution_options=_PAST) is None:
        first = {"survey_id": survey_id, "day": day, "views": 0, "starts": 0, "submits": 0}
        session.execute(insert_new(session, SurveyDay).values(first))
        session.execute(more, execution_options=_PAST)
