"""The talks between people and the account, and the media people sent."""

import hmac
import io
import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from .store import Store, dump, millis

TALK_LENGTH = 1000  # at most so many messages of one talk are shown


def write(store: Store, user_id: str, message: dict[str, Any], *, message_id: str, now: datetime) -> None:
    """The person says something. While the account's chat is off, LINE shows it as read at once."""
    row = (message_id, user_id, millis(now), dump(message), store.setting("chat_mode", "bot") == "bot")
    store.write(
        "INSERT INTO message (message_id, user_id, sender, at_ms, counted, body, is_read) "
        "VALUES (?, ?, 'user', ?, 0, ?, ?)",
        *row,
    )


def deliver(
    store: Store, user_ids: list[str], messages: list[dict[str, Any]], *, via: str, counted: bool, now: datetime
) -> list[str]:
    """The account's *messages* arrive, in their order, with everybody. Returns the ids, person by person."""
    bodies = [dump(message) for message in messages]
    rows = [
        (store.new_message_id(), user_id, millis(now), via, counted, body) for user_id in user_ids for body in bodies
    ]
    with store.unit() as db:
        db.executemany(
            "INSERT INTO message (message_id, user_id, sender, at_ms, via, counted, body) "
            "VALUES (?, ?, 'account', ?, ?, ?, ?)",
            rows,
        )
    return [row[0] for row in rows]


def get(store: Store, message_id: str) -> sqlite3.Row | None:
    return store.row("SELECT * FROM message WHERE message_id = ?", message_id)


def listing(store: Store, user_id: str, *, last: int) -> list[dict[str, Any]]:
    """The newest *last* messages of the talk, oldest first."""
    rows = store.rows(
        "SELECT message.*, content.message_id IS NOT NULL AS has_content FROM message "
        "LEFT JOIN content USING (message_id) WHERE user_id = ? ORDER BY n DESC LIMIT ?",
        user_id,
        last,
    )
    return [_entry(row) for row in reversed(rows)]


def _entry(row: sqlite3.Row) -> dict[str, Any]:
    entry = {
        "id": row["message_id"],
        "from": row["sender"],
        "at": datetime.fromtimestamp(row["at_ms"] / 1000, UTC).isoformat(),
        "via": row["via"],
        "counted": bool(row["counted"]),
        "message": json.loads(row["body"]),
        "unsent": bool(row["unsent"]),
        "read": bool(row["is_read"]),
    }
    if row["has_content"] and not row["unsent"]:
        entry["content_url"] = f"/emulator/control/content/{row['message_id']}"
    return entry


def unsend(store: Store, message_id: str) -> None:
    with store.unit() as db:
        db.execute("UPDATE message SET unsent = 1 WHERE message_id = ?", (message_id,))
        db.execute("UPDATE content SET body = NULL WHERE message_id = ?", (message_id,))


def mark_read(store: Store, message: sqlite3.Row) -> None:
    """The person sees 既読 on this message and on all earlier ones of theirs."""
    store.write(
        "UPDATE message SET is_read = 1 WHERE user_id = ? AND sender = 'user' AND n <= ?",
        message["user_id"],
        message["n"],
    )


def sign(secret: str, purpose: str, message_id: str) -> str:
    """A quote or mark-as-read token: it never ends, and knowing the message is enough to check it."""
    mac = hmac.digest(secret.encode(), f"{purpose}:{message_id}".encode(), "sha256")
    return f"{message_id}-{mac[:16].hex()}"


def signed_message(store: Store, secret: str, purpose: str, token: str) -> sqlite3.Row | None:
    message_id = token.partition("-")[0]
    return get(store, message_id) if hmac.compare_digest(sign(secret, purpose, message_id), token) else None


def keep_content(store: Store, message_id: str, *, kind: str, media_type: str, body: bytes) -> None:
    """Videos and voice messages are not ready at once: the first question about them is answered with 'wait'."""
    prepared = kind not in ("video", "audio")
    store.write("INSERT INTO content VALUES (?, ?, ?, ?, ?)", message_id, kind, media_type, body, prepared)


def content(store: Store, message_id: str) -> sqlite3.Row | None:
    return store.row("SELECT * FROM content WHERE message_id = ?", message_id)


def finish_preparing(store: Store, message_id: str) -> None:
    store.write("UPDATE content SET prepared = 1 WHERE message_id = ?", message_id)


PREVIEW_SIZE = (240, 240)


def preview(row: sqlite3.Row) -> bytes:
    """A small JPEG: the image reduced, or a grey picture for a video."""
    if row["kind"] == "image":
        picture = Image.open(io.BytesIO(row["body"])).convert("RGB")
        picture.thumbnail(PREVIEW_SIZE)
    else:
        picture = Image.new("RGB", PREVIEW_SIZE, "grey")
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()
