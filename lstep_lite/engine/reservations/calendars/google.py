"""Google's sign-in and calendar, as far as we use them: every call talks to Google, never inside a unit of work.

https://developers.google.com/identity/protocols/oauth2/web-server and
https://developers.google.com/workspace/calendar/api/v3/reference
"""

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from lstep_lite.engine.line.answers import parse_body
from lstep_lite.engine.line.identity import challenge
from lstep_lite.errors import DomainError

SCOPES = (
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
)
PAGE_SIZE = 500
LIMITED = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "calendarUsageLimitsExceeded"})
"""Reasons of a 403 that pass by themselves."""
LONGEST_REST = timedelta(hours=6)
POOL_SIZE = 8
LATER = "しばらくしてから、もう一度試します。"


class GoogleError(DomainError):
    """Google did not do what we asked. *permanent*: asking again as it is won't help; *rest*: for how long it wants to
    be left alone; *http_status* is None when it could not be reached."""

    def __init__(
        self, message: str, *, permanent: bool, http_status: int | None = None, rest: timedelta | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.http_status = http_status
        self.rest = rest


class Revoked(GoogleError):
    """The owner, or Google, has ended the connection."""

    def __init__(self) -> None:
        super().__init__("Googleとの接続が切れました。接続し直してください。", permanent=True, http_status=401)


@dataclass(frozen=True)
class Client:
    """How Google knows this installation."""

    id: str
    secret: str


@dataclass(frozen=True)
class Grant:
    """What Google gives for a code, or for a refresh token (which it then does not repeat)."""

    access_token: str
    lives: timedelta
    refresh_token: str
    scope: str


@dataclass(frozen=True)
class CalendarAtGoogle:
    id: str
    name: str
    is_primary: bool


@dataclass(frozen=True)
class EventPage:
    items: list[dict[str, Any]]
    next_page: str | None
    sync_token: str | None
    """With the last page alone."""


class Google:
    """Shared by all threads of a process. All but `authorize_url` may raise GoogleError."""

    def __init__(self, *, login_url: str, token_url: str, api_url: str, timeout_seconds: float) -> None:
        self._login_url = login_url
        self._token_url = token_url
        self._api_url = api_url
        self._timeout = urllib3.Timeout(total=timeout_seconds)
        self._lock = threading.Lock()
        self._pool: urllib3.PoolManager | None = None
        self._pool_pid = 0

    # The connection

    def authorize_url(self, client: Client, redirect_uri: str, *, state: str, verifier: str) -> str:
        """Where the owner agrees. Without `prompt=consent` Google gives a refresh token only the first time."""
        query = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(SCOPES),
            "access_type": "offline",
            "prompt": "consent",
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._login_url}/o/oauth2/v2/auth?{urlencode(query)}"

    def exchange(self, client: Client, code: str, redirect_uri: str, *, verifier: str) -> Grant:
        """What Google gives for a code, which is good once."""
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return self._grant(client, fields | {"code_verifier": verifier})

    def refresh(self, client: Client, refresh_token: str) -> Grant:
        """A new access token. Raises Revoked when the connection has ended."""
        return self._grant(client, {"grant_type": "refresh_token", "refresh_token": refresh_token})

    def _grant(self, client: Client, fields: Mapping[str, str]) -> Grant:
        status, headers, body = self._form("/token", {**fields, "client_id": client.id, "client_secret": client.secret})
        if status != 200:
            raise _refused_grant(status, headers, body)
        lives = body.get("expires_in")
        return Grant(
            str(body.get("access_token", "")),
            timedelta(seconds=lives if isinstance(lives, int) else 0),
            str(body.get("refresh_token", "")),
            str(body.get("scope", "")),
        )

    def _form(self, path: str, fields: Mapping[str, str]) -> tuple[int, Mapping[str, str], dict[str, Any]]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", f"{self._token_url}{path}", headers, urlencode(fields))

    # The calendar; *token* is an access token

    def calendars(self, token: str) -> list[CalendarAtGoogle]:
        """Those the owner can write into, the main one first."""
        path = f"/users/me/calendarList?{urlencode({'minAccessRole': 'writer', 'maxResults': 250})}"
        found = [
            CalendarAtGoogle(
                str(each["id"]),
                str(each.get("summaryOverride") or each.get("summary") or each["id"]),
                bool(each.get("primary")),
            )
            for each in self._ask("GET", path, token).get("items", ())
        ]
        return sorted(found, key=lambda each: not each.is_primary)

    def events(self, token: str, calendar_id: str, query: Mapping[str, str]) -> EventPage:
        """One page of what it holds, or of what has changed since a `syncToken` (410 when that is too old)."""
        params = {"maxResults": str(PAGE_SIZE), "singleEvents": "true", **query}
        body = self._ask("GET", f"{_events(calendar_id)}?{urlencode(params)}", token)
        return EventPage(body.get("items", []), body.get("nextPageToken"), body.get("nextSyncToken"))

    def insert(self, token: str, calendar_id: str, event: Mapping[str, Any]) -> None:
        """Raises GoogleError with 409 when Google has, or once had, an event of that id."""
        self._ask("POST", f"{_events(calendar_id)}?sendUpdates=none", token, event)

    def update(self, token: str, calendar_id: str, event: Mapping[str, Any]) -> None:
        """Also one that was deleted is there again afterwards. Raises GoogleError with 404 for one it never had."""
        self._ask("PUT", f"{_events(calendar_id)}/{event['id']}?sendUpdates=none", token, event)

    def delete(self, token: str, calendar_id: str, event_id: str) -> None:
        """Raises GoogleError with 404 or 410 when it is not there."""
        self._ask("DELETE", f"{_events(calendar_id)}/{event_id}?sendUpdates=none", token)

    def _ask(self, method: str, path: str, token: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body)
        status, answered, said = self._send(method, f"{self._api_url}/calendar/v3{path}", headers, data)
        if status >= 300:
            raise _refusal(status, answered, said)
        return said

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: str | None
    ) -> tuple[int, Mapping[str, str], dict[str, Any]]:
        try:
            answer = self._shared_pool().request(
                method, url, body=body, headers=headers, timeout=self._timeout, redirect=False, retries=False
            )
        except urllib3.exceptions.HTTPError as error:
            # Not its own words: they can hold the address, and that the id of somebody's calendar.
            raise GoogleError(f"Googleにつながりませんでした。{LATER}", permanent=False) from error
        return answer.status, answer.headers, parse_body(answer.data)

    def _shared_pool(self) -> urllib3.PoolManager:
        with self._lock:
            if self._pool is None or self._pool_pid != os.getpid():  # connections don't survive a fork
                self._pool, self._pool_pid = urllib3.PoolManager(maxsize=POOL_SIZE), os.getpid()
            return self._pool

    def close(self) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.clear()
                self._pool = None


