"""A deleted tag is taken from its friends afterwards, in units of a few hundred rows."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.models import FriendTag, Lane, TagLeftover

CHUNK = 500


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists(sa.select(TagLeftover.tag_id)))
def sweep(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One chunk of one deleted tag. True when there is more."""
    with database.read() as session:
        tag_id = session.scalar(sa.select(TagLeftover.tag_id).order_by(TagLeftover.tag_id).limit(1))
    if tag_id is None:
        return False
    with database.unit() as session:
        _sweep(session, tag_id)
    return True


def _sweep(session: Session, tag_id: int) -> None:
    some = sa.select(FriendTag.friend_id).where(FriendTag.tag_id == tag_id).limit(CHUNK)
    found = session.scalars(some).all()
    if found:
        mine = sa.delete(FriendTag).where(FriendTag.tag_id == tag_id, FriendTag.friend_id.in_(found))
    else:
        mine = sa.delete(TagLeftover).where(TagLeftover.tag_id == tag_id)
    session.execute(mine.execution_options(synchronize_session=False))


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(due=session.scalar(sa.select(sa.func.count()).select_from(TagLeftover)) or 0)
