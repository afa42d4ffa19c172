"""What becomes of forms with a person: merged, blocked, forgotten. What they answered tells who they were: it goes."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.engine.friends import erasing
from lstep_lite.engine.friends.erasing import CHUNK, Traces
from lstep_lite.models import Consent, Friend, SurveyAnswer, SurveyDraft, SurveyFile, SurveyPick


@friends.merges
def _merge(session: Session, kept: Friend, gone: Friend) -> None:
    """Picks refer to nobody in the database's eyes; a draft is named after its friend."""
    moved = sa.update(SurveyPick).where(SurveyPick.friend_id == gone.id).values(friend_id=kept.id)
    session.execute(moved, execution_options={"synchronize_session": False})
    session.execute(sa.delete(SurveyDraft).where(SurveyDraft.friend_id == gone.id))


@erasing.erases(SurveyFile)
def _let_files_go(session: Session, traces: Traces) -> int:
    """Nobody holds them any more: the sweeper takes the bytes, then the rows."""
    mine = sa.select(SurveyFile.id).where(SurveyFile.friend_id == traces.friend_id).limit(CHUNK)
    nobodys = {"friend_id": None, "answer_id": None, "draft_id": None, "file_name": ""}
    emptied = sa.update(SurveyFile).where(SurveyFile.id.in_(mine)).values(nobodys).returning(SurveyFile.id)
    return len(session.scalars(emptied, execution_options={"synchronize_session": False}).all())


erasing.deletes(SurveyPick, Consent, SurveyDraft, SurveyAnswer)
