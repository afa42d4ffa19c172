"""What can happen when somebody taps: one behaviour a file in taps/behaviours/.

A tap is {"id": its code, "do": the behaviour's name, …the behaviour's own inputs}.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from sqlalchemy.orm import Session

from lstep_lite.engine.studio import (
    Cleaning,
    Data,
    Found,
    Input,
    Text,
    clean_inputs,
    fresh_inputs,
    new_code,
    walk_inputs,
)
from lstep_lite.models import Friend, TimelineEntry, WebhookEvent

LineObject = dict[str, Any]


class Where(StrEnum):
    """What kind of thing is tapped: LINE does not allow every action everywhere."""

    TEMPLATE = "template"
    FLEX = "flex"
    IMAGEMAP = "imagemap"
    QUICK_REPLY = "quick_reply"
    RICH_MENU = "rich_menu"


EVERYWHERE = frozenset(Where)
TOLD_OF = EVERYWHERE - {Where.IMAGEMAP}
"""Where a tap can come back to us: the pictures of imagemaps know links, texts and copying only."""


class Speaker(Protocol):
    """Who turns a tap into LINE's action for one friend."""

    @property
    def public_url(self) -> str: ...
    @property
    def now(self) -> datetime:
        """On the shop's clock."""

    def page(self, path: str) -> str:
        """The address of our page for customers at *path* (`/liff/…`), opened inside LINE."""

    def fill(self, text: str, most: int | None = None) -> str:
        """*text* with the friend's own words, cut to *most* graphemes."""

    def fill_url(self, url: str, most: int | None = None) -> str:
        """The same for an address: what is put in is percent-encoded, and left out where it gets longer than *most*."""


class MenuSpeaker(Speaker, Protocol):
    """Who turns a tap of a rich menu into LINE's action: the same one for everybody."""

    def alias(self, tab: str) -> str:
        """LINE's name for the tab with this code."""


@dataclass(frozen=True)
class Answer:
    """A tap that counts, as its behaviour sees it."""

    friend: Friend
    params: Mapping[str, Any]
    """What LINE's date and time picker sent."""
    now: datetime
    cause: TimelineEntry
    event: WebhookEvent | None


class Behaviour(ABC):
    name: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str]
    order: ClassVar[int]
    inputs: ClassVar[tuple[Input, ...]] = ()
    menu_inputs: ClassVar[tuple[Input, ...]] = ()
    """What else there is to choose in a rich menu."""
    spoken: ClassVar[str] = ""
    """The input whose words go into LINE's action itself: in a rich menu, the same ones for everybody."""
    places: ClassVar[frozenset[Where]] = EVERYWHERE
    answers: ClassVar[bool] = False
    """Whether a tap comes back to us by postback: only then can it be counted, limited and run actions."""
    opens_page: ClassVar[bool] = False
    """Whether it leads to one of our pages for customers (`Speaker.page`)."""

    def inputs_at(self, where: Where) -> tuple[Input, ...]:
        """What there is to fill in where it stands."""
        if where is not Where.RICH_MENU:
            return self.inputs
        return (*(self._for_everybody(each) for each in self.inputs), *self.menu_inputs)

    def _for_everybody(self, each: Input) -> Input:
        return replace(each, words=False) if isinstance(each, Text) and each.name == self.spoken else each

    @abstractmethod
    def line(self, tap: Data, speaker: Speaker) -> LineObject | None:
        """LINE's action object without its label; None where nothing is to happen.

        https://developers.line.biz/en/reference/messaging-api/#action-objects
        """

    def check(self, tap: Data, here: Cleaning) -> None:
        """Refuse *here* what is wrong with a tap whose inputs are all well: rules that concern several of them."""
        return

    def answered(self, session: Session, tap: Data, answer: Answer) -> str | None:
        """What happens besides replying and running actions; one Japanese sentence about it."""
        return None


behaviours: dict[str, Behaviour] = {}


def behaviour(cls: type[Behaviour]) -> type[Behaviour]:
    """Register a behaviour."""
    behaviours[cls.name] = cls()
    return cls


def offered(where: Where) -> list[Behaviour]:
    """In the order of the picker."""
    found = (each for each in behaviours.values() if where in each.places)
    return sorted(found, key=lambda each: (each.order, each.name))


@dataclass(frozen=True, kw_only=True)
class TapInput(Input):
    """What happens when the element around it is tapped."""

    widget = "tap"
    name: str = "tap"
    label: str = "タップしたとき"
    where: Where
    start: str = "none"
    """The behaviour of a new one."""

    def empty(self) -> Data:
        return {"id": new_code(), "do": self.start, **fresh_inputs(behaviours[self.start].inputs_at(self.where))}

    def clean(self, value: Any, here: Cleaning) -> Data:
        value = value if isinstance(value, dict) else {}
        found = behaviours.get(str(value.get("do")))
        if found is None or self.where not in found.places:
            here.refuse("タップしたときの動きを選び直してください。")
            return self.empty()
        before = len(here.problems)
        inputs = found.inputs_at(self.where)
        tap = {"id": here.code(value.get("id")), "do": found.name, **clean_inputs(inputs, value, here)}
        if len(here.problems) == before:
            found.check(tap, here)
        return tap

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        described = [self._describe(each, session, elements) for each in offered(self.where)]
        return super().describe(session, elements) | {"behaviours": described}

    def _describe(self, each: Behaviour, session: Session, elements: dict[str, Any]) -> Data:
        inputs = [one.describe(session, elements) for one in each.inputs_at(self.where)]
        return {"name": each.name, "label": each.label, "icon": each.icon, "inputs": inputs, "answers": each.answers}

    def inside(self, found: Found) -> Iterator[Found]:
        if known := behaviours.get(found.value["do"]):
            yield from walk_inputs(known.inputs_at(self.where), found.value, f"{found.path}.", found.parents)


def line_action(tap: Data, speaker: Speaker) -> LineObject | None:
    """LINE's action object of *tap* without a label; None when nothing is to happen."""
    return behaviours[tap["do"]].line(tap, speaker)


def postback(tap: Data) -> LineObject:
    """The action that tells us of the tap: an id and nothing else, so that old messages follow later changes."""
    return {"type": "postback", "data": f"{PREFIX}{tap['id']}"}


PREFIX = "tap="
