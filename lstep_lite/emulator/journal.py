"""Every call the platform received, for tests and for the curious. Secrets are masked before they are stored."""

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from .calls import Call
from .store import Store, dump, millis

KEPT = 20_000
PRUNE_EVERY = 1_000
MASK = "***"
SECRET_FIELDS = {"client_secret", "client_assertion", "access_token", "code", "code_verifier", "id_token", "ticket"}


def record(store: Store, call: Call, *, status: int, fault: str | None) -> None:
    """*status* is what was answered, or would have been if *fault* had not cut the connection (0: nothing accepted)."""
    headers = {name: _masked_header(name, value) for name, value in call.headers.items()}
    row = (millis(call.now), call.method, _masked_target(call.target), dump(headers), _shown_body(call), status, fault)
    n = store.write(
        "INSERT INTO request (at_ms, method, path, headers, body, status, fault) VALUES (?, ?, ?, ?, ?, ?, ?)", *row
    )
    if n % PRUNE_EVERY == 0:
        store.write("DELETE FROM request WHERE n <= ?", n - KEPT)


def _masked_target(target: str) -> str:
    path, mark, query = target.partition("?")
    return path + mark + (_masked_form(query) if any(f"{name}=" in query for name in SECRET_FIELDS) else query)


def _masked_header(name: str, value: str) -> str:
    return f"{value.partition(' ')[0]} {MASK}" if name.lower() == "authorization" else value


def _shown_body(call: Call) -> str | None:
    """JSON text of what a reader sees: the JSON itself, a form with its secrets masked, other text, or a byte count."""
    if not call.body:
        return None
    kind = call.header("Content-Type") or ""
    try:
        text = call.body.decode()
        if kind.startswith("application/json"):
            json.loads(text)
            return text
    except UnicodeDecodeError:
        return json.dumps({"bytes": len(call.body)})
    except json.JSONDecodeError:
        return json.dumps(text)
    return json.dumps(_masked_form(text) if "form-urlencoded" in kind else text)


def _masked_form(text: str) -> str:
    fields = parse_qsl(text, keep_blank_values=True)
    return urlencode([(name, MASK if name in SECRET_FIELDS else value) for name, value in fields], safe="*")


def since(store: Store, n: int) -> list[dict[str, Any]]:
    return [_entry(row) for row in store.rows("SELECT * FROM request WHERE n > ? ORDER BY n", n)]


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
