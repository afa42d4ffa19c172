"""LIFF: pages that open inside LINE, knowing who looks at them, and the server's side of the SDK in static/sdk.js."""

import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from . import acts, liff_apps, oidc, people, user_tokens
from .calls import Answer, Call
from .refusals import Refused, body_errors, not_found, refusal
from .store import millis
from .validation import require_messages

if TYPE_CHECKING:
    from .platform import Emulator

LINE_HOST = "https://liff.line.me"
LINK = re.compile(
    r"(?:https://liff\.line\.me|http://(?:127\.0\.0\.1|localhost):\d+)/(\d+-\w+)(?=[/?#]|$)(.*)", re.DOTALL
)
"""LINE's own address, or a loopback one: ours, also of an earlier start."""
TICKET_LIFE = timedelta(days=30)
SDK = Path(__file__).parent / "static/sdk.js"
SHAREABLE = ("text", "sticker", "image", "video", "audio", "location", "template", "flex")
UNTOLD = ("template", "flex")
"""LINE does not say that an account hears of these; ours hears nothing."""


def visit(
    emulator: "Emulator", user_id: str, url: str, *, audience: str | None = None, is_expired: bool = False
) -> dict[str, Any]:
    """The person taps *url*: where the phone goes, how large the page stands, and the tokens LIFF gives to it.

    A page that is not LIFF opens in LINE's own browser, which tells nothing of the person. *audience* names another
    channel and *is_expired* makes the tokens old ones, for trying what must be refused.
    """
    link = LINK.fullmatch(url)
    if link is None:
        return {"location": emulator.config.loopback(url), "size": None, "id_token": None, "access_token": None}
    liff_id, extra = link.groups()
    app = liff_apps.get(emulator, liff_id)
    if app is None:
        raise acts.Impossible(404, "no such LIFF app")
    now = emulator.clock.now()
    with emulator.store.unit():
        issued_at = now - timedelta(days=1) if is_expired else now
        tokens = _tokens(emulator, user_id, app, audience=audience, issued_at=issued_at)
        ticket = new_ticket(emulator, user_id, liff_id, in_client=True, now=now, tokens=tokens)
    location = emulator.config.loopback(_primary(app["view"]["url"], extra))
    return {"location": f"{location}#liff.ticket={ticket}", "size": app["view"]["type"], **tokens}


def _primary(endpoint: str, extra: str) -> str:
    """The endpoint's address, with what followed the LIFF id packed into `liff.state`."""
    if extra in ("", "/"):
        return endpoint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}liff.state={quote(extra, safe='')}"


def outside(emulator: "Emulator", call: Call, channel: int, name: str, rest: str = "") -> Answer:
    """GET a LIFF address in an ordinary browser: to the application's page, which does not learn who it is."""
    liff_id = f"{channel}-{name}"
    app = liff_apps.get(emulator, liff_id)
    if app is None:
        raise not_found()
    extra = call.target.partition(liff_id)[2]
    location = emulator.config.loopback(_primary(app["view"]["url"], extra))
    return Answer(b"", status=303, headers={"Location": location})


# Who looks at the page -----------------------------------------------------------------------------------------------


def new_ticket(
    emulator: "Emulator",
    user_id: str,
    liff_id: str,
    *,
    in_client: bool,
    now: datetime,
    tokens: dict[str, str | None] | None = None,
) -> str:
    """A code that the SDK exchanges once for *tokens*, or for new ones."""
    ticket = secrets.token_urlsafe(24)
    body = json.dumps({"liff_id": liff_id, "in_client": in_client, "tokens": tokens})
    with emulator.store.unit() as db:
        db.execute("DELETE FROM liff_ticket WHERE expires_ms < ?", (millis(now),))
        db.execute("INSERT INTO liff_ticket VALUES (?, ?, ?, ?)", (ticket, user_id, body, millis(now + TICKET_LIFE)))
    return ticket


def _tokens(
    emulator: "Emulator", user_id: str, app: dict[str, Any], *, audience: str | None, issued_at: datetime
) -> dict[str, str | None]:
    user, scope = people.get(emulator.store, user_id), " ".join(app["scope"])
    client_id = audience or emulator.config.login_channel_id
    expires_at = issued_at + user_tokens.LIFF_LIFE
    access_token = user_tokens.issue(
        emulator.store, user_id, client_id=client_id, scope=scope, expires_at=expires_at, now=emulator.clock.now()
    )
    has_id = "openid" in app["scope"]
    id_token = oidc.issue(emulator, user, audience=client_id, scope=scope, at=issued_at) if has_id else None
    return {"id_token": id_token, "access_token": access_token}


# The SDK -------------------------------------------------------------------------------------------------------------


