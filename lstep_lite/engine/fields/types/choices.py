"""One answer, or any number of answers, out of a list."""

import re
from zoneinfo import ZoneInfo

from lstep_lite.engine.fields.types.registry import Shape, Type, field_type
from lstep_lite.engine.text import normalise
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldType

SEPARATOR = "、"
"""Stands between answers; so no answer may contain it."""


def label_of(ids: tuple[int, ...], shape: Shape) -> str:
    """The answers in words, in the order of the list; those that were deleted are gone."""
    return SEPARATOR.join(option.label for option in shape.options if option.id in ids)


class _Answers(Type):
    """What both have in common."""

    def show(self, value: tuple[int, ...], shape: Shape, zone: ZoneInfo) -> str:
        return label_of(value, shape)


@field_type
class Choice(_Answers):
    type = FieldType.CHOICE
    label = "選択肢（1つだけ）"
    icon = "list-check"
    hint = "性別、担当者など、どれか1つを選ぶものに"
    operations = ("set", "clear")
    comparisons = ("any", "none")

    def read(self, text: str, shape: Shape, zone: ZoneInfo) -> tuple[int, ...]:
        return (_id(text, shape),)


@field_type
class Choices(_Answers):
    type = FieldType.CHOICES
    label = "選択肢（いくつでも）"
    icon = "checkbox"
    hint = "興味のあるメニューなど、いくつでも選べるものに"
    is_single = False
    operations = ("pick", "drop", "set", "clear")
    comparisons = ("any", "all", "none")

    def read(self, text: str, shape: Shape, zone: ZoneInfo) -> tuple[int, ...]:
        wanted = [part.strip() for part in re.split(rf"[{SEPARATOR}\n]", text) if part.strip()]
        chosen = {_id(part, shape) for part in wanted}
        return tuple(option.id for option in shape.options if option.id in chosen)


def _id(text: str, shape: Shape) -> int:
    key = normalise(text)
    for option in shape.options:
        if normalise(option.label) == key:
            return option.id
    labels = SEPARATOR.join(option.label for option in shape.options)
    raise DomainError(f"「{text[:50]}」という選択肢はありません。{labels}から選んでください。")
