"""Working through stored events: each friend's in the order they happened, one transaction an event."""

import json
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import notifications
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import EventState, Friend, WebhookEvent

log = logging.getLogger(__name__)

PAUSES = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))
"""How long to wait after each failure of an event; the next failure parks it."""
KIND = notifications.kind(
    "event.parked",
    label="受信できなかった通知",
    lead="LINEから届いたのに処理できなかったものがあるときに知らせます。",
    icon="mail-exclamation",
    order=80,
)


@dataclass(frozen=True)
class Incoming:
    """One event as its handler sees it."""

    event: WebhookEvent
    data: dict[str, Any]
    """The event as LINE sent it."""
    user_id: str
    now: datetime


Handler = Callable[[Session, Incoming], None]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register what becomes of LINE's events of *kind*. Handlers must be safe to run twice."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def process_due(database: Database, *, now: datetime, wall: datetime, limit: int) -> int:
    """Process up to *limit* waiting events and answer how many it was.

    A user whose event failed waits until its next try, so that order holds; nobody else does.
    """
    with database.read() as session:
        turns = deque(_users_with_work(session, wall, limit))
    count = 0
    while turns and count < limit:
        user_id, waiting = turns.popleft()
        if not _process_next(database, user_id, now, wall):
            continue
        count += 1
        if waiting > 1:  # one event a turn, so that nobody waits for a friend who sends a hundred
            turns.append((user_id, waiting - 1))
    return count


def _users_with_work(session: Session, wall: datetime, limit: int) -> list[tuple[str, int]]:
    """Users and how many events of theirs wait, who has waited longest first."""
    resting_until = func.max(WebhookEvent.next_try_at)
    statement = (
        select(WebhookEvent.user_id, func.count())
        .where(WebhookEvent.state == EventState.WAITING, WebhookEvent.user_id.is_not(None))
        .group_by(WebhookEvent.user_id)
        .having(or_(resting_until.is_(None), resting_until <= wall))
        .order_by(func.min(WebhookEvent.id))
        .limit(limit)
    )
    return [(user_id, waiting) for user_id, waiting in session.execute(statement) if user_id]


def _process_next(database: Database, user_id: str, now: datetime, wall: datetime) -> bool:
    """Process the user's next event. Answers whether to go on with this user."""
    event_id: int | None = None
    try:
        with database.unit() as session:
            _lock_user(session, user_id)
            event = _next_event(session, user_id)
            if event is None or (event.next_try_at is not None and event.next_try_at > wall):
                return False
            event_id = event.id
            _process(session, event, user_id, now)
            return True
    except OperationalError as error:
        # A lock or a lost connection is nobody's fault: the event keeps its place and its attempts.
        log.warning("event %s: tried again at the next pass (%s)", event_id, type(error.orig).__name__)
        return False
    except Exception:
        if event_id is None:
            raise
        log.exception("event %s failed", event_id)
        return _note_failure(database, event_id, now, wall)


def _lock_user(session: Session, user_id: str) -> None:
    """One process at a time works for a user, known or not yet known. On SQLite the unit itself is that lock."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:user_id, 0))"), {"user_id": user_id})


def _next_event(session: Session, user_id: str) -> WebhookEvent | None:
    return session.scalar(
        select(WebhookEvent)
        .where(WebhookEvent.user_id == user_id, WebhookEvent.state == EventState.WAITING)
        .order_by(WebhookEvent.occurred_at, WebhookEvent.id)
        .limit(1)
    )


def _process(session: Session, event: WebhookEvent, user_id: str, now: datetime) -> None:
    handler = _handlers.get(event.kind)
    event.processed_at = now
    event.next_try_at = None
    if not event.raw:
        event.state, event.reason = EventState.IGNORED, "送信が取り消されたメッセージです。"
    elif handler is None:
        event.state, event.reason = EventState.IGNORED, "このソフトではまだ使わない種類のできごとです。"
    else:
        event.state, event.reason = EventState.DONE, None
        handler(session, Incoming(event, json.loads(event.raw), user_id, now))


def _note_failure(database: Database, event_id: int, now: datetime, wall: datetime) -> bool:
    """Write down that an event failed, after its unit has gone back. Answers whether its user may go on: parked."""
    with database.unit() as session:
        event = session.get_one(WebhookEvent, event_id)
        event.attempts += 1
        if event.attempts <= len(PAUSES):
            event.next_try_at = wall + PAUSES[event.attempts - 1]
            return False
        event.state = EventState.PARKED
        event.processed_at = now
        event.reason = (
            f"{event.attempts}回試しましたが処理できなかったため、飛ばして先へ進みました。"
            f"原因はサーバーの記録に「event {event_id}」として残っています。"
        )
        title = "LINEから届いたのに処理できなかったものがあります"
        key = f"{KIND.name}:{event_id}:{now.isoformat()}"
        notifications.notify(session, KIND.name, title=title, href="/intake", dedupe_key=key, now=now)
        return True


def parked(session: Session, *, limit: int = 100) -> Sequence[WebhookEvent]:
    """Events that were passed over, newest first."""
    return session.scalars(
        select(WebhookEvent)
        .where(WebhookEvent.state == EventState.PARKED)
        .order_by(WebhookEvent.id.desc())
        .limit(limit)
    ).all()


def malformed(session: Session, *, limit: int = 100) -> Sequence[WebhookEvent]:
    """Events of a shape we can't read, newest first; they are kept but never tried."""
    return session.scalars(
        select(WebhookEvent)
        .where(WebhookEvent.state == EventState.MALFORMED)
        .order_by(WebhookEvent.id.desc())
        .limit(limit)
    ).all()


def senders(session: Session, events: Sequence[WebhookEvent]) -> dict[str, Friend]:
    """The friends behind *events*, by LINE user id; somebody not known yet is missing."""
    user_ids = {event.user_id for event in events if event.user_id}
    found = session.scalars(select(Friend).where(Friend.line_user_id.in_(user_ids)))
    return {friend.line_user_id: friend for friend in found if friend.line_user_id}


def get(session: Session, event_id: int) -> WebhookEvent:
    event = session.get(WebhookEvent, event_id)
    if event is None:
        raise NotFound
    return event


def waiting_count(session: Session) -> int:
    """How many events are still to be processed."""
    waiting = select(func.count()).select_from(WebhookEvent).where(WebhookEvent.state == EventState.WAITING)
    return session.scalar(waiting) or 0


def parked_count(session: Session) -> int:
    return (
        session.scalar(select(func.count()).select_from(WebhookEvent).where(WebhookEvent.state == EventState.PARKED))
        or 0
    )


def retry(session: Session, event: WebhookEvent) -> None:
    """Put a parked event back to work. What its friend did later has been done already; LINE's times decide."""
    if event.state is not EventState.PARKED:
        raise DomainError("このできごとは、すでにやり直しています。")
    event.state = EventState.WAITING
    event.attempts = 0
    event.next_try_at = event.processed_at = event.reason = None
