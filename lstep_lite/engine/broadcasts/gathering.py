"""Writing down who gets a broadcast, in units of at most 500 friends that may break off anywhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine.broadcasts import audience
from lstep_lite.models import AudienceAt, Broadcast, Friend, Recipient, RecipientState

CHUNK = 500


def gather(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    """The next friends, for a broadcast that is locked; `is_gathered` once there are none left.

    Conditions on days are asked as of the moment at which the audience is fixed.
    """
    if broadcast.cursor == 0 and _clear(session, broadcast):
        return
    found = _next(session, broadcast, _fixed_at(broadcast, now))
    if found:
        _add(session, broadcast, [row.id for row in found])
        broadcast.cursor = found[-1].place
    else:
        broadcast.is_gathered, broadcast.cursor = True, 0


def _fixed_at(broadcast: Broadcast, now: datetime) -> datetime:
    fixed_at = broadcast.held_from if broadcast.audience_at is AudienceAt.BOOKING else broadcast.started_at
    return fixed_at or now


def _clear(session: Session, broadcast: Broadcast) -> int:
    """Remove some of those who were gathered before it was taken back; how many."""
    mine = sa.select(Recipient.id).where(Recipient.broadcast_id == broadcast.id).limit(CHUNK)
    gone = sa.delete(Recipient).where(Recipient.id.in_(mine)).returning(Recipient.id)
    return len(session.scalars(gone, execution_options={"synchronize_session": False}).all())


def _next(session: Session, broadcast: Broadcast, fixed_at: datetime) -> Sequence[Any]:
    """Friends' ids with the places they have in the order of gathering."""
    limit = CHUNK
    place: sa.ColumnElement[int] = Friend.id.expression
    if broadcast.at_most is not None:
        gathered = sa.select(sa.func.count()).where(Recipient.broadcast_id == broadcast.id)
        limit = min(CHUNK, broadcast.at_most - (session.scalar(gathered) or 0))
        place = audience.lot(broadcast) + 1  # 0 stands for the beginning
    query = (
        sa.select(Friend.id, place.label("place"))
        .where(place > broadcast.cursor, audience.condition(session, broadcast, now=fixed_at))
        .order_by(place)
        .limit(max(limit, 0))
    )
    return session.execute(query).all()


def _add(session: Session, broadcast: Broadcast, friend_ids: list[int]) -> None:
    values = {
        "broadcast_id": sa.literal(broadcast.id),
        "friend_id": Friend.id,
        "state": sa.literal(RecipientState.WAITING, Recipient.state.type),
    }
    chosen = sa.select(*values.values()).where(Friend.id.in_(friend_ids)).order_by(Friend.id)
    session.execute(insert_new(session, Recipient).from_select(list(values), chosen))
