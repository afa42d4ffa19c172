"""Locking a friend: what changes totals, or runs actions, does it for one at a time. Taking turns at something else.

On SQLite the unit of work itself is the lock. Whoever locks several friends does it in the order of their ids.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import is_alone, remembered
from lstep_lite.db import know as keep_in_mind
from lstep_lite.models import Friend


def lock(session: Session, friend: Friend) -> None:
    """Nobody else locks *friend* until this unit ends."""
    if not is_alone(session):
        remembered(session, _key(friend), lambda: session.scalar(_row(friend)))


def _row(friend: Friend) -> sa.Select[int]:
    return sa.select(Friend.id).where(Friend.id == friend.id).with_for_update()


def turn(session: Session, what: str, key: int) -> None:
    """Wait for a turn at *what* that lasts until this unit ends: turns go round in the order of asking.

    A lock on a row goes to whoever comes just when it is free, so that in a crowd some would wait for seconds.
    """
    if not is_alone(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(what, key))))


def know(session: Session, friends: Iterable[Friend]) -> None:
    """Within `db.memory`: these are locked already."""
    for friend in friends:
        keep_in_mind(session, _key(friend), friend.id)


def _key(friend: Friend) -> tuple[object, ...]:
    return ("locked friend", friend.id)
