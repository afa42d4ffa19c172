"""Short and long texts."""

from typing import Any
from zoneinfo import ZoneInfo

from lstep_lite.engine import text as texts
from lstep_lite.engine.fields.types.registry import Shape, Type, field_type
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldType

LONGEST_TEXT = 200
LONGEST_LONG_TEXT = 10_000
LONGEST_KEY = 600
"""Characters. PostgreSQL refuses index entries of more than about 2,700 bytes, and a character may take four."""


def text_key(text: str) -> str:
    """What comparing short texts compares."""
    return texts.normalise(text)[:LONGEST_KEY]


@field_type
class Text(Type):
    type = FieldType.TEXT
    label = "短い文字"
    icon = "letter-t"
    hint = "血液型、紹介者の名前など、1行のことばに"
    column = "text"
    operations = ("set", "clear", "add", "subtract")
    comparisons = ("equals", "contains", "lacks")

    def read(self, text: str, shape: Shape, zone: ZoneInfo) -> str:
        return _checked(" ".join(text.splitlines()), shape.longest or LONGEST_TEXT)

    def show(self, value: str, shape: Shape, zone: ZoneInfo) -> str:
        return value

    def columns(self, value: str) -> dict[str, Any]:
        return {"text": value, "text_key": text_key(value)}


@field_type
class LongText(Type):
    type = FieldType.LONG_TEXT
    label = "長い文章"
    icon = "align-left"
    hint = "施術の記録、ご要望など、何行にもなる文章に"
    column = "text"
    operations = ("set", "clear")
    comparisons = ("equals", "contains", "lacks")

    def read(self, text: str, shape: Shape, zone: ZoneInfo) -> str:
        return _checked(text.replace("\r\n", "\n"), shape.longest or LONGEST_LONG_TEXT)

    def show(self, value: str, shape: Shape, zone: ZoneInfo) -> str:
        return value

    def columns(self, value: str) -> dict[str, Any]:
        return {"text": value, "text_key": text_key(value), "long_key": texts.normalise(value)}


def _checked(text: str, longest: int) -> str:
    if len(text) > longest:
        raise DomainError(f"{longest:,}文字以内で入力してください（今は{len(text):,}文字です）。")
    return texts.storable(text)
