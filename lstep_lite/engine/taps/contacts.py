"""Phone numbers and e-mail addresses in taps: checked, and kept, as the friends' own are."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from lstep_lite.engine.fields.types import Shape, types
from lstep_lite.engine.studio import Cleaning, Text
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldType

ANYWHERE = ZoneInfo("UTC")
"""They do not depend on it."""


@dataclass(frozen=True, kw_only=True)
class Contact(Text):
    type: FieldType
    words: bool = False

    def clean(self, value: Any, here: Cleaning) -> str:
        text = super().clean(value, here)
        try:
            return str(types[self.type].parse(text, Shape(), ANYWHERE) or "")
        except DomainError as error:
            here.refuse(error.message)
            return text
