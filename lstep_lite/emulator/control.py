"""The control API: what a tester does to the emulated world. docs/api.md describes it.

It is a blueprint to mount into the application or into the emulator's own process. The running emulator is looked up in
`app.extensions["emulator"]`, because the blueprint is registered before the server forks and the emulator starts after.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from . import acts, faults, journal, liff, liff_apps, limits, login, people, screen, talk
from .platform import Emulator
from .refusals import Refused
from .replay import PATIENCE_SECONDS, Unreachable
from .rich_menus import menus, phone

blueprint = Blueprint("emulator_control", __name__, url_prefix="/emulator/control")

MOST_PARALLEL = 64
SIGNATURES = ("good", "bad", "none")
CHAT_MODES = ("chat", "bot")


def emulator() -> Emulator:
    running = current_app.extensions.get("emulator")
    if not isinstance(running, Emulator):
        abort(503, "the emulator is not running")
    return running


@blueprint.before_request
def refuse_foreign_pages() -> None:
    """A web page of another origin can post forms and plain text without asking, but no JSON."""
    if request.method == "GET":
        return
    if request.content_length or "Content-Type" in request.headers:
        if request.mimetype != "application/json":
            abort(415, "send application/json")
    elif urlsplit(request.headers.get("Origin", request.host_url)).netloc != request.host:
        abort(403, "another origin")


@blueprint.errorhandler(HTTPException)
def http_error(error: HTTPException) -> ResponseReturnValue:
    return {"message": error.description}, error.code or 500


@blueprint.errorhandler(acts.Impossible)
def impossible(error: acts.Impossible) -> ResponseReturnValue:
    return {"message": error.message}, error.status


@blueprint.errorhandler(Refused)
def refused(error: Refused) -> ResponseReturnValue:
    """LINE's own page would not have let the person go on."""
    return error.body, error.status


@blueprint.errorhandler(Unreachable)
def unreachable(error: Unreachable) -> ResponseReturnValue:
    return {"message": f"the application does not answer: {error}"}, 502


def body() -> dict[str, Any]:
    found = request.get_json(silent=True) if request.content_length else {}
    if not isinstance(found, dict):
        abort(400, "send a JSON object")
    return found


def required(found: dict[str, Any], name: str, kind: type) -> Any:
    value = found.get(name)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        abort(400, f"{name} must be given as {kind.__name__}")
    return value


@blueprint.get("/state")
def state() -> ResponseReturnValue:
    here = emulator()
    now = here.clock.now()
    return {
        "now": now.isoformat(),
        "users": [_shown_user(user) for user in people.everybody(here.store)],
        "quota": {"limit": limits.monthly_allowance(here.store), "used": limits.used_this_month(here.store, now=now)},
        "account": _account(here),
        "undelivered_webhooks": here.webhooks.undelivered(),
    }


def _shown_user(user: Any) -> dict[str, Any]:
    until = user["loading_until_ms"]
    return {
        "user_id": user["user_id"],
        "name": user["name"],
        "following": user["relation"] == people.FRIEND,
        "blocked": user["relation"] == people.BLOCKED,
        "language": user["language"],
        "picture_url": user["picture_url"],
        "status_message": user["status_message"],
        "loading_until": datetime.fromtimestamp(until / 1000, UTC).isoformat() if until else None,
    }


def _account(here: Emulator) -> dict[str, Any]:
    return {
        "user_id": here.bot_user_id,
        "basic_id": here.basic_id,
        "name": here.store.setting("account_name", "体験サロン"),
        "verified": here.store.setting("verified", False),
        "chat_mode": here.store.setting("chat_mode", "bot"),
        "same_provider": here.store.setting("same_provider", True),
        "oam_default": here.store.setting("oam_default", False),
        "webhook_endpoint": here.store.setting("webhook_endpoint"),
        "webhook_active": here.store.setting("webhook_active", True),
        "liff_links": [f"{liff.LINE_HOST}/{app['liffId']}" for app in liff_apps.everything(here)],
        "api_url": here.api_url,
        "app_url": here.config.app_url,
        "public_url": here.config.public_url,
    }


@blueprint.post("/account")
def account() -> ResponseReturnValue:
    here, changes = emulator(), body()
    for name in ("verified", "same_provider", "webhook_active", "oam_default"):
        if name in changes:
            here.store.set_setting(name, required(changes, name, bool))
    if "chat_mode" in changes:
        if changes["chat_mode"] not in CHAT_MODES:
            abort(400, f"chat_mode must be one of {', '.join(CHAT_MODES)}")
        here.store.set_setting("chat_mode", changes["chat_mode"])
    if "failing_batches" in changes:
        here.store.set_setting("failing_batches", required(changes, "failing_batches", int))
    if "name" in changes:
        here.store.set_setting("account_name", required(changes, "name", str))
    return _account(here)


