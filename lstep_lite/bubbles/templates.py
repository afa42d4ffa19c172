"""Template messages: buttons, confirm, carousel and image carousel."""

from collections.abc import Callable

from . import actions, values
from .html import Json, Tools, div, element, inner, objects, void, words
from .media import draw_unknown

IMAGE_RATIOS = {"rectangle": "1.51/1", "square": "1/1"}
IMAGE_SIZES = {"cover": "cover", "contain": "contain"}


def draw_template(message: Json, tools: Tools) -> str:
    template = inner(message.get("template"))
    draw = _KINDS.get(template["type"]) if isinstance(template.get("type"), str) else None
    return draw(template, tools) if draw else draw_unknown(message, tools)


def _buttons(template: Json, tools: Tools) -> str:
    return div("line-panel", _panel(template, template, tools))


def _confirm(template: Json, tools: Tools) -> str:
    choices = "".join(actions.button("line-choice", action) for action in objects(template.get("actions")))
    text = div("line-panel-words", element("p", {}, words(template.get("text"))))
    return div("line-panel", text + div("line-choices line-choices-beside", choices))


def _carousel(template: Json, tools: Tools) -> str:
    panels = [div("line-panel", _panel(column, template, tools)) for column in objects(template.get("columns"))]
    return slider(panels)


def _panel(column: Json, template: Json, tools: Tools) -> str:
    """Picture, title and text share one tap; the choices follow. *template* says how all pictures are cut."""
    title, text = words(column.get("title")), words(column.get("text"))
    lines = (f"<strong>{title}</strong>" if title else "") + f"<p>{text}</p>"
    choices = "".join(actions.button("line-choice", action) for action in objects(column.get("actions")))
    told = _picture(column, template, tools) + div("line-panel-words", lines)
    tapped = {"class": "line-panel-top", **actions.area(column.get("defaultAction"))}
    return element("div", tapped, told) + div("line-choices", choices)


def _picture(column: Json, template: Json, tools: Tools) -> str:
    if "thumbnailImageUrl" not in column:
        return ""
    url = tools.url(column.get("thumbnailImageUrl"))
    rules = {
        "aspect-ratio": values.one_of(template.get("imageAspectRatio"), IMAGE_RATIOS),
        "object-fit": values.one_of(template.get("imageSize"), IMAGE_SIZES),
        "background-color": values.colour(column.get("imageBackgroundColor")),
    }
    return picture("line-panel-picture", url, rules)


def _image_carousel(template: Json, tools: Tools) -> str:
    return slider([_image_panel(column, tools) for column in objects(template.get("columns"))])


def _image_panel(column: Json, tools: Tools) -> str:
    action = inner(column.get("action"))
    label = div("line-photo-label", words(action.get("label"))) if action.get("label") else ""
    photo = picture("line-photo-picture", tools.url(column.get("imageUrl")), {})
    return element("div", {"class": "line-photo", **actions.area(action, says_nothing=not label)}, photo + label)


def picture(classes: str, url: str | None, rules: dict[str, str | None]) -> str:
    """An image; before it has an address, a grey field of the same size."""
    drawn = values.style(rules)
    if url is None:
        return div(f"{classes} line-no-picture", style=drawn)
    return void("img", {"class": classes, "src": url, "alt": "", "loading": "lazy", "style": drawn})


def slider(panels: list[str]) -> str:
    """Panels side by side, pushed with a finger, a wheel or the arrow keys."""
    label = f"横に並んだ{len(panels)}枚"
    attributes = {"class": "line-slider", "role": "group", "aria-label": label, "tabindex": "0"}
    return element("div", attributes, "".join(panels))


_KINDS: dict[str, Callable[[Json, Tools], str]] = {
    "buttons": _buttons,
    "confirm": _confirm,
    "carousel": _carousel,
    "image_carousel": _image_carousel,
}
