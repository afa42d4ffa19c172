"""The components of Flex messages in LINE's box model.

A box hands two things down to what it holds: the direction it lays things out in, which decides what `flex` and
`margin` mean, and the space before each of them but the first. Every component is a flex item, mostly a column in
itself, so that `gravity` moves its content inside of the height it was given.
"""

from collections.abc import Callable

from . import actions, marks, values
from .html import Json, Tools, element, inner, objects, span, void, words

DEEPEST = 24
"""Boxes inside boxes; LINE refuses far fewer."""
LAYOUTS = {"horizontal": "fx-h", "vertical": "fx-v", "baseline": "fx-h fx-b"}
ALONG = {
    "center": "center", "flex-start": "flex-start", "flex-end": "flex-end", "space-between": "space-between",
    "space-around": "space-around", "space-evenly": "space-evenly",
}  # fmt: skip
ACROSS = {"center": "center", "flex-start": "flex-start", "flex-end": "flex-end"}
ALIGNED = {"start": "flex-start", "center": "center", "end": "flex-end"}
TEXT_ALIGNED = {"start": "start", "center": "center", "end": "end"}
GRAVITY = {"top": "flex-start", "center": "center", "bottom": "flex-end"}
WEIGHTS = {"regular": "400", "bold": "700"}
SLANTS = {"normal": "normal", "italic": "italic"}
DECORATIONS = {"none": "none", "underline": "underline", "line-through": "line-through"}
MODES = {"fit": "contain", "cover": "cover"}
OFFSETS = {
    "offsetTop": "top",
    "offsetBottom": "bottom",
    "offsetStart": "inset-inline-start",
    "offsetEnd": "inset-inline-end",
}
FRAME: dict[str, tuple[str, dict[str, str]]] = {
    "cornerRadius": ("border-radius", values.STEPS),
    "width": ("width", {}),
    "maxWidth": ("max-width", {}),
    "height": ("height", {}),
    "maxHeight": ("max-height", {}),
    "paddingAll": ("padding", values.STEPS),
    "paddingTop": ("padding-top", values.STEPS),
    "paddingBottom": ("padding-bottom", values.STEPS),
    "paddingStart": ("padding-inline-start", values.STEPS),
    "paddingEnd": ("padding-inline-end", values.STEPS),
}
"""Measures of a box, all sides before single ones."""
BUTTONS = {"primary": "fx-primary", "secondary": "fx-secondary", "link": "fx-link"}
HEIGHTS = {"sm": " fx-small"}

Rules = dict[str, str | None]


def draw_box(box: Json, tools: Tools, layout: str, *, margin: str | None, depth: int = 0) -> str:
    """*layout* is that of the box around this one; *margin* the space that one asks for."""
    mine = box["layout"] if values.one_of(box.get("layout"), LAYOUTS) else "vertical"
    rules = {**_placed(box, layout, margin), **_framed(box)}
    if "flex" not in box and box.get("width") is not None and layout != "vertical" and "position" not in rules:
        rules["flex"] = "none"  # a width of one's own is no share
    attributes = {
        "class": f"fx-box {LAYOUTS[mine]}",
        "style": values.style(rules),
        **actions.area(box.get("action"), says_nothing=not box.get("contents")),
    }
    return element("div", attributes, _contents(box, tools, mine, depth))


def _contents(box: Json, tools: Tools, layout: str, depth: int) -> str:
    if depth >= DEEPEST:
        return ""
    space = values.length(box.get("spacing"))
    drawn: list[str] = []
    for part in objects(box.get("contents")):
        kind = part.get("type")
        margin = space if drawn and kind != "filler" else None
        if kind == "box":
            drawn.append(draw_box(part, tools, layout, margin=margin, depth=depth + 1))
        elif isinstance(kind, str) and kind in _PARTS:
            drawn.append(_PARTS[kind](part, tools, layout, margin=margin))
    return "".join(drawn)


def _placed(part: Json, layout: str, margin: str | None) -> Rules:
    """Share, space before and shift: what each component may say about itself."""
    rules: Rules = {}
    is_row = layout != "vertical"
    if part.get("position") == "absolute":
        rules["position"] = "absolute"
    else:
        flex = values.count(part.get("flex"))
        if flex is not None:
            rules["flex"] = f"{flex} 0 {'0' if is_row else 'auto'}" if flex else "none"
        rules["margin-inline-start" if is_row else "margin-top"] = values.length(part.get("margin")) or margin
    rules |= {side: values.length(part[name]) for name, side in OFFSETS.items() if name in part}
    return rules


def _framed(box: Json) -> Rules:
    """What only a box has."""
    rules = {rule: values.length(box[name], names) for name, (rule, names) in FRAME.items() if name in box}
    border = values.length(box.get("borderWidth"), values.BORDERS)
    if border:
        rules["border"] = f"{border} solid {values.colour(box.get('borderColor')) or 'transparent'}"
    return rules | {
        "background-color": values.colour(box.get("backgroundColor")),
        "background-image": values.gradient(inner(box.get("background"))),
        "justify-content": values.one_of(box.get("justifyContent"), ALONG),
        "align-items": values.one_of(box.get("alignItems"), ACROSS),
    }


