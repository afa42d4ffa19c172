"""What LINE's answer to a send means for the send.

Source: https://developers.line.biz/en/reference/messaging-api/ (status codes, error responses, retrying a request).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class AnswerKind(StrEnum):
    ACCEPTED = "accepted"
    ALREADY_ACCEPTED = "already_accepted"
    """An earlier attempt with this retry key was accepted; nothing was sent twice."""
    REFUSED = "refused"
    """LINE rejects the request as it is; nobody got it, and trying it again changes nothing."""
    BAD_REPLY_TOKEN = "bad_reply_token"  # noqa: S105
    TOKEN_REJECTED = "token_rejected"  # noqa: S105
    """Our access token is refused, even a fresh one."""
    RATE_LIMITED = "rate_limited"
    MONTHLY_LIMIT = "monthly_limit"
    NOT_SENT = "not_sent"
    """The connection could not be made, so LINE has seen nothing."""
    NOT_TRIED = "not_tried"
    """It waited here until its lease was nearly over, as on a machine that has too much to do."""
    UNKNOWN = "unknown"
    """LINE may or may not have accepted it."""


@dataclass(frozen=True)
class Detail:
    property: str
    """For example `messages[0].text` or `to[3]`."""
    message: str


@dataclass(frozen=True)
class Answer:
    kind: AnswerKind
    status: int | None = None
    message: str = ""
    """LINE's own words, or those of the network error."""
    details: tuple[Detail, ...] = ()
    request_id: str | None = None
    """LINE's id of the request that was accepted (for ALREADY_ACCEPTED the first one), else of this one."""
    sent_message_ids: tuple[str, ...] = ()

    @property
    def is_accepted(self) -> bool:
        return self.kind in (AnswerKind.ACCEPTED, AnswerKind.ALREADY_ACCEPTED)


def read(status: int, headers: Mapping[str, str], data: bytes, *, is_reply: bool) -> Answer:
    """Judge one HTTP answer to a send. An accepted one counts as accepted even when its body can't be read."""
    body = parse_body(data)
    message = str(body.get("message", ""))
    kind = _kind(status, message, is_reply)
    request_id = headers.get("x-line-request-id")
    if kind is AnswerKind.ALREADY_ACCEPTED:
        request_id = headers.get("x-line-accepted-request-id", request_id)
    return Answer(kind, status, message, details(body), request_id, _sent_message_ids(body))


def parse_body(data: bytes) -> dict[str, Any]:
    """The JSON object in *data*; an empty one for anything else, such as the error page of a proxy."""
    try:
        body = json.loads(data)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _kind(status: int, message: str, is_reply: bool) -> AnswerKind:
    if 200 <= status < 300:
        return AnswerKind.ACCEPTED
    if status == 400 and is_reply and "reply token" in message.lower():
        return AnswerKind.BAD_REPLY_TOKEN
    if status == 401:
        return AnswerKind.TOKEN_REJECTED
    if status == 409 and not is_reply:
        return AnswerKind.ALREADY_ACCEPTED
    if status == 429:
        return AnswerKind.MONTHLY_LIMIT if "monthly" in message.lower() else AnswerKind.RATE_LIMITED
    if 400 <= status < 500 and status != 408:
        return AnswerKind.REFUSED
    return AnswerKind.UNKNOWN


def details(body: dict[str, Any]) -> tuple[Detail, ...]:
    found = body.get("details")
    if not isinstance(found, list):
        return ()
    return tuple(
        Detail(str(detail.get("property", "")), str(detail.get("message", "")))
        for detail in found
        if isinstance(detail, dict)
    )


def _sent_message_ids(body: dict[str, Any]) -> tuple[str, ...]:
    sent = body.get("sentMessages")
    if not isinstance(sent, list):
        return ()
    return tuple(str(message["id"]) for message in sent if isinstance(message, dict) and "id" in message)
