"""Deleted broadcasts are cleared away bit by bit: one may have very many recipients, and runs of its actions."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, agenda
from lstep_lite.engine.broadcasts.keeping import PLACE
from lstep_lite.models import ActionRun, Broadcast, Recipient

CHUNK = 500


@agenda.work("chores", due=lambda now, wall: sa.exists(_deleted()))
def sweep(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Some rows of one that was deleted. True when there is more."""
    with database.unit() as session:
        if (broadcast_id := session.scalar(_deleted().with_for_update(skip_locked=True))) is None:
            return False
        if not (_drop_recipients(session, broadcast_id) or _drop_runs(session, broadcast_id)):
            actions.drop(session, PLACE, broadcast_id)
            session.delete(session.get_one(Broadcast, broadcast_id))
    return True


def _deleted() -> sa.Select[int]:
    return sa.select(Broadcast.id).where(Broadcast.deleted_at.is_not(None)).order_by(Broadcast.id).limit(1)


def _drop_recipients(session: Session, broadcast_id: int) -> int:
    some = sa.select(Recipient.id).where(Recipient.broadcast_id == broadcast_id).limit(CHUNK)
    return _drop(session, sa.delete(Recipient).where(Recipient.id.in_(some)).returning(Recipient.id))


def _drop_runs(session: Session, broadcast_id: int) -> int:
    action_set = actions.at(session, PLACE, broadcast_id)
    if action_set is None:
        return 0
    some = sa.select(ActionRun.id).where(ActionRun.action_set_id == action_set.id).limit(CHUNK)
    return _drop(session, sa.delete(ActionRun).where(ActionRun.id.in_(some)).returning(ActionRun.id))


def _drop(session: Session, statement: sa.Executable) -> int:
    return len(session.scalars(statement, execution_options={"synchronize_session": False}).all())
