"""Imagemap messages (rich messages): one picture with areas to tap, perhaps a film on it."""

from . import actions, values
from .html import Json, Tools, div, element, inner, objects
from .templates import picture

BASE_WIDTH = 1040.0
"""LINE measures areas on a picture of this width."""
SHOWN_WIDTH = 700
"""Of the five sizes that must exist, the one asked for: sharp on a phone of 350 points."""


def draw_imagemap(message: Json, tools: Tools) -> str:
    base, height = message.get("baseUrl"), values.number(inner(message.get("baseSize")).get("height"))
    height = height if height and height > 0 else BASE_WIDTH
    url = tools.url(f"{base}/{SHOWN_WIDTH}") if isinstance(base, str) and base else None
    film = inner(message.get("video"))
    parts = [picture("line-map-picture", url, {})]
    parts += [_film(film, height, tools)] if film else []
    parts += [_area(action, height) for action in objects(message.get("actions"))]
    ratio = f"{BASE_WIDTH:g}/{min(height, values.TALLEST * BASE_WIDTH):g}"
    return div("line-imagemap", "".join(parts), style=f"aspect-ratio:{ratio}")


def _film(film: Json, height: float, tools: Tools) -> str:
    url, link = tools.url(film.get("originalContentUrl")), inner(film.get("externalLink"))
    tracked = film.get("trackingId")
    attributes = {
        "class": "line-imagemap-film",
        "style": _place(inner(film.get("area")), height),
        "controls": "",
        "playsinline": "",
        "preload": "none",
        "src": url,
        "poster": tools.url(film.get("previewImageUrl")),
        "data-tracking-id": tracked if isinstance(tracked, str) and tracked else None,
    }
    after = {"type": "uri", "label": link.get("label"), "uri": link.get("linkUri")}
    drawn = actions.button("line-imagemap-after", after) if link else ""
    return (element("video", attributes) if url else "") + drawn


def _area(action: Json, height: float) -> str:
    label, tapped = action.get("label"), actions.tappable(action)
    has_label = isinstance(label, str) and label
    attributes = {
        "type": "button",
        "class": "line-imagemap-area",
        "style": _place(inner(action.get("area")), height),
        **tapped,
        "aria-label": label if has_label else tapped.get("title", "タップする場所"),
    }
    return element("button", attributes)


def _place(area: Json, height: float) -> str | None:
    """Where an area lies, in percent of the picture."""
    rules = {
        "left": _percent(area.get("x"), BASE_WIDTH),
        "top": _percent(area.get("y"), height),
        "width": _percent(area.get("width"), BASE_WIDTH),
        "height": _percent(area.get("height"), height),
    }
    return values.style(rules)


def _percent(value: object, whole: float) -> str:
    share = (values.number(value) or 0.0) / whole
    return f"{100 * min(max(share, 0.0), 1.0):.3f}%"
