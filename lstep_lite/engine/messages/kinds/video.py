"""A video from the media library. https://developers.line.biz/en/reference/messaging-api/#video-message"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Cleaning, Data, File
from lstep_lite.engine.taps import TapInput, Where
from lstep_lite.models import MediaKind

POSSIBLE = ("none", "actions")
"""LINE tells us that somebody has seen the end; there is nothing it could do on the phone then."""


@dataclass(frozen=True, kw_only=True)
class Watched(TapInput):
    """What happens when somebody has seen all of it."""

    name: str = "watched"
    label: str = "最後まで見たとき"
    where: Where = Where.TEMPLATE

    def clean(self, value: Any, here: Cleaning) -> Data:
        is_possible = isinstance(value, dict) and value.get("do") in POSSIBLE
        return super().clean(value if is_possible else {"do": self.start}, here)

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        described = super().describe(session, elements)
        found = [each for each in described["behaviours"] if each["name"] in POSSIBLE]
        return described | {"behaviours": [_without_says(each) for each in found]}


def _without_says(behaviour: Data) -> Data:
    """Nobody taps, so nothing can stand in the talk as what the customer said."""
    return behaviour | {"inputs": [each for each in behaviour["inputs"] if each["name"] != "says"]}


@kind
class Video(Kind):
    name = "video"
    label = "動画"
    icon = "video"
    order = 40
    lead = "動画を1本送ります。最後まで見た人に、続けて何かを送れます。"
    inputs = (
        File(name="media_id", label="動画", kind="video", hint="表紙の画像は、動画から自動で作ります。"),
        Watched(),
    )

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        film, watched = speaking.file(block["media_id"], MediaKind.VIDEO), block["watched"]
        tracking = {"trackingId": watched["id"]} if watched["do"] != "none" else {}
        return [
            {"type": "video", "originalContentUrl": film.url, "previewImageUrl": film.preview_url, **tracking},
        ]
