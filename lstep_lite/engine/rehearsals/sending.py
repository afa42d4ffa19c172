"""What the worker's sender would do with a friend's waiting messages, without LINE: check again, render, count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, messages
from lstep_lite.engine.deliveries import parts, rechecks
from lstep_lite.engine.deliveries.claim import TOO_LATE, why_not
from lstep_lite.engine.deliveries.prepare import EMPTY
from lstep_lite.engine.rehearsals.films import LineObject
from lstep_lite.errors import DomainError
from lstep_lite.models import Delivery, DeliveryState, Friend


@dataclass(frozen=True)
class Sent:
    """One request, or one delivery that is not sent for *reason*."""

    rows: Sequence[Delivery]
    objects: Sequence[LineObject] = ()
    counted: int = 0
    is_reply: bool = False
    reason: str | None = None


def next_due(friend: Friend) -> sa.Select[datetime | None]:
    """When the first waiting message of *friend* is due."""
    return sa.select(sa.func.min(Delivery.due_at)).where(Delivery.friend_id == friend.id, _WAITING)


_WAITING = Delivery.state == DeliveryState.WAITING
_DUE = (
    sa.select(Delivery)
    .where(Delivery.friend_id == sa.bindparam("friend_id"), _WAITING, Delivery.due_at <= sa.bindparam("now"))
    .order_by(Delivery.due_at, Delivery.id)
    .execution_options(populate_existing=True)  # guards are taken away past the session
)


def send(session: Session, friend: Friend, *, public_url: str, now: datetime) -> list[Sent]:
    """Everything that is due, in the worker's order."""
    rows = session.scalars(_DUE, {"friend_id": friend.id, "now": now}).all()
    if not rows:
        return []
    stopped = rechecks.reasons(session, rows, now=now)
    found: list[Sent] = []
    for event_id, group in groupby(rows, key=lambda row: row.event_id):
        good: list[tuple[Delivery, list[LineObject]]] = []
        for row in group:
            try:
                good.append((row, _objects(session, friend, row, stopped, public_url, now)))
            except DomainError as refused:
                _close(row, DeliveryState.SKIPPED, now, refused.message)
                found.append(Sent([row], reason=refused.message))
        found += _reply(good, now) if event_id is not None else [_push(row, objects, now) for row, objects in good]
    session.flush()  # conditions ask for what was sent
    return found


def _objects(
    session: Session, friend: Friend, row: Delivery, stopped: dict[int, str], public_url: str, now: datetime
) -> list[LineObject]:
    """Raises DomainError with the reason why it is not sent."""
    reason = why_not(friend.line_user_id, friend.is_following, friend.is_blocked) or stopped.get(row.id)
    if reason is None and row.missed_after < now:
        reason = TOO_LATE
    if reason is not None:
        raise DomainError(reason)
    objects = deliveries.objects(session, row, public_url=public_url, now=now)
    if not objects:
        raise DomainError(EMPTY)
    for start in range(0, len(objects), parts.OBJECTS_PER_CALL):
        for problem in messages.problems(objects[start : start + parts.OBJECTS_PER_CALL]):
            raise DomainError(f"{problem.message}（{problem.path}）")
    return objects


def _reply(good: Sequence[tuple[Delivery, list[LineObject]]], now: datetime) -> list[Sent]:
    """All of one event together: five objects are free, the others are pushed."""
    if not good:
        return []
    objects = parts.gather_quick_replies([each for _, objects in good for each in objects])
    calls = len(parts.cut([len(objects)]))
    for row, _ in good:
        _close(row, DeliveryState.SENT, now)
        row.is_counted = False
    return [Sent([row for row, _ in good], objects, counted=calls - 1, is_reply=True)]


def _push(row: Delivery, objects: list[LineObject], now: datetime) -> Sent:
    _close(row, DeliveryState.SENT, now)
    row.is_counted = True
    return Sent([row], parts.gather_quick_replies(objects), counted=len(parts.cut([len(objects)])))


def _close(row: Delivery, state: DeliveryState, now: datetime, reason: str | None = None) -> None:
    row.state, row.reason, row.finished_at = state, reason, now
