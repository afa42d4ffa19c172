"""What a form is put together from: questions and things to read, one kind a file in surveys/kinds/.

A part stands in the document as {"kind", "id", …the kind's own inputs}.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from lstep_lite.engine.studio import Data, Element, Input, Problem

Raw = Mapping[str, Sequence[str]]
"""What a browser posted for one part, by the name behind the part's code: "" for the part itself, "other" for the
free text beside a choice, a row's code for a matrix, …"""


HIGHEST_SCORE = 9999


class Group(StrEnum):
    """The headings of the builder's picker."""

    WORDS = "文字で答える"
    CHOICES = "選んで答える"
    DATES = "日付・時刻"
    OTHERS = "その他の質問"
    READING = "説明"


class Wrong(Exception):
    """What was typed can't be taken; *message* says in Japanese what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Picked:
    """A choice that was taken."""

    code: str
    label: str


@dataclass(frozen=True)
class Given:
    """An answer to one question, as it is kept."""

    text: str
    """As people read it."""
    plain: str = ""
    """As fields keep it, where that differs from `text`: a date as 2027-03-05, a phone number as digits."""
    picked: tuple[Picked, ...] = ()
    number: int | None = None
    score: int = 0
    files: tuple[str, ...] = ()
    """The codes of SurveyFiles."""
    other: str = ""
    """The free text beside a choice."""


@dataclass(frozen=True)
class Reading:
    """What parsing may need to know besides the part itself."""

    today: Any
    """The shop's day."""
    files: frozenset[str] = field(default_factory=frozenset)
    """The codes of the files that this draft holds."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What the address carried."""


class Kind(ABC):
    name: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str]
    group: ClassVar[Group]
    order: ClassVar[int]
    is_question: ClassVar[bool] = True
    is_seen: ClassVar[bool] = True
    """Whether customers see it, and can be made to answer."""
    has_choices: ClassVar[bool] = False
    """Whether its answers are picked from "choices", which conditions, jumps, places and scores can go by."""
    saves: ClassVar[bool] = True
    """Whether its answer can be written into what is kept about the friend."""
    inputs: ClassVar[tuple[Input, ...]] = ()
    """Besides those that all questions have (documents.py)."""

    def problems(self, part: Data) -> Iterable[Problem]:
        """What is wrong with a part whose inputs are all well: rules that concern several of them."""
        return ()


class Question(Kind):
    @abstractmethod
    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        """What was answered; None for nothing. Raises Wrong. That a required one is empty is told elsewhere."""

    def typed(self, part: Data, plain: str) -> dict[str, list[str]]:
        """How *plain*, something kept about the friend or a default, stands in the page: what `parse` would read."""
        return {"": [plain]} if plain else {}


class Reader(Kind):
    """Something to read."""

    is_question = False
    saves = False
    group = Group.READING


kinds: dict[str, Kind] = {}


def kind(cls: type[Kind]) -> type[Kind]:
    """Register a kind under the word that stands in the documents."""
    kinds[cls.name] = cls()
    return cls


def offered() -> list[Kind]:
    """In the order of the picker."""
    groups = list(Group)
    return sorted(kinds.values(), key=lambda each: (groups.index(each.group), each.order, each.name))


def question_of(part: Data) -> Question | None:
    """The kind of a part that asks something."""
    found = kinds.get(part["kind"].removeprefix(PREFIX))
    return found if isinstance(found, Question) else None


PREFIX = "survey_"
"""Before a kind's name in the document: elements are unique in the product."""


def element(of: Kind, inputs: Sequence[Input]) -> Element:
    return Element(name=f"{PREFIX}{of.name}", label=of.label, icon=of.icon, title="label", inputs=tuple(inputs))
