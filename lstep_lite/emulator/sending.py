"""Reply, push, multicast and broadcast: what is accepted, who receives it, what it costs."""

import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import limits, people, talk, tokens, validation
from .calls import Answer, Call
from .refusals import body_errors, invalid_property, refusal

if TYPE_CHECKING:
    from .platform import Emulator

MULTICAST_RECIPIENTS = 500
RECIPIENT = re.compile(r"[UCR][0-9a-f]{32}")
UNIT_NAME = re.compile(r"[A-Za-z0-9_]{1,30}")
QUOTABLE = ("text", "textV2", "sticker")


@dataclass(frozen=True)
class Sending:
    """A checked request: its messages and what identifies it."""

    via: str
    messages: list[dict[str, Any]]
    request_id: str
    retry_key: str | None
    now: datetime

    @property
    def counted(self) -> bool:
        return self.via != "reply"


def reply(emulator: "Emulator", call: Call) -> Answer:
    body = call.json()
    token = body.get("replyToken")
    if not isinstance(token, str) or not token:
        raise body_errors(("May not be empty", "replyToken"))
    sending = _checked(emulator, call, body, "reply")
    with emulator.store.unit():
        user_id = tokens.use_reply_token(emulator.store, token, now=sending.now)
        _check_quotes(emulator, sending, user_id)
        sent = _deliver(emulator, sending, _known(emulator, [user_id]))
    return Answer({"sentMessages": _sent_messages(emulator, sending, sent)})


def push(emulator: "Emulator", call: Call) -> Answer:
    body = call.json()
    to = body.get("to")
    if not to:
        raise body_errors(("May not be empty", "to"))
    if not isinstance(to, str) or not RECIPIENT.fullmatch(to):
        raise invalid_property("to")
    sending = _checked(emulator, call, body, "push")
    with emulator.store.unit():
        _refuse_repeat(emulator, sending)
        users = _known(emulator, [to])
        if not users:
            raise refusal(400, "Failed to send messages")
        _check_quotes(emulator, sending, to)
        sent = _sent_messages(emulator, sending, _deliver(emulator, sending, users))
        _remember(emulator, sending, sent)
    return Answer({"sentMessages": sent})


def multicast(emulator: "Emulator", call: Call) -> Answer:
    body = call.json()
    to = body.get("to")
    if not isinstance(to, list) or not 1 <= len(to) <= MULTICAST_RECIPIENTS:
        raise body_errors((f"Size must be between 1 and {MULTICAST_RECIPIENTS}", "to"))
    sending = _checked(emulator, call, body, "multicast")
    with emulator.store.unit():
        _refuse_repeat(emulator, sending)
        users = _known(emulator, to)
        _check_recipients(to, users)
        _check_quotes(emulator, sending, None)
        _deliver(emulator, sending, users)
        _remember(emulator, sending, None)
    return Answer({})


def broadcast(emulator: "Emulator", call: Call) -> Answer:
    body = call.json()
    sending = _checked(emulator, call, body, "broadcast")
    with emulator.store.unit():
        _refuse_repeat(emulator, sending)
        _check_quotes(emulator, sending, None)
        friends = [user for user in people.everybody(emulator.store) if user["relation"] == people.FRIEND]
        _deliver(emulator, sending, friends)
        _remember(emulator, sending, None)
    return Answer({})


def validate(emulator: "Emulator", call: Call, kind: str) -> Answer:
    validation.require_messages(call.json())
    return Answer({})


def _checked(emulator: "Emulator", call: Call, body: dict[str, Any], via: str) -> Sending:
    key = tokens.checked_retry_key(call.header("X-Line-Retry-Key"))
    validation.require_messages(body)
    if not isinstance(body.get("notificationDisabled", False), bool):
        raise invalid_property("notificationDisabled")
    _check_units(body.get("customAggregationUnits") or [])
    return Sending(via, body["messages"], call.request_id, key, call.now)


def _check_units(units: Any) -> None:
    if not isinstance(units, list) or len(units) > 1:
        raise body_errors(("Size must be between 0 and 1", "customAggregationUnits"))
    for unit in units:
        if not isinstance(unit, str) or not UNIT_NAME.fullmatch(unit):
            raise body_errors(('must match "^[a-zA-Z0-9_]{1,30}$"', "customAggregationUnits[0]"))


def _refuse_repeat(emulator: "Emulator", sending: Sending) -> None:
    if sending.retry_key:
        tokens.refuse_repeat(emulator.store, sending.retry_key, now=sending.now)


def _remember(emulator: "Emulator", sending: Sending, sent: list[dict[str, str]] | None) -> None:
    if sending.retry_key:
        tokens.remember_key(
            emulator.store, sending.retry_key, request_id=sending.request_id, sent=sent, now=sending.now
        )


def _known(emulator: "Emulator", ids: list[Any]) -> list[sqlite3.Row]:
    """The people behind *ids*, each once, as far as they exist."""
    users = [people.get(emulator.store, user_id) for user_id in dict.fromkeys(map(str, ids))]
    return [user for user in users if user is not None]


def _check_recipients(to: list[Any], users: list[sqlite3.Row]) -> None:
    known = {user["user_id"] for user in users}
    for index, user_id in enumerate(to):
        if str(user_id) not in known:
            raise invalid_property(f"to[{index}]")


def _check_quotes(emulator: "Emulator", sending: Sending, user_id: str | None) -> None:
    """A quote token counts only in the talk it came from; *user_id* is None where quoting is impossible."""
    for index, message in enumerate(sending.messages):
        if "quoteToken" not in message:
            continue
        quoted = talk.signed_message(
            emulator.store, emulator.config.channel_secret, "quote", str(message["quoteToken"])
        )
        if user_id is None or quoted is None or quoted["user_id"] != user_id:
            raise body_errors(("Invalid quote token", f"messages[{index}].quoteToken"))


def _deliver(emulator: "Emulator", sending: Sending, users: list[sqlite3.Row]) -> list[str]:
    """Hand the messages to those who can be reached and count them; returns the message ids.

    People who blocked the account receive nothing and cost nothing, and the sender is not told.
    """
    store = emulator.store
    reached = [user for user in users if people.is_reachable(user, now=sending.now)]
    if sending.counted:
        limits.spend(store, len(reached), now=sending.now)
    for user in reached:
        if user["loading_until_ms"]:
            people.show_loading(store, user["user_id"], until=sending.now)
    reached_ids = [user["user_id"] for user in reached]
    ids = talk.deliver(store, reached_ids, sending.messages, via=sending.via, counted=sending.counted, now=sending.now)
    return ids or [store.new_message_id() for _ in sending.messages]


def _sent_messages(emulator: "Emulator", sending: Sending, ids: list[str]) -> list[dict[str, str]]:
    sent = []
    for message_id, message in zip(ids, sending.messages, strict=True):
        entry = {"id": message_id}
        if message["type"] in QUOTABLE:
            entry["quoteToken"] = talk.sign(emulator.config.channel_secret, "quote", message_id)
        sent.append(entry)
    return sent
