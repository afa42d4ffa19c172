"""Inputs that hold a value of their own: text, number, choice, …"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.studio.inputs import Cleaning, Data, Input
from lstep_lite.engine.text import grapheme_count, storable, utf16_length

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")
_COUNTS: Mapping[str, Callable[[str], int]] = {"graphemes": grapheme_count, "utf16": utf16_length}


@dataclass(frozen=True, kw_only=True)
class Text(Input):
    widget = "text"
    most: int
    lines: int = 1
    count: str = "graphemes"
    """How LINE counts it: graphemes or utf16. https://developers.line.biz/en/docs/messaging-api/text-character-count/"""
    required: bool = True
    words: bool = True
    """Whether placeholders may stand in it."""
    start: str = ""
    example: str = ""

    def empty(self) -> str:
        return self.start

    def clean(self, value: Any, here: Cleaning) -> str:
        text = storable(value if isinstance(value, str) else "").replace("\r\n", "\n").strip()
        if self.lines == 1:
            text = " ".join(text.split("\n"))
        if not text and self.required:
            here.refuse(f"{self.label}を入力してください。")
        if (length := _COUNTS[self.count](text)) > self.most:
            here.refuse(f"{self.label}は{self.most:,}文字までです（いま{length:,}文字）。")
        return text

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        own = {"most": self.most, "lines": self.lines, "count": self.count, "required": self.required}
        return super().describe(session, elements) | own | {"words": self.words, "example": self.example}


@dataclass(frozen=True, kw_only=True)
class Number(Input):
    widget = "number"
    least: int
    most: int
    start: int
    unit: str = ""

    def empty(self) -> int:
        return self.start

    def clean(self, value: Any, here: Cleaning) -> int:
        number = _whole(value)
        if number is None or not self.least <= number <= self.most:
            here.refuse(f"{self.label}は{self.least:,}〜{self.most:,}の数字で入力してください。")
            return self.start
        return number

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        return super().describe(session, elements) | {"least": self.least, "most": self.most, "unit": self.unit}


def _whole(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None


@dataclass(frozen=True, kw_only=True)
class Choice(Input):
    """One of a few words. *as_buttons* shows them side by side."""

    widget = "choice"
    options: Mapping[str, str]
    start: str
    as_buttons: bool = False

    def empty(self) -> str:
        return self.start

    def clean(self, value: Any, here: Cleaning) -> str:
        if isinstance(value, str) and value in self.options:
            return value
        if value is not None:
            here.refuse(f"{self.label}を選び直してください。")
        return self.start

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        options = [{"value": value, "label": label} for value, label in self.options.items()]
        return super().describe(session, elements) | {"options": options, "as_buttons": self.as_buttons}


@dataclass(frozen=True, kw_only=True)
class Flag(Input):
    widget = "flag"
    start: bool = False

    def empty(self) -> bool:
        return self.start

    def clean(self, value: Any, here: Cleaning) -> bool:
        return value is True


@dataclass(frozen=True, kw_only=True)
class Color(Input):
    """`#rrggbb`; empty where none is needed."""

    widget = "color"
    start: str = ""
    required: bool = False

    def empty(self) -> str:
        return self.start

    def clean(self, value: Any, here: Cleaning) -> str:
        color = value if isinstance(value, str) else ""
        if (color or self.required) and not _COLOR.fullmatch(color):
            here.refuse(f"{self.label}を選び直してください。")
        return color

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        return super().describe(session, elements) | {"required": self.required}


@dataclass(frozen=True, kw_only=True)
class Moment(Input):
    """A day and time on the shop's clock, as `2027-03-05T10:00`; empty where none is needed."""

    widget = "moment"
    required: bool = False

    def empty(self) -> str:
        return ""

    def clean(self, value: Any, here: Cleaning) -> str:
        text = value[:16] if isinstance(value, str) else ""
        if not text and not self.required:
            return ""
        try:
            datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - a clock on a wall
        except ValueError:
            here.refuse(f"{self.label}の日付と時刻を選んでください。")
            return ""
        return text

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        return super().describe(session, elements) | {"required": self.required}
