"""Asking LINE itself whether it would take a message. Nothing is sent, and nothing of ours waits for the answer.

https://developers.line.biz/en/reference/messaging-api/#validate-message-objects-of-push-message
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lstep_lite.engine.line import Account
from lstep_lite.engine.line.answers import AnswerKind, Detail
from lstep_lite.engine.messages.rendering import LineObject
from lstep_lite.errors import DomainError

LONGEST_WAIT_SECONDS = 5


class Verdict(StrEnum):
    FINE = "fine"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """LINE could not be asked."""


@dataclass(frozen=True)
class Opinion:
    verdict: Verdict
    words: str = ""
    """LINE's own, or why it could not be asked."""
    details: Sequence[Detail] = ()


def ask_line(account: Account, objects: Sequence[LineObject]) -> Opinion:
    """What LINE says of *objects*. Calls LINE: not inside a unit."""
    try:
        answer = account.line().validate(json.dumps({"messages": list(objects)}), LONGEST_WAIT_SECONDS)
    except DomainError as error:
        return Opinion(Verdict.UNKNOWN, error.message)
    if answer.is_accepted:
        return Opinion(Verdict.FINE)
    if answer.kind is AnswerKind.REFUSED:
        return Opinion(Verdict.REFUSED, answer.message, answer.details)
    return Opinion(Verdict.UNKNOWN, "LINEから返事がありませんでした。しばらくしてから、もう一度お試しください。")
