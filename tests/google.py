"""A small Google on loopback: tokens and calendars as its documentation describes them, and its bad days.

It shares no code with the application: what it understands is what Google would.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

CLIENT_ID, CLIENT_SECRET = "shop.apps.googleusercontent.com", "GOCSPX-secret"
SCOPE = "https://www.googleapis.com/auth/calendar.events https://www.googleapis.com/auth/calendar.calendarlist.readonly"
EVENT_ID = re.compile(r"[a-v0-9]{5,1024}")


@dataclass
class Fault:
    """What to answer to the next requests of this method whose path holds these words."""

    method: str
    words: str
    status: int
    """0: nothing at all."""
    reason: str = ""
    is_done: bool = False
    """Whether the request takes effect all the same, as when an answer gets lost."""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1


@dataclass
class Stand:
    url: str
    calendars: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """By id of a calendar: its events by their ids; deleted ones stay, as `cancelled`."""
    changes: list[tuple[str, str]] = field(default_factory=list)
    """(calendar, event) in the order of what happened; a sync token is a place in it."""
    forgotten: int = 0
    """Sync tokens below this are too old."""
    refresh_tokens: set[str] = field(default_factory=set)
    access_tokens: set[str] = field(default_factory=set)
    issued: int = 0
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    page_size: int = 2
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, calendar: str, event_id: str, start: str, end: str, **more: Any) -> None:
        """As when the owner writes into the calendar; dates without a time are whole days."""
        name = "dateTime" if "T" in start else "date"
        event = {"id": event_id, "status": "confirmed", "start": {name: start}, "end": {name: end}, **more}
        with self.lock:
            self._keep(calendar, event)

    def remove(self, calendar: str, event_id: str) -> None:
        with self.lock:
            self._keep(calendar, {"id": event_id, "status": "cancelled"})

    def ours(self, calendar: str) -> list[dict[str, Any]]:
        """What the application has written there and not taken away."""
        events = self.calendars[calendar].values()
        return [each for each in events if each["id"].startswith("lstep") and each["status"] != "cancelled"]

    def revoke(self) -> None:
        self.refresh_tokens.clear()
        self.access_tokens.clear()

    def fail(self, method: str, words: str, status: int, **more: Any) -> None:
        self.faults.append(Fault(method, words, status, **more))

    def _keep(self, calendar: str, event: dict[str, Any]) -> None:
        self.calendars[calendar][event["id"]] = event
        self.changes.append((calendar, event["id"]))

    # Answers

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        is_code = form.get("grant_type") == "authorization_code"
        if is_code and (form.get("code") != "good-code" or not form.get("code_verifier")):
            return 400, {"error": "invalid_grant"}
        if not is_code and form.get("refresh_token") not in self.refresh_tokens:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        self.issued += 1
        access, answer = f"access-{self.issued}", {"expires_in": 3599, "token_type": "Bearer", "scope": SCOPE}
        self.access_tokens.add(access)
        if is_code:
            self.refresh_tokens.add("refresh-1")
            answer["refresh_token"] = "refresh-1"
        return 200, answer | {"access_token": access}

    def calendar_list(self) -> tuple[int, dict[str, Any]]:
        return 200, {"items": [{"id": each, "summary": f"{each}の予定"} for each in self.calendars]}

    def listed(self, calendar: str, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if query.get("singleEvents") != "true":
            return 400, refusal("singleEvents")
        events = self.calendars[calendar]
        if "syncToken" in query:
            if query.keys() & {"timeMin", "timeMax", "q", "orderBy"}:
                return 400, refusal("invalidParameter")
            since = int(query["syncToken"].removeprefix("sync-"))
            if since < self.forgotten:
                return 410, refusal("fullSyncRequired")
            found = [events[key] for where, key in dict.fromkeys(self.changes[since:]) if where == calendar]
        else:
            found = [each for each in events.values() if each["status"] != "cancelled"]
        first = int(query.get("pageToken", "0"))
        page = {"items": found[first : first + self.page_size]}
        if first + self.page_size < len(found):
            return 200, page | {"nextPageToken": str(first + self.page_size)}
        return 200, page | {"nextSyncToken": f"sync-{len(self.changes)}"}

    def inserted(self, calendar: str, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if not EVENT_ID.fullmatch(event.get("id", "")):
            return 400, refusal("invalid")
        if event["id"] in self.calendars[calendar]:
            return 409, refusal("duplicate")
        self._keep(calendar, event)
        return 200, event

    def updated(self, calendar: str, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if event["id"] not in self.calendars[calendar]:
            return 404, refusal("notFound")
        self._keep(calendar, event)
        return 200, event

    def deleted(self, calendar: str, event_id: str) -> tuple[int, dict[str, Any]]:
        event = self.calendars[calendar].get(event_id)
        if event is None:
            return 404, refusal("notFound")
        if event["status"] == "cancelled":
            return 410, refusal("deleted")
        self._keep(calendar, {"id": event_id, "status": "cancelled"})
        return 204, {}


def refusal(reason: str) -> dict[str, Any]:
    return {"error": {"errors": [{"domain": "global", "reason": reason}], "message": reason}}


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def handle_any(self) -> None:
        stand, parts = self.server.stand, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        with stand.lock:
            stand.requests.append(f"{self.command} {parts.path}")
            fault = self._fault(stand)
            if fault is None or fault.is_done:
                status, answer = self._answer(stand, parts.path, query, body)
            if fault is not None:
                status, answer = fault.status, refusal(fault.reason)
        if status == 0:
            return self.connection.close()
        data = b"" if status == 204 else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (fault.headers if fault else {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        return None

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def _fault(self, stand: Stand) -> Fault | None:
        for fault in stand.faults:
            if fault.times and fault.method == self.command and fault.words in self.path:
                fault.times -= 1
                return fault
        return None

    def _answer(self, stand: Stand, path: str, query: dict[str, str], body: str) -> tuple[int, dict[str, Any]]:
        if path == "/token":
            return stand.token({key: values[0] for key, values in parse_qs(body).items()})
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in stand.access_tokens:
            return 401, refusal("authError")
        if path == "/calendar/v3/users/me/calendarList":
            return stand.calendar_list()
        where = re.fullmatch(r"/calendar/v3/calendars/([^/]+)/events(?:/([^/]+))?", path)
        if where is None or unquote(where[1]) not in stand.calendars:
            return 404, refusal("notFound")
        calendar = unquote(where[1])
        if self.command == "GET":
            return stand.listed(calendar, query)
        if self.command == "DELETE":
            return stand.deleted(calendar, where[2])
        event = json.loads(body)
        return stand.inserted(calendar, event) if self.command == "POST" else stand.updated(calendar, event)

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stand: Stand


@contextmanager
def running(*calendars: str) -> Iterator[Stand]:
    """Google with these calendars."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.stand = Stand(f"http://127.0.0.1:{server.server_port}", {name: {} for name in calendars})
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.stand
        server.shutdown()
        thread.join()
