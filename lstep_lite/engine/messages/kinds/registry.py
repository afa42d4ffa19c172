"""The kinds of blocks a message is built from, one file each in messages/kinds/.

A kind that isn't registered appears in no menu.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from lstep_lite.engine.messages.rendering import LineObject as LineObject
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Data, Input, Problem
from lstep_lite.errors import DomainError

Block = dict[str, Any]


class Kind(ABC):
    """One kind of block: what there is to fill in, and how it becomes LINE's message objects."""

    name: ClassVar[str]
    label: ClassVar[str]
    """What the editors call it."""
    icon: ClassVar[str]
    order: ClassVar[int]
    """Its place among the kinds of templates, lower first; leave gaps of ten."""
    lead: ClassVar[str]
    """What it is good for, in one short sentence for the picker."""
    inputs: ClassVar[tuple[Input, ...]]
    is_inline: ClassVar[bool] = False
    """Whether the small editor of greetings, answers and the talk makes it too; all others live in templates."""
    is_template: ClassVar[bool] = True
    """Whether a template can be of this kind."""
    reads_json: ClassVar[bool] = False
    """Whether `from_json` makes documents of LINE's own JSON, for experts."""
    opens_page: ClassVar[bool] = False
    """Whether it leads to one of our pages for customers (`Speaking.page`)."""

    def check(self, block: Block) -> None:
        """What the small editor posted. Raises DomainError with what is wrong and how to mend it."""
        raise DomainError(f"{self.label}はテンプレートで作ってから選んでください。")

    def problems(self, block: Block) -> Iterable[Problem]:
        """What is wrong with a block whose inputs are all well: rules that concern several of them."""
        return ()

    def place(self, path: str) -> str:
        """Where in the document that stands which LINE calls *path* in the message object; empty for all of it."""
        return ""

    def from_json(self, text: str) -> Data:
        """A document that sends exactly the JSON in *text*. Raises DomainError with what is wrong, and where."""
        raise DomainError(f"{self.label}は、JSONからは作れません。")

    def preview(self, block: Block) -> str:
        """One line for lists."""
        return f"［{self.label}］"

    def alt_text(self, block: Block) -> str:
        """What could stand in the notification, made from the content; never personal."""
        return self.preview(block)

    def load(self, session: Session, blocks: list[Block], public_url: str) -> Any:
        """What `render` needs from the database besides files, words and conditions, for all *blocks* of this kind."""
        return None

    def mentions(self, block: Block) -> Iterable[tuple[str, int | str]]:
        """What it refers to besides what its inputs tell."""
        return ()

    @abstractmethod
    def render(self, block: Block, speaking: Speaking) -> Collection[LineObject]:
        """LINE's message objects. Pure. Raises DomainError when something the block shows is gone."""


def check_id(value: Any, message: str) -> None:
    """Raises DomainError with *message* for what a browser can't have got as the id of a row."""
    if type(value) is not int or not 0 < value < 2**53:
        raise DomainError(message)


kinds: dict[str, Kind] = {}


def kind(cls: type[Kind]) -> type[Kind]:
    """Register a kind under the word that stands in the blocks' JSON."""
    kinds[cls.name] = cls()
    return cls


def offered() -> list[Kind]:
    """The kinds a template can have, in order."""
    return sorted((each for each in kinds.values() if each.is_template), key=lambda each: (each.order, each.name))


__all__ = ["Block", "Data", "Kind", "LineObject", "check_id", "kind", "kinds", "offered"]
