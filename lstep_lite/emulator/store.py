"""All state of the emulated platform, in one SQLite file that survives a restart.

One connection behind one lock: a unit of work here takes some ten microseconds, so a queue in front of it is fairer and
faster than several connections waiting for each other. Nothing may call the network inside a unit.
"""

import itertools
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS user (
    n INTEGER PRIMARY KEY, user_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, language TEXT, picture_url TEXT,
    status_message TEXT, relation TEXT NOT NULL DEFAULT 'stranger', wrote_ms INTEGER, loading_until_ms INTEGER);
CREATE TABLE IF NOT EXISTS access_token (
    token TEXT PRIMARY KEY, channel_id TEXT NOT NULL, kind TEXT NOT NULL, expires_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reply_token (
    token TEXT PRIMARY KEY, user_id TEXT NOT NULL, event_ms INTEGER NOT NULL, delivered_ms INTEGER,
    used INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS retry_key (
    retry_key TEXT PRIMARY KEY, request_id TEXT NOT NULL, accepted_ms INTEGER NOT NULL,
    sent_messages TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS usage (month TEXT PRIMARY KEY, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    n INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL, sender TEXT NOT NULL,
    at_ms INTEGER NOT NULL, via TEXT, counted INTEGER NOT NULL, body TEXT NOT NULL,
    unsent INTEGER NOT NULL DEFAULT 0, is_read INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS message_by_user ON message (user_id, n);
CREATE TABLE IF NOT EXISTS content (
    message_id TEXT PRIMARY KEY, kind TEXT NOT NULL, media_type TEXT NOT NULL, body BLOB,
    prepared INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS event (
    n INTEGER PRIMARY KEY, user_id TEXT NOT NULL, body TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    lost INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS request (
    n INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    headers TEXT NOT NULL, body TEXT, status INTEGER NOT NULL, fault TEXT);
CREATE TABLE IF NOT EXISTS fault (
    n INTEGER PRIMARY KEY, path TEXT NOT NULL, mode TEXT NOT NULL, times INTEGER NOT NULL, seconds REAL NOT NULL);
CREATE TABLE IF NOT EXISTS login_token (
    token TEXT PRIMARY KEY, user_id TEXT NOT NULL, client_id TEXT NOT NULL, scope TEXT NOT NULL,
    expires_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS login_code (
    code TEXT PRIMARY KEY, user_id TEXT NOT NULL, redirect_uri TEXT NOT NULL, scope TEXT NOT NULL, nonce TEXT,
    challenge TEXT, expires_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS liff_ticket (
    ticket TEXT PRIMARY KEY, user_id TEXT NOT NULL, body TEXT NOT NULL, expires_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS liff_app (liff_id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS coupon (n INTEGER PRIMARY KEY, coupon_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rich_menu (
    n INTEGER PRIMARY KEY, rich_menu_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, media_type TEXT, image BLOB);
CREATE TABLE IF NOT EXISTS rich_menu_alias (
    alias_id TEXT PRIMARY KEY, rich_menu_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rich_menu_link (
    user_id TEXT PRIMARY KEY, rich_menu_id TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS rich_menu_link_by_menu ON rich_menu_link (rich_menu_id);
CREATE TABLE IF NOT EXISTS rich_menu_job (
    n INTEGER PRIMARY KEY, due REAL NOT NULL, user_ids TEXT NOT NULL, rich_menu_id TEXT);
CREATE TABLE IF NOT EXISTS rich_menu_plan (plan_id TEXT PRIMARY KEY, made_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rich_menu_move (
    plan_id TEXT NOT NULL, user_id TEXT NOT NULL, source_id TEXT NOT NULL, target_id TEXT,
    PRIMARY KEY (plan_id, user_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rich_menu_batch (
    request_id TEXT PRIMARY KEY, plan_id TEXT NOT NULL, due REAL NOT NULL, accepted_ms INTEGER NOT NULL,
    completed_ms INTEGER, phase TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rich_menu_use (
    rich_menu_id TEXT NOT NULL, day TEXT NOT NULL, area INTEGER NOT NULL, user_id TEXT NOT NULL,
    times INTEGER NOT NULL, PRIMARY KEY (rich_menu_id, day, area, user_id)) WITHOUT ROWID;
"""


class Store:
    """The open database. Close it with `close`."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        # A crash of the process loses nothing; only a power cut may lose the last seconds of play.
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(SCHEMA)
        self._settings = {name: json.loads(value) for name, value in self._db.execute("SELECT * FROM setting")}
        # Microseconds since 1970 are always ahead of ids given out before a restart.
        self._ids = itertools.count(time.time_ns() // 1000)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def write(self, query: str, *values: Any) -> int:
        """Run one statement as a unit of its own (or within the open one); returns the id of an inserted row."""
        with self._lock:
            return self._db.execute(query, values).lastrowid or 0

    @contextmanager
    def unit(self) -> Iterator[sqlite3.Connection]:
        """One transaction; inside another unit of the same thread it joins that one."""
        with self._lock:
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute("BEGIN")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def row(self, query: str, *values: Any) -> sqlite3.Row | None:
        """Read one row, or None. It sees what an open unit of the same thread has written."""
        with self._lock:
            found: sqlite3.Row | None = self._db.execute(query, values).fetchone()
        return found

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def new_message_id(self) -> str:
        """Message ids are unique over the whole platform and travel as strings of digits."""
        return f"60{next(self._ids)}"

    def setting(self, name: str, default: Any = None) -> Any:
        return self._settings.get(name, default)

    def set_setting(self, name: str, value: Any) -> None:
        with self.unit() as db:
            db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))
            self._settings[name] = value


dump = json.JSONEncoder(ensure_ascii=False).encode  # made once: building an encoder costs more than using it


def millis(when: datetime) -> int:
    return int(when.timestamp() * 1000)
