"""Write an e-mail.

LINE opens no mailto: links, so the tap opens a page of ours (templates/taps/mail_show.html) that holds one.
https://developers.line.biz/en/reference/messaging-api/#uri-action
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from lstep_lite.engine.fields.types import Shape, types
from lstep_lite.engine.studio import Cleaning, Data, Text
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, behaviour
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldType

ANYWHERE = ZoneInfo("UTC")
"""Addresses do not depend on it."""


@dataclass(frozen=True, kw_only=True)
class MailAddress(Text):
    name: str = "address"
    label: str = "メールアドレス"
    most: int = 254
    words: bool = False
    example: str = "shop@example.com"

    def clean(self, value: Any, here: Cleaning) -> str:
        text = super().clean(value, here)
        try:
            return str(types[FieldType.EMAIL].parse(text, Shape(), ANYWHERE) or "")
        except DomainError as error:
            here.refuse(error.message)
            return text


@behaviour
class WriteMail(Behaviour):
    name = "mail"
    label = "メールを書く"
    icon = "mail"
    order = 40
    inputs = (
        MailAddress(),
        Text(name="subject", label="件名", most=100, required=False, words=False),
        Text(name="body", label="本文の書き出し", most=500, lines=3, required=False, words=False),
    )

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        return {"type": "uri", "uri": f"{speaker.public_url}/taps/{tap['id']}/mail"}


def link(tap: Data) -> str:
    """The mailto: address of a kept tap. https://www.rfc-editor.org/rfc/rfc6068"""
    parts = {"subject": tap["subject"], "body": tap["body"].replace("\n", "\r\n")}
    query = "&".join(f"{name}={quote(text, safe='')}" for name, text in parts.items() if text)
    return f"mailto:{quote(tap['address'], safe='@')}" + (f"?{query}" if query else "")
