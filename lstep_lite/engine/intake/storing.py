"""Keeping every event exactly as LINE sent it, before anything is thought about it."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.orm import Session

from lstep_lite.db import after_commit, insert_new_on
from lstep_lite.errors import DomainError
from lstep_lite.models import EventState, WebhookEvent

LONGEST_WORD = 200
"""Ids, kinds and tokens are far shorter; anything longer is not LINE's."""
_NEEDED: dict[str, tuple[str, ...]] = {
    "message": ("id", "type"),
    "unsend": ("messageId",),
    "postback": (),
    "videoPlayComplete": ("trackingId",),
}
"""The kinds of event that must hold a part of the same name, and the words that part must hold."""

_listeners: list[Callable[[], None]] = []


class NotAWebhook(DomainError):
    status = 400


def on_stored(listener: Callable[[], None]) -> None:
    """Have *listener* called after each commit that stored events."""
    _listeners.append(listener)


def _wake() -> None:
    for listener in _listeners:
        listener()


def store(session: Session, body: Any, *, now: datetime) -> int:
    """Keep each event of a webhook request and answer how many were new. Raises NotAWebhook."""
    return keep(session, rows(body, now=now))


def rows(body: Any, *, now: datetime) -> list[dict[str, Any]]:
    """A row for each event of a webhook request. Raises NotAWebhook.

    A single odd event never costs the others of its request: it is kept and marked.
    """
    events = body.get("events") if isinstance(body, dict) else None
    if not isinstance(events, list):
        raise NotAWebhook("LINEのWebhookの形ではありません。")
    return [_row(event, now) for event in events]


def keep(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Keep these rows and answer how many were new.

    LINE sends an event again when an answer was lost, so one with a known id is passed over.
    """
    if not rows:
        return 0
    after_commit(session, _wake)
    connection = session.connection()  # straight to the table, because LINE waits for the answer
    return len(connection.execute(_insert(connection.dialect.name), list(rows)).all())


@cache
def _insert(dialect: str) -> Insert:
    return insert_new_on(dialect, WebhookEvent).returning(WebhookEvent.id)


def _row(event: Any, now: datetime) -> dict[str, Any]:
    raw = json.dumps(event, separators=(",", ":"))
    problem = _problem(event)
    if problem:
        return _unread_row(raw, problem, now)
    occurred_at = _moment(event["timestamp"])
    kind, source = event["type"], event.get("source") or {}
    user_id = source.get("userId") if source.get("type") == "user" else None
    return {
        "webhook_event_id": _id(event, raw),
        "kind": kind,
        "user_id": user_id,
        "message_id": _message_id(event, kind),
        "occurred_at": occurred_at,
        "received_at": now,
        "reply_token": event.get("replyToken"),
        "raw": raw,
        "state": EventState.WAITING if user_id else EventState.IGNORED,
        "reason": None if user_id else "1対1のトークのできごとではないため、使いません。",
    }


def _message_id(event: dict[str, Any], kind: str) -> str | None:
    """The message an event is about, so that taking it back finds everything we kept of it."""
    name = {"message": "id", "unsend": "messageId"}.get(kind)
    return str(event[kind][name]) if name else None


def _problem(event: Any) -> str | None:
    """What is wrong with the shape of *event*: the name of the odd part, or None."""
    if not isinstance(event, dict):
        return "event"
    if not _is_word(event.get("type")):
        return "type"
    if _moment(event.get("timestamp")) is None:
        return "timestamp"
    source = event.get("source", {})
    if not isinstance(source, dict) or not _is_word(source.get("userId", "U")):
        return "source"
    if not _is_word(event.get("replyToken", "token")):
        return "replyToken"
    return _problem_of_part(event, event["type"])


def _problem_of_part(event: dict[str, Any], kind: str) -> str | None:
    names = _NEEDED.get(kind, ())
    part = event.get(kind, {})
    if kind in _NEEDED and not isinstance(part, dict):
        return kind
    for name in names:
        if not _is_word(part.get(name)):
            return f"{kind}.{name}"
    if kind == "message" and part["type"] == "text" and not isinstance(part.get("text"), str):
        return "message.text"
    if kind == "postback" and not isinstance(part.get("data"), str):
        return "postback.data"
    return None


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_WORD and value.isascii() and value.isprintable()


def _moment(milliseconds: Any) -> datetime | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _id(event: dict[str, Any], raw: str) -> str:
    """LINE's id, or for an event without one a hash of it that is the same when it is sent again."""
    given = event.get("webhookEventId")
    if _is_word(given):
        return str(given)
    same = {name: value for name, value in event.items() if name != "deliveryContext"}
    return _hash(json.dumps(same, sort_keys=True, separators=(",", ":")))


def _hash(raw: str) -> str:
    return f"sha256-{hashlib.sha256(raw.encode()).hexdigest()}"


def _unread_row(raw: str, problem: str, now: datetime) -> dict[str, Any]:
    return {
        "webhook_event_id": _hash(raw),
        "kind": "unknown",
        "user_id": None,
        "message_id": None,
        "occurred_at": now,
        "received_at": now,
        "reply_token": None,
        "raw": raw,
        "state": EventState.MALFORMED,
        "reason": f"LINEの決まりと違う形のため、読み取れませんでした（{problem}）。",
    }
