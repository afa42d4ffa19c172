"""What staff write to a friend."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, mentions, messages
from lstep_lite.engine.chat.talks import begin, handled
from lstep_lite.errors import DomainError
from lstep_lite.models import ChatMessage, Delivery, EventState, Friend, Lane, TalkMark, WebhookEvent

LONGEST_WAIT = timedelta(days=366)
FREE_WITHIN = timedelta(seconds=50)
"""A reply token is good for a minute; the rest is for getting there."""


def send(
    session: Session,
    friend: Friend,
    blocks: Sequence[dict[str, Any]],
    *,
    staff_id: int,
    form_token: str,
    now: datetime,
    due_at: datetime | None = None,
) -> Delivery | None:
    """Send *blocks* to *friend*, at once or at *due_at*. None when this very form was sent before (a double click).

    Within a minute of the friend's message, if nothing else has answered it, it goes as a free reply. Raises
    DomainError when the friend can't be reached, or naming the block that is wrong.
    """
    _check_reachable(friend)
    if due_at is not None:
        _check_due(due_at, now)
    messages.check(blocks)
    _check_templates(session, blocks)
    delivery = deliveries.put(
        session,
        friend,
        messages.freeze(session, blocks, now=now),
        source="chat",
        label="個別トーク",
        dedupe_key=f"chat:{friend.id}:{form_token}",
        lane=Lane.CHAT,
        staff_id=staff_id,
        now=now,
        due_at=due_at,
        event=None if due_at else _unanswered_event(session, friend, now),
    )
    if delivery is not None:
        _note_in_talk(session, friend, None if due_at else messages.preview_for(session, blocks, friend, now=now), now)
    return delivery


def is_free_now(session: Session, friend: Friend, *, now: datetime) -> bool:
    """Whether a message sent now would go as a free reply."""
    return friend.can_receive and _unanswered_event(session, friend, now) is not None


def _check_reachable(friend: Friend) -> None:
    if friend.line_user_id is None:
        raise DomainError("LINEなしのお客様のため、LINEでは送れません。")
    if friend.is_blocked:
        raise DomainError("こちらでブロックしているため、送れません。送るには、先にブロックを解除してください。")
    if not friend.is_following:
        raise DomainError("お客様がこのアカウントをブロックしているため、送っても届きません。")


def _check_due(due_at: datetime, now: datetime) -> None:
    if due_at <= now:
        raise DomainError("送る日時は、今より後にしてください。", "due_at")
    if due_at > now + LONGEST_WAIT:
        raise DomainError("送る日時は、1年以内にしてください。", "due_on")


def _check_templates(session: Session, blocks: Sequence[dict[str, Any]]) -> None:
    used = [pair for pair in messages.mentioned(blocks) if pair[0] == messages.templates.FEATURE]
    if mentions.missing(session, used):
        raise DomainError("選んだテンプレートは削除されています。別のテンプレートを選び直してください。")


def _unanswered_event(session: Session, friend: Friend, now: datetime) -> WebhookEvent | None:
    """The event of the friend's newest message, if its reply token is still fresh and unused."""
    newest = session.scalar(
        select(ChatMessage.line_message_id)
        .where(ChatMessage.friend_id == friend.id)
        .order_by(ChatMessage.at.desc(), ChatMessage.id.desc())
        .limit(1)
    )
    is_answered = exists().where(Delivery.event_id == WebhookEvent.id)
    return session.scalar(
        select(WebhookEvent)
        .where(
            WebhookEvent.message_id == newest,
            WebhookEvent.kind == "message",
            WebhookEvent.state == EventState.DONE,
            WebhookEvent.reply_token.is_not(None),
            WebhookEvent.received_at > now - FREE_WITHIN,
            ~is_answered,
        )
        .order_by(WebhookEvent.id.desc())
        .limit(1)
    )


def _note_in_talk(session: Session, friend: Friend, text: str | None, now: datetime) -> None:
    """The friend is answered; *text* is what the list shows, None while it is only planned."""
    talk = begin(session, friend, at=now)
    talk.unread_count = 0
    if talk.mark is TalkMark.OPEN:
        talk.mark = TalkMark.NONE
    if text is not None:
        talk.last_at = now
        talk.last_text = text
    handled(session, friend)
