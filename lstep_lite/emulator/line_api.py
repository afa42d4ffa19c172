"""LINE's endpoints (both hosts' paths on one port): the table, and the small handlers beside the sends."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from . import coupons, liff, limits, login, oauth, oidc, people, sending, talk, tokens, user_tokens
from .calls import Answer, Call
from .liff_apps import create_app, delete_app, list_apps, update_app
from .refusals import (
    body_errors,
    invalid_property,
    not_authenticated,
    not_available,
    not_found,
    refusal,
)
from .rich_menus import aliases, batches, insight, links, menus

if TYPE_CHECKING:
    from .platform import Emulator

MESSAGING, LOGIN = "messaging", "login"
SECOND, MINUTE, HOUR = 1, 60, 3600
USUAL_RATE = (2000, SECOND)
RETRYABLE = {sending.push, sending.multicast, sending.broadcast}


@dataclass(frozen=True)
class Endpoint:
    """*channel* names whose access token opens it (None: no token); *rate* is (calls, seconds)."""

    method: str
    path: str
    handler: Callable[..., Answer]
    channel: str | None = MESSAGING
    rate: tuple[int, int] = USUAL_RATE


def answer(emulator: "Emulator", call: Call) -> Answer:
    """Route, authenticate, throttle and handle one call. Raises Refused."""
    endpoint, arguments = _find(call)
    _authenticate(emulator, call, endpoint)
    emulator.rates.take(f"{endpoint.method} {endpoint.path}", *endpoint.rate)
    if call.header("X-Line-Retry-Key") and endpoint.handler not in RETRYABLE:
        raise refusal(400, "The retry key is not available for this API")
    return endpoint.handler(emulator, call, **arguments)


def _find(call: Call) -> tuple[Endpoint, dict[str, Any]]:
    exact = EXACT.get((call.method, call.path))
    if exact:
        return exact, {}
    try:
        found, arguments = URLS.bind("").match(call.path, call.method)
    except HTTPException as error:
        raise (not_found() if error.code == 404 else refusal(405, "Method not allowed")) from None
    return found, dict(arguments)


def _authenticate(emulator: "Emulator", call: Call, endpoint: Endpoint) -> None:
    if endpoint.channel is None:
        return
    scheme, _, token = (call.header("Authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise not_authenticated("missing or invalid authorization header")
    row = tokens.live_token(emulator.store, token.strip(), now=call.now)
    if row is None:
        raise not_authenticated("invalid token")
    wanted = emulator.config.channel_id if endpoint.channel == MESSAGING else emulator.config.login_channel_id
    if row["channel_id"] != wanted:
        raise not_authenticated("invalid token")


def bot_info(emulator: "Emulator", call: Call) -> Answer:
    chat_mode = emulator.store.setting("chat_mode", "bot")
    return Answer(
        {
            "userId": emulator.bot_user_id,
            "basicId": emulator.basic_id,
            "displayName": emulator.store.setting("account_name", "体験サロン"),
            "chatMode": chat_mode,
            "markAsReadMode": "manual" if chat_mode == "chat" else "auto",
        }
    )


def read_webhook(emulator: "Emulator", call: Call) -> Answer:
    endpoint = emulator.store.setting("webhook_endpoint")
    if endpoint is None:
        raise not_found()
    return Answer({"endpoint": endpoint, "active": emulator.store.setting("webhook_active", True)})


def set_webhook(emulator: "Emulator", call: Call) -> Answer:
    emulator.store.set_setting("webhook_endpoint", _webhook_address(call.json()))
    return Answer({})


def test_webhook(emulator: "Emulator", call: Call) -> Answer:
    body = call.json() if call.body else {}
    endpoint = _webhook_address(body) if body.get("endpoint") else emulator.store.setting("webhook_endpoint")
    if endpoint is None:
        raise not_found()
    return Answer(emulator.webhooks.probe(endpoint))


def _webhook_address(body: dict[str, Any]) -> str:
    endpoint = body.get("endpoint")
    if not isinstance(endpoint, str) or not endpoint.startswith("https://") or len(endpoint) > 500:
        raise refusal(400, "Invalid webhook endpoint URL")
    return endpoint


def quota(emulator: "Emulator", call: Call) -> Answer:
    limit = limits.monthly_allowance(emulator.store)
    return Answer({"type": "none"} if limit is None else {"type": "limited", "value": limit})


def consumption(emulator: "Emulator", call: Call) -> Answer:
    return Answer({"totalUsage": limits.used_this_month(emulator.store, now=call.now)})


def profile(emulator: "Emulator", call: Call, user_id: str) -> Answer:
    user = people.get(emulator.store, user_id)
    if user is None or not people.has_profile(user):
        raise not_found()
    return Answer(people.profile(user))


def follower_ids(emulator: "Emulator", call: Call) -> Answer:
    if not emulator.store.setting("verified", False):
        raise not_available()
    query = call.query()
    limit, start = query.get("limit", "300"), query.get("start", "0")
    if not limit.isdecimal() or not 1 <= int(limit) <= 1000:
        raise refusal(400, "Invalid limit")
    if not start.isdecimal():
        raise refusal(400, "Invalid start")
    rows = people.follower_page(emulator.store, after=int(start), limit=int(limit))
    page: dict[str, Any] = {"userIds": [row["user_id"] for row in rows]}
    if len(rows) == int(limit):
        page["next"] = str(rows[-1]["n"])
    return Answer(page)


def content(emulator: "Emulator", call: Call, message_id: str) -> Answer:
    row = _content(emulator, message_id)
    if not row["prepared"]:
        talk.finish_preparing(emulator.store, message_id)
        return Answer({}, status=202)
    return Answer(row["body"], media_type=row["media_type"])


def content_preview(emulator: "Emulator", call: Call, message_id: str) -> Answer:
    row = _content(emulator, message_id)
    if row["kind"] not in ("image", "video"):
        raise not_found()
    return Answer(talk.preview(row), media_type="image/jpeg")


def transcoding(emulator: "Emulator", call: Call, message_id: str) -> Answer:
    row = _content(emulator, message_id)
    if row["kind"] not in ("video", "audio"):
        raise refusal(400, "The message is neither video nor audio")
    if not row["prepared"]:
        talk.finish_preparing(emulator.store, message_id)
    return Answer({"status": "succeeded" if row["prepared"] else "processing"})


def _content(emulator: "Emulator", message_id: str) -> Any:
    row = talk.content(emulator.store, message_id)
    if row is None:
        raise not_found()
    if row["body"] is None:
        raise refusal(410, "The message was unsent")
    return row


def start_loading(emulator: "Emulator", call: Call) -> Answer:
    body = call.json()
    seconds = body.get("loadingSeconds", 20)
    if not body.get("chatId"):
        raise body_errors(("May not be empty", "chatId"))
    if not re.fullmatch(r"U[0-9a-f]{32}", str(body["chatId"])):
        raise invalid_property("chatId")
    if type(seconds) is not int or not 5 <= seconds <= 60:
        raise body_errors(("must be between 5 and 60", "loadingSeconds"))
    if seconds % 5:
        raise body_errors(("must be a multiple of five", "loadingSeconds"))
    until = call.now + timedelta(seconds=seconds)
    people.show_loading(emulator.store, body["chatId"], until=until)
    return Answer({}, status=202)


def mark_as_read(emulator: "Emulator", call: Call) -> Answer:
    token = call.json().get("markAsReadToken")
    if not token:
        raise body_errors(("May not be empty", "markAsReadToken"))
    if emulator.store.setting("chat_mode", "bot") != "chat":
        raise not_available()
    message = talk.signed_message(emulator.store, emulator.config.channel_secret, "read", str(token))
    if message is None:
        raise refusal(400, "Invalid markAsReadToken")
    talk.mark_read(emulator.store, message)
    return Answer({})


ENDPOINTS = (
    Endpoint("POST", "/oauth2/v3/token", oauth.stateless_token, channel=None),
    Endpoint("POST", "/v2/oauth/accessToken", oauth.short_lived_token, channel=None, rate=(370, SECOND)),
    Endpoint("POST", "/v2/oauth/verify", oauth.verify_posted, channel=None),
    Endpoint("POST", "/v2/oauth/revoke", oauth.revoke, channel=None),
    Endpoint("GET", "/oauth2/v2.1/verify", user_tokens.verify, channel=None),
    Endpoint("POST", "/oauth2/v2.1/verify", oidc.verify, channel=None),
    Endpoint("GET", "/oauth2/v2.1/authorize", login.ask, channel=None),
    Endpoint("POST", "/oauth2/v2.1/authorize", login.answered, channel=None),
    Endpoint("GET", "/oauth2/<any('login.css', 'login.js'):name>", login.dress, channel=None),
    Endpoint("POST", "/oauth2/v2.1/token", login.token, channel=None),
    Endpoint("POST", "/oauth2/v2.1/revoke", user_tokens.revoke, channel=None),
    Endpoint("GET", "/v2/profile", user_tokens.profile, channel=None),
    Endpoint("GET", "/friendship/v1/status", user_tokens.friendship, channel=None),
    Endpoint("GET", "/v2/bot/info", bot_info),
    Endpoint("GET", "/v2/bot/channel/webhook/endpoint", read_webhook, rate=(1000, MINUTE)),
    Endpoint("PUT", "/v2/bot/channel/webhook/endpoint", set_webhook, rate=(1000, MINUTE)),
    Endpoint("POST", "/v2/bot/channel/webhook/test", test_webhook, rate=(60, HOUR)),
    Endpoint("POST", "/v2/bot/message/reply", sending.reply),
    Endpoint("POST", "/v2/bot/message/push", sending.push),
    Endpoint("POST", "/v2/bot/message/multicast", sending.multicast, rate=(200, SECOND)),
    Endpoint("POST", "/v2/bot/message/broadcast", sending.broadcast, rate=(60, HOUR)),
    Endpoint(
        "POST",
        "/v2/bot/message/validate/<any(reply, push, multicast, narrowcast, broadcast):kind>",
        sending.validate,
    ),
    Endpoint("GET", "/v2/bot/message/quota", quota),
    Endpoint("GET", "/v2/bot/message/quota/consumption", consumption),
    Endpoint("GET", "/v2/bot/message/<message_id>/content", content),
    Endpoint("GET", "/v2/bot/message/<message_id>/content/preview", content_preview),
    Endpoint("GET", "/v2/bot/message/<message_id>/content/transcoding", transcoding),
    Endpoint("GET", "/v2/bot/profile/<user_id>", profile),
    Endpoint("GET", "/v2/bot/followers/ids", follower_ids),
    Endpoint("POST", "/v2/bot/chat/loading/start", start_loading, rate=(100, SECOND)),
    Endpoint("POST", "/v2/bot/chat/markAsRead", mark_as_read),
    Endpoint("POST", "/v2/bot/coupon", coupons.create, rate=(200, SECOND)),
    Endpoint("GET", "/v2/bot/coupon", coupons.index, rate=(200, SECOND)),
    Endpoint("GET", "/v2/bot/coupon/<coupon_id>", coupons.show, rate=(200, SECOND)),
    Endpoint("PUT", "/v2/bot/coupon/<coupon_id>/close", coupons.close, rate=(200, SECOND)),
    Endpoint("POST", "/v2/bot/richmenu", menus.create, rate=(100, HOUR)),
    Endpoint("POST", "/v2/bot/richmenu/validate", menus.validate),
    Endpoint("GET", "/v2/bot/richmenu/list", menus.index, rate=(10, SECOND)),
    Endpoint("GET", "/v2/bot/richmenu/<rich_menu_id>", menus.show),
    Endpoint("DELETE", "/v2/bot/richmenu/<rich_menu_id>", menus.delete, rate=(100, HOUR)),
    Endpoint("POST", "/v2/bot/richmenu/<rich_menu_id>/content", menus.upload_image),
    Endpoint("GET", "/v2/bot/richmenu/<rich_menu_id>/content", menus.download_image),
    Endpoint("POST", "/v2/bot/user/all/richmenu/<rich_menu_id>", links.set_default),
    Endpoint("GET", "/v2/bot/user/all/richmenu", links.show_default),
    Endpoint("DELETE", "/v2/bot/user/all/richmenu", links.clear_default),
    Endpoint("POST", "/v2/bot/user/<user_id>/richmenu/<rich_menu_id>", links.link_user),
    Endpoint("GET", "/v2/bot/user/<user_id>/richmenu", links.show_user),
    Endpoint("DELETE", "/v2/bot/user/<user_id>/richmenu", links.unlink_user),
    Endpoint("POST", "/v2/bot/richmenu/bulk/link", links.bulk_link),
    Endpoint("POST", "/v2/bot/richmenu/bulk/unlink", links.bulk_unlink),
    Endpoint("POST", "/v2/bot/richmenu/batch", batches.create, rate=(3, HOUR)),
    Endpoint("POST", "/v2/bot/richmenu/validate/batch", batches.validate),
    Endpoint("GET", "/v2/bot/richmenu/progress/batch", batches.progress, rate=(100, HOUR)),
    Endpoint("POST", "/v2/bot/richmenu/alias", aliases.create),
    Endpoint("GET", "/v2/bot/richmenu/alias/list", aliases.index),
    Endpoint("POST", "/v2/bot/richmenu/alias/<alias_id>", aliases.update),
    Endpoint("GET", "/v2/bot/richmenu/alias/<alias_id>", aliases.show),
    Endpoint("DELETE", "/v2/bot/richmenu/alias/<alias_id>", aliases.delete, rate=(100, HOUR)),
    Endpoint("GET", "/v2/bot/insight/richmenu/<rich_menu_id>/summary", insight.summary, rate=(60, HOUR)),
    Endpoint("GET", "/v2/bot/insight/richmenu/<rich_menu_id>/daily", insight.daily, rate=(60, HOUR)),
    Endpoint("GET", "/liff/sdk.js", liff.sdk, channel=None),
    Endpoint("POST", "/liff/sdk/start", liff.start, channel=None),
    Endpoint("POST", "/liff/sdk/profile", liff.profile, channel=None),
    Endpoint("POST", "/liff/sdk/friendship", liff.friendship, channel=None),
    Endpoint("POST", "/liff/sdk/befriend", liff.befriend, channel=None),
    Endpoint("POST", "/liff/sdk/messages", liff.send_messages, channel=None),
    Endpoint("GET", "/<int:channel>-<string:name>", liff.outside, channel=None),
    Endpoint("GET", "/<int:channel>-<string:name>/<path:rest>", liff.outside, channel=None),
    Endpoint("GET", "/liff/v1/apps", list_apps, channel=LOGIN),
    Endpoint("POST", "/liff/v1/apps", create_app, channel=LOGIN),
    Endpoint("PUT", "/liff/v1/apps/<liff_id>", update_app, channel=LOGIN),
    Endpoint("DELETE", "/liff/v1/apps/<liff_id>", delete_app, channel=LOGIN),
)
EXACT = {(endpoint.method, endpoint.path): endpoint for endpoint in ENDPOINTS if "<" not in endpoint.path}
URLS = Map(
    [Rule(endpoint.path, methods=[endpoint.method], endpoint=endpoint) for endpoint in ENDPOINTS],
    redirect_defaults=False,
    strict_slashes=True,
    merge_slashes=False,
)
