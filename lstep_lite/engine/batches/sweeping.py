"""What became of each friend is kept for a while after a batch; its numbers stay."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.models import Batch, BatchMember

KEPT_FOR = timedelta(days=90)
CHUNK = 500


@agenda.work("chores", due=lambda now, wall: sa.exists(_over(agenda.ago(KEPT_FOR))))
def sweep(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Some rows of one batch that ended long ago. True when there is more."""
    with database.read() as session:
        batch_id = session.scalar(_over(now - KEPT_FOR))
    if batch_id is None:
        return False
    with database.unit() as session:
        mine = BatchMember.batch_id == batch_id
        some = session.scalars(sa.select(BatchMember.friend_id).where(mine).limit(CHUNK)).all()
        gone = sa.delete(BatchMember).where(mine, BatchMember.friend_id.in_(some))
        session.execute(gone.execution_options(synchronize_session=False))
    return True


def _over(before: datetime) -> sa.Select[int]:
    ended = sa.select(Batch.id).where(Batch.finished_at < before).order_by(Batch.id).limit(1)
    return ended.where(sa.exists().where(BatchMember.batch_id == Batch.id))