@blueprint.post("/users")
def create_user() -> ResponseReturnValue:
    here, wanted = emulator(), body()
    user_id = wanted.get("user_id") or people.new_user_id()
    if people.get(here.store, user_id) is not None:
        abort(409, "this user exists already")
    people.create(
        here.store,
        user_id,
        name=required(wanted, "name", str),
        language=wanted.get("language", "ja"),
        picture_url=wanted.get("picture_url"),
    )
    if wanted.get("following"):
        people.set_relation(here.store, user_id, people.FRIEND)
    return {"user_id": user_id}, 201


@blueprint.post("/users/<user_id>/follow")
def follow(user_id: str) -> ResponseReturnValue:
    return acts.follow(emulator(), user_id)


@blueprint.post("/users/<user_id>/unfollow")
def unfollow(user_id: str) -> ResponseReturnValue:
    return acts.unfollow(emulator(), user_id)


@blueprint.post("/users/<user_id>/say")
def say(user_id: str) -> ResponseReturnValue:
    return acts.say(emulator(), user_id, body())


@blueprint.post("/users/<user_id>/tap")
def tap(user_id: str) -> ResponseReturnValue:
    here, tapped = emulator(), body()
    _person(here, user_id)
    if "uri" in tapped:
        return {"location": here.config.loopback(required(tapped, "uri", str))}
    if "area" in tapped:
        return phone.tap(here, user_id, tapped)
    if "data" in tapped:
        return acts.tap(here, user_id, tapped)
    abort(400, "tap data, area or uri")


@blueprint.post("/users/<user_id>/event")
def event(user_id: str) -> ResponseReturnValue:
    here, wanted = emulator(), body()
    if "unsend" in wanted:
        return acts.unsend(here, user_id, required(wanted, "unsend", str))
    if "video_complete" in wanted:
        return acts.finish_video(here, user_id, required(wanted, "video_complete", str))
    if "profile" in wanted:
        people.change_profile(here.store, _person(here, user_id), required(wanted, "profile", dict))
        return _shown_user(_person(here, user_id))
    abort(400, "give unsend, video_complete or profile")


@blueprint.post("/users/<user_id>/open")
def open_link(user_id: str) -> ResponseReturnValue:
    here, wanted = emulator(), body()
    _person(here, user_id)
    audience = required(wanted, "audience", str) if "audience" in wanted else None
    url = required(wanted, "url", str)
    return liff.visit(here, user_id, url, audience=audience, is_expired=bool(wanted.get("expired")))


@blueprint.post("/users/<user_id>/login")
def log_in(user_id: str) -> ResponseReturnValue:
    here, wanted = emulator(), body()
    _person(here, user_id)
    address = urlsplit(required(wanted, "authorize_url", str))
    asked = login.wish(here, dict(parse_qsl(address.query)))
    if wanted.get("refuse"):
        return {"redirect": here.config.loopback(login.refused(asked))}
    redirect = login.granted(here, asked, user_id, adds_friend=bool(wanted.get("add_friend")))
    return {"redirect": here.config.loopback(redirect)}


@blueprint.get("/users/<user_id>/talk")
def show_talk(user_id: str) -> ResponseReturnValue:
    here = emulator()
    _person(here, user_id)
    last = request.args.get("last", talk.TALK_LENGTH, type=int)
    entries = talk.listing(here.store, user_id, last=min(max(last, 1), talk.TALK_LENGTH))
    return jsonify(screen.draw(entries, public_url=here.config.public_url) if "drawn" in request.args else entries)


@blueprint.get("/users/<user_id>/menu")
def menu(user_id: str) -> ResponseReturnValue:
    here = emulator()
    _person(here, user_id)
    shown = phone.shown(here, user_id)
    return jsonify(menus.shown_as(shown) if shown else None)


@blueprint.post("/users/<user_id>/menu")
def see_menu(user_id: str) -> ResponseReturnValue:
    here = emulator()
    _person(here, user_id)
    phone.see(here, user_id)
    return {}


@blueprint.get("/users/<user_id>/menu.png")
def menu_picture(user_id: str) -> ResponseReturnValue:
    here = emulator()
    _person(here, user_id)
    shown = phone.shown(here, user_id)
    if shown is None:
        abort(404, "no rich menu is shown")
    return Response(shown["image"], mimetype=shown["media_type"])


