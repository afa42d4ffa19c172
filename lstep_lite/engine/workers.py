"""Which worker processes live, told by their heartbeats; what the dead had taken is set free."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite import db
from lstep_lite.engine import deliveries
from lstep_lite.models import Worker

DEAD_AFTER = timedelta(seconds=15)


def beat(session: Session, owner: str, *, wall: datetime) -> None:
    """Say that *owner* lives, and take leave of those that have not said so for a while."""
    session.execute(db.insert_new(session, Worker).values(id=owner, started_at=wall, heartbeat_at=wall))
    session.execute(sa.update(Worker).where(Worker.id == owner).values(heartbeat_at=wall))
    _bury(session, Worker.heartbeat_at < wall - DEAD_AFTER, wall)


def bury_others(session: Session, owner: str, *, wall: datetime) -> None:
    """*owner* is the only worker: every other one is dead."""
    _bury(session, Worker.id != owner, wall)


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
