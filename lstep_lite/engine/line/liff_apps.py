"""The LIFF apps of the LINE Login channel (the pages customers open inside LINE)."""

from dataclasses import dataclass
from typing import Any

from linebot.v3.messaging import ApiClient

from lstep_lite.engine.line import connection


@dataclass(frozen=True)
class LiffApp:
    liff_id: str
    url: str
    description: str


class LiffApps:
    """Needs a token of the LINE Login channel, not of the Messaging API channel. Every call may raise LineError."""

    def __init__(self, client: ApiClient, timeout_seconds: float) -> None:
        self._client = client
        self._timeout_seconds = timeout_seconds

    def all(self) -> list[LiffApp]:
        try:
            found = self._call("GET", "/liff/v1/apps")
        except connection.LineError as error:
            if error.http_status == 404:  # how LINE says that there is none
                return []
            raise
        return [
            LiffApp(
                str(app.get("liffId", "")), str(app.get("view", {}).get("url", "")), str(app.get("description", ""))
            )
            for app in found.get("apps", ())
        ]

    def create(self, url: str, description: str, *, bot_prompt: str = "aggressive") -> str:
        """Returns the new app's id. *description* must not contain "LINE"; *bot_prompt* other than "none" needs the
        Official Account linked to the Login channel."""
        return str(self._call("POST", "/liff/v1/apps", _definition(url, description, bot_prompt))["liffId"])

    def update(self, liff_id: str, url: str, description: str, *, bot_prompt: str = "aggressive") -> None:
        self._call("PUT", "/liff/v1/apps/{liffId}", _definition(url, description, bot_prompt), liffId=liff_id)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None, **path_params: str) -> dict[str, Any]:
        return connection.call(
            self._client, method, path, body=body, timeout_seconds=self._timeout_seconds, **path_params
        )


def _definition(url: str, description: str, bot_prompt: str) -> dict[str, Any]:
    return {
        "view": {"type": "full", "url": url},
        "description": description,
        "permanentLinkPattern": "concat",
        "scope": ["openid", "profile", "chat_message.write"],
        "botPrompt": bot_prompt,
    }
