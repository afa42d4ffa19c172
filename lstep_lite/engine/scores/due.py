"""What the worker does for scores: points that stop being recent, counting anew after the days have changed, and
clearing away the points of deleted scores.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.engine.scores import points
from lstep_lite.models import Friend, Lane, Score, ScoreLeftover, ScorePoint, ScoreTotal

EXPIRY_CHUNK = 10
"""Friends a unit: each may run action sets."""
RECOUNT_CHUNK = 500
CLEARING_CHUNK = 250
"""Rows of each table."""
RECOUNTING = sa.select(Score.id).where(Score.recounted_to.is_not(None))


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists(_due(now)) | sa.exists(RECOUNTING))
def run_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One chunk. True when there may be more."""
    with database.unit() as session:
        return _recount(session, now) or _expire(session, now)


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists(sa.select(ScoreLeftover.score_id)))
def clear_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One chunk of what deleted scores have left. True when there may be more."""
    with database.read() as session:
        score_id = session.scalar(sa.select(ScoreLeftover.score_id).order_by(ScoreLeftover.score_id).limit(1))
    if score_id is None:
        return False
    with database.unit() as session:
        _clear(session, score_id)
    return True


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    todo = (_due(now), RECOUNTING, sa.select(ScoreLeftover.score_id))
    due = sum(session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0 for query in todo)
    return agenda.Pending(due, session.scalar(sa.select(sa.func.min(ScoreTotal.due_at)).where(ScoreTotal.due_at > now)))


def _due(now: datetime) -> sa.Select[int, int]:
    """Whose oldest recent points of which score are recent no longer."""
    query = sa.select(ScoreTotal.friend_id, ScoreTotal.score_id).join(Score, Score.id == ScoreTotal.score_id)
    return query.where(ScoreTotal.due_at <= now)


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
    rows = session.execute(_due(now).order_by(ScoreTotal.due_at, ScoreTotal.friend_id).limit(EXPIRY_CHUNK)).all()
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


def _clear(session: Session, score_id: int) -> None:
    lines = sa.select(ScorePoint.id).where(ScorePoint.score_id == score_id).limit(CLEARING_CHUNK)
    people = sa.select(ScoreTotal.friend_id).where(ScoreTotal.score_id == score_id).limit(CLEARING_CHUNK)
    gone = [
        *session.scalars(
            sa.delete(ScorePoint)
            .where(ScorePoint.id.in_(lines))
            .returning(ScorePoint.id)
            .execution_options(synchronize_session=False)
        ),
        *session.scalars(
            sa.delete(ScoreTotal)
            .where(ScoreTotal.score_id == score_id, ScoreTotal.friend_id.in_(people))
            .returning(ScoreTotal.friend_id)
            .execution_options(synchronize_session=False)
        ),
    ]
    if not gone:
        session.execute(sa.delete(ScoreLeftover).where(ScoreLeftover.score_id == score_id))
