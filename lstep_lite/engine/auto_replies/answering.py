"""Answering what came in, and telling beforehand what would be answered."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, business_days, chat, deliveries, messages, segments, settings, triggers
from lstep_lite.engine.auto_replies import matching, rules
from lstep_lite.engine.auto_replies.matching import Arrival
from lstep_lite.models import AutoReply, ChatMessage, Delivery, Friend, Lane, Matching

SOURCE = "auto_replies"
triggers.labels["message.unanswered"] = "自動応答では返せないメッセージ"
Taker = Callable[[Session, triggers.Happening, ChatMessage], str | None]
_takers: list[Taker] = []


def taker(take: Taker) -> Taker:
    """Register who knows a word our own pages say for a customer, and answers it instead of the rules.

    It gives a sentence about what it did; None leaves the message alone. What it takes does not count as unread.
    """
    _takers.append(take)
    return take


@dataclass(frozen=True)
class Explanation:
    verdicts: list[matching.Verdict]
    summary: str

    @property
    def answers(self) -> list[AutoReply]:
        return [verdict.rule for verdict in self.verdicts if verdict.answers]


def explain(session: Session, text: str, *, friend: Friend | None = None, now: datetime) -> Explanation:
    """What each rule would do with *text* if it came in at *now*, from *friend* or from somebody."""
    arrival = _arrival(session, text, now)
    if friend is not None:
        arrival = replace(arrival, is_meant=lambda rule: _is_meant(session, rule, friend, now))
    verdicts = matching.judge(rules.in_order(session), arrival)
    names = "、".join(f"「{verdict.rule.name}」" for verdict in verdicts if verdict.answers)
    summary = f"{names}が返信します。" if names else "どの自動応答も返信しません。対応マークが「要対応」になります。"
    return Explanation(verdicts, summary)


@triggers.on("message.received")
def _answer(session: Session, happening: triggers.Happening) -> str | None:
    message = session.get_one(ChatMessage, happening.facts["chat_message_id"])
    for take in _takers:
        if (taken := take(session, happening, message)) is not None:
            chat.count_read(session, happening.friend)
            return taken
    text = message.text if message.kind == "text" else None
    # The moment the friend wrote decides about opening hours, not the moment we come round to it.
    arrival = _arrival(session, text, message.at)
    meant = replace(arrival, is_meant=lambda rule: _is_meant(session, rule, happening.friend, happening.now))
    answers = matching.match(rules.in_order(session), meant)
    results = [result for rule in answers if (result := _respond(session, happening, rule))]
    if text is not None and not any(rule.matching is Matching.KEYWORDS for rule in answers):
        triggers.fire(
            session,
            "message.unanswered",
            happening.friend,
            now=happening.now,
            event=happening.event,
            cause=happening.entry,
            chat_message_id=message.id,
        )
    return " ".join(results) or None


def _respond(session: Session, happening: triggers.Happening, rule: AutoReply) -> str | None:
    """The rule's answer first, then what it does besides; a sentence about both."""
    occurrence = happening.event.webhook_event_id if happening.event else f"entry-{happening.entry.id}"
    delivery = _put(session, happening, rule, occurrence) if rule.blocks else None
    trigger = actions.Trigger(occurrence, happening.now, cause=happening.entry, event=happening.event)
    ran = actions.run_at(session, rules.PLACE, rule.id, happening.friend, trigger)
    if delivery is None and ran is None:
        return None
    _count(session, rule)
    done = ("で返信します。" if delivery else "", "のアクションを実行しました。" if ran else "")
    return "".join(f"自動応答「{rule.name}」{words}" for words in done if words)


def _put(session: Session, happening: triggers.Happening, rule: AutoReply, occurrence: str) -> Delivery | None:
    return deliveries.put(
        session,
        happening.friend,
        messages.freeze(session, rule.blocks, now=happening.now),
        source=SOURCE,
        label=rule.name,
        dedupe_key=f"{SOURCE}:{rule.id}:{occurrence}",
        lane=Lane.REPLY,
        event=happening.event,
        cause=happening.entry,
        now=happening.now,
    )


def _count(session: Session, rule: AutoReply) -> None:
    counted = update(AutoReply).where(AutoReply.id == rule.id).values(answered_count=AutoReply.answered_count + 1)
    session.execute(counted.execution_options(synchronize_session=False))


def _arrival(session: Session, text: str | None, at: datetime) -> Arrival:
    return Arrival(text, at.astimezone(settings.zone(session)), business_days.calendar(session))


def _is_meant(session: Session, rule: AutoReply, friend: Friend, now: datetime) -> bool:
    return segments.matches(session, rule.tree or segments.EVERYBODY, friend, now=now)
