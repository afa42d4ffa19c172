"""The ledger and the totals kept with it.

A friend's totals change in the unit that writes the line of the ledger, by one atomic UPDATE. Points count as recent
until `recent_days` have passed; `recount` then takes them out. Whoever changes totals locks the friend first: what
follows from a change may run action sets, which lock the friend too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from lstep_lite.db import add_new
from lstep_lite.engine import friends, locking, triggers
from lstep_lite.engine.scores import crossing
from lstep_lite.engine.scores.crossing import Standing
from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Basis,
    ChangedBy,
    Friend,
    Score,
    ScorePoint,
    ScoreTotal,
    Staff,
    TimelineEntry,
    WebhookEvent,
)

MOST_POINTS = 1_000_000
LONGEST_REASON = 200
triggers.labels["score.changed"] = "スコアが変わった"


def add(
    session: Session,
    score: Score,
    friend: Friend,
    points: int,
    *,
    reason: str,
    changed_by: ChangedBy,
    now: datetime,
    cause: TimelineEntry | None = None,
    event: WebhookEvent | None = None,
    staff_id: int | None = None,
) -> Standing:
    """Add *points* (below 0: take away) and answer the new totals. Raises DomainError naming the field.

    Automation fires "score.changed" and, for each threshold crossed, "score.crossed"; by hand it is only written down.
    """
    reason = _checked(points, reason)
    locking.lock(session, friend)
    _settle(session, score, friend, now)
    point = {
        "score_id": score.id, "friend_id": friend.id, "points": points, "at": now, "reason": reason,
        "changed_by": changed_by, "staff_id": staff_id, "cause_id": cause.id if cause else None,
    }  # fmt: skip
    point_id = add_new(session, ScorePoint, point)
    after = _raise_totals(session, score, friend, points, now)
    facts = {"score_id": score.id, "points": points, "total": after.total, "recent": after.recent}
    if staff_id is not None:
        facts["staff_id"] = staff_id
    entry = triggers.happen(session, "score.changed", friend, changed_by, now=now, cause=cause, event=event, **facts)
    entry.results = [f"「{score.name}」に{points:+,}点（累計{after.total:,}点）：{reason}", *entry.results]
    if changed_by in triggers.AUTOMATIC:
        before = Standing(after.total - points, after.recent - points)
        moment = crossing.Crossing(f"point-{point_id}", now, cause=entry, event=event)
        crossing.fire(session, score, friend, before, after, moment)
    return after


def recount(session: Session, score: Score, friend_ids: Sequence[int], *, now: datetime) -> dict[int, crossing.Change]:
    """Count the recent points of these friends anew; what they were before and are now, by friend."""
    mine = (ScoreTotal.score_id == score.id, ScoreTotal.friend_id.in_(friend_ids))
    query = sa.select(ScoreTotal.friend_id, ScoreTotal.total, ScoreTotal.recent).where(*mine)
    before = session.execute(query.order_by(ScoreTotal.friend_id).with_for_update()).all()
    window = timedelta(days=score.recent_days)
    sums = session.execute(
        sa.select(ScorePoint.friend_id, sa.func.sum(ScorePoint.points), sa.func.min(ScorePoint.at))
        .where(ScorePoint.score_id == score.id, ScorePoint.friend_id.in_(friend_ids), ScorePoint.at > now - window)
        .group_by(ScorePoint.friend_id)
    )
    recent = {friend_id: (int(points), oldest + window) for friend_id, points, oldest in sums}
    changes = {}
    for friend_id, total, was in before:
        points, due_at = recent.get(friend_id, (0, None))
        changes[friend_id] = crossing.Change(Standing(total, was), Standing(total, points), due_at)
    if changes:
        session.execute(
            sa.update(ScoreTotal),
            [
                {"friend_id": friend_id, "score_id": score.id, "recent": it.after.recent, "due_at": it.due_at}
                for friend_id, it in changes.items()
            ],
        )
    return changes


def expire(session: Session, score: Score, found: Sequence[Friend], *, now: datetime) -> None:
    """Take out of these (locked) friends' recent totals what is no longer recent, with what follows from it."""
    changes = recount(session, score, [friend.id for friend in found], now=now)
    for friend in found:
        if (change := changes.get(friend.id)) is not None:
            moment = crossing.Crossing(f"expiry-{score.id}-{now.isoformat()}", now)
            crossing.fire(session, score, friend, change.before, change.after, moment)


_DUE_AT = sa.select(ScoreTotal.due_at).where(
    ScoreTotal.friend_id == sa.bindparam("friend_id"), ScoreTotal.score_id == sa.bindparam("score_id")
)


