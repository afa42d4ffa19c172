"""The people who use LINE, and what each of them is to the account: stranger, friend or blocked."""

import secrets
import sqlite3
from datetime import datetime, timedelta
from typing import Any

from .store import Store, millis

STRANGER, FRIEND, BLOCKED = "stranger", "friend", "blocked"
REACHABLE_AFTER_WRITING = timedelta(days=7)  # a push reaches a stranger this long after their last message


def new_user_id() -> str:
    return "U" + secrets.token_hex(16)


def create(store: Store, user_id: str, *, name: str, language: str | None, picture_url: str | None) -> None:
    store.write(
        "INSERT INTO user (user_id, name, language, picture_url) VALUES (?, ?, ?, ?)",
        user_id,
        name,
        language,
        picture_url,
    )


def get(store: Store, user_id: str) -> sqlite3.Row | None:
    return store.row("SELECT * FROM user WHERE user_id = ?", user_id)


def everybody(store: Store) -> list[sqlite3.Row]:
    return store.rows("SELECT * FROM user ORDER BY n")


def make_known(store: Store, user_id: str) -> None:
    """Somebody who turned up in a webhook that was handed in ready-made."""
    store.write(
        "INSERT OR IGNORE INTO user (user_id, name, language) VALUES (?, ?, 'ja')",
        user_id,
        f"ゲスト {user_id[-4:]}",
    )


def set_relation(store: Store, user_id: str, relation: str) -> None:
    with store.unit() as db:
        db.execute("UPDATE user SET relation = ? WHERE user_id = ?", (relation, user_id))
        if relation == BLOCKED:  # whoever comes back sees the account's default menu
            db.execute("DELETE FROM rich_menu_link WHERE user_id = ?", (user_id,))


def note_writing(store: Store, user_id: str, *, now: datetime) -> None:
    store.write("UPDATE user SET wrote_ms = ? WHERE user_id = ?", millis(now), user_id)


def show_loading(store: Store, user_id: str, *, until: datetime) -> None:
    store.write("UPDATE user SET loading_until_ms = ? WHERE user_id = ?", millis(until), user_id)


def change_profile(store: Store, user: sqlite3.Row, changes: dict[str, Any]) -> None:
    """*changes* may give name, language, picture_url and status_message; the others stay."""
    new = {**dict(user), **changes}
    store.write(
        "UPDATE user SET name = ?, language = ?, picture_url = ?, status_message = ? WHERE user_id = ?",
        new["name"],
        new["language"],
        new["picture_url"],
        new["status_message"],
        user["user_id"],
    )


def is_reachable(user: sqlite3.Row, *, now: datetime) -> bool:
    """Would a message to this person arrive? Otherwise LINE accepts it and delivers nothing."""
    if user["relation"] == STRANGER:
        return user["wrote_ms"] is not None and user["wrote_ms"] > millis(now - REACHABLE_AFTER_WRITING)
    return bool(user["relation"] == FRIEND)


def has_profile(user: sqlite3.Row | None) -> bool:
    """Profiles can be read of friends and of people who wrote, never of those who blocked the account."""
    if user is None or user["relation"] == BLOCKED:
        return False
    return user["relation"] == FRIEND or user["wrote_ms"] is not None


def profile(user: sqlite3.Row) -> dict[str, str]:
    shown = {
        "userId": user["user_id"],
        "displayName": user["name"],
        "pictureUrl": user["picture_url"],
        "statusMessage": user["status_message"],
        "language": user["language"],
    }
    return {name: value for name, value in shown.items() if value is not None}


def follower_page(store: Store, *, after: int, limit: int) -> list[sqlite3.Row]:
    return store.rows(
        "SELECT n, user_id FROM user WHERE relation = ? AND n > ? ORDER BY n LIMIT ?", FRIEND, after, limit
    )
