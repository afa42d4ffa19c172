"""Channel access tokens: issue, verify, revoke. Errors here have OAuth's form, not the Messaging API's."""

import hmac
from typing import TYPE_CHECKING, Any

from . import tokens
from .calls import Answer, Call
from .refusals import Refused
from .store import millis

if TYPE_CHECKING:
    from .platform import Emulator


def stateless_token(emulator: "Emulator", call: Call) -> Answer:
    return _issue(emulator, call, "stateless")


def short_lived_token(emulator: "Emulator", call: Call) -> Answer:
    return _issue(emulator, call, "short-lived")


def _issue(emulator: "Emulator", call: Call, kind: str) -> Answer:
    form = call.form()
    if form.get("grant_type") != "client_credentials":
        raise oauth_error("unsupported_grant_type", "grant_type must be client_credentials")
    channel_id = authenticated_channel(emulator, form)
    token, seconds = tokens.issue(emulator.store, channel_id, kind=kind, now=call.now)
    return Answer({"token_type": "Bearer", "access_token": token, "expires_in": seconds})


def authenticated_channel(emulator: "Emulator", form: dict[str, str]) -> str:
    config = emulator.config
    secrets = {config.channel_id: config.channel_secret, config.login_channel_id: config.login_channel_secret}
    channel_id, given = form.get("client_id", ""), form.get("client_secret", "")
    if not channel_id or not given:
        raise oauth_error("invalid_request", "some parameters missed or invalid")
    if channel_id not in secrets:
        raise oauth_error("invalid_client", "invalid client_id")
    if not hmac.compare_digest(secrets[channel_id].encode(), given.encode()):
        raise oauth_error("invalid_client", "invalid client_secret")
    return channel_id


def verify_in_query(emulator: "Emulator", call: Call) -> Answer:
    return _verify(emulator, call, call.query().get("access_token", ""))


def verify_posted(emulator: "Emulator", call: Call) -> Answer:
    return _verify(emulator, call, call.form().get("access_token", ""))


def _verify(emulator: "Emulator", call: Call, token: str) -> Answer:
    row = tokens.live_token(emulator.store, token, now=call.now)
    if row is None:
        raise oauth_error("invalid_request", "access token expired")
    seconds_left = (row["expires_ms"] - millis(call.now)) // 1000
    shown: dict[str, Any] = {"client_id": row["channel_id"], "expires_in": seconds_left, "scope": ""}
    return Answer(shown)


def revoke(emulator: "Emulator", call: Call) -> Answer:
    tokens.revoke(emulator.store, call.form().get("access_token", ""))
    return Answer(b"")


def oauth_error(error: str, description: str) -> Refused:
    return Refused(400, {"error": error, "error_description": description})
