"""Which worker processes live, told by their heartbeats; what the dead had taken is set free."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite import db
from lstep_lite.engine import deliveries, media, notifications
from lstep_lite.models import Worker

DEAD_AFTER = timedelta(seconds=15)
OUTAGE = timedelta(minutes=5)
"""A worker that was silent for longer before the next one came was missed."""
KIND = notifications.kind(
    "worker.restarted",
    label="自動処理の停止",
    lead="停電などで自動処理が5分より長く止まり、また動き出したときに知らせます。",
    icon="heartbeat",
    order=90,
)


def beat(session: Session, owner: str, *, wall: datetime) -> None:
    """Say that *owner* lives, and take leave of those that have not said so for a while."""
    session.execute(db.insert_new(session, Worker).values(id=owner, started_at=wall, heartbeat_at=wall))
    session.execute(sa.update(Worker).where(Worker.id == owner).values(heartbeat_at=wall))
    _bury(session, Worker.heartbeat_at < wall - DEAD_AFTER, wall)


def tell_of_outage(session: Session, *, now: datetime, wall: datetime) -> None:
    """Before the first beat of a new worker: how long there was none, if the last one did not end in good order."""
    seen = last_beat(session)
    if seen is None or wall - seen < OUTAGE:
        return
    notifications.notify(
        session,
        KIND.name,
        title="自動処理が止まっていました",
        body=f"およそ{(wall - seen) // timedelta(minutes=1):,}分止まり、また動き出しました。"
        "届いていたメッセージは順に処理します。時間を過ぎて送らなかったものは、送信ログの「未送信」で確かめられます。",
        href="/deliveries?state=missed",
        dedupe_key=f"{KIND.name}:{seen.isoformat()}",
        now=now,
    )


def bury_others(session: Session, owner: str, *, wall: datetime) -> None:
    """*owner* is the only worker: every other one is dead."""
    _bury(session, Worker.id != owner, wall)
    media.hand_back(session)


def leave(session: Session, owner: str, *, wall: datetime) -> None:
    """*owner* ends in good order."""
    _bury(session, Worker.id == owner, wall)


def last_beat(session: Session) -> datetime | None:
    """When any worker last showed itself, on `wall`."""
    return session.scalar(sa.select(sa.func.max(Worker.heartbeat_at)))


def _bury(session: Session, which: sa.ColumnElement[bool], wall: datetime) -> None:
    dead = session.scalars(sa.delete(Worker).where(which).returning(Worker.id)).all()
    if dead:
        deliveries.release(session, dead, wall=wall)
