"""What becomes of scores when a person is blocked or forgotten."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.engine.friends import erasing
from lstep_lite.engine.scores import points
from lstep_lite.models import Friend, Score, ScorePoint, ScoreTotal

friends.archives(ScorePoint, "スコアの記録")
friends.archives(ScoreTotal)
erasing.deletes(ScorePoint, ScoreTotal)


@friends.restored
def _add_up(session: Session, friend: Friend, now: datetime) -> None:
    """Totals are what the ledger says: lines that came back may stand beside new ones."""
    total = sa.select(sa.func.coalesce(sa.func.sum(ScorePoint.points), 0)).where(
        ScorePoint.friend_id == friend.id, ScorePoint.score_id == ScoreTotal.score_id
    )
    mine = ScoreTotal.friend_id == friend.id
    add_up = sa.update(ScoreTotal).where(mine).values(total=total.scalar_subquery())
    session.execute(add_up, execution_options={"synchronize_session": False})
    for score in session.scalars(sa.select(Score).join(ScoreTotal, ScoreTotal.score_id == Score.id).where(mine)).all():
        points.recount(session, score, [friend.id], now=now)
