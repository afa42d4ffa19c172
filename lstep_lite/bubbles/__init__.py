"""Draws LINE message objects as HTML, the same everywhere: preview, chat, lists, and the phone of the emulator.

It knows how LINE looks and nothing of what LINE accepts, so drafts may be odd or unfinished: it never raises, and what
it does not understand it leaves out. Static `line.css` gives the measures. What can be tapped carries its action as
JSON in `data-action`; who shows the HTML decides what a tap does.
"""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from . import actions
from .flex import draw_flex
from .html import Json, Tools, div, inner, objects, span, void, words
from .imagemaps import draw_imagemap
from .media import draw_audio, draw_coupon, draw_file, draw_image, draw_location, draw_sticker, draw_unknown, draw_video
from .templates import draw_template
from .texts import draw_text, draw_text_v2

__all__ = ["draw", "draw_quick_replies"]


def sticker_number(sticker: Json) -> str:
    """A sticker told by its number, for those who know no name for it."""
    return f"{sticker.get('packageId')}-{sticker.get('stickerId')}"


def draw(
    message: dict[str, Any],
    *,
    address: Callable[[str], str],
    sticker_words: Callable[[dict[str, Any]], str] = sticker_number,
) -> Markup:
    """One *message* as it goes over the wire. *address* maps its URLs to where this browser can fetch them."""
    tools, kind = Tools(address, sticker_words), message.get("type")
    drawer = _KINDS.get(kind, draw_unknown) if isinstance(kind, str) else draw_unknown
    return _markup(_sent_as(inner(message.get("sender")), drawer(message, tools), tools))


def _sent_as(sender: Json, drawn: str, tools: Tools) -> str:
    """The name and face that stand above a message instead of the account's own."""
    name, url = words(sender.get("name")), tools.url(sender.get("iconUrl"))
    if not name and url is None:
        return drawn
    face = void("img", {"src": url, "alt": "", "loading": "lazy"}) if url else span("line-sender-face")
    return div("line-sent-as", div("line-sender", face + span("", name)) + drawn)


def draw_quick_replies(message: dict[str, Any], *, address: Callable[[str], str]) -> Markup:
    """The buttons under the talk that *message* brings along; nothing when it has none."""
    tools = Tools(address, sticker_number)
    items = objects(inner(message.get("quickReply")).get("items"))
    drawn = [actions.button("line-quick", item.get("action"), before=_quick_icon(item, tools)) for item in items]
    return _markup("".join(drawn))


def _quick_icon(item: Json, tools: Tools) -> str:
    url = tools.url(item.get("imageUrl"))
    return void("img", {"src": url, "alt": "", "loading": "lazy"}) if url else ""


def _markup(html: str) -> Markup:
    """Half of a pair of UTF-16 units, which JSON can hold, cannot be sent to a browser."""
    return Markup(html.encode("utf-8", "replace").decode())  # noqa: S704 - html.py escapes every value


_KINDS: dict[str, Callable[[Json, Tools], str]] = {
    "text": draw_text,
    "textV2": draw_text_v2,
    "sticker": draw_sticker,
    "image": draw_image,
    "video": draw_video,
    "audio": draw_audio,
    "location": draw_location,
    "file": draw_file,
    "template": draw_template,
    "imagemap": draw_imagemap,
    "flex": draw_flex,
    "coupon": draw_coupon,
}
