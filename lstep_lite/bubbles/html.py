"""The only place that writes HTML: names are ours, every value is escaped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Tools:
    """*address* maps a URL of a message to one that this browser reaches; *sticker_words* says what a sticker shows."""

    address: Callable[[str], str]
    sticker_words: Callable[[Json], str]

    def url(self, value: object) -> str | None:
        """The address of a picture, sound or page; None when *value* is none that a browser may be sent to."""
        if not isinstance(value, str) or not _is_web(value):
            return None
        reached = self.address(value)
        return reached if _is_web(reached) else None


def _is_web(url: str) -> bool:
    is_own_path = url.startswith("/") and not url.startswith(("//", "/\\"))
    return is_own_path or url.lower().startswith(("http://", "https://"))


def element(name: str, attributes: Mapping[str, str | None], body: str = "") -> str:
    """*body* is HTML already. Attributes that are None are left out."""
    return f"<{name}{_written(attributes)}>{body}</{name}>"


def void(name: str, attributes: Mapping[str, str | None]) -> str:
    """An element that has no end, as an image."""
    return f"<{name}{_written(attributes)}>"


def _written(attributes: Mapping[str, str | None]) -> str:
    return "".join([f' {name}="{escape(value)}"' for name, value in attributes.items() if value is not None])


def words(value: object) -> str:
    """*value* as escaped text; what is no text says nothing."""
    return escape(value) if isinstance(value, str) else ""


def div(classes: str, body: str = "", **more: str | None) -> str:
    return element("div", {"class": classes, **more}, body)


def span(classes: str, body: str = "", **more: str | None) -> str:
    return element("span", {"class": classes, **more}, body)


def objects(value: object) -> list[Json]:
    """The JSON objects of a list, whatever else it holds."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def inner(value: object) -> Json:
    """A JSON object, empty when *value* is none."""
    return value if isinstance(value, dict) else {}
