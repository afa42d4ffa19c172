"""LINE Login: the page on which somebody agrees, and the code an application exchanges for tokens."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from . import acts, liff, oidc, people, user_tokens
from .calls import Answer, Call
from .oauth import authenticated_channel, oauth_error
from .refusals import Refused, refusal
from .store import millis

if TYPE_CHECKING:
    from .platform import Emulator

CODE_LIFE = timedelta(minutes=10)
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
REDIRECTS = "/liff"
"""Registered in the Login channel: this path of the application and all below it."""
HERE = Path(__file__).parent
MEDIA_TYPES = {"login.css": "text/css", "login.js": "text/javascript"}
PAGES = Environment(
    loader=FileSystemLoader(HERE / "templates/emulator"), autoescape=True, undefined=StrictUndefined, auto_reload=False
)


@dataclass(frozen=True)
class Wish:
    """What an authorize address asks for. *liff_id* is given by the LIFF SDK, which exchanges no code."""

    redirect_uri: str
    state: str
    scope: str
    nonce: str | None
    challenge: str | None
    has_bot_prompt: bool
    liff_id: str | None


def wish(emulator: "Emulator", query: dict[str, str]) -> Wish:
    """Raises Refused, in LINE's way, for an address that LINE's page would not accept."""
    redirect_uri, scope = query.get("redirect_uri", ""), query.get("scope", "")
    if query.get("response_type") != "code":
        raise refusal(400, "Invalid response_type")
    if query.get("client_id") != emulator.config.login_channel_id:
        raise refusal(400, "Invalid client_id")
    if not _is_registered(emulator, redirect_uri):
        raise refusal(400, "Invalid redirect_uri value. Check if it is registered in a LINE developers site.")
    if not query.get("state"):
        raise refusal(400, "'state' is not specified.")
    if not {"openid", "profile"} & set(scope.split()):
        raise refusal(400, "Invalid scope")
    if "code_challenge" in query and (
        query.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(query["code_challenge"])
    ):
        raise refusal(400, "Invalid code_challenge")
    return Wish(
        redirect_uri,
        query["state"],
        scope,
        query.get("nonce"),
        query.get("code_challenge"),
        query.get("bot_prompt") in ("normal", "aggressive"),
        query.get("app_id"),
    )


def _is_registered(emulator: "Emulator", redirect_uri: str) -> bool:
    path = redirect_uri.partition("?")[0]
    return path == emulator.config.public_url + REDIRECTS or path.startswith(
        f"{emulator.config.public_url}{REDIRECTS}/"
    )


# The page ------------------------------------------------------------------------------------------------------------


def ask(emulator: "Emulator", call: Call) -> Answer:
    """GET authorize: who are you, and do you agree?"""
    asked = wish(emulator, call.query())
    everybody = people.everybody(emulator.store)
    page = PAGES.get_template("login.html").render(
        target=call.target,
        people=everybody,
        account=emulator.store.setting("account_name", "体験サロン"),
        can_add=asked.has_bot_prompt and _is_linked(emulator),
    )
    return Answer(page.encode(), media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


def answered(emulator: "Emulator", call: Call) -> Answer:
    """POST authorize: back to the application with a code or with the refusal."""
    asked, form = wish(emulator, call.query()), call.form()
    user = people.get(emulator.store, form.get("user_id", ""))
    if form.get("decision") != "agree" or user is None:
        redirect = refused(asked)
    else:
        redirect = granted(emulator, asked, user["user_id"], adds_friend="add_friend" in form)
    return Answer(b"", status=303, headers={"Location": emulator.config.loopback(redirect)})


def dress(emulator: "Emulator", call: Call, name: str) -> Answer:
    return Answer((HERE / "static" / name).read_bytes(), media_type=f"{MEDIA_TYPES[name]}; charset=utf-8")


def refused(asked: Wish) -> str:
    return _back(asked, {"error": "access_denied", "error_description": "The user has denied the approval"})


def granted(emulator: "Emulator", asked: Wish, user_id: str, *, adds_friend: bool) -> str:
    """Where the person's browser goes after they agreed. With *adds_friend* they also ticked to add the account."""
    with emulator.store.unit():
        changed = _prompted(emulator, asked, user_id, adds_friend=adds_friend)
        if asked.liff_id:
            ticket = liff.new_ticket(emulator, user_id, asked.liff_id, in_client=False, now=emulator.clock.now())
            return f"{asked.redirect_uri}#liff.login={ticket}"
        return _back(asked, {"code": _new_code(emulator, asked, user_id), **changed})


