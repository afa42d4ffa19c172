"""LIFF apps of the Login channel: create, list, change, delete."""

import json
import secrets
import string
from typing import TYPE_CHECKING, Any

from .calls import Answer, Call
from .refusals import Refused, body_errors, not_found, refusal

if TYPE_CHECKING:
    from .platform import Emulator

MOST_APPS = 30
SIZES = ("compact", "tall", "full")
SCOPES = ("openid", "email", "profile", "chat_message.write")
BOT_PROMPTS = ("normal", "aggressive", "none")
DEFAULTS: dict[str, Any] = {
    "features": {"qrCode": False},
    "permanentLinkPattern": "concat",
    "scope": ["profile", "chat_message.write"],
    "botPrompt": "none",
}


def list_apps(emulator: "Emulator", call: Call) -> Answer:
    apps = everything(emulator)
    if not apps:
        raise not_found()
    return Answer({"apps": apps})


def create_app(emulator: "Emulator", call: Call) -> Answer:
    body = call.json()
    if "view" not in body:
        raise body_errors(("May not be empty", "view"))
    _check(body)
    _check_prompt(emulator, body)
    if len(_stored(emulator)) >= MOST_APPS:
        raise refusal(400, "The maximum number of LIFF apps has been reached")
    liff_id = f"{emulator.config.login_channel_id}-{_random_part()}"
    _save(emulator, liff_id, {**DEFAULTS, **_known(body)})
    return Answer({"liffId": liff_id})


def update_app(emulator: "Emulator", call: Call, liff_id: str) -> Answer:
    app = get(emulator, liff_id)
    if app is None:
        raise not_found()
    changes = call.json()
    merged = {**app, **_known(changes), "view": {**app["view"], **(changes.get("view") or {})}}
    _check(merged)
    _check_prompt(emulator, merged)
    _save(emulator, liff_id, merged)
    return Answer({})


def delete_app(emulator: "Emulator", call: Call, liff_id: str) -> Answer:
    if liff_id not in _stored(emulator):
        raise not_found()
    emulator.store.write("DELETE FROM liff_app WHERE liff_id = ?", liff_id)
    return Answer({})


def get(emulator: "Emulator", liff_id: str) -> dict[str, Any] | None:
    """The app as it was registered, or None."""
    return _stored(emulator).get(liff_id)


def everything(emulator: "Emulator") -> list[dict[str, Any]]:
    return [{"liffId": liff_id, **app} for liff_id, app in _stored(emulator).items()]


def _stored(emulator: "Emulator") -> dict[str, dict[str, Any]]:
    rows = emulator.store.rows("SELECT * FROM liff_app ORDER BY liff_id")
    return {row["liff_id"]: json.loads(row["body"]) for row in rows}


def _save(emulator: "Emulator", liff_id: str, app: dict[str, Any]) -> None:
    emulator.store.write("INSERT OR REPLACE INTO liff_app VALUES (?, ?)", liff_id, json.dumps(app, ensure_ascii=False))


def _known(body: dict[str, Any]) -> dict[str, Any]:
    names = ("view", "description", "features", "permanentLinkPattern", "scope", "botPrompt")
    return {name: body[name] for name in names if name in body}


def _check(app: dict[str, Any]) -> None:
    view = app["view"] if isinstance(app["view"], dict) else {}
    url = view.get("url")
    if view.get("type") not in SIZES:
        raise _not_one_of(SIZES, "view.type")
    if not isinstance(url, str) or not url.startswith("https://") or "#" in url:
        raise body_errors(("invalid url", "view.url"))
    if "line" in str(app.get("description", "")).lower():
        raise body_errors(("Invalid LIFF app name", "description"))
    if any(scope not in SCOPES for scope in app.get("scope", [])):
        raise _not_one_of(SCOPES, "scope")
    if app.get("botPrompt", "none") not in BOT_PROMPTS:
        raise _not_one_of(BOT_PROMPTS, "botPrompt")


def _check_prompt(emulator: "Emulator", app: dict[str, Any]) -> None:
    """Only an account linked to the Login channel can be offered, and only channels of one provider can be linked."""
    if app.get("botPrompt", "none") != "none" and not emulator.store.setting("same_provider", True):
        raise refusal(400, "The bot is not linked to the channel")


def _not_one_of(values: tuple[str, ...], path: str) -> Refused:
    return body_errors((f"Must be one of the following values: [{', '.join(values)}]", path))


def _random_part() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(8))
