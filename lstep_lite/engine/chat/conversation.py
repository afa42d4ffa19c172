"""One conversation: what the friend sent and what went out, by time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine import messages
from lstep_lite.errors import DomainError
from lstep_lite.models import Call, ChatMessage, Delivery, Friend, Staff

PAGE_SIZE = 50
_IN, _OUT = 0, 1
"""Of two bubbles of the same moment the friend's comes first: ours answers it."""


@dataclass(frozen=True, order=True)
class Position:
    """The place of a bubble in a conversation; as text it travels in a link."""

    at: datetime
    side: int
    id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.side}_{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The position a link names, or None for anything that is not one."""
        try:
            at, side, row_id = text.split("_")
            position = cls(datetime.fromisoformat(at), int(side), int(row_id))
        except ValueError:
            return None
        return position if position.at.tzinfo else None


@dataclass(frozen=True)
class Bubble:
    """Either *received* or *delivery* is there."""

    position: Position
    received: ChatMessage | None
    delivery: Delivery | None
    objects: Sequence[dict[str, Any]]
    """What went out, as LINE message objects: as sent, else as it would be sent."""
    staff_name: str | None
    """Who sent it; None for automatic messages."""

    @property
    def at(self) -> datetime:
        return self.position.at


@dataclass(frozen=True)
class Conversation:
    bubbles: Sequence[Bubble]
    """Oldest first."""
    earlier: Position | None
    """Where to go on reading backwards, if there is more."""


def conversation(
    session: Session,
    friend: Friend,
    *,
    public_url: str,
    now: datetime,
    before: Position | None = None,
    limit: int = PAGE_SIZE,
) -> Conversation:
    """The newest *limit* bubbles, or those before *before*."""
    received = _received(session, friend, before, limit + 1)
    sent = _sent(session, friend, before, limit + 1)
    drawn = _objects(session, friend, sent, public_url, now)
    names = _staff_names(session, sent)
    bubbles = [Bubble(Position(row.at, _IN, row.id), row, None, (), None) for row in received]
    bubbles += [
        Bubble(Position(_time_of(row), _OUT, row.id), None, row, drawn[row.id], names.get(row.staff_id or 0))
        for row in sent
    ]
    bubbles.sort(key=lambda bubble: bubble.position)
    shown = bubbles[-limit:]
    return Conversation(shown, shown[0].position if len(bubbles) > limit else None)


def _received(session: Session, friend: Friend, before: Position | None, limit: int) -> Sequence[ChatMessage]:
    return session.scalars(
        select(ChatMessage)
        .options(joinedload(ChatMessage.media))
        .where(ChatMessage.friend_id == friend.id, *_earlier(before, _IN, ChatMessage.at, ChatMessage.id))
        .order_by(ChatMessage.at.desc(), ChatMessage.id.desc())
        .limit(limit)
    ).all()


def _sent(session: Session, friend: Friend, before: Position | None, limit: int) -> Sequence[Delivery]:
    """What is finished and what is not: each has its own time to go by, and an index for it."""
    finished = (Delivery.finished_at.is_not(None), *_earlier(before, _OUT, Delivery.finished_at, Delivery.id))
    planned = (Delivery.finished_at.is_(None), *_earlier(before, _OUT, Delivery.due_at, Delivery.id))
    newest = (
        select(Delivery)
        .options(joinedload(Delivery.content), joinedload(Delivery.call))
        .where(Delivery.friend_id == friend.id)
        .limit(limit)
    )
    return [
        *session.scalars(newest.where(*finished).order_by(Delivery.finished_at.desc(), Delivery.id.desc())),
        *session.scalars(newest.where(*planned).order_by(Delivery.due_at.desc(), Delivery.id.desc())),
    ]


def _time_of(delivery: Delivery) -> datetime:
    return delivery.finished_at or delivery.due_at


def _earlier(
    before: Position | None,
    side: int,
    at: ColumnElement[datetime] | Any,
    row_id: Any,
) -> list[ColumnElement[bool]]:
    if before is None:
        return []
    if side != before.side:
        return [at <= before.at if side < before.side else at < before.at]
    return [or_(at < before.at, and_(at == before.at, row_id < before.id))]


def _objects(
    session: Session,
    friend: Friend,
    sent: Sequence[Delivery],
    public_url: str,
    now: datetime,
) -> dict[int, Sequence[dict[str, Any]]]:
    drawn: dict[int, Sequence[dict[str, Any]]] = {
        delivery.id: _as_sent(delivery, delivery.call) for delivery in sent if delivery.call is not None
    }
    unsent = [delivery for delivery in sent if delivery.call is None]
    contents = [delivery.content.blocks for delivery in unsent]
    contexts = messages.contexts(session, contents, public_url=public_url, now=now, friends=[friend])
    for delivery, context in zip(unsent, contexts, strict=True):
        drawn[delivery.id] = _as_it_would_be(delivery, friend, context)
    return drawn


def _as_sent(delivery: Delivery, call: Call) -> Sequence[dict[str, Any]]:
    objects: list[dict[str, Any]] = json.loads(call.body)["messages"]
    return objects[delivery.first_part : delivery.first_part + delivery.part_count]


def _as_it_would_be(delivery: Delivery, friend: Friend, context: messages.RenderContext) -> Sequence[dict[str, Any]]:
    try:
        drawn = messages.render(context, friend)
    except DomainError as error:
        return [{"type": "text", "text": error.message}]
    return drawn[delivery.content_from : delivery.content_to]


def _staff_names(session: Session, sent: Sequence[Delivery]) -> dict[int, str]:
    ids = {delivery.staff_id for delivery in sent if delivery.staff_id}
    if not ids:
        return {}
    return {row.id: row.name for row in session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))}