def _text(text: Json, tools: Tools, layout: str, *, margin: str | None) -> str:
    """One line that ends in an ellipsis, unless it wraps. Spans take the place of the text."""
    rules = {**_placed(text, layout, margin), **_written(text), **_gravity(text, layout)}
    rules["text-align"] = values.one_of(text.get("align"), TEXT_ALIGNED)
    wraps = text.get("wrap") is True
    spans = objects(text.get("contents"))
    shown = "".join([_span(part, wraps) for part in spans]) if spans else _said(text, wraps)
    attributes = {
        "class": "fx-text fx-wrap" if wraps else "fx-text",
        "style": values.style(rules),
        "data-shrink": "" if _shrinks(text) else None,
        **actions.area(text.get("action")),
    }
    return element("div", attributes, element("p", {"style": values.style(_lines(text)) if wraps else None}, shown))


def _written(part: Json) -> Rules:
    return {
        "font-size": values.length(part.get("size"), values.FONT_SIZES),
        "color": values.colour(part.get("color")),
        "font-weight": values.one_of(part.get("weight"), WEIGHTS),
        "font-style": values.one_of(part.get("style"), SLANTS),
        "text-decoration": values.one_of(part.get("decoration"), DECORATIONS),
    }


def _gravity(part: Json, layout: str) -> Rules:
    """Things on a common baseline have no gravity."""
    return {} if layout == "baseline" else {"justify-content": values.one_of(part.get("gravity"), GRAVITY)}


def _lines(text: Json) -> Rules:
    """Line spacing stands between lines only: half of it is taken off above the first and below the last."""
    most, space = values.count(text.get("maxLines")), values.length(text.get("lineSpacing"), {})
    rules: Rules = {}
    if most:
        rules |= {"display": "-webkit-box", "-webkit-box-orient": "vertical", "-webkit-line-clamp": str(most)}
    if space and space.endswith("px") and not space.startswith("-"):
        rules |= {"line-height": f"calc(1.4em + {space})", "margin-block": f"calc({space} / -2)"}
    return rules


def _span(part: Json, wraps: bool) -> str:
    return element("span", {"style": values.style(_written(part))}, _said(part, wraps))


def _said(part: Json, wraps: bool) -> str:
    """Where nothing wraps, a line break is a space."""
    said = part.get("text")
    return words(said if wraps or not isinstance(said, str) else said.replace("\n", " "))


def _shrinks(part: Json) -> bool:
    return part.get("adjustMode") == "shrink-to-fit"


def _button(button: Json, tools: Tools, layout: str, *, margin: str | None) -> str:
    look = values.one_of(button.get("style"), BUTTONS) or "fx-link"
    colour = values.style({"color" if look == "fx-link" else "background-color": values.colour(button.get("color"))})
    classes = look + (values.one_of(button.get("height"), HEIGHTS) or "")
    attributes = {
        "class": "fx-button",
        "style": values.style({**_placed(button, layout, margin), **_gravity(button, layout)}),
        "data-shrink": "" if _shrinks(button) else None,
    }
    return element("div", attributes, actions.button(classes, button.get("action"), style=colour))


def draw_image(image: Json, tools: Tools, layout: str, *, margin: str | None) -> str:
    width = values.length(image.get("size"), values.IMAGE_SIZES) or values.IMAGE_SIZES["md"]
    rules = {**_placed(image, layout, margin), **_gravity(image, layout)}
    rules["align-items"] = values.one_of(image.get("align"), ALIGNED)
    if width.endswith("%") and (rules.get("flex") == "none" or "position" in rules):
        rules["width"] = "100%"  # a share of the box, not of itself
    attributes = {
        "class": "fx-image fx-wide" if width.endswith("%") else "fx-image",
        "style": values.style(rules),
        **actions.area(image.get("action"), says_nothing=True),
    }
    return element("div", attributes, _picture(image, tools, width))


def _picture(image: Json, tools: Tools, width: str) -> str:
    url = tools.url(image.get("url"))
    rules: Rules = {
        "width": width,
        "aspect-ratio": values.ratio(image.get("aspectRatio")),
        "object-fit": values.one_of(image.get("aspectMode"), MODES),
        "background-color": values.colour(image.get("backgroundColor")),
    }
    if url is None:
        return span("line-no-picture", marks.PICTURE, style=values.style(rules))
    return void("img", {"src": url, "alt": "", "loading": "lazy", "style": values.style(rules)})


def _icon(icon: Json, tools: Tools, layout: str, *, margin: str | None) -> str:
    """As high as a letter of its size; its lower edge stands on the baseline."""
    rules = {**_placed(icon, layout, margin), "flex": "none"}
    rules["font-size"] = values.length(icon.get("size"), values.FONT_SIZES)
    rules["aspect-ratio"] = values.ratio(icon.get("aspectRatio"))
    url = tools.url(icon.get("url"))
    if url is None:
        return span("fx-icon line-no-picture", style=values.style(rules))
    return void("img", {"class": "fx-icon", "src": url, "alt": "", "loading": "lazy", "style": values.style(rules)})


def _separator(separator: Json, tools: Tools, layout: str, *, margin: str | None) -> str:
    space = values.length(separator.get("margin")) or margin
    side = "margin-top" if layout == "vertical" else "margin-inline-start"
    rules = {"border-color": values.colour(separator.get("color")), side: space}
    return element("div", {"class": "fx-separator", "style": values.style(rules)})


def _filler(filler: Json, tools: Tools, layout: str, *, margin: str | None) -> str:
    return element("div", {"class": "fx-filler", "style": values.style(_placed(filler, layout, margin))})


_PARTS: dict[str, Callable[..., str]] = {
    "text": _text,
    "button": _button,
    "image": draw_image,
    "icon": _icon,
    "separator": _separator,
    "filler": _filler,
}
