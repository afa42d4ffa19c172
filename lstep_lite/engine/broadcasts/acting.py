"""The action set of a broadcast, for those who got it: a few friends a unit, each once."""

import logging
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions
from lstep_lite.engine.actions import bulk
from lstep_lite.engine.broadcasts.keeping import PLACE
from lstep_lite.models import (
    ActionSet,
    Broadcast,
    Delivery,
    DeliveryState,
    Friend,
    Recipient,
    RecipientState,
    TimelineEntry,
)

log = logging.getLogger(__name__)

CHUNK = bulk.CHUNK
OVER = (
    DeliveryState.SENT,
    DeliveryState.FAILED,
    DeliveryState.MISSED,
    DeliveryState.SKIPPED,
    DeliveryState.UNKNOWN,
    DeliveryState.CANCELLED,
)


def has_actions(session: Session, broadcast: Broadcast) -> bool:
    action_set = actions.at(session, PLACE, broadcast.id)
    return action_set is not None and bool(action_set.steps)


def is_due(session: Session, broadcast: Broadcast) -> bool:
    """Whether somebody's message has come to its end and nothing has followed from it yet."""
    return has_actions(session, broadcast) and session.scalar(_ended(broadcast.id).limit(1)) is not None


def act(database: Database, broadcast_id: int, *, now: datetime) -> bool:
    """Do it for the next friends; when that fails, for each of them alone. False when another worker is at it."""
    with database.read() as session:
        recipient_ids = session.scalars(_ended(broadcast_id).limit(CHUNK)).all()
    try:
        return _act_on(database, broadcast_id, recipient_ids, now)
    except OperationalError:
        raise  # a lost connection or lock: the whole chunk is tried again
    except Exception:
        log.exception("broadcast %s: actions failed; its friends are tried one by one", broadcast_id)
        for recipient_id in recipient_ids:
            _try_one(database, broadcast_id, recipient_id, now)
        return True


def _ended(broadcast_id: int) -> sa.Select[int]:
    to_act = sa.and_(Recipient.acted_at.is_(None), Recipient.state == sa.literal_column(f"'{RecipientState.PUT}'"))
    return (
        sa.select(Recipient.id)
        .join(Delivery, Delivery.id == Recipient.delivery_id)
        .where(Recipient.broadcast_id == broadcast_id, to_act, Delivery.state.in_(OVER))
        .order_by(Recipient.id)
    )


def _try_one(database: Database, broadcast_id: int, recipient_id: int, now: datetime) -> None:
    try:
        _act_on(database, broadcast_id, [recipient_id], now)
    except OperationalError:
        raise
    except Exception:
        log.exception("broadcast %s: actions for recipient %s failed", broadcast_id, recipient_id)
        with database.unit() as session:
            _done(session, [recipient_id], now)


def _act_on(database: Database, broadcast_id: int, recipient_ids: Sequence[int], now: datetime) -> bool:
    with database.unit() as session:
        locked = sa.select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update(skip_locked=True)
        broadcast = session.scalar(locked)
        if broadcast is None:
            return False
        ended = session.scalars(_ended(broadcast_id).where(Recipient.id.in_(recipient_ids))).all()
        causes = _causes(session, ended)
        action_set = actions.at(session, PLACE, broadcast_id)
        if action_set is not None and causes:
            _run(session, broadcast, action_set, causes, now)
        _done(session, ended, now)
    return True


def _causes(session: Session, recipient_ids: Sequence[int]) -> dict[int, int | None]:
    """The timeline entry of each friend who got it, by the friend's id; locked in the order of their ids."""
    query = (
        sa.select(Friend.id, Delivery.cause_id)
        .join(Recipient, Recipient.friend_id == Friend.id)
        .join(Delivery, Delivery.id == Recipient.delivery_id)
        .where(Recipient.id.in_(recipient_ids), Delivery.state == DeliveryState.SENT)
        .order_by(Friend.id)
        .with_for_update(of=Friend)
    )
    return dict(session.execute(query).all())


def _run(
    session: Session, broadcast: Broadcast, action_set: ActionSet, causes: dict[int, int | None], now: datetime
) -> None:
    wanted = [entry_id for entry_id in causes.values() if entry_id is not None]
    found = session.scalars(sa.select(TimelineEntry).where(TimelineEntry.id.in_(wanted))).all()
    entries = {entry.id: entry for entry in found}
    for friend in actions.in_bulk(session, action_set, list(causes)):
        cause = entries.get(causes[friend.id] or 0)
        actions.run(session, action_set, friend, actions.Trigger(f"broadcast:{broadcast.id}", now, cause=cause))


def _done(session: Session, recipient_ids: Sequence[int], now: datetime) -> None:
    mine = sa.update(Recipient).where(Recipient.id.in_(recipient_ids)).values(acted_at=now)
    session.execute(mine, execution_options={"synchronize_session": False})
