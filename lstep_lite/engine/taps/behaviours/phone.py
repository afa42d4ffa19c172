"""Call a phone number."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from lstep_lite.engine.fields.types import Shape, types
from lstep_lite.engine.studio import Cleaning, Data, Text
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, behaviour
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldType

ANYWHERE = ZoneInfo("UTC")
"""Phone numbers do not depend on it."""


@dataclass(frozen=True, kw_only=True)
class PhoneNumber(Text):
    """Kept as its digits, with a + before a foreign one."""

    name: str = "number"
    label: str = "電話番号"
    most: int = 40
    words: bool = False
    example: str = "03-1234-5678"

    def clean(self, value: Any, here: Cleaning) -> str:
        text = super().clean(value, here)
        try:
            return str(types[FieldType.PHONE].parse(text, Shape(), ANYWHERE) or "")
        except DomainError as error:
            here.refuse(error.message)
            return text


@behaviour
class Call(Behaviour):
    name = "phone"
    label = "電話をかける"
    icon = "phone"
    order = 30
    inputs = (PhoneNumber(),)

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        return {"type": "uri", "uri": f"tel:{tap['number']}"}