def _prompted(emulator: "Emulator", asked: Wish, user_id: str, *, adds_friend: bool) -> dict[str, str]:
    """LINE tells whether the friendship changed only when the person was asked about it."""
    user = people.get(emulator.store, user_id)
    if not asked.has_bot_prompt or not _is_linked(emulator) or user is None or user["relation"] == people.FRIEND:
        return {}
    if adds_friend:
        acts.follow(emulator, user_id)
    return {"friendship_status_changed": "true" if adds_friend else "false"}


def _is_linked(emulator: "Emulator") -> bool:
    return bool(emulator.store.setting("same_provider", True))


def _new_code(emulator: "Emulator", asked: Wish, user_id: str) -> str:
    code, now = secrets.token_urlsafe(15), emulator.clock.now()
    row = (code, user_id, asked.redirect_uri, asked.scope, asked.nonce, asked.challenge, millis(now + CODE_LIFE))
    with emulator.store.unit() as db:
        db.execute("DELETE FROM login_code WHERE expires_ms < ?", (millis(now),))
        db.execute("INSERT INTO login_code VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return code


def _back(asked: Wish, given: dict[str, str]) -> str:
    mark = "&" if "?" in asked.redirect_uri else "?"
    return asked.redirect_uri + mark + urlencode({**given, "state": asked.state})


# The exchange --------------------------------------------------------------------------------------------------------


def token(emulator: "Emulator", call: Call) -> Answer:
    """POST /oauth2/v2.1/token. A code is spent by the first attempt, also by one that fails."""
    form = call.form()
    if form.get("grant_type") != "authorization_code":
        raise oauth_error("unsupported_grant_type", "grant_type must be authorization_code")
    channel_id = authenticated_channel(emulator, form)
    if channel_id != emulator.config.login_channel_id:
        raise oauth_error("invalid_client", "invalid client_id")
    row = _spent(emulator, form.get("code", ""))
    if row is None or row["expires_ms"] <= millis(call.now):
        raise _bad_grant("invalid authorization code")
    if row["redirect_uri"] != form.get("redirect_uri"):
        raise _bad_grant("redirect_uri does not match")
    if row["challenge"] and row["challenge"] != _challenge(form.get("code_verifier", "")):
        raise _bad_grant("invalid code_verifier")
    return Answer(_tokens(emulator, call, row))


def _spent(emulator: "Emulator", code: str) -> Any:
    with emulator.store.unit() as db:
        row = db.execute("SELECT * FROM login_code WHERE code = ?", (code,)).fetchone()
        db.execute("DELETE FROM login_code WHERE code = ?", (code,))
    return row


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _tokens(emulator: "Emulator", call: Call, row: Any) -> dict[str, Any]:
    channel_id, scope, life = emulator.config.login_channel_id, row["scope"], user_tokens.LOGIN_LIFE
    access_token = user_tokens.issue(
        emulator.store, row["user_id"], client_id=channel_id, scope=scope, expires_at=call.now + life, now=call.now
    )
    made = {"access_token": access_token, "expires_in": int(life.total_seconds()), "scope": scope}
    if "openid" in scope.split():
        user = people.get(emulator.store, row["user_id"])
        made["id_token"] = oidc.issue(emulator, user, audience=channel_id, scope=scope, at=call.now, nonce=row["nonce"])
    return {**made, "token_type": "Bearer"}


def _bad_grant(description: str) -> Refused:
    return oauth_error("invalid_grant", description)