def sdk(emulator: "Emulator", call: Call) -> Answer:
    return Answer(SDK.read_bytes(), media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def open_to_pages(handler: Callable[["Emulator", Call], dict[str, Any]]) -> Callable[["Emulator", Call], Answer]:
    """The SDK calls from the application's pages, which are of another origin."""

    def answer(emulator: "Emulator", call: Call) -> Answer:
        try:
            body, status = handler(emulator, call), 200
        except Refused as refused:
            body, status = refused.body, refused.status
        except acts.Impossible as impossible:
            body, status = {"message": impossible.message}, impossible.status
        return Answer(body, status=status, headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"})

    return answer


@open_to_pages
def start(emulator: "Emulator", call: Call) -> dict[str, Any]:
    """liff.init: what the app is, and who holds the ticket. The answer brings the ticket for the next time."""
    form = call.form()
    liff_id = form.get("liff_id", "")
    app = liff_apps.get(emulator, liff_id)
    if app is None:
        raise not_found()
    config = emulator.config
    shown = {"endpoint_url": config.loopback(app["view"]["url"]), "scope": app["scope"]}
    shown |= {"view_type": app["view"]["type"], "channel_id": config.login_channel_id, "public_url": config.public_url}
    held = _exchanged(emulator, form.get("ticket", ""), liff_id, app)
    return {**shown, "session": held}


def _exchanged(emulator: "Emulator", ticket: str, liff_id: str, app: dict[str, Any]) -> dict[str, Any] | None:
    """None when the ticket is unknown, used already or for another app: nobody is signed in."""
    now = emulator.clock.now()
    with emulator.store.unit() as db:
        row = db.execute("SELECT * FROM liff_ticket WHERE ticket = ?", (ticket,)).fetchone()
        body = json.loads(row["body"]) if row else {}
        if row is None or row["expires_ms"] <= millis(now) or body["liff_id"] != liff_id:
            return None
        db.execute("DELETE FROM liff_ticket WHERE ticket = ?", (ticket,))
        user_id, in_client = row["user_id"], body["in_client"]
        tokens = body["tokens"] or _tokens(emulator, user_id, app, audience=None, issued_at=now)
        following = new_ticket(emulator, user_id, liff_id, in_client=in_client, now=now)
    return {"user_id": user_id, "in_client": in_client, "ticket": following, **tokens}


@open_to_pages
def profile(emulator: "Emulator", call: Call) -> dict[str, Any]:
    return user_tokens.profile_of(emulator, call.form().get("access_token", ""), now=call.now)


@open_to_pages
def friendship(emulator: "Emulator", call: Call) -> dict[str, Any]:
    return user_tokens.friendship_of(emulator, call.form().get("access_token", ""), now=call.now)


@open_to_pages
def befriend(emulator: "Emulator", call: Call) -> dict[str, Any]:
    """The person answers liff.requestFriendship with yes."""
    token = call.form().get("access_token", "")
    if not user_tokens.friendship_of(emulator, token, now=call.now)["friendFlag"]:
        acts.follow(emulator, user_tokens.person(emulator, token, scope="profile", now=call.now)["user_id"])
    return {}


@open_to_pages
def send_messages(emulator: "Emulator", call: Call) -> dict[str, Any]:
    """liff.sendMessages: the page writes in the person's name, so the account gets a webhook with a reply token."""
    form = call.form()
    user = user_tokens.person(emulator, form.get("access_token", ""), scope="chat_message.write", now=call.now)
    try:
        body = {"messages": json.loads(form.get("messages", ""))}
    except json.JSONDecodeError:
        raise refusal(400, "messages must be JSON") from None
    require_messages(body)
    for index, message in enumerate(body["messages"]):
        _refuse_unshareable(message, f"messages[{index}]")
    with emulator.store.unit():
        for message in body["messages"]:
            acts.write(emulator, user["user_id"], message, told=_told(message))
    return {}


def _refuse_unshareable(message: dict[str, Any], place: str) -> None:
    if message["type"] not in SHAREABLE:
        raise body_errors((f"Must be one of the following values: [{', '.join(SHAREABLE)}]", f"{place}.type"))
    if any(action.get("type") != "uri" for action in _actions(message)):
        raise body_errors(("only uri actions can be sent by a person", place))


def _actions(part: Any) -> list[dict[str, Any]]:
    """All actions inside a message, however deep."""
    if isinstance(part, list):
        return [action for inner in part for action in _actions(inner)]
    if not isinstance(part, dict):
        return []
    own = [part[name] for name in ("action", "defaultAction") if isinstance(part.get(name), dict)]
    own += [action for action in part.get("actions", []) if isinstance(action, dict)]
    return own + [action for inner in part.values() for action in _actions(inner)]


def _told(message: dict[str, Any]) -> dict[str, Any] | None:
    """The message as the webhook tells it. What a page links to is told as somebody else's content."""
    kind = message["type"]
    if kind in UNTOLD:
        return None
    if kind == "sticker":
        return {**message, "stickerResourceType": "STATIC", "keywords": []}
    if kind not in ("image", "video", "audio"):
        return message
    links = {name: message[name] for name in ("originalContentUrl", "previewImageUrl") if name in message}
    plain = {name: value for name, value in message.items() if name not in links}
    return {**plain, "contentProvider": {"type": "external", **links}}
