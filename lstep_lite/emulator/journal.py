"""Every call the platform received, for tests and for the curious. Secrets are masked before they are stored."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from .store import Store, millis

KEPT = 20_000
PRUNE_EVERY = 1_000
MASK = "***"
SECRET_FIELDS = {"client_secret", "client_assertion", "access_token", "code", "code_verifier", "id_token"}


def record(
    store: Store,
    *,
    method: str,
    path: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    status: int,
    fault: str | None,
    now: datetime,
) -> None:
    """*status* is what was answered, or would have been if *fault* had not cut the connection (0: nothing accepted)."""
    shown_headers = {name: _masked_header(name, value) for name, value in headers}
    shown_body = _shown_body(body, shown_headers)
    row = (millis(now), method, path, json.dumps(shown_headers), shown_body, status, fault)
    with store.unit() as db:
        cursor = db.execute(
            "INSERT INTO request (at_ms, method, path, headers, body, status, fault) VALUES (?, ?, ?, ?, ?, ?, ?)", row
        )
        if cursor.lastrowid and cursor.lastrowid % PRUNE_EVERY == 0:
            db.execute("DELETE FROM request WHERE n <= ?", (cursor.lastrowid - KEPT,))


def _masked_header(name: str, value: str) -> str:
    return f"{value.partition(' ')[0]} {MASK}" if name.lower() == "authorization" else value


def _shown_body(body: bytes, headers: dict[str, str]) -> str | None:
    """JSON text of what a reader sees: the JSON itself, a form with its secrets masked, other text, or a byte count."""
    if not body:
        return None
    kinds = [value for name, value in headers.items() if name.lower() == "content-type"]
    kind = kinds[0] if kinds else ""
    try:
        text = body.decode()
        if kind.startswith("application/json"):
            json.loads(text)
            return text
    except UnicodeDecodeError:
        return json.dumps({"bytes": len(body)})
    except json.JSONDecodeError:
        return json.dumps(text)
    return json.dumps(_masked_form(text) if "form-urlencoded" in kind else text)


def _masked_form(text: str) -> str:
    fields = parse_qsl(text, keep_blank_values=True)
    return urlencode([(name, MASK if name in SECRET_FIELDS else value) for name, value in fields], safe="*")


def since(store: Store, n: int) -> list[dict[str, Any]]:
    with store.unit() as db:
        rows = db.execute("SELECT * FROM request WHERE n > ? ORDER BY n", (n,)).fetchall()
    return [_entry(row) for row in rows]


def _entry(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "n": row["n"],
        "at": datetime.fromtimestamp(row["at_ms"] / 1000, UTC).isoformat(),
        "method": row["method"],
        "path": row["path"],
        "headers": json.loads(row["headers"]),
        "body": None if row["body"] is None else json.loads(row["body"]),
        "status": row["status"],
        "fault": row["fault"],
    }
