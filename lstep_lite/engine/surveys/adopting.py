"""Unknown visitors who log in: what they answered before is theirs."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import locking
from lstep_lite.engine.surveys import answering, keeping
from lstep_lite.models import Consent, Friend, SurveyAnswer, SurveyDraft, SurveyFile, SurveyPick

_PAST = {"synchronize_session": False}


def adopt(session: Session, visitor: str, friend: Friend, *, now: datetime) -> int:
    """Give *friend* the answers of *visitor*: fields are written and actions run as if they were sent now, once.

    How many there were. A draft goes over where the friend has none of that form.
    """
    locking.lock(session, friend)
    _give_drafts(session, visitor, friend)  # as whoever sends a draft holds it before the form
    wanted = sa.select(SurveyAnswer.survey_id).where(SurveyAnswer.visitor == visitor).distinct()
    surveys = [keeping.get(session, survey_id) for survey_id in sorted(session.scalars(wanted))]
    for survey in surveys:
        keeping.lock(session, survey)
    mine = sa.select(SurveyAnswer).where(SurveyAnswer.visitor == visitor, SurveyAnswer.friend_id.is_(None))
    mine = mine.order_by(SurveyAnswer.submitted_at, SurveyAnswer.id)
    answers = session.scalars(mine.execution_options(populate_existing=True)).all()
    for answer in answers:
        _give(session, answer, friend)
        answering.follow_adopted(session, answer.survey, answer, friend, now=now)
    return len(answers)


def _give(session: Session, answer: SurveyAnswer, friend: Friend) -> None:
    answer.friend, answer.visitor = friend, None
    for model in (SurveyPick, Consent, SurveyFile):
        rows = sa.update(model).where(model.answer_id == answer.id).values(friend_id=friend.id)
        session.execute(rows, execution_options=_PAST)
    session.flush()  # conditions look at them next


def _give_drafts(session: Session, visitor: str, friend: Friend) -> None:
    own = sa.select(SurveyDraft.survey_id).where(SurveyDraft.holder == f"friend:{friend.id}")
    theirs = sa.update(SurveyDraft).where(SurveyDraft.holder == f"visitor:{visitor}", SurveyDraft.survey_id.not_in(own))
    moved = theirs.values(holder=f"friend:{friend.id}", friend_id=friend.id)
    session.execute(moved, execution_options=_PAST)
