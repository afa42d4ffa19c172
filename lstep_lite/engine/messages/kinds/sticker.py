"""A LINE sticker."""

from dataclasses import dataclass
from typing import Any

from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Cleaning, Input
from lstep_lite.errors import DomainError


@dataclass(frozen=True, kw_only=True)
class StickerNumber(Input):
    """The number of a package, or of a sticker in it."""

    widget = "sticker"

    def empty(self) -> str:
        return ""

    def clean(self, value: Any, here: Cleaning) -> str:
        if not _is_number(value):
            here.refuse("スタンプを選んでください。")
            return ""
        return str(value)


@kind
class Sticker(Kind):
    name = "sticker"
    label = "スタンプ"
    icon = "mood-smile"
    order = 20
    lead = "LINEのスタンプを1つ送ります。"
    inputs = (
        StickerNumber(name="package_id", label="スタンプ"),
        StickerNumber(name="sticker_id", label="スタンプ"),
    )
    is_inline = True

    def check(self, block: Block) -> None:
        if not all(_is_number(block.get(key, "")) for key in ("package_id", "sticker_id")):
            raise DomainError("スタンプを選んでください。")

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        return [{"type": "sticker", "packageId": str(block["package_id"]), "stickerId": str(block["sticker_id"])}]


def _is_number(value: Any) -> bool:
    number = str(value)
    return number.isascii() and number.isdecimal() and len(number) <= 20
