"""Open a web page."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lstep_lite.engine.studio import Cleaning, Data, Text
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, behaviour

LONGEST = 1000
"""Imagemaps take no more; 10,000 elsewhere. https://developers.line.biz/en/reference/messaging-api/#uri-action"""


@dataclass(frozen=True, kw_only=True)
class Address(Text):
    """A web address; placeholders in it are percent-encoded when it is sent."""

    name: str = "uri"
    label: str = "URL"
    most: int = LONGEST
    example: str = "https://"

    def clean(self, value: Any, here: Cleaning) -> str:
        address = super().clean(value, here)
        if address and not _is_web_address(address):
            here.refuse("URLは「https://」から始まる正しいアドレスを入力してください。")
        return address


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not any(mark.isspace() for mark in text)


@behaviour
class OpenPage(Behaviour):
    name = "uri"
    label = "URLを開く"
    icon = "link"
    order = 20
    spoken = "uri"
    inputs = (Address(),)

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        return {"type": "uri", "uri": speaker.fill_url(tap["uri"], LONGEST)}
