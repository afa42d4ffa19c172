"""What every input has, and lists of elements, which have inputs of their own."""

import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from sqlalchemy.orm import Session

Data = dict[str, Any]
_CODE = re.compile(r"[0-9A-Za-z_-]{8,40}")


@dataclass(frozen=True)
class Problem:
    """*path* leads to the input, for example `panels.0.choices.2.label`; *message* is Japanese."""

    path: str
    message: str


@dataclass(frozen=True)
class Cleaning:
    """One place of a document that is being checked. Problems and codes collect in what all places share."""

    session: Session
    path: str = ""
    problems: list[Problem] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)

    def at(self, key: str | int) -> "Cleaning":
        path = f"{self.path}.{key}" if self.path else str(key)
        return Cleaning(self.session, path, self.problems, self.codes)

    def refuse(self, message: str) -> None:
        self.problems.append(Problem(self.path, message))

    def code(self, wanted: Any) -> str:
        """*wanted* if it can name something in this document, else a new code: a copied element gets one of its own."""
        kept = (
            wanted if isinstance(wanted, str) and _CODE.fullmatch(wanted) and wanted not in self.codes else new_code()
        )
        self.codes.add(kept)
        return kept


def new_code() -> str:
    return secrets.token_urlsafe(12)


class Found(NamedTuple):
    """An input, the value it has somewhere in a document, and where."""

    input: "Input"
    value: Any
    path: str
    parents: tuple[tuple["Element", Data], ...] = ()
    """The elements around it, outermost first."""


@dataclass(frozen=True, kw_only=True)
class Input(ABC):
    """One thing to fill in."""

    name: str
    label: str
    hint: str = ""
    section: str = ""
    """The heading below which the editor shows it, with the others of that section."""
    shown_if: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Only where these other inputs of the same element have one of these values; else it is not kept."""
    widget: ClassVar[str]
    """How static/studio.js draws it."""

    @abstractmethod
    def empty(self) -> Any:
        """What a new element holds."""

    @abstractmethod
    def clean(self, value: Any, here: Cleaning) -> Any:
        """*value* as it is kept; what is wrong with it is refused *here*. It may be anything a browser can post."""

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        """It as JSON for the editor."""
        shown_if = {name: list(values) for name, values in self.shown_if.items()}
        basics = {"name": self.name, "label": self.label, "hint": self.hint, "widget": self.widget}
        return basics | {"section": self.section, "shown_if": shown_if, "empty": self.empty()}

    def inside(self, found: Found) -> Iterator[Found]:
        """The inputs within its value."""
        return iter(())

    def mentioned(self, value: Any) -> Iterable[tuple[str, int | str]]:
        """The rows its value refers to, as (feature, id)."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Element:
    """A kind of thing in a list: a panel, a choice, a block of a card."""

    name: str
    """Unique in the product; it stands in the document as "kind"."""
    label: str
    icon: str
    inputs: tuple[Input, ...]
    title: str = ""
    """The input whose value tells it from its neighbours."""
    is_panel: bool = False
    """Whether customers see it as one card of several."""


Elements = Callable[[], Sequence[Element]]


@dataclass(frozen=True, kw_only=True)
class Items(Input):
    """A list of elements, each with a "kind" and a code of its own as "id"."""

    widget = "items"
    of: Elements
    """Asked anew each time, so that elements may contain lists of themselves, and registries may grow."""
    least: int = 0
    most: int = 100
    first: tuple[str, ...] = ()
    """The kinds a new document begins with."""
    noun: str = "項目"

    def empty(self) -> list[Data]:
        kinds = {element.name: element for element in self.of()}
        return [{"kind": name, "id": new_code(), **fresh_inputs(kinds[name].inputs)} for name in self.first]

    def clean(self, value: Any, here: Cleaning) -> list[Data]:
        items = value if isinstance(value, list) else []
        if not self.least <= len(items) <= self.most:
            allowed = f"{self.least}〜{self.most}個" if self.least != self.most else f"{self.least}個"
            here.refuse(f"{self.noun}は{allowed}にしてください（いま{len(items)}個）。")
        kinds = {element.name: element for element in self.of()}
        found = (self._clean_item(item, kinds, here.at(place)) for place, item in enumerate(items[: self.most]))
        return [item for item in found if item is not None]

    def _clean_item(self, item: Any, kinds: Mapping[str, Element], here: Cleaning) -> Data | None:
        element = kinds.get(str(item.get("kind"))) if isinstance(item, dict) else None
        if element is None:
            here.refuse("使えない種類の部品です。削除して作り直してください。")
            return None
        return {"kind": element.name, "id": here.code(item.get("id")), **clean_inputs(element.inputs, item, here)}

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        kinds = self.of()
        for element in kinds:
            describe_element(session, element, elements)
        limits = {"least": self.least, "most": self.most, "noun": self.noun}
        return super().describe(session, elements) | limits | {"of": [element.name for element in kinds]}

    def inside(self, found: Found) -> Iterator[Found]:
        kinds = {element.name: element for element in self.of()}
        for place, item in enumerate(found.value or ()):
            if element := kinds.get(item["kind"]):
                parents = (*found.parents, (element, item))
                yield from walk_inputs(element.inputs, item, f"{found.path}.{place}.", parents)


def fresh_inputs(inputs: Sequence[Input]) -> Data:
    return {each.name: each.empty() for each in inputs}


def clean_inputs(inputs: Sequence[Input], data: Mapping[str, Any], here: Cleaning) -> Data:
    """What is kept of *data*: the shown inputs, each as its kind of input keeps it."""
    kept: Data = {}
    for each in inputs:
        if is_shown(each, kept):
            kept[each.name] = each.clean(data.get(each.name), here.at(each.name))
    return kept


def is_shown(each: Input, data: Mapping[str, Any]) -> bool:
    """An input may depend on those before it."""
    return all(data.get(name) in values for name, values in each.shown_if.items())


def walk_inputs(
    inputs: Sequence[Input], data: Mapping[str, Any], prefix: str, parents: tuple[tuple[Element, Data], ...]
) -> Iterator[Found]:
    for each in inputs:
        if each.name in data:
            found = Found(each, data[each.name], f"{prefix}{each.name}", parents)
            yield found
            yield from each.inside(found)


def title_of(element: Element, data: Mapping[str, Any]) -> str:
    """What tells it from its neighbours: its own title, else the first there is in its lists; on one line."""
    if words := " ".join(str(data.get(element.title) or "").split()):
        return words
    lists = (each for each in element.inputs if isinstance(each, Items) and each.name in data)
    titles = (title_of(kind, item) for each in lists for kind, item in _elements_in(each, data[each.name]))
    return next((title for title in titles if title), "")


def _elements_in(items: Items, found: Sequence[Data]) -> Iterator[tuple[Element, Data]]:
    kinds = {element.name: element for element in items.of()}
    yield from ((kinds[item["kind"]], item) for item in found if item["kind"] in kinds)


def describe_element(session: Session, element: Element, elements: dict[str, Any]) -> None:
    """Add *element* to *elements*, with those its lists may hold."""
    if element.name in elements:
        return
    described: Data = {"label": element.label, "icon": element.icon, "title": element.title}
    described["is_panel"] = element.is_panel
    elements[element.name] = described  # known before its lists are looked at, which may hold it
    described["inputs"] = [each.describe(session, elements) for each in element.inputs]
