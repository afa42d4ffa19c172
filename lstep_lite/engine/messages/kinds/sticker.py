"""A LINE sticker."""

from sqlalchemy.orm import Session

from lstep_lite.engine.messages.kinds.registry import Block, Fill, Kind, LineObject, kind
from lstep_lite.errors import DomainError


@kind("sticker", label="スタンプ")
class Sticker(Kind):
    def check(self, block: Block) -> None:
        for key in ("package_id", "sticker_id"):
            number = str(block.get(key, ""))
            if not (number.isascii() and number.isdecimal()):
                raise DomainError("スタンプを選んでください。")

    def load(self, session: Session, blocks: list[Block], public_url: str) -> None:
        return None

    def render(self, block: Block, fill: Fill, loaded: None) -> list[LineObject]:
        return [{"type": "sticker", "packageId": str(block["package_id"]), "stickerId": str(block["sticker_id"])}]
