"""Writing down who gets a broadcast, in units of at most 500 friends that may break off anywhere."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database, insert_new
from lstep_lite.engine.broadcasts import audience
from lstep_lite.models import AudienceAt, Broadcast, BroadcastState, Friend, Recipient, RecipientState

CHUNK = 500
GATHERED_AT_ONCE = 5_000
"""How many friends one look finds; they are written down in units of CHUNK."""
OPEN = (BroadcastState.BOOKED, BroadcastState.SENDING)


def gather(database: Database, broadcast_id: int, *, now: datetime) -> bool:
    """The next friends; `is_gathered` once there are none left. False when another worker is at it.

    Conditions on days are asked as of the moment at which the audience is fixed.
    """
    with database.read() as session:
        broadcast = session.get_one(Broadcast, broadcast_id)
        after, limit = broadcast.cursor, _limit(session, broadcast)
        is_afresh = after == 0 and _has_recipients(session, broadcast)
        found = [] if is_afresh else _next(session, broadcast, limit, now)
    if is_afresh:
        return _clear(database, broadcast_id)
    for chunk in _chunks(found):
        with database.unit() as session:
            if not _add(session, broadcast_id, chunk, after=after, now=now):
                return False
        after = chunk[-1].place
    return len(found) == limit > 0 or _end(database, broadcast_id, after=after)


# Looking -------------------------------------------------------------------------------------------------------------


def _limit(session: Session, broadcast: Broadcast) -> int:
    if broadcast.at_most is None:
        return GATHERED_AT_ONCE
    gathered = sa.select(sa.func.count()).where(Recipient.broadcast_id == broadcast.id)
    return max(0, min(GATHERED_AT_ONCE, broadcast.at_most - (session.scalar(gathered) or 0)))


def _has_recipients(session: Session, broadcast: Broadcast) -> bool:
    """Whether some were gathered before it was taken back."""
    return session.scalar(sa.select(Recipient.id).filter_by(broadcast_id=broadcast.id).limit(1)) is not None


def _next(session: Session, broadcast: Broadcast, limit: int, now: datetime) -> Sequence[Any]:
    """Friends' ids with the places they have in the order of gathering; 0 stands for the beginning."""
    by_lot = broadcast.at_most is not None
    place = audience.lot(broadcast) + 1 if by_lot else Friend.id.expression
    within = audience.condition(session, broadcast, now=_fixed_at(broadcast) or now)
    query = sa.select(Friend.id, place.label("place")).where(place > broadcast.cursor, within)
    return session.execute(query.order_by(place).limit(limit)).all()


def _fixed_at(broadcast: Broadcast) -> datetime | None:
    return broadcast.held_from if broadcast.audience_at is AudienceAt.BOOKING else broadcast.started_at


def _chunks(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(found), CHUNK):
        yield found[start : start + CHUNK]


# Writing -------------------------------------------------------------------------------------------------------------


def _add(session: Session, broadcast_id: int, chunk: Sequence[Any], *, after: int, now: datetime) -> bool:
    """False when another worker has come further, or it was taken back or paused."""
    if (broadcast := _locked(session, broadcast_id, after)) is None:
        return False
    values = {
        "broadcast_id": sa.literal(broadcast.id),
        "friend_id": Friend.id,
        "state": sa.literal(RecipientState.WAITING, Recipient.state.type),
    }
    ids = [row.id for row in chunk]
    chosen = sa.select(*values.values()).where(Friend.id.in_(ids)).order_by(Friend.id)
    session.execute(insert_new(session, Recipient).from_select(list(values), chosen))
    broadcast.cursor = chunk[-1].place
    if broadcast.state is BroadcastState.SENDING:
        broadcast.due_at = now  # how late it is counts from the last look
    return True


def _end(database: Database, broadcast_id: int, *, after: int) -> bool:
    with database.unit() as session:
        if (broadcast := _locked(session, broadcast_id, after)) is None:
            return False
        broadcast.is_gathered, broadcast.cursor = True, 0
    return True


def _clear(database: Database, broadcast_id: int) -> bool:
    """Remove some of those who were gathered before it was taken back."""
    with database.unit() as session:
        if _locked(session, broadcast_id, 0) is None:
            return False
        mine = sa.select(Recipient.id).where(Recipient.broadcast_id == broadcast_id).limit(CHUNK)
        gone = sa.delete(Recipient).where(Recipient.id.in_(mine))
        session.execute(gone, execution_options={"synchronize_session": False})
    return True


def _locked(session: Session, broadcast_id: int, after: int) -> Broadcast | None:
    """The broadcast, for this unit alone, if it is still to be gathered from there on."""
    mine = sa.select(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.state.in_(OPEN))
    here = mine.where(Broadcast.is_gathered.is_(False), Broadcast.cursor == after, Broadcast.deleted_at.is_(None))
    return session.scalar(here.with_for_update(skip_locked=True))