def _events(calendar_id: str) -> str:
    return f"/calendars/{quote(calendar_id, safe='')}/events"


def _refused_grant(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> GoogleError:
    """https://datatracker.ietf.org/doc/html/rfc6749#section-5.2"""
    if status == 429 or status >= 500:
        return _refusal(status, headers, {})
    if body.get("error") in ("invalid_grant", "unauthorized_client"):
        return Revoked()
    if body.get("error") == "invalid_client":
        message = (
            "GoogleのクライアントIDかシークレットが正しくありません。「Googleの準備」で、もう一度貼り付けてください。"
        )
    else:
        message = f"Googleに断られました（{status}）。はじめからやり直してください。"
    return GoogleError(message, permanent=True, http_status=status)


def _refusal(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> GoogleError:
    reason = _reason(body)
    if status == 429 or (status == 403 and reason in LIMITED):
        message = f"Googleへの問い合わせが多すぎます。{LATER}"
        return GoogleError(message, permanent=False, http_status=status, rest=_rest(headers))
    if status >= 500 or status == 408:
        message = f"Google側で一時的な問題が起きています（{status}）。{LATER}"
        return GoogleError(message, permanent=False, http_status=status, rest=_rest(headers))
    return GoogleError(_words(status, reason), permanent=True, http_status=status)


def _words(status: int, reason: str) -> str:
    if status == 401:
        return "Googleに、接続の期限が切れたと言われました。"
    if status == 403 and reason == "accessNotConfigured":
        return "Google CloudでGoogle Calendar APIが有効になっていません。「Googleの準備」の手順を確かめてください。"
    if status == 403:
        return "このカレンダーに書き込む権限がありません。Googleカレンダーの共有設定を確かめてください。"
    if status in (404, 410):
        return "Googleのカレンダーが見つかりませんでした。接続し直して、カレンダーを選び直してください。"
    return f"Googleに断られました（{status}{f'：{reason}' if reason else ''}）。"


def _reason(body: Mapping[str, Any]) -> str:
    """Google's short word for it; its sentences are not shown, they can quote what we sent."""
    error = body.get("error")
    found = error.get("errors") if isinstance(error, dict) else None
    first = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    return str(first.get("reason", ""))[:60]


def _rest(headers: Mapping[str, str]) -> timedelta | None:
    """Retry-After in seconds; as a date it is not used by Google."""
    said = headers.get("Retry-After") or ""
    return min(timedelta(seconds=int(said[:9])), LONGEST_REST) if said.isdigit() else None
