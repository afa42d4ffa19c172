"""LINE's Messaging API, as much of it as we use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import quote

import urllib3
from linebot.v3.messaging import ApiClient

from lstep_lite.engine.line import answers, connection
from lstep_lite.engine.line.answers import Answer, AnswerKind
from lstep_lite.engine.line.connection import LineError
from lstep_lite.engine.line.coupons import CouponsAtLine
from lstep_lite.engine.line.rich_menus import RichMenusAtLine
from lstep_lite.errors import DomainError

CHUNK_BYTES = 64 * 1024
Told = TypeVar("Told")


@dataclass(frozen=True)
class Profile:
    display_name: str
    picture_url: str | None
    status_message: str | None
    language: str | None


@dataclass(frozen=True)
class BotInfo:
    user_id: str
    basic_id: str
    display_name: str
    picture_url: str | None
    chat_mode: str
    """"chat" or "bot"."""
    mark_as_read_mode: str


@dataclass(frozen=True)
class Quota:
    limit: int | None
    """Messages this month; None when unlimited."""
    used: int
    """Approximate, and with what was sent from LINE's own manager."""


@dataclass(frozen=True)
class WebhookEndpoint:
    url: str
    is_active: bool
    """The "Use webhook" switch of LINE's console."""


@dataclass(frozen=True)
class WebhookTest:
    is_ok: bool
    status_code: int
    reason: str
    """OK, COULD_NOT_CONNECT, REQUEST_TIMEOUT, ERROR_STATUS_CODE or UNCLASSIFIED."""
    detail: str


@dataclass(frozen=True)
class FollowerPage:
    user_ids: tuple[str, ...]
    next_cursor: str | None
    """Good for 24 hours; None on the last page."""


class ContentState(StrEnum):
    READY = "ready"
    PREPARING = "preparing"
    """LINE is still converting the video or audio; ask again later."""
    GONE = "gone"
    """Unsent by the friend, or deleted by LINE after its keeping time."""


