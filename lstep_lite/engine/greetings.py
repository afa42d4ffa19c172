"""What a friend is told on arrival: newly added, back from blocking us, or a friend from before we were connected."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, messages, triggers
from lstep_lite.errors import DomainError
from lstep_lite.models import Delivery, Greeting, GreetingKind, Lane, WebhookEvent

SOURCE = "greetings"
LABELS = {
    GreetingKind.NEW: "あいさつ（新しい友だち）",
    GreetingKind.RETURNING: "あいさつ（ブロックを解除した友だち）",
    GreetingKind.PREEXISTING: "あいさつ（連携前からの友だち）",
}


def everyone(session: Session) -> list[Greeting]:
    """The greeting of each kind, set up or not."""
    return [get(session, kind) for kind in GreetingKind]


def get(session: Session, kind: GreetingKind) -> Greeting:
    """The greeting for *kind*; one that was never saved is off and empty."""
    return session.get(Greeting, kind) or Greeting(kind=kind, is_on=False, blocks=[])


def save(session: Session, kind: GreetingKind, *, is_on: bool, blocks: Sequence[dict[str, Any]]) -> Greeting:
    """Raises DomainError naming the block LINE would refuse. An empty greeting can be kept only while it is off."""
    if blocks:
        messages.check_to_keep(session, blocks)
    elif is_on:
        raise DomainError("オンにするには、メッセージを1つ以上入れてください。", "blocks")
    greeting = session.merge(Greeting(kind=kind, is_on=is_on, blocks=list(blocks)))
    session.flush()  # the same request draws the page from it
    return greeting


@triggers.on("friend.followed")
def _greet_arrival(session: Session, happening: triggers.Happening) -> str | None:
    return _greet(session, happening, GreetingKind(happening.facts["kind"]))


@triggers.on("friend.recognised")
def _greet_friend_from_before(session: Session, happening: triggers.Happening) -> str | None:
    return _greet(session, happening, GreetingKind.PREEXISTING)


def _greet(session: Session, happening: triggers.Happening, kind: GreetingKind) -> str | None:
    greeting = session.get(Greeting, kind)
    event = happening.event
    if greeting is None or not greeting.is_on or event is None:
        return None
    if _was_greeted_later(session, happening.friend.id, event):
        return f"{LABELS[kind]}は、このあとの来訪ですでにあいさつしたため送りませんでした。"
    delivery = deliveries.put(
        session,
        happening.friend,
        messages.freeze(session, greeting.blocks, now=happening.now),
        source=SOURCE,
        label=LABELS[kind],
        dedupe_key=f"{SOURCE}:{happening.friend.id}:{event.webhook_event_id}",
        lane=Lane.REPLY,
        event=event,
        cause=happening.entry,
        now=happening.now,
    )
    return f"{LABELS[kind]}を用意しました。" if delivery else None


def _was_greeted_later(session: Session, friend_id: int, event: WebhookEvent) -> bool:
    """Events may come out of order: after a greeting for something newer, one for an older arrival is noise."""
    later = (
        exists()
        .where(Delivery.friend_id == friend_id, Delivery.source == SOURCE, Delivery.event_id == WebhookEvent.id)
        .where(WebhookEvent.occurred_at > event.occurred_at)
    )
    return bool(session.scalar(select(later)))
