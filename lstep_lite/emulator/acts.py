"""What a person can do in LINE: add the account, block it, write, tap. Each act tells the application by webhook."""

import base64
import binascii
import io
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

from . import people, talk, tokens
from .store import millis

if TYPE_CHECKING:
    from .platform import Emulator

UNSEND_WITHIN = timedelta(hours=24)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Impossible(Exception):
    """The act cannot be done as asked; *status* is for the control API."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def follow(emulator: "Emulator", user_id: str) -> dict[str, Any]:
    """Add the account as a friend; for somebody who blocked it, unblock it."""
    with emulator.store.unit():
        relation = _person(emulator, user_id)["relation"]
        if relation == people.FRIEND:
            raise Impossible(409, "this user is a friend already")
        people.set_relation(emulator.store, user_id, people.FRIEND)
        return _tell(
            emulator, user_id, {"type": "follow", "follow": {"isUnblocked": relation == people.BLOCKED}}, reply=True
        )


def unfollow(emulator: "Emulator", user_id: str) -> dict[str, Any]:
    """Block the account."""
    with emulator.store.unit():
        if _person(emulator, user_id)["relation"] != people.FRIEND:
            raise Impossible(409, "this user is not a friend")
        people.set_relation(emulator.store, user_id, people.BLOCKED)
        return _tell(emulator, user_id, {"type": "unfollow"}, reply=False)


def say(emulator: "Emulator", user_id: str, said: dict[str, Any]) -> dict[str, Any]:
    """Write a message: exactly one of text, sticker, image, video, audio, file, location."""
    message, content = _composed(said)
    with emulator.store.unit():
        written = write(emulator, user_id, message, told=message)
        if content:
            kind, message_id = message["type"], written["message_id"]
            talk.keep_content(emulator.store, message_id, kind=kind, media_type=content[0], body=content[1])
    return written


def write(
    emulator: "Emulator", user_id: str, message: dict[str, Any], *, told: dict[str, Any] | None
) -> dict[str, Any]:
    """*message* stands in the talk as the person's; the account is *told* of it, or not at all."""
    with emulator.store.unit():
        _refuse_blocker(emulator, user_id)
        now, message_id = emulator.clock.now(), emulator.store.new_message_id()
        people.note_writing(emulator.store, user_id, now=now)
        named = {"id": message_id, **_message_tokens(emulator, message_id, message["type"])}
        talk.write(emulator.store, user_id, {**message, **named}, message_id=message_id, now=now)
        if told is None:
            return {"message_id": message_id}
        event = {"type": "message", "message": {**told, **named}}
        return {"message_id": message_id, **_tell(emulator, user_id, event, reply=True)}


def _composed(said: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, bytes] | None]:
    """The webhook's message object without its ids, and (media type, bytes) if LINE holds content for it."""
    kinds = [kind for kind in COMPOSERS if kind in said]
    if len(kinds) != 1:
        raise Impossible(400, f"say exactly one of {', '.join(COMPOSERS)}")
    try:
        return COMPOSERS[kinds[0]](said[kinds[0]])
    except (KeyError, TypeError, ValueError) as error:
        raise Impossible(400, f"{kinds[0]}: {error!r}") from error


def _text(text: str) -> tuple[dict[str, Any], None]:
    if not isinstance(text, str) or not text:
        raise ValueError("must be a text that is not empty")
    return {"type": "text", "text": text}, None


def _sticker(sticker: dict[str, str]) -> tuple[dict[str, Any], None]:
    return {
        "type": "sticker",
        "packageId": str(sticker["package_id"]),
        "stickerId": str(sticker["sticker_id"]),
        "stickerResourceType": "STATIC",
        "keywords": [],
    }, None


def _image(encoded: str) -> tuple[dict[str, Any], tuple[str, bytes]]:
    body = _decoded(encoded)
    try:
        with Image.open(io.BytesIO(body)) as picture:
            media_type = picture.get_format_mimetype() or ""
    except UnidentifiedImageError:
        raise ValueError("not an image") from None
    return {"type": "image", "contentProvider": {"type": "line"}}, (media_type, body)


def _video(encoded: str) -> tuple[dict[str, Any], tuple[str, bytes]]:
    message = {"type": "video", "duration": 5000, "contentProvider": {"type": "line"}}
    return message, ("video/mp4", _decoded(encoded))


def _audio(encoded: str) -> tuple[dict[str, Any], tuple[str, bytes]]:
    message = {"type": "audio", "duration": 5000, "contentProvider": {"type": "line"}}
    return message, ("audio/x-m4a", _decoded(encoded))


