"""Links to a form that bring answers along: sealed, for one person or for anybody, good until a moment.

They fill in and no more: who answers is found out all the same. What they bring can be read from no address and no log.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.documents import questions_of
from lstep_lite.engine.surveys.drafts import TypedParts
from lstep_lite.engine.surveys.kinds.registry import question_of
from lstep_lite.models import Friend, Survey

PARAMETER = "fill"
"""What carries it in the address of a form."""
LONGEST_VALUE = 500


def token(
    survey: Survey, values: Mapping[str, str], *, friend: Friend | None = None, until: datetime, secret_key: str
) -> str:
    """What goes into the link. *values* are by question code, as fields keep them (Given.plain)."""
    known = {question["id"] for question in questions_of(survey.document)}
    kept = {code: text[:LONGEST_VALUE] for code, text in values.items() if code in known and text}
    whose = friend.code if friend else ""
    sealed = [survey.code, whose, int(until.timestamp()), kept]
    return _seal(secret_key).encrypt(json.dumps(sealed, ensure_ascii=False).encode()).decode()


def read(survey: Survey, text: str, *, friend: Friend | None, now: datetime, secret_key: str) -> TypedParts:
    """What a link fills in; nothing for one that is forged, expired or somebody else's."""
    try:
        code, whose, until, values = json.loads(_seal(secret_key).decrypt(text.encode()))
    except InvalidToken:
        return {}
    if code != survey.code or now.timestamp() >= until or whose not in ("", friend.code if friend else ""):
        return {}
    return _typed(survey.document, values)


def _typed(document: Data, values: Mapping[str, Any]) -> TypedParts:
    found: TypedParts = {}
    for question in questions_of(document):
        kind = question_of(question)
        if kind is not None and question["id"] in values:
            found[question["id"]] = kind.typed(question, str(values[question["id"]]))
    return found


def _seal(secret_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"survey prefill {secret_key}".encode()).digest()))