def _settle(session: Session, score: Score, friend: Friend, now: datetime) -> None:
    """Points that stopped being recent while nobody looked must not help to reach a threshold."""
    due_at = session.connection().execute(_DUE_AT, {"friend_id": friend.id, "score_id": score.id}).scalar()
    if due_at is not None and due_at <= now:
        expire(session, score, [friend], now=now)


def _raise_totals(session: Session, score: Score, friend: Friend, points: int, now: datetime) -> Standing:
    due_at = now + timedelta(days=score.recent_days)
    row = {"friend_id": friend.id, "score_id": score.id, "total": points, "recent": points, "due_at": due_at}
    total, recent = session.connection().execute(_raise(session.get_bind().dialect.name), row).one()
    return Standing(total, recent)


@cache
def _raise(dialect: str) -> ReturningInsert[int, int]:
    """A friend's first points, or more of them: both totals change in the row itself."""
    insert = sqlite.insert(ScoreTotal) if dialect == "sqlite" else postgresql.insert(ScoreTotal)
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["friend_id", "score_id"],
        set_={
            "total": ScoreTotal.total + new.total,
            "recent": ScoreTotal.recent + new.recent,
            "due_at": sa.func.coalesce(ScoreTotal.due_at, new.due_at),
        },
    ).returning(ScoreTotal.total, ScoreTotal.recent)


def _checked(points: int, reason: str) -> str:
    if not points or abs(points) > MOST_POINTS:
        raise DomainError(f"点数は1〜{MOST_POINTS:,}の数字で入力してください。", "points")
    reason = storable(reason).strip()
    if not reason:
        raise DomainError("理由を入力してください。あとから見て分かります。", "reason")
    if len(reason) > LONGEST_REASON:
        raise DomainError(f"理由は{LONGEST_REASON}文字以内で入力してください。", "reason")
    return reason


@friends.merges
def _merge(session: Session, kept: Friend, gone: Friend) -> None:
    """One person's points were kept on two rows: the totals add up. The ledger moves by itself."""
    query = sa.select(ScoreTotal.score_id, ScoreTotal.total, ScoreTotal.recent, ScoreTotal.due_at)
    for score_id, total, recent, due_at in session.execute(query.where(ScoreTotal.friend_id == gone.id)).all():
        known = sa.select(ScoreTotal.due_at).filter_by(friend_id=kept.id, score_id=score_id)
        moments = [moment for moment in (due_at, session.scalar(known)) if moment is not None]
        session.execute(
            sa.update(ScoreTotal)
            .filter_by(friend_id=kept.id, score_id=score_id)
            .values(
                total=ScoreTotal.total + total,
                recent=ScoreTotal.recent + recent,
                due_at=min(moments, default=None),
            )
            .execution_options(synchronize_session=False)
        )


# Looking -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FriendScore:
    """One score of one friend."""

    score: Score
    standing: Standing


@dataclass(frozen=True)
class Line:
    """One line of the ledger. *staff_name* is whose hand it was, or who pressed the button of an action."""

    point: ScorePoint
    score_name: str
    staff_name: str | None


def of(session: Session, friend: Friend) -> list[FriendScore]:
    """Every score with the friend's totals, in the order of the list."""
    totals = sa.select(ScoreTotal.score_id, ScoreTotal.total, ScoreTotal.recent).where(
        ScoreTotal.friend_id == friend.id
    )
    known = {score_id: Standing(total, recent) for score_id, total, recent in session.execute(totals)}
    scores = session.scalars(sa.select(Score).order_by(Score.position, Score.id))
    return [FriendScore(score, known.get(score.id, Standing())) for score in scores]


def ledger(session: Session, friend: Friend, *, limit: int) -> list[Line]:
    """The newest lines first."""
    query = (
        sa.select(ScorePoint, Score.name, Staff.name)
        .join(Score, Score.id == ScorePoint.score_id)
        .outerjoin(Staff, Staff.id == ScorePoint.staff_id)
        .where(ScorePoint.friend_id == friend.id)
        .order_by(ScorePoint.at.desc(), ScorePoint.id.desc())
        .limit(limit)
    )
    return [Line(point, name, staff_name) for point, name, staff_name in session.execute(query)]


def top(session: Session, score: Score, *, basis: Basis, limit: int) -> list[tuple[Friend, Standing]]:
    """The friends with the most points, hidden and blocked ones left out."""
    column = ScoreTotal.total if basis is Basis.TOTAL else ScoreTotal.recent
    query = (
        sa.select(Friend, ScoreTotal.total, ScoreTotal.recent)
        .join(ScoreTotal, ScoreTotal.friend_id == Friend.id)
        .where(ScoreTotal.score_id == score.id, sa.not_(Friend.is_hidden), sa.not_(Friend.is_blocked))
        .order_by(column.desc(), ScoreTotal.friend_id.desc())
        .limit(limit)
    )
    return [(friend, Standing(total, recent)) for friend, total, recent in session.execute(query)]
