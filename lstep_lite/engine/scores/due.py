"""What the worker does for scores: points that stop being recent, and counting anew after the days have changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.engine.scores import points
from lstep_lite.models import Friend, Lane, Score, ScoreTotal

EXPIRY_CHUNK = 25
"""Friends a unit: each may run action sets."""
RECOUNT_CHUNK = 500


@agenda.work(Lane.TIMED)
def run_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One chunk of either. True when there may be more."""
    with database.unit() as session:
        return _recount(session, now) or _expire(session, now)


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    recounting = session.scalar(sa.select(sa.func.count()).where(Score.recounted_to.is_not(None))) or 0
    due = session.scalar(sa.select(sa.func.count()).where(ScoreTotal.due_at <= now)) or 0
    next_due = session.scalar(sa.select(sa.func.min(ScoreTotal.due_at)).where(ScoreTotal.due_at > now))
    return agenda.Pending(recounting + due, next_due)


def _recount(session: Session, now: datetime) -> bool:
    """Nothing follows from it: what changed is a setting, not what friends did."""
    waiting = sa.select(Score).where(Score.recounted_to.is_not(None)).order_by(Score.id).limit(1)
    score = session.scalar(waiting.with_for_update(skip_locked=True))
    if score is None:
        return False
    query = sa.select(ScoreTotal.friend_id).where(
        ScoreTotal.score_id == score.id, ScoreTotal.friend_id > (score.recounted_to or 0)
    )
    ids = session.scalars(query.order_by(ScoreTotal.friend_id).limit(RECOUNT_CHUNK)).all()
    if ids:
        points.recount(session, score, ids, now=now)
    score.recounted_to = ids[-1] if len(ids) == RECOUNT_CHUNK else None
    return True


def _expire(session: Session, now: datetime) -> bool:
    due = sa.select(ScoreTotal.friend_id, ScoreTotal.score_id).where(ScoreTotal.due_at <= now)
    rows = session.execute(due.order_by(ScoreTotal.due_at, ScoreTotal.friend_id).limit(EXPIRY_CHUNK)).all()
    wanted = sa.select(Friend).where(Friend.id.in_([row.friend_id for row in rows])).order_by(Friend.id)
    found = {friend.id: friend for friend in session.scalars(wanted.with_for_update())} if rows else {}
    by_score: dict[int, list[Friend]] = {}
    for friend_id, score_id in rows:
        if friend_id in found:
            by_score.setdefault(score_id, []).append(found[friend_id])
    for score_id, friends in by_score.items():
        if (score := session.get(Score, score_id)) is not None:
            points.expire(session, score, friends, now=now)
    return len(rows) == EXPIRY_CHUNK
