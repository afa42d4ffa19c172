"""The line-bot-sdk as we use it: one pooled client a process, a time limit on every call, no retries of its own.

The SDK gives up on nothing by itself (no default time-out), repeats GETs and refused connections behind our back unless
told not to, and drops what its models don't know. So calls go through its raw path and are read as plain JSON.
"""

from typing import Any

import urllib3
from linebot.v3.messaging import ApiClient, ApiException, Configuration

from lstep_lite.engine.line import answers
from lstep_lite.engine.line.answers import parse_body
from lstep_lite.errors import DomainError

LINE_API_URL = "https://api.line.me"
LINE_DATA_URL = "https://api-data.line.me"
MOST_DETAILS = 3
"""Of what LINE says about one request."""
LATER = "しばらくしてからもう一度お試しください。"
POOL_SIZE = 80
"""Connections kept open: more than the send threads (at most 64) and the chores together."""


class NotConnected(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "LINE公式アカウントがまだつながっていません。「LINE接続」の画面で4つの値を貼り付けてください。"
        )


class LineError(DomainError):
    """LINE did not do what we asked. *permanent*: asking again as it is won't help; *http_status* is None when LINE
    could not be reached."""

    def __init__(self, message: str, permanent: bool, http_status: int | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.http_status = http_status


def open_client(api_url: str, token: str) -> ApiClient:
    """A client of the SDK with its own connection pool; threads may share it. *api_url* other than LINE's own replaces
    every host, also that of message content."""
    configuration = Configuration(access_token=token, host=None if api_url == LINE_API_URL else api_url)
    configuration.retries = False
    configuration.connection_pool_maxsize = POOL_SIZE
    return ApiClient(configuration)


def call(
    client: ApiClient,
    method: str,
    path: str,
    *,
    timeout_seconds: float,
    body: dict[str, Any] | None = None,
    **path_params: str,
) -> dict[str, Any]:
    """One call that is not a send; the answer's JSON. Raises LineError."""
    answer = _call(client, method, path, path_params, body, timeout_seconds)
    return parse_body(answer.raw_data or b"")


def call_for_id(client: ApiClient, method: str, path: str, *, timeout_seconds: float, body: dict[str, Any]) -> str:
    """One call whose answer is LINE's own id of the request. Raises LineError."""
    answer = _call(client, method, path, {}, body, timeout_seconds)
    return str((answer.headers or {}).get("x-line-request-id", ""))


def _call(
    client: ApiClient,
    method: str,
    path: str,
    path_params: dict[str, str],
    body: dict[str, Any] | None,
    timeout_seconds: float,
) -> Any:
    try:
        return client.call_api(
            path,
            method,
            path_params,
            [],
            {"Content-Type": "application/json"},
            body=body,
            response_types_map={},
            auth_settings=["Bearer"],
            _return_http_data_only=False,
            collection_formats={},
            _host=LINE_API_URL,
            _request_timeout=timeout_seconds,
        )
    except ApiException as error:
        raise refusal(error.status, error.body) from error
    except urllib3.exceptions.HTTPError as error:
        raise unreachable(error) from error


def refusal(status: int, body: str | bytes | None) -> LineError:
    """The LineError for an answer outside 2xx; status 0 is how the SDK reports a failed TLS handshake."""
    if not status:
        return LineError("LINEとの安全な通信を始められませんでした。サーバーの時計と証明書を確認してください。", False)
    if status == 429:
        return LineError(f"LINEへの問い合わせが多すぎます。{LATER}", False, status)
    if status >= 500:
        return LineError(f"LINE側で一時的な問題が起きています（{status}）。{LATER}", False, status)
    words = parse_body(body.encode() if isinstance(body, str) else body or b"")
    said = words.get("message") or words.get("error_description") or words.get("error") or "なし"
    message = f"LINEに断られました（{status}）。LINEからの説明: {said}{_details(words)}"
    return LineError(message, status != 408, status)


def _details(words: dict[str, Any]) -> str:
    """What of a request LINE does not like, where it says so."""
    found = [f"{detail.property}: {detail.message}" for detail in answers.details(words)[:MOST_DETAILS]]
    return f"（{'、'.join(found)}）" if found else ""


def unreachable(error: Exception) -> LineError:
    name = type(error).__name__
    return LineError(f"LINEにつながりませんでした。インターネット接続を確認してください（{name}）。", False)


def unreadable() -> LineError:
    return LineError(f"LINEの返事を読み取れませんでした。{LATER}", False)
