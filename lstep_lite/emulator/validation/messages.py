"""The list of messages of a request, and the plain message kinds."""

import re
from collections.abc import Callable
from typing import Any

from ..refusals import body_errors, refusal
from .actions import QUICK_REPLY, check_action
from .flex import check_flex
from .imagemap import check_imagemap
from .report import Json, Place, Report, graphemes
from .templates import check_template
from .texts import check_text, check_text_v2

MOST_MESSAGES = 5
QUICK_REPLY_ITEMS = 13
# The stickers an account may send, by package: the first number and how many there are.
STICKERS = {
    "446": (1988, 40),
    "789": (10855, 40),
    "1070": (17839, 40),
    "6136": (10551376, 24),
    "6325": (10979904, 24),
    "6359": (11069848, 24),
    "6362": (11087920, 24),
    "6370": (11088016, 24),
    "6632": (11825374, 24),
    "8515": (16581242, 24),
    "8522": (16581266, 24),
    "8525": (16581290, 24),
    "11537": (52002734, 40),
    "11538": (51626494, 40),
    "11539": (52114110, 40),
}


def require_messages(body: Json) -> None:
    """Raises Refused, in the form LINE gives it, unless `body["messages"]` can be sent.

    Errors in plain properties are listed together. What is wrong inside a Flex container or a text with placeholders
    is told for the first such message only, its number standing in the message and the path beginning inside it.
    """
    messages = body.get("messages")
    if not messages:
        raise body_errors(("May not be empty", "messages"))
    if not isinstance(messages, list) or len(messages) > MOST_MESSAGES:
        raise body_errors((f"Size must be between 1 and {MOST_MESSAGES}", "messages"))
    outer, inner = Report(), [Report() for _ in messages]
    for index, message in enumerate(messages):
        _check_message(outer, inner[index], message, Place(f"messages[{index}]"))
    if outer.errors:
        raise body_errors(*outer.errors)
    for index, report in enumerate(inner):
        if report.errors:
            details = [{"message": text, "property": path} for text, path in report.errors]
            raise refusal(400, f"A message (messages[{index}]) in the request body is invalid", details)


def _check_message(outer: Report, inner: Report, message: Any, place: Place) -> None:
    if not isinstance(message, dict):
        outer.add(place, "must be an object")
        return
    kind = outer.choice(message, "type", place, tuple(KINDS))
    if kind is None:
        return
    if kind in KINDS_WITH_INSIDE:
        KINDS_WITH_INSIDE[kind](outer, inner, message, place)
    else:
        PLAIN_KINDS[kind](outer, message, place)
    if "quickReply" in message:
        _check_quick_reply(outer, message, place)
    if "sender" in message:
        _check_sender(outer, message, place)


def _check_quick_reply(report: Report, message: Json, place: Place) -> None:
    quick_reply = report.object(message, "quickReply", place)
    if quick_reply is None:
        return
    place = place.at("quickReply")
    for item, item_place in report.objects(quick_reply, "items", place, least=1, most=QUICK_REPLY_ITEMS):
        report.choice(item, "type", item_place, ("action",), needed=False)
        report.https_url(item, "imageUrl", item_place, needed=False)
        action = report.object(item, "action", item_place)
        if action is not None:
            check_action(report, action, item_place.at("action"), QUICK_REPLY)


def _check_sender(report: Report, message: Json, place: Place) -> None:
    sender = report.object(message, "sender", place)
    if sender is None:
        return
    name = report.text(sender, "name", place.at("sender"), most=20, count=graphemes, needed=False)
    if name and re.search(r"(?<![a-z])LINE(?![a-z])", name, re.IGNORECASE):
        report.add(place.at("sender").at("name"), "contains a word that cannot be used")
    report.https_url(sender, "iconUrl", place.at("sender"), needed=False)


def _check_sticker(report: Report, message: Json, place: Place) -> None:
    package = report.text(message, "packageId", place, most=20)
    sticker = report.text(message, "stickerId", place, most=20)
    if package is None or sticker is None:
        return
    if package not in STICKERS:
        report.add(place.at("packageId"), "this sticker cannot be sent")
        return
    first, count = STICKERS[package]
    if not (sticker.isdecimal() and first <= int(sticker) < first + count):
        report.add(place.at("stickerId"), "this sticker cannot be sent")


def _check_image(report: Report, message: Json, place: Place) -> None:
    report.https_url(message, "originalContentUrl", place)
    report.https_url(message, "previewImageUrl", place)


def _check_video(report: Report, message: Json, place: Place) -> None:
    _check_image(report, message, place)
    report.text(message, "trackingId", place, most=100, needed=False)


def _check_audio(report: Report, message: Json, place: Place) -> None:
    report.https_url(message, "originalContentUrl", place)
    report.whole_number(message, "duration", place, least=1)


def _check_location(report: Report, message: Json, place: Place) -> None:
    report.text(message, "title", place, most=100)
    report.text(message, "address", place, most=100)
    report.number(message, "latitude", place, least=-90, most=90)
    report.number(message, "longitude", place, least=-180, most=180)


def _check_coupon(report: Report, message: Json, place: Place) -> None:
    report.text(message, "couponId", place, most=100)
    tag = report.text(message, "deliveryTag", place, most=30, needed=False)
    if tag and not re.fullmatch(r"[A-Za-z0-9_]+", tag):
        report.add(place.at("deliveryTag"), 'must match "^[a-zA-Z0-9_]+$"')


PLAIN_KINDS: dict[str, Callable[[Report, Json, Place], None]] = {
    "text": check_text,
    "image": _check_image,
    "video": _check_video,
    "audio": _check_audio,
    "location": _check_location,
    "sticker": _check_sticker,
    "imagemap": check_imagemap,
    "coupon": _check_coupon,
}
KINDS_WITH_INSIDE: dict[str, Callable[[Report, Report, Json, Place], None]] = {
    "textV2": check_text_v2,
    "template": check_template,
    "flex": check_flex,
}
KINDS = (*PLAIN_KINDS, *KINDS_WITH_INSIDE)
