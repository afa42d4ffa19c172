"""Rows of an editor: conditions of a segment, steps of an action set. What every registered kind of row can do.

A kind is one file (schema, words, what it does) and one partial of the same name (its inputs). The editor hands the
inputs' texts to `parse`; what that returns is stored as JSON and handed back to all else.
"""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from lstep_lite.errors import DomainError

Data = dict[str, Any]
MOST_DIGITS = 12


class Values:
    """What one row's inputs hold: texts by the inputs' names."""

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        self.texts = texts

    def one(self, name: str) -> str:
        """The (first) text of *name*; empty when there is none."""
        return next(iter(self.texts.get(name, ())), "")

    def many(self, name: str) -> list[str]:
        return [text for text in self.texts.get(name, ()) if text]

    def flag(self, name: str) -> bool:
        return bool(self.one(name))

    def number(self, name: str, label: str, *, least: int, most: int) -> int:
        """A whole number between *least* and *most*. Raises DomainError naming the input."""
        text = unicodedata.normalize("NFKC", self.one(name)).replace(",", "").strip()
        if text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) <= MOST_DIGITS:
            value = int(text)
            if least <= value <= most:
                return value
        raise DomainError(f"{label}は{least:,}〜{most:,}の数字で入力してください。", name)

    def chosen(self, name: str, allowed: Iterable[str], message: str) -> str:
        """One of *allowed*. Raises DomainError with *message*."""
        if (value := self.one(name)) in set(allowed):
            return value
        raise DomainError(message, name)

    def ids(self, name: str) -> list[int]:
        """The chosen rows' ids, each once, in their order; anything else is passed over."""
        return list(dict.fromkeys(int(text) for text in self.many(name) if _is_id(text)))


class RowKind(ABC):
    """One kind of row. The class attributes are its words; *group* is the heading it stands under in the picker."""

    name: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str]
    group: ClassVar[str]
    order: ClassVar[int]
    """Its place in the picker, lower first; leave gaps of ten."""

    @abstractmethod
    def parse(self, session: Session, values: Values) -> Data:
        """What was typed, checked, as JSON. Raises DomainError naming the input (as the partial names it)."""

    @abstractmethod
    def sentence(self, session: Session, data: Data) -> str:
        """It in one Japanese phrase, with the names of what it refers to."""

    def values(self, data: Data) -> dict[str, list[str]]:
        """The inputs' texts for stored *data*: the opposite of `parse`."""
        return {name: _texts(value) for name, value in data.items()}

    def options(self, session: Session) -> dict[str, Any]:
        """What the partial offers to choose from."""
        return {}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        """The rows it refers to: (feature word, id), for 「使われている場所」 and for noticing that one is gone."""
        return ()

    @property
    def partial(self) -> str:
        """The template of its inputs."""
        feature, folder, _ = type(self).__module__.split(".")[-3:]
        return f"{feature}/{folder}/{self.name}.html"


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def _texts(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    if isinstance(value, bool):
        return ["yes"] if value else []
    return [] if value is None else [str(value)]
