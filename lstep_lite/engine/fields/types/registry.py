"""Types of fields: how a value is read from text, shown, and stored. Every value of a type comes through its class."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from lstep_lite.models import FieldType


@dataclass(frozen=True)
class Option:
    """One answer of a choice field."""

    id: int
    label: str


@dataclass(frozen=True)
class Attachment:
    """A file in a field."""

    media_id: int
    code: str
    file_name: str
    is_image: bool


Value = str | Decimal | date | datetime | tuple[int, ...] | Attachment | None
"""None is empty. Choices are tuples of option ids, also where only one can be chosen."""


@dataclass(frozen=True)
class Shape:
    """What a type needs to know about the one field at hand."""

    options: Sequence[Option] = ()
    longest: int | None = None
    """Characters, where the field is stricter than its type."""


class Type(ABC):
    """One type of field."""

    type: ClassVar[FieldType]
    label: ClassVar[str]
    icon: ClassVar[str]
    hint: ClassVar[str]
    """What it is for, shown where the type is chosen."""
    column: ClassVar[str | None] = None
    """Of FieldValue; None for choices, which are FieldPicks."""
    is_single: ClassVar[bool] = True
    """Whether it holds one thing at a time."""
    operations: ClassVar[tuple[str, ...]]
    """What a step may do to it; see operations.py."""
    comparisons: ClassVar[tuple[str, ...]]
    """What a condition may ask about it; see comparisons.py."""

    def parse(self, text: str, shape: Shape, zone: ZoneInfo) -> Value:
        """The value in *text*; None for an empty one. Raises DomainError saying how to write it."""
        text = text.strip()
        return self.read(text, shape, zone) if text else None

    @abstractmethod
    def read(self, text: str, shape: Shape, zone: ZoneInfo) -> Value:
        """`parse` for a text that is not empty."""

    @abstractmethod
    def show(self, value: Any, shape: Shape, zone: ZoneInfo) -> str:
        """The value as people read it, in messages and on screen. Never called for an empty one."""

    def typed(self, value: Any, shape: Shape, zone: ZoneInfo) -> str:
        """The value as `parse` reads it back exactly: what inputs and CSV files hold."""
        return self.show(value, shape, zone)

    def columns(self, value: Any) -> dict[str, Any]:
        """What the row in `field_values` holds for it."""
        return {self.column: value} if self.column else {}


types: dict[FieldType, Type] = {}


def field_type(cls: type[Type]) -> type[Type]:
    """Register a type; they are offered in this order."""
    types[cls.type] = cls()
    return cls
