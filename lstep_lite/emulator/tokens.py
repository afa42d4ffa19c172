"""Channel access tokens, reply tokens and retry keys: who may call, what may be answered, what was said already."""

import json
import re
import secrets
import sqlite3
from datetime import datetime, timedelta
from typing import Any

from .refusals import Refused, refusal
from .store import Store, millis

STATELESS_LIFE = timedelta(minutes=15)
SHORT_LIVED_LIFE = timedelta(days=30)
SHORT_LIVED_COUNT = 30  # one more revokes the oldest
REPLY_WITHIN = timedelta(minutes=1)  # of the delivery of the webhook
REPLY_ENDS = timedelta(minutes=20)  # after the event, however often it was redelivered
RETRY_KEY_LIFE = timedelta(hours=24)
UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def issue(store: Store, channel_id: str, *, kind: str, now: datetime) -> tuple[str, int]:
    """A new access token and the seconds it lives. *kind* is 'stateless' or 'short-lived'."""
    life = STATELESS_LIFE if kind == "stateless" else SHORT_LIVED_LIFE
    token = secrets.token_urlsafe(96 if kind == "stateless" else 128)
    with store.unit() as db:
        db.execute("DELETE FROM access_token WHERE expires_ms < ?", (millis(now),))
        if kind == "short-lived":
            _revoke_oldest(db, channel_id)
        db.execute("INSERT INTO access_token VALUES (?, ?, ?, ?)", (token, channel_id, kind, millis(now + life)))
    return token, int(life.total_seconds())


def _revoke_oldest(db: sqlite3.Connection, channel_id: str) -> None:
    db.execute(
        "DELETE FROM access_token WHERE token IN (SELECT token FROM access_token WHERE channel_id = ? "
        "AND kind = 'short-lived' ORDER BY expires_ms DESC LIMIT -1 OFFSET ?)",
        (channel_id, SHORT_LIVED_COUNT - 1),
    )


def live_token(store: Store, token: str, *, now: datetime) -> sqlite3.Row | None:
    return store.row("SELECT * FROM access_token WHERE token = ? AND expires_ms > ?", token, millis(now))


def revoke(store: Store, token: str) -> None:
    """Stateless tokens cannot be revoked; LINE answers 200 all the same."""
    store.write("DELETE FROM access_token WHERE token = ? AND kind = 'short-lived'", token)


def new_reply_token(store: Store, user_id: str, *, now: datetime) -> str:
    token = secrets.token_hex(16)
    know_reply_token(store, token, user_id, now=now)
    return token


def know_reply_token(store: Store, token: str, user_id: str, *, now: datetime) -> None:
    store.write(
        "INSERT OR IGNORE INTO reply_token (token, user_id, event_ms) VALUES (?, ?, ?)",
        token,
        user_id,
        millis(now),
    )


def note_delivery(store: Store, reply_tokens: list[str], *, now: datetime) -> None:
    """The minute of a reply token begins with each delivery of its webhook."""
    with store.unit() as db:
        db.executemany(
            "UPDATE reply_token SET delivered_ms = ? WHERE token = ?", [(millis(now), token) for token in reply_tokens]
        )


def use_reply_token(store: Store, token: str, *, now: datetime) -> str:
    """Spend the token and return whom it answers. Raises Refused when it is unknown, used or too old."""
    with store.unit() as db:
        row = db.execute("SELECT * FROM reply_token WHERE token = ?", (token,)).fetchone()
        if row is None or row["used"] or _too_late(row, millis(now)):
            raise refusal(400, "Invalid reply token")
        db.execute("UPDATE reply_token SET used = 1 WHERE token = ?", (token,))
    return str(row["user_id"])


def _too_late(row: sqlite3.Row, now_ms: int) -> bool:
    if row["delivered_ms"] is None:
        return True
    after_delivery = timedelta(milliseconds=now_ms - row["delivered_ms"])
    after_event = timedelta(milliseconds=now_ms - row["event_ms"])
    return after_delivery > REPLY_WITHIN or after_event > REPLY_ENDS


def checked_retry_key(header: str | None) -> str | None:
    """The key as given, or None without the header. Raises Refused unless it is a UUID in hexadecimal form."""
    if not header:
        return None
    if not UUID.fullmatch(header):
        raise refusal(400, "Invalid retry key")
    return header.lower()


def refuse_repeat(store: Store, retry_key: str, *, now: datetime) -> None:
    """Raise 409 with the first answer when this key was accepted within a day."""
    row = store.row("SELECT * FROM retry_key WHERE retry_key = ?", retry_key)
    if row is None or row["accepted_ms"] <= millis(now - RETRY_KEY_LIFE):
        return
    body: dict[str, Any] = {"message": "The retry key is already accepted"}
    if row["sent_messages"]:
        body["sentMessages"] = json.loads(row["sent_messages"])
    raise Refused(409, body, {"x-line-accepted-request-id": row["request_id"]})


def remember_key(
    store: Store, retry_key: str, *, request_id: str, sent: list[dict[str, str]] | None, now: datetime
) -> None:
    store.write(
        "INSERT OR REPLACE INTO retry_key VALUES (?, ?, ?, ?)",
        retry_key,
        request_id,
        millis(now),
        json.dumps(sent) if sent else None,
    )


def forget_old(store: Store, *, now: datetime) -> None:
    """Keys and tokens that can no longer matter."""
    with store.unit() as db:
        db.execute("DELETE FROM retry_key WHERE accepted_ms < ?", (millis(now - RETRY_KEY_LIFE),))
        db.execute("DELETE FROM reply_token WHERE event_ms < ?", (millis(now - REPLY_ENDS),))
