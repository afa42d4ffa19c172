"""Message blocks as they come from a form."""

import json
from typing import Any

from sqlalchemy.orm import Session
from wtforms import Field
from wtforms.validators import ValidationError

from lstep_lite.engine import messages
from lstep_lite.engine.messages import placeholders, stickers
from lstep_lite.engine.messages.placeholders import Offer
from lstep_lite.engine.text import storable_json
from lstep_lite.errors import DomainError

Block = dict[str, Any]
UNREADABLE = "メッセージを読み取れませんでした。画面を読み込み直してから、もう一度お試しください。"


def parse_blocks(text: str) -> list[Block]:
    """The blocks in the JSON *text* of the editor. Raises ValueError with a Japanese sentence.

    Only the shape is looked at here; what each kind needs, the engine knows.
    """
    try:
        blocks = json.loads(text or "[]")
    except (ValueError, RecursionError) as error:
        raise ValueError(UNREADABLE) from error
    if not isinstance(blocks, list) or not all(_has_a_kind(block) for block in blocks):
        raise ValueError(UNREADABLE)
    return [_tidy(storable_json(block)) for block in blocks]


def with_first_text(blocks: list[Block], text: str) -> list[Block]:
    """*blocks* with their first text replaced by *text*: what a browser without JavaScript can edit."""
    text = _plain_newlines(text)
    for index, block in enumerate(blocks):
        if block["kind"] == "text":
            changed = [block | {"text": text}] if text else []
            return blocks[:index] + changed + blocks[index + 1 :]
    return [{"kind": "text", "text": text}, *blocks] if text else blocks


def _has_a_kind(block: Any) -> bool:
    return isinstance(block, dict) and isinstance(block.get("kind"), str)


def _tidy(block: Block) -> Block:
    if isinstance(block.get("text"), str):
        return block | {"text": _plain_newlines(block["text"])}
    return block


def _plain_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


class BlocksField(Field):
    """Up to five message blocks, edited by `ui.blocks_editor`.

    The editor posts them as JSON. A browser without JavaScript leaves that JSON as it was and posts `<name>-text`.
    """

    def _value(self) -> str:
        return json.dumps(self.data or [], ensure_ascii=False)

    def __init__(self, label: str, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self._required = required

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self._plain_text = formdata.get(f"{self.name}-text") if formdata else None
        super().process(formdata, data or [], extra_filters)

    def process_formdata(self, valuelist: list[Any]) -> None:
        blocks = parse_blocks(valuelist[0]) if valuelist else []
        self.data = blocks if self._plain_text is None else with_first_text(blocks, self._plain_text)

    def pre_validate(self, form: Any) -> None:
        try:
            if self.data or self._required:
                messages.check(self.data)
        except DomainError as error:
            raise ValidationError(error.message) from error

    limit = messages.MAX_OBJECTS

    def placeholders(self, session: Session) -> list[tuple[str, list[Offer]]]:
        """What can be inserted, below headings."""
        return placeholders.offered(session)

    @property
    def first_text(self) -> str:
        return next((block.get("text", "") for block in self.data or [] if block["kind"] == "text"), "")

    @property
    def packages(self) -> list[dict[str, Any]]:
        """What the sticker picker offers, ready for JSON."""
        return [{"id": pack.id, "title": pack.title, "stickers": pack.stickers} for pack in stickers.PACKAGES]