def _file(file: dict[str, str]) -> tuple[dict[str, Any], tuple[str, bytes]]:
    body = _decoded(file["content"])
    message = {"type": "file", "fileName": str(file["name"]), "fileSize": len(body)}
    return message, ("application/octet-stream", body)


def _location(place: dict[str, Any]) -> tuple[dict[str, Any], None]:
    named = {name: str(place[name]) for name in ("title", "address") if place.get(name)}
    position = {"latitude": float(place["latitude"]), "longitude": float(place["longitude"])}
    return {"type": "location", **named, **position}, None


def _decoded(encoded: str) -> bytes:
    try:
        body = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError("must be base64") from None
    if not body:
        raise ValueError("is empty")
    return body


COMPOSERS: dict[str, Callable[[Any], tuple[dict[str, Any], tuple[str, bytes] | None]]] = {
    "text": _text,
    "sticker": _sticker,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "file": _file,
    "location": _location,
}


def _message_tokens(emulator: "Emulator", message_id: str, kind: str) -> dict[str, str]:
    secret = emulator.config.channel_secret
    found = {"markAsReadToken": talk.sign(secret, "read", message_id)}
    if kind in ("text", "sticker", "image", "video"):
        found["quoteToken"] = talk.sign(secret, "quote", message_id)
    return found


def tap(emulator: "Emulator", user_id: str, tapped: dict[str, Any]) -> dict[str, Any]:
    """Tap something that sends a postback. *display_text* is what the button makes the person seem to say."""
    if not isinstance(tapped["data"], str):
        raise Impossible(400, "data must be a text")
    postback = {"data": tapped["data"], **({"params": tapped["params"]} if tapped.get("params") else {})}
    with emulator.store.unit():
        _refuse_blocker(emulator, user_id)
        if tapped.get("display_text"):
            shown = {"type": "text", "text": str(tapped["display_text"])}
            message_id = emulator.store.new_message_id()
            talk.write(emulator.store, user_id, shown, message_id=message_id, now=emulator.clock.now())
        return _tell(emulator, user_id, {"type": "postback", "postback": postback}, reply=True)


def unsend(emulator: "Emulator", user_id: str, message_id: str) -> dict[str, Any]:
    with emulator.store.unit():
        _person(emulator, user_id)
        message = talk.get(emulator.store, message_id)
        if message is None or message["user_id"] != user_id or message["sender"] != "user":
            raise Impossible(404, "this user sent no such message")
        if message["unsent"]:
            raise Impossible(409, "this message was unsent already")
        if millis(emulator.clock.now() - UNSEND_WITHIN) > message["at_ms"]:
            raise Impossible(409, "messages can be unsent within 24 hours")
        talk.unsend(emulator.store, message_id)
        return _tell(emulator, user_id, {"type": "unsend", "unsend": {"messageId": message_id}}, reply=False)


def finish_video(emulator: "Emulator", user_id: str, tracking_id: str) -> dict[str, Any]:
    with emulator.store.unit():
        _refuse_blocker(emulator, user_id)
        event = {"type": "videoPlayComplete", "videoPlayComplete": {"trackingId": str(tracking_id)}}
        return _tell(emulator, user_id, event, reply=True)


def _person(emulator: "Emulator", user_id: str) -> Any:
    user = people.get(emulator.store, user_id)
    if user is None:
        raise Impossible(404, "no such user")
    return user


def _refuse_blocker(emulator: "Emulator", user_id: str) -> None:
    if _person(emulator, user_id)["relation"] == people.BLOCKED:
        raise Impossible(409, "this user blocks the account; unblock it first (follow)")


def _tell(emulator: "Emulator", user_id: str, event: dict[str, Any], *, reply: bool) -> dict[str, Any]:
    """Queue the webhook of what just happened."""
    now = emulator.clock.now()
    whole = {
        **event,
        "mode": "active",
        "timestamp": millis(now),
        "webhookEventId": _ulid(now),
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": user_id},
    }
    if reply:
        whole["replyToken"] = tokens.new_reply_token(emulator.store, user_id, now=now)
    queued = emulator.webhooks.enqueue(user_id, whole)
    return {"webhook_event_id": whole["webhookEventId"], "queued": queued}


def _ulid(now: datetime) -> str:
    """48 bits of time and 80 of chance in Crockford's base 32: sorts by time."""
    number = (millis(now) << 80) | secrets.randbits(80)
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