@blueprint.get("/content/<message_id>")
def content(message_id: str) -> ResponseReturnValue:
    row = talk.content(emulator().store, message_id)
    if row is None or row["body"] is None:
        abort(404, "no such content")
    return Response(row["body"], mimetype=row["media_type"], headers={"X-Content-Type-Options": "nosniff"})


def _person(here: Emulator, user_id: str) -> Any:
    user = people.get(here.store, user_id)
    if user is None:
        abort(404, "no such user")
    return user


@blueprint.get("/requests")
def requests() -> ResponseReturnValue:
    return jsonify(journal.since(emulator().store, request.args.get("since", 0, type=int)))


@blueprint.post("/faults")
def order_fault() -> ResponseReturnValue:
    here, wanted = emulator(), body()
    if wanted.get("mode") not in faults.MODES:
        abort(400, f"mode must be one of {', '.join(faults.MODES)}")
    faults.order(
        here.store,
        path=required(wanted, "path", str),
        mode=wanted["mode"],
        times=required(wanted, "times", int),
        seconds=float(wanted.get("seconds", faults.DEFAULT_SLOW_SECONDS)),
    )
    return {"faults": faults.standing(here.store)}


@blueprint.post("/webhooks")
def deliver_webhooks() -> ResponseReturnValue:
    here, wanted = emulator(), body()
    signature, parallel = wanted.get("signature", "good"), wanted.get("parallel", 1)
    if signature not in SIGNATURES:
        abort(400, f"signature must be one of {', '.join(SIGNATURES)}")
    if type(parallel) is not int or not 1 <= parallel <= MOST_PARALLEL:
        abort(400, f"parallel must be 1 to {MOST_PARALLEL}")
    bodies = required(wanted, "bodies", list)
    if not all(isinstance(raw, str) for raw in bodies):
        abort(400, "bodies must be texts, exactly as they shall be sent")
    if not here.store.setting("webhook_endpoint"):
        abort(409, "the application has not set a webhook address")
    raws = [raw.encode() for raw in bodies]
    return {"responses": here.webhooks.deliver_raw(raws, parallel=parallel, signature=signature)}


@blueprint.post("/quota")
def quota() -> ResponseReturnValue:
    here, wanted = emulator(), body()
    now = here.clock.now()
    if "limit" in wanted:
        limit = wanted["limit"]
        here.store.set_setting("quota_limit", None if limit is None else required(wanted, "limit", int))
    if "used" in wanted:
        limits.set_used(here.store, required(wanted, "used", int), now=now)
    return {"limit": limits.monthly_allowance(here.store), "used": limits.used_this_month(here.store, now=now)}


@blueprint.post("/clock")
def clock() -> ResponseReturnValue:
    here, wanted = emulator(), body()
    if not here.replay.moving.acquire(blocking=False):
        abort(409, "the clock is moving already")
    try:
        target = _target(here, wanted)
        if target is None:
            return {"message": "nothing is due later", "nothing_due": True}, 409
        if target < here.clock.now():
            abort(409, "the clock cannot go back")
        if wanted.get("jump"):
            return {"now": here.replay.jump(target).isoformat()}
        arrived = here.replay.advance(target)
    finally:
        here.replay.moving.release()
    return {"now": here.clock.now().isoformat()}, 200 if arrived else 202


def _target(here: Emulator, wanted: dict[str, Any]) -> datetime | None:
    """Where the clock shall go; None for the next due instant when there is none."""
    seconds = wanted.get("advance_seconds")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        return here.clock.now() + timedelta(seconds=seconds)
    if wanted.get("to") != "next":
        return _moment(wanted, "to")
    until = _moment(wanted, "until") if "until" in wanted else None
    if until and until < here.clock.now():
        return until
    due = here.replay.next_due()
    return min((moment for moment in (due, until) if moment), default=None)


def _moment(wanted: dict[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(required(wanted, name, str))
    except ValueError:
        abort(400, f"{name} must be an ISO 8601 time")
    if moment.tzinfo is None:
        abort(400, f"{name} must name its time zone")
    return moment.astimezone(UTC)


@blueprint.post("/settle")
def settle() -> ResponseReturnValue:
    pending = emulator().replay.settle(time.monotonic() + PATIENCE_SECONDS)
    if pending is None:
        return {"settled": True}
    return {"message": "not settled in time", "pending": pending}, 504


@blueprint.route("/", defaults={"path": ""}, methods=["GET", "POST"])
@blueprint.route("/<path:path>", methods=["GET", "POST"])
def unknown(path: str) -> ResponseReturnValue:
    abort(404, "the control API has no such address")
