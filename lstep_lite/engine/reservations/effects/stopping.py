"""The button with which a customer wants no more of what asks them to come again."""

from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, locking, messages, triggers
from lstep_lite.engine.reservations.effects import cards, messaging
from lstep_lite.engine.reservations.transitions import counting
from lstep_lite.models import Lane

ANSWER = "ご来店のご案内を止めました。ご予約の確認や前日のご案内は、これまでどおりお送りします。"


@triggers.on("postback.received")
def stop(session: Session, happening: triggers.Happening) -> str | None:
    """Twice is once; each tap is answered."""
    if happening.facts["data"] != cards.STOP:
        return None
    friend = happening.friend
    locking.lock(session, friend)
    counting.customer(session, friend.id).takes_follow_ups = False
    occurrence = happening.event.webhook_event_id if happening.event else f"entry-{happening.entry.id}"
    deliveries.put(
        session,
        friend,
        messages.freeze(session, [{"kind": "text", "text": ANSWER}], now=happening.now),
        source=messaging.SOURCE,
        label="予約：ご来店の案内を止める",
        dedupe_key=f"{messaging.SOURCE}:stop:{occurrence}",
        lane=Lane.REPLY,
        event=happening.event,
        cause=happening.entry,
        now=happening.now,
    )
    return "次のご来店の案内を止めました。"
