"""What goes into the outbox, and what staff may still do to it: put, cancel, retry."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite import db
from lstep_lite.engine import sending_rules
from lstep_lite.errors import DomainError
from lstep_lite.models import Content, Delivery, DeliveryState, Friend, Lane, TimelineEntry, WebhookEvent

TOLERANCE = timedelta(minutes=60)
"""How late an answer or a chat may go out; what is sent by itself has the shop's tolerance (sending_rules.late)."""
CHUNK = 500
"""How many rows one statement may put."""

NEW = {"content_from": 0, "is_alone": False, "first_part": 0, "part_count": 0}
"""What a row begins with besides what it is given."""

_listeners: list[Callable[[Lane], None]] = []


def on_put(listener: Callable[[Lane], None]) -> None:
    """Have *listener* called, after the commit, with each lane that got something to send at once."""
    _listeners.append(listener)


def _wake(lane: Lane) -> None:
    for listener in _listeners:
        listener(lane)


# One callable a lane for good, so that a unit that puts many rows wakes each lane once.
_wakers = {lane: partial(_wake, lane) for lane in Lane}


def wake(lane: Lane) -> Callable[[], None]:
    """What to have run after the commit when *lane* has got something to send at once."""
    return _wakers[lane]


def tolerance_of(session: Session, lane: Lane) -> timedelta:
    """How late a message of *lane* may go out; later it is marked missed."""
    return sending_rules.late(session) if lane in (Lane.TIMED, Lane.BULK) else TOLERANCE


def put(
    session: Session,
    friend: Friend,
    content: Content,
    *,
    source: str,
    label: str,
    dedupe_key: str,
    lane: Lane,
    now: datetime,
    due_at: datetime | None = None,
    event: WebhookEvent | None = None,
    cause: TimelineEntry | None = None,
    staff_id: int | None = None,
    tree: dict[str, Any] | None = None,
    guard: str | None = None,
    tolerance: timedelta | None = None,
) -> Delivery | None:
    """Lay one message for *friend* into the outbox; None when *dedupe_key* was put before.

    *event* is the webhook event it answers: it may then go out as a free reply, together with all else put for it.
    *tree* is the segment the friend must still be in when its time comes (see Delivery.tree), *guard* what must still
    run then (see rechecks.guard). *tolerance* is how late it may go out, if not as `tolerance_of` its lane.
    """
    session.flush()  # the ids of content and cause
    due_at = due_at or now
    row = {
        "friend_id": friend.id,
        "content_id": content.id,
        "dedupe_key": dedupe_key,
        "lane": lane,
        "source": source,
        "source_label": label,
        "event_id": event.id if event else None,
        "cause_id": cause.id if cause else None,
        "staff_id": staff_id,
        "tree": tree,
        "guard": guard,
        "due_at": due_at,
        "missed_after": due_at + (tolerance_of(session, lane) if tolerance is None else tolerance),
        "state": DeliveryState.WAITING,
        "created_at": now,
    }
    delivery_id = db.add_new(session, Delivery, row | NEW)
    if delivery_id is None:
        return None
    if due_at <= now:
        db.after_commit(session, wake(lane))
    return db.known_row(session, Delivery(id=delivery_id, **row))


def put_many(
    session: Session,
    friend_ids: sa.Select[*tuple[int, ...]],
    content: Content,
    *,
    source: str,
    label: str,
    key_prefix: str,
    lane: Lane,
    now: datetime,
    due_at: datetime | None = None,
    guard: str | None = None,
    tolerance: timedelta | None = None,
) -> int:
    """Lay the same message for up to 500 friends into the outbox; how many of them were new.

    *friend_ids* selects one column of friends' ids, and perhaps a second one of the timeline entries they follow from;
    the caller pages through its audience. Each row's dedupe key is "*key_prefix*:<friend id>".
    """
    session.flush()  # the id of content
    due_at = due_at or now
    missed_after = due_at + (tolerance_of(session, lane) if tolerance is None else tolerance)
    chosen = friend_ids.limit(CHUNK).subquery()
    friend_id, *cause_id = chosen.c
    row = {
        "friend_id": friend_id,
        "cause_id": cause_id[0] if cause_id else sa.null(),
        "content_id": sa.literal(content.id),
        "dedupe_key": sa.literal(f"{key_prefix}:") + sa.cast(friend_id, sa.Text),
        "lane": sa.literal(lane, Delivery.lane.type),
        "source": sa.literal(source),
        "source_label": sa.literal(label),
        "guard": sa.literal(guard, db.PlainText()),
        "due_at": sa.literal(due_at, db.UTCDateTime),
        "missed_after": sa.literal(missed_after, db.UTCDateTime),
        "state": sa.literal(DeliveryState.WAITING, Delivery.state.type),
        **{name: sa.literal(value) for name, value in NEW.items()},
        "created_at": sa.literal(now, db.UTCDateTime),
    }
    # SQLite can't tell an upsert after a bare SELECT from a join, so the SELECT gets a WHERE.
    rows = sa.select(*row.values()).where(sa.true()).order_by(friend_id)
    put_ids = session.scalars(
        db.insert_new(session, Delivery).from_select(list(row), rows).returning(Delivery.id)
    ).all()
    if put_ids and due_at <= now:
        db.after_commit(session, wake(lane))
    return len(put_ids)


def cancel(session: Session, delivery: Delivery, *, now: datetime, reason: str = "取り消しました。") -> None:
    """Take a waiting or held message back. Raises DomainError when it is on its way already."""
    if not _cancel(session, Delivery.id == delivery.id, now, reason):
        raise DomainError("すでに送信が始まっているため、取り消せません。")
    session.refresh(delivery)


def cancel_waiting(session: Session, friend: Friend, *, now: datetime, reason: str) -> int:
    """Take back everything that still waits for *friend*, held or not; how many it was."""
    return _cancel(session, Delivery.friend_id == friend.id, now, reason)


def _cancel(session: Session, which: sa.ColumnElement[bool], now: datetime, reason: str) -> int:
    session.flush()  # what this unit has put so far
    values = {"state": DeliveryState.CANCELLED, "reason": reason, "finished_at": now}
    waiting = (
        sa.update(Delivery).where(which, Delivery.state.in_([DeliveryState.WAITING, DeliveryState.HELD])).values(values)
    )
    return len(session.scalars(waiting.returning(Delivery.id)).all())
