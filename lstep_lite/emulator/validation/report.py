"""Collects what is wrong, and the small checks shared by all message kinds."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import regex

Json = dict[str, Any]
Count = Callable[[str], int]

URL_LENGTH = 2000
URL = re.compile(r"https?://[^\s/?#]+\S*|(?!https?:)[A-Za-z][A-Za-z0-9+.-]*:\S+", re.IGNORECASE)
LINK_SCHEMES = ("http", "https", "line", "tel")


def utf16_units(text: str) -> int:
    """LINE counts most texts in UTF-16 code units: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """Labels and template texts are counted in what a reader sees as one character."""
    return len(regex.findall(r"\X", text))


@dataclass(frozen=True)
class Place:
    """Where in the body a value stands, written as LINE writes it for most messages: `messages[0].text`."""

    text: str

    def at(self, name: str) -> "Place":
        return type(self)(f"{self.text}.{name}" if self.text else name)

    def item(self, index: int) -> "Place":
        return type(self)(f"{self.text}[{index}]")


class Pointer(Place):
    """Where in a Flex container a value stands: `/body/contents/0/text`."""

    def at(self, name: str) -> "Place":
        return type(self)(f"{self.text}/{name}")

    def item(self, index: int) -> "Place":
        return type(self)(f"{self.text}/{index}")


@dataclass
class Report:
    """The errors found so far, as (message, property) pairs."""

    errors: list[tuple[str, str]] = field(default_factory=list)

    def add(self, place: Place, message: str) -> None:
        self.errors.append((message, place.text or "/"))

    def object(self, owner: Json, name: str, place: Place) -> Json | None:
        value = owner.get(name)
        if value is None:
            self.add(place.at(name), "May not be empty")
        elif not isinstance(value, dict):
            self.add(place.at(name), "must be an object")
        else:
            return value
        return None

    def objects(self, owner: Json, name: str, place: Place, *, least: int, most: int) -> list[tuple[Json, Place]]:
        """The objects of a list with their places; nothing if the list itself is wrong."""
        value = owner.get(name)
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.add(place.at(name), f"Size must be between {least} and {most}")
            return []
        places = [(item, place.at(name).item(index)) for index, item in enumerate(value)]
        for item, item_place in places:
            if not isinstance(item, dict):
                self.add(item_place, "must be an object")
        return [(item, item_place) for item, item_place in places if isinstance(item, dict)]

    def text(
        self, owner: Json, name: str, place: Place, *, most: int, count: Count = utf16_units, needed: bool = True
    ) -> str | None:
        """A text of 1 to *most* characters; absence is fine unless *needed*. Returns it when it is right."""
        value = owner.get(name)
        if value is None and not needed:
            return None
        if value is None or value == "":
            self.add(place.at(name), "May not be empty")
        elif not isinstance(value, str):
            self.add(place.at(name), "must be a string")
        elif count(value) > most:
            self.add(place.at(name), f"Length must be between 0 and {most}")
        else:
            return value
        return None

    def choice(self, owner: Json, name: str, place: Place, values: Collection[str], *, needed: bool = True) -> Any:
        value = owner.get(name)
        if value is None and not needed:
            return None
        if value not in values:
            self.add(place.at(name), f"Must be one of the following values: [{', '.join(values)}]")
            return None
        return value

    def https_url(self, owner: Json, name: str, place: Place, *, needed: bool = True) -> None:
        value = self.text(owner, name, place, most=URL_LENGTH, needed=needed)
        if value is None:
            return
        if not URL.fullmatch(value):
            self.add(place.at(name), "invalid uri")
        elif not value.lower().startswith("https://"):
            self.add(place.at(name), "invalid uri scheme")

    def link(self, owner: Json, name: str, place: Place, *, most: int) -> None:
        value = self.text(owner, name, place, most=most)
        if value is None:
            return
        if not URL.fullmatch(value):
            self.add(place.at(name), "invalid uri")
        elif value.partition(":")[0].lower() not in LINK_SCHEMES:
            self.add(place.at(name), "invalid uri scheme")

    def whole_number(self, owner: Json, name: str, place: Place, *, least: int, most: int | None = None) -> None:
        value = owner.get(name)
        if type(value) is not int:
            self.add(place.at(name), "must be a whole number")
        elif value < least:
            self.add(place.at(name), f"must be greater than or equal to {least}")
        elif most is not None and value > most:
            self.add(place.at(name), f"must be less than or equal to {most}")

    def number(self, owner: Json, name: str, place: Place, *, least: float, most: float) -> None:
        value = owner.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
            self.add(place.at(name), f"must be between {least:g} and {most:g}")
