"""What a friend is told on arrival: newly added, back from blocking us, or a friend from before we were connected."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, deliveries, mentions, messages, triggers
from lstep_lite.errors import DomainError
from lstep_lite.models import ActionSet, Delivery, Greeting, GreetingKind, Lane, WebhookEvent

SOURCE = "greetings"
PLACE = "greetings.arrived"
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


def actions_of(session: Session, kind: GreetingKind) -> ActionSet | None:
    """What is done on this kind of arrival, besides greeting."""
    return actions.at(session, PLACE, kind)


def save(
    session: Session,
    kind: GreetingKind,
    *,
    is_on: bool,
    blocks: Sequence[dict[str, Any]],
    steps: actions.SetDraft | None = None,
    now: datetime,
) -> Greeting:
    """Raises DomainError naming the block LINE would refuse. One with neither messages nor *steps* is kept only off."""
    steps = steps or actions.draft(None, PLACE)
    if blocks:
        messages.check_to_keep(session, blocks)
    elif is_on and not steps.steps:
        raise DomainError("オンにするには、メッセージかアクションを1つ以上入れてください。", "blocks")
    greeting = session.merge(Greeting(kind=kind, is_on=is_on, blocks=list(blocks)))
    actions.keep(session, PLACE, kind, steps, now=now)
    mentions.write(session, SOURCE, kind, messages.mentioned(blocks))
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
    delivery = _put(session, happening, greeting, event) if greeting.blocks else None
    trigger = actions.Trigger(event.webhook_event_id, happening.now, cause=happening.entry, event=event)
    ran = actions.run_at(session, PLACE, kind, happening.friend, trigger)
    done = ("を用意しました。" if delivery else "", "のアクションを実行しました。" if ran else "")
    return "".join(f"{LABELS[kind]}{words}" for words in done if words) or None


def _put(session: Session, happening: triggers.Happening, greeting: Greeting, event: WebhookEvent) -> Delivery | None:
    return deliveries.put(
        session,
        happening.friend,
        messages.freeze(session, greeting.blocks, now=happening.now),
        source=SOURCE,
        label=LABELS[greeting.kind],
        dedupe_key=f"{SOURCE}:{happening.friend.id}:{event.webhook_event_id}",
        lane=Lane.REPLY,
        event=event,
        cause=happening.entry,
        now=happening.now,
    )


def _was_greeted_later(session: Session, friend_id: int, event: WebhookEvent) -> bool:
    """Events may come out of order: after a greeting for something newer, one for an older arrival is noise."""
    later = (
        exists()
        .where(Delivery.friend_id == friend_id, Delivery.source == SOURCE, Delivery.event_id == WebhookEvent.id)
        .where(WebhookEvent.occurred_at > event.occurred_at)
    )
    return bool(session.scalar(select(later)))


@mentions.owner(SOURCE)
@actions.place(PLACE, label="友だち追加時")
def _describe(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    known = {str(kind): label for kind, label in LABELS.items()}
    return {
        holder: mentions.Place(f"友だち追加時設定「{known[holder]}」", "greetings.edit", {"kind": holder})
        for holder in holders
        if holder in known
    }