class ReceivedContent:
    """The bytes of something a friend sent, still on their way."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self._response = response
        self.state = {200: ContentState.READY, 202: ContentState.PREPARING}.get(response.status, ContentState.GONE)
        self.content_type = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()

    def chunks(self) -> Iterator[bytes]:
        """Raises LineError when the connection breaks on the way."""
        try:
            yield from self._response.stream(CHUNK_BYTES)
        except urllib3.exceptions.HTTPError as error:
            raise connection.unreachable(error) from error


class Line:
    """One account's client. Threads share it; *renew* is called with an access token that LINE has refused."""

    def __init__(self, client: ApiClient, timeout_seconds: float, renew: Callable[[str], None]) -> None:
        self._client = client
        self._pool: urllib3.PoolManager = client.rest_client.pool_manager
        self._host: str | None = client.configuration.host  # None: LINE itself, with its two hosts
        self._timeout_seconds = timeout_seconds
        self._timeout = urllib3.Timeout(total=timeout_seconds)
        self._renew = renew
        self.coupons = CouponsAtLine(self._call)
        self.rich_menus = RichMenusAtLine(self._call, self._call_for_id, self._transfer)

    @property
    def token(self) -> str:
        return str(self._client.configuration.access_token)

    @token.setter
    def token(self, token: str) -> None:
        self._client.configuration.access_token = token

    # Sending: never raises; the answer says what became of it.

    def reply(self, body: str) -> Answer:
        """*body* is the JSON of the request, sent byte for byte. LINE knows no retry key here."""
        return self._send("reply", body, None)

    def push(self, body: str, retry_key: str) -> Answer:
        return self._send("push", body, retry_key)

    def multicast(self, body: str, retry_key: str) -> Answer:
        return self._send("multicast", body, retry_key)

    def validate(self, body: str, timeout_seconds: float) -> Answer:
        """Whether LINE would take the messages of *body*; nothing is sent."""
        return self._send("validate/push", body, None, urllib3.Timeout(total=timeout_seconds))

    def _send(self, way: str, body: str, retry_key: str | None, timeout: urllib3.Timeout | None = None) -> Answer:
        token = self.token
        answer = self._post(way, body, retry_key, token, timeout)
        if answer.kind is not AnswerKind.TOKEN_REJECTED:
            return answer
        try:
            self._renew(token)
        except DomainError:
            return answer
        return self._post(way, body, retry_key, self.token, timeout)

    def _post(self, way: str, body: str, retry_key: str | None, token: str, timeout: urllib3.Timeout | None) -> Answer:
        # Straight to the SDK's connection pool: its call_api would parse and rewrite the stored JSON, at a cost.
        headers = self._headers(token)
        headers["Content-Type"] = "application/json"
        if retry_key:
            headers["X-Line-Retry-Key"] = retry_key
        try:
            response = self._pool.request(
                "POST",
                f"{self._host or connection.LINE_API_URL}/v2/bot/message/{way}",
                body=body.encode(),
                headers=headers,
                timeout=timeout or self._timeout,
            )
        except urllib3.exceptions.HTTPError as error:
            return Answer(_broken(error), message=f"{type(error).__name__}: {error}")
        return answers.read(response.status, response.headers, response.data, is_reply=way == "reply")

    def _headers(self, token: str) -> dict[str, str]:
        return {**self._client.default_headers, "Authorization": f"Bearer {token}"}

    # Asking

    def profile(self, user_id: str, *, timeout_seconds: float | None = None) -> Profile | None:
        """None when LINE shows no profile: the person blocked the account, or is gone."""
        try:
            found = self._call("GET", "/v2/bot/profile/{userId}", timeout_seconds=timeout_seconds, userId=user_id)
        except LineError as error:
            if error.http_status == 404:
                return None
            raise
        return Profile(
            str(found.get("displayName", "")),
            found.get("pictureUrl"),
            found.get("statusMessage"),
            found.get("language"),
        )

    @contextmanager
    def content(self, message_id: str) -> Iterator[ReceivedContent]:
        """What a friend sent, as a stream to be read inside the `with`. Raises LineError."""
        token = self.token
        response = self._open_content(message_id, token)
        if response.status == 401:
            _discard(response)
            self._renew(token)
            response = self._open_content(message_id, self.token)
        try:
            if response.status not in (200, 202, 404, 410):
                raise connection.refusal(response.status, response.data)
            yield ReceivedContent(response)
        finally:
            _discard(response)

    def _open_content(self, message_id: str, token: str) -> urllib3.BaseHTTPResponse:
        url = f"{self._host or connection.LINE_DATA_URL}/v2/bot/message/{quote(message_id, safe='')}/content"
        try:
            return self._pool.request(
                "GET", url, headers=self._headers(token), timeout=self._timeout, preload_content=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise connection.unreachable(error) from error

    def bot_info(self) -> BotInfo:
        found = self._call("GET", "/v2/bot/info")
        return BotInfo(
            str(found.get("userId", "")),
            str(found.get("basicId", "")),
            str(found.get("displayName", "")),
            found.get("pictureUrl"),
            str(found.get("chatMode", "")),
            str(found.get("markAsReadMode", "")),
        )

    def quota(self) -> Quota:
        limit = self._call("GET", "/v2/bot/message/quota")
        used = self._call("GET", "/v2/bot/message/quota/consumption")
        return Quota(int(limit["value"]) if "value" in limit else None, int(used.get("totalUsage", 0)))

    def follower_ids(self, cursor: str | None = None) -> FollowerPage:
        """Up to 1,000 friends. LineError with http_status 403 when the account is neither verified nor premium."""
        start = f"&start={quote(cursor, safe='')}" if cursor else ""
        found = self._call("GET", f"/v2/bot/followers/ids?limit=1000{start}")
        return FollowerPage(tuple(map(str, found.get("userIds", ()))), found.get("next"))

    # The webhook address

    def webhook_endpoint(self) -> WebhookEndpoint | None:
        try:
            found = self._call("GET", "/v2/bot/channel/webhook/endpoint")
        except LineError as error:
            if error.http_status == 404:
                return None
            raise
        return WebhookEndpoint(str(found.get("endpoint", "")), bool(found.get("active")))

    def set_webhook_endpoint(self, url: str) -> None:
        self._call("PUT", "/v2/bot/channel/webhook/endpoint", body={"endpoint": url})

    def test_webhook(self, url: str) -> WebhookTest:
        """Have LINE call *url* now (at most 60 times an hour)."""
        found = self._call("POST", "/v2/bot/channel/webhook/test", body={"endpoint": url})
        return WebhookTest(
            bool(found.get("success")),
            int(found.get("statusCode") or 0),
            str(found.get("reason", "")),
            str(found.get("detail", "")),
        )

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, Any] | None = None,
        timeout_seconds: float | None = None,
        **path_params: str,
    ) -> dict[str, Any]:
        seconds = timeout_seconds or self._timeout_seconds
        return self._with_token(
            lambda: connection.call(self._client, method, path, body=body, timeout_seconds=seconds, **path_params)
        )

    def _call_for_id(self, method: str, path: str, *, body: dict[str, Any]) -> str:
        seconds = self._timeout_seconds
        return self._with_token(
            lambda: connection.call_for_id(self._client, method, path, body=body, timeout_seconds=seconds)
        )

    def _transfer(self, method: str, path: str, *, data: bytes | None = None, content_type: str = "") -> bytes:
        return self._with_token(lambda: self._transfer_once(method, path, data, content_type))

    def _transfer_once(self, method: str, path: str, data: bytes | None, content_type: str) -> bytes:
        url = f"{self._host or connection.LINE_DATA_URL}{path}"
        headers = self._headers(self.token) | ({"Content-Type": content_type} if content_type else {})
        try:
            response = self._pool.request(method, url, body=data, headers=headers, timeout=self._timeout)
        except urllib3.exceptions.HTTPError as error:
            raise connection.unreachable(error) from error
        if response.status >= 300:
            raise connection.refusal(response.status, response.data)
        return response.data

    def _with_token(self, call: Callable[[], Told]) -> Told:
        """What *call* answers, once more with a fresh token when LINE refuses the one it has."""
        token = self.token
        try:
            return call()
        except LineError as error:
            if error.http_status != 401:
                raise
        self._renew(token)
        return call()


def _broken(error: urllib3.exceptions.HTTPError) -> AnswerKind:
    """Whether LINE can have seen a request that ended without an answer."""
    before_sending = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    if isinstance(error, before_sending) or "CERTIFICATE_VERIFY_FAILED" in str(error):
        return AnswerKind.NOT_SENT
    return AnswerKind.UNKNOWN


def _discard(response: urllib3.BaseHTTPResponse) -> None:
    # Closed, not drained: what is left may be a film of 200 MB.
    response.close()
    response.release_conn()
