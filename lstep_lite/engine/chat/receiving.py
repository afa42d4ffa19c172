"""What a friend sends, and takes back."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import media, triggers
from lstep_lite.engine.chat.talks import begin
from lstep_lite.engine.text import storable, storable_json
from lstep_lite.models import ChatMessage, Friend, Media, MediaKind, Talk, TalkMark, WebhookEvent

LONGEST_PREVIEW = 100
_PREVIEWS = {
    "image": "写真",
    "video": "動画",
    "audio": "音声",
    "file": "ファイル",
    "location": "位置情報",
    "sticker": "スタンプ",
}
_UNSENT = "メッセージの送信を取り消しました"


def receive(
    session: Session, friend: Friend, message: dict[str, Any], *, at: datetime, now: datetime
) -> ChatMessage | None:
    """Keep *message*, a LINE message object sent at *at*, in the talk with *friend*.

    None when it is there already, or when the friend took it back before it got here: then nothing of it is kept.
    """
    message_id = message["id"]
    values = {"friend_id": friend.id, "at": at, "kind": message["type"], "line_message_id": message_id}
    if _is_unsent_already(session, message_id):
        values |= {"text": "", "detail": {}, "unsent_at": at}
        session.execute(insert_new(session, ChatMessage).values(values))
        _blank_events(session, message_id)
        return None
    values |= {
        "text": storable(message.get("text") or "") if message["type"] == "text" else "",
        "detail": storable_json(message),
    }
    received = session.scalars(insert_new(session, ChatMessage).values(values).returning(ChatMessage)).one_or_none()
    if received is None:
        return None
    media_row = _await_media(session, friend, message, now)
    if media_row is not None:
        received.media = media_row
    _note_in_talk(session, friend, received)
    return received


def _is_unsent_already(session: Session, message_id: str) -> bool:
    taken_back = exists().where(WebhookEvent.message_id == message_id, WebhookEvent.kind == "unsend")
    return bool(session.scalar(select(taken_back)))


def _await_media(session: Session, friend: Friend, message: dict[str, Any], now: datetime) -> Media | None:
    """A row for the file LINE keeps for a while, to be fetched soon. Files hosted elsewhere stay where they are."""
    provider = (message.get("contentProvider") or {}).get("type", "line")
    if message["type"] not in set(MediaKind) or provider != "line":
        return None
    return media.expect(
        session,
        friend,
        MediaKind(message["type"]),
        line_message_id=message["id"],
        file_name=storable(str(message.get("fileName") or "")) or None,
        now=now,
    )


def _note_in_talk(session: Session, friend: Friend, received: ChatMessage) -> None:
    talk = begin(session, friend, at=received.at)
    talk.unread_count += 1
    if received.at >= talk.last_at:  # a late one does not push the newest from the list
        talk.last_at = received.at
        talk.last_text = preview(received)


def preview(message: ChatMessage) -> str:
    """One line for lists."""
    if message.unsent_at:
        return _UNSENT
    if message.kind == "text":
        return " ".join(message.text.split())[:LONGEST_PREVIEW]
    if message.kind == "file":
        return f"ファイル {storable(str(message.detail.get('fileName') or ''))}".strip()[:LONGEST_PREVIEW]
    return _PREVIEWS.get(message.kind, "新しい種類のメッセージ")


def unsend(session: Session, line_message_id: str, *, at: datetime) -> ChatMessage | None:
    """The friend took a message back: forget its text, its file, the stored event. None when that changes nothing."""
    _blank_events(session, line_message_id)
    message = session.scalar(select(ChatMessage).where(ChatMessage.line_message_id == line_message_id))
    if message is None or message.unsent_at is not None:
        return None
    is_last = _is_last(session, message)
    message.text, message.detail, message.unsent_at = "", {}, at
    if message.media is not None:
        media.delete(session, message.media)
    if is_last:
        session.get_one(Talk, message.friend_id).last_text = _UNSENT
    return message


def _is_last(session: Session, message: ChatMessage) -> bool:
    talk = session.get(Talk, message.friend_id)
    return talk is not None and talk.last_at == message.at and talk.last_text == preview(message)


def _blank_events(session: Session, line_message_id: str) -> None:
    session.execute(
        update(WebhookEvent)
        .where(WebhookEvent.message_id == line_message_id, WebhookEvent.kind != "unsend")
        .values(raw="")
    )


@triggers.on("message.unanswered")
def _ask_for_an_answer(session: Session, happening: triggers.Happening) -> str | None:
    talk = session.get_one(Talk, happening.friend.id)
    if talk.mark in (TalkMark.OPEN, TalkMark.WORKING):
        return None
    talk.mark = TalkMark.OPEN
    return "対応マークを「要対応」にしました。"
