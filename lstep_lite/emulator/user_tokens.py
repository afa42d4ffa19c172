"""Access tokens of people: what they allow an application to ask about them, and what it learns."""

import secrets
import sqlite3
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from . import oauth, people
from .calls import Answer, Call
from .refusals import refusal
from .store import Store, millis

if TYPE_CHECKING:
    from .platform import Emulator

LIFF_LIFE = timedelta(hours=12)
LOGIN_LIFE = timedelta(days=30)


def issue(store: Store, user_id: str, *, client_id: str, scope: str, expires_at: datetime, now: datetime) -> str:
    token = "eyJhbGciOiJIUzI1NiJ9." + secrets.token_urlsafe(96)
    with store.unit() as db:
        db.execute("DELETE FROM login_token WHERE expires_ms < ?", (millis(now - LOGIN_LIFE),))
        row = (token, user_id, client_id, scope, millis(expires_at))
        db.execute("INSERT INTO login_token VALUES (?, ?, ?, ?, ?)", row)
    return token


def live(store: Store, token: str, *, now: datetime) -> sqlite3.Row | None:
    return store.row("SELECT * FROM login_token WHERE token = ? AND expires_ms > ?", token, millis(now))


def verify(emulator: "Emulator", call: Call) -> Answer:
    """GET /oauth2/v2.1/verify serves the tokens of people and of channels alike."""
    row = live(emulator.store, call.query().get("access_token", ""), now=call.now)
    if row is None:
        return oauth.verify_in_query(emulator, call)
    seconds_left = (row["expires_ms"] - millis(call.now)) // 1000
    return Answer({"scope": row["scope"], "client_id": row["client_id"], "expires_in": seconds_left})


def revoke(emulator: "Emulator", call: Call) -> Answer:
    """LINE answers 200 whatever the token was."""
    emulator.store.write("DELETE FROM login_token WHERE token = ?", call.form().get("access_token", ""))
    return Answer(b"")


def profile(emulator: "Emulator", call: Call) -> Answer:
    """Unlike the profile an account asks for, this one is the person's own affair: blocking changes nothing."""
    return Answer(profile_of(emulator, _bearer(call), now=call.now))


def friendship(emulator: "Emulator", call: Call) -> Answer:
    return Answer(friendship_of(emulator, _bearer(call), now=call.now))


def profile_of(emulator: "Emulator", token: str, *, now: datetime) -> dict[str, str]:
    """Raises Refused for a token that is dead or has not the scope 'profile'."""
    shown = people.profile(person(emulator, token, scope="profile", now=now))
    return {name: value for name, value in shown.items() if name != "language"}


def friendship_of(emulator: "Emulator", token: str, *, now: datetime) -> dict[str, bool]:
    """A friend is who has added the account and does not block it. Raises Refused like `profile_of`."""
    user = person(emulator, token, scope="profile", now=now)
    if not emulator.store.setting("same_provider", True):
        raise refusal(400, "There is no login bot linked to this channel.")
    return {"friendFlag": user["relation"] == people.FRIEND}


def person(emulator: "Emulator", token: str, *, scope: str, now: datetime) -> sqlite3.Row:
    """Whose token it is. Raises Refused unless it lives and allows *scope*."""
    row = live(emulator.store, token, now=now)
    user = people.get(emulator.store, row["user_id"]) if row else None
    if row is None or user is None:
        raise refusal(401, "The access token expired")
    if scope not in row["scope"].split():
        raise refusal(403, "The granted scopes are not sufficient")
    return user


def _bearer(call: Call) -> str:
    scheme, _, token = (call.header("Authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
