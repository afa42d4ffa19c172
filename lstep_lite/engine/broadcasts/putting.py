"""From recipients to the outbox: at most 500 a unit, no faster than asked for, and never far ahead of the sender."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, messages, triggers
from lstep_lite.engine.broadcasts import audience
from lstep_lite.engine.broadcasts.keeping import FEATURE
from lstep_lite.engine.deliveries import conditions
from lstep_lite.models import (
    Broadcast,
    BroadcastVariant,
    Delivery,
    Friend,
    Lane,
    Recipient,
    RecipientState,
    TimelineEntry,
)

CHUNK = 500
AHEAD = 4_000
"""So many messages may wait in the outbox: enough to keep the sender busy, few enough to be stopped at once."""
A_MINUTE = timedelta(minutes=1)
HAD_ENOUGH = "お店で決めた回数まで最近の一斉配信を受け取っているため、送りませんでした。"
triggers.labels["broadcast.put"] = "一斉配信の送り先になった"


def guard_of(broadcast_id: int) -> str:
    return f"{FEATURE}:{broadcast_id}"


def has_room(session: Session, *, now: datetime) -> bool:
    """Whether the outbox could do with another chunk."""
    waiting = sa.select(sa.literal(1)).where(
        Delivery.state == conditions.WAITING, Delivery.lane == conditions.literal(Lane.BULK), Delivery.due_at <= now
    )
    count = session.scalar(sa.select(sa.func.count()).select_from(waiting.limit(AHEAD).subquery())) or 0
    return count <= AHEAD - CHUNK


def put(session: Session, broadcast: Broadcast, *, now: datetime) -> bool:
    """Put the messages of the next recipients of a broadcast that is locked; False when all have been looked at."""
    rows = _next(session, broadcast)
    if not rows:
        return False
    enough = audience.enough_among(session, broadcast, [row.friend_id for row in rows], now=now)
    _skip(session, [row.id for row in rows if row.friend_id in enough])
    by_version: dict[int, list[int]] = {}
    for row in rows:
        version = _version(broadcast, row.lot_number)
        if version is not None and row.friend_id not in enough:
            by_version.setdefault(version.position, []).append(row.friend_id)
    for position, friend_ids in by_version.items():
        _put_version(session, broadcast, broadcast.variants[position], friend_ids, now)
    broadcast.cursor, broadcast.due_at = rows[-1].id, _look_again_at(broadcast, len(rows), now)
    return True


def _next(session: Session, broadcast: Broadcast) -> Sequence[Any]:
    return session.execute(
        sa.select(Recipient.id, Recipient.friend_id, Friend.lot_number)
        .join(Friend, Friend.id == Recipient.friend_id)
        .where(
            Recipient.broadcast_id == broadcast.id,
            Recipient.state == RecipientState.WAITING,
            Recipient.id > broadcast.cursor,
        )
        .order_by(Recipient.id)
        .limit(_at_once(broadcast))
    ).all()


def _version(broadcast: Broadcast, lot_number: int) -> BroadcastVariant | None:
    """After the trial everybody who is left gets the winner."""
    if broadcast.winner_id is not None:
        return next(variant for variant in broadcast.variants if variant.id == broadcast.winner_id)
    return audience.version_of(broadcast, lot_number)


def _skip(session: Session, recipient_ids: Sequence[int]) -> None:
    if recipient_ids:
        mine = sa.update(Recipient).where(Recipient.id.in_(recipient_ids))
        session.execute(mine.values(state=RecipientState.SKIPPED, reason=HAD_ENOUGH), execution_options=_PAST)


def _put_version(
    session: Session, broadcast: Broadcast, variant: BroadcastVariant, friend_ids: Sequence[int], now: datetime
) -> None:
    entry_ids = triggers.record_many(
        session, "broadcast.put", friend_ids, now=now, broadcast_id=broadcast.id, label=broadcast.name
    )
    deliveries.put_many(
        session,
        sa.select(TimelineEntry.friend_id, TimelineEntry.id).where(TimelineEntry.id.in_(entry_ids)),
        messages.freeze(session, variant.blocks, now=now),
        source=FEATURE,
        label=f"一斉配信「{broadcast.name}」",
        key_prefix=guard_of(broadcast.id),
        lane=Lane.BULK,
        guard=guard_of(broadcast.id),
        now=now,
    )
    key = sa.literal(f"{guard_of(broadcast.id)}:") + sa.cast(Recipient.friend_id, sa.Text)
    delivery_id = sa.select(Delivery.id).where(Delivery.dedupe_key == key).scalar_subquery()
    mine = sa.update(Recipient).where(Recipient.broadcast_id == broadcast.id, Recipient.friend_id.in_(friend_ids))
    values = {"state": RecipientState.PUT, "variant_id": variant.id, "delivery_id": delivery_id}
    session.execute(mine.values(values), execution_options=_PAST)


def _look_again_at(broadcast: Broadcast, count: int, now: datetime) -> datetime:
    """A minute's worth is spread over the minute; after the last ones nothing has to wait."""
    if broadcast.per_minute is None or count < _at_once(broadcast):
        return now
    return now + A_MINUTE * count / broadcast.per_minute


def _at_once(broadcast: Broadcast) -> int:
    return min(CHUNK, broadcast.per_minute or CHUNK)


_PAST = {"synchronize_session": False}
