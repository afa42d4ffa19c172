"""The kinds of blocks a message is built from. A kind that isn't registered here appears in no menu."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

Block = dict[str, Any]
LineObject = dict[str, Any]
Fill = Callable[[str], str]
"""Puts one friend's own words into a text."""


class Kind(ABC):
    """One kind of block: how it is checked, shown in one line, and turned into LINE's message objects."""

    name: str
    label: str
    """What the editor calls it."""

    @abstractmethod
    def check(self, block: Block) -> None:
        """Raises DomainError with what is wrong and how to mend it."""

    def preview(self, block: Block) -> str:
        """One line for lists."""
        return f"［{self.label}］"

    def texts(self, block: Block) -> list[str]:
        """The texts in it that may hold placeholders."""
        return []

    def load(self, session: Session, blocks: list[Block], public_url: str) -> Any:
        """What `render` needs from the database for all *blocks* of this kind, read once."""
        return None

    @abstractmethod
    def render(self, block: Block, fill: Fill, loaded: Any) -> list[LineObject]:
        """LINE's message objects. Pure. Raises DomainError when something the block shows is gone."""


kinds: dict[str, Kind] = {}


def kind(name: str, *, label: str) -> Callable[[type[Kind]], type[Kind]]:
    """Register the class below under the word that stands in the blocks' JSON."""

    def register(cls: type[Kind]) -> type[Kind]:
        cls.name, cls.label = name, label
        kinds[name] = cls()
        return cls

    return register
