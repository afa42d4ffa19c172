"""LINE's JSON, out and in: for an export nothing is filled in; an import becomes parts where nothing gets lost."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lstep_lite.engine.messages.flex import bubbles, documents, pasted
from lstep_lite.engine.messages.flex.registry import PREFIX, Component, elements
from lstep_lite.engine.messages.rendering import RenderContext, Speaking
from lstep_lite.engine.messages.validation.flex import ALT_TEXT_LIMIT
from lstep_lite.engine.studio import Data, clean, fresh_inputs, new_code
from lstep_lite.engine.text import utf16_length
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend

_NOWHERE = RenderContext((), {}, {}, {}, "", ZoneInfo("UTC"), is_personal=False)


class AsWritten(Speaking):
    """Speaks to nobody: words in brackets stay as they are, and everything is shown."""

    def fill(self, text: str, most: int | None = None) -> str:
        return text

    def fill_url(self, url: str, most: int | None = None) -> str:
        return url

    def is_shown(self, element: Data) -> bool:
        return True


@dataclass(frozen=True)
class Imported:
    """*document* has no quick replies. Only parts can have conditions; `has_parts` tells whether it became those."""

    document: Data
    has_parts: bool


def imported(text: str) -> Imported:
    """A document that sends exactly the JSON in *text*. Raises DomainError telling what is wrong with it, and where."""
    container = pasted.parsed(text)
    if found := pasted.told(container):
        raise DomainError(found[0])
    alt_text = _alt_text(text)
    made = _parts(container)
    if made is not None:
        return Imported(made | {"alt_text": alt_text}, has_parts=True)
    return Imported({"alt_text": alt_text, "source": "json", "json": pasted.written(container)}, has_parts=False)


def _alt_text(text: str) -> str:
    said = json.loads(text).get("altText")
    return said if isinstance(said, str) and utf16_length(said) <= ALT_TEXT_LIMIT else ""


def _parts(container: Component) -> Data | None:
    """The document of parts that is drawn as *container*, if there is one: it is checked and drawn to see."""
    cards: list[Component] = container["contents"] if container["type"] == "carousel" else [container]
    try:
        document = _document(cards)
    except (KeyError, TypeError, AttributeError):  # something there that no part can say
        return None
    kept, problems = clean(Session(), documents.INPUTS, document)  # it refers to no row: the session stays unused
    return kept if not problems and _drawn(kept) == container else None


def _drawn(document: Data) -> Component | None:
    try:
        return documents.draw(document, AsWritten(_NOWHERE, Friend()))
    except DomainError:  # nothing is left of it
        return None


def _document(cards: list[Component]) -> Data:
    made = [_bubble(card) for card in cards]
    return {"alt_text": "", "source": "blocks", "size": cards[0].get("size", "mega"), "bubbles": made}


def _bubble(card: Component) -> Data:
    sections = {name: _items(card[name]["contents"]) if name in card else [] for name in ("header", "body", "footer")}
    made: Data = {"kind": bubbles.BUBBLE.name, "id": new_code(), **fresh_inputs(bubbles.BUBBLE.inputs)}
    made |= {"line": "styles" in card, **sections}
    if "action" in card:
        made["tap"] = _tap(card["action"])
    if "hero" in card:
        made |= {"hero": "image", **_picture(card["hero"])}
        made["hero_tap"] = _tap(card["hero"]["action"]) if "action" in card["hero"] else made["hero_tap"]
    paints = {f"{name}_color": card[name].get("backgroundColor", "") for name in sections if name in card}
    padding = card.get("body", {}).get("paddingAll", "xl")
    return made | paints | {"padding": padding, "paints": any(paints.values()) or padding != "xl"}


def _items(contents: list[Component]) -> list[Data]:
    return [_item(component) for component in contents]


def _item(component: Component) -> Data:
    kind, inside = _READERS[component["type"]](component)
    element = next(each for each in elements() if each.name == f"{PREFIX}{kind}")
    basics = {"kind": element.name, "id": new_code(), **fresh_inputs(element.inputs)}
    return basics | {"margin": component.get("margin", "none")} | inside


def _text(text: Component) -> tuple[str, Data]:
    details = {
        "details": True,
        "wrap": text.get("wrap", False),
        "max_lines": text.get("maxLines", 0),
        "decoration": text.get("decoration", "none"),
        "italic": text.get("style") == "italic",
        "line_space": 0,
        "runs": [],
    }
    look = {"size": text.get("size", "md"), "bold": text.get("weight") == "bold", "color": text.get("color", "")}
    return "text", {"text": text["text"], "align": text.get("align", "start"), **look, **details}


def _button(button: Component) -> tuple[str, Data]:
    look = {"style": button.get("style", "link"), "height": button.get("height", "md")}
    label = button["action"]["label"]
    return "button", {"label": label, "tap": _tap(button["action"]), "color": button.get("color", ""), **look}


def _image(image: Component) -> tuple[str, Data]:
    size = image.get("size", "md")
    tap = {"tap": _tap(image["action"])} if "action" in image else {}
    placed = {"width": "100%" if size == "full" else size, "align": image.get("align", "center"), "corner": "none"}
    return "image", _picture(image) | placed | tap


def _separator(separator: Component) -> tuple[str, Data]:
    return "separator", {"color": separator.get("color", "")}


def _frame(box: Component) -> tuple[str, Data]:
    look = {
        "color": box.get("backgroundColor", ""),
        "color2": "",
        "border": box.get("borderColor", ""),
        "corner": box.get("cornerRadius", "none"),
        "padding": box.get("paddingAll", "none"),
    }
    tap = {"tap": _tap(box["action"])} if "action" in box else {}
    return "frame", {"blocks": _items(box["contents"]), **look, **tap}


def _picture(image: Component) -> Data:
    shape = {"ratio": image["aspectRatio"], "mode": image["aspectMode"]}
    return {"source": "words", "address": image["url"], "spare_id": None, **shape}


def _tap(action: Component) -> Data:
    return {"id": new_code(), "do": {"uri": "uri"}[action["type"]], "uri": action["uri"]}


_READERS: dict[str, Callable[[Component], tuple[str, Data]]] = {
    "text": _text,
    "button": _button,
    "image": _image,
    "separator": _separator,
    "box": _frame,
}
