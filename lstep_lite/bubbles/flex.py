"""Flex messages: the container, its bubbles and their four blocks. What a box holds is in flex_parts."""

from . import actions, marks, values
from .flex_parts import draw_box, draw_image
from .html import Json, Tools, div, element, inner, objects
from .media import draw_unknown
from .templates import slider

SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
BLOCKS = ("header", "hero", "body", "footer")


def draw_flex(message: Json, tools: Tools) -> str:
    container = inner(message.get("contents"))
    if container.get("type") == "carousel":
        return slider([_bubble(bubble, tools) for bubble in objects(container.get("contents"))])
    return _bubble(container, tools) if container.get("type") == "bubble" else draw_unknown(message, tools)


def _bubble(bubble: Json, tools: Tools) -> str:
    size = bubble.get("size")
    classes = f"fx-bubble fx-{size if size in SIZES else 'mega'}"
    direction = "rtl" if bubble.get("direction") == "rtl" else None
    shown = [block for block in BLOCKS if isinstance(bubble.get(block), dict)]
    styles = inner(bubble.get("styles"))
    blocks = [_block(name, bubble, inner(styles.get(name)), tools, is_first=not at) for at, name in enumerate(shown)]
    return element("div", {"class": classes, "dir": direction, **actions.area(bubble.get("action"))}, "".join(blocks))


def _block(name: str, bubble: Json, look: Json, tools: Tools, *, is_first: bool) -> str:
    """A separator stands above its block, never above the first."""
    line = ""
    if look.get("separator") is True and not is_first:
        line = div("fx-rule", style=values.style({"border-color": values.colour(look.get("separatorColor"))}))
    classes = f"fx-{name}" + (" fx-over-footer" if name == "body" and "footer" in bubble else "")
    background = values.style({"background-color": values.colour(look.get("backgroundColor"))})
    return line + div(classes, _content(inner(bubble[name]), tools), style=background)


def _content(component: Json, tools: Tools) -> str:
    """A block is a box; a hero may be a picture or a film as well."""
    kind = component.get("type")
    if kind == "image":
        return draw_image(component, tools, "vertical", margin=None)
    return _film(component, tools) if kind == "video" else draw_box(component, tools, "vertical", margin=None)


def _film(video: Json, tools: Tools) -> str:
    """A film, or what stands in for it where none can be shown. Its action, which LINE offers at the end, is below."""
    url, instead = tools.url(video.get("url")), inner(video.get("altContent"))
    if url is None and instead:
        return _content(instead, tools) if instead.get("type") != "video" else ""
    attributes = {
        "class": "fx-film",
        "style": f"aspect-ratio:{values.ratio(video.get('aspectRatio'))}",
        "controls": "",
        "playsinline": "",
        "preload": "none",
        "src": url,
        "poster": tools.url(video.get("previewUrl")),
    }
    after = inner(video.get("action"))
    if url is None:
        return div("fx-film line-no-picture", marks.PLAY, style=attributes["style"])
    drawn = element("video", attributes)
    return drawn + (actions.button("fx-film-after", after) if after else "")
