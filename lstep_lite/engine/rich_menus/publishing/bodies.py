"""A tab as LINE wants it: one rich menu, whose areas are told by what is tapped in them.

https://developers.line.biz/en/reference/messaging-api/#rich-menu-object
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from lstep_lite.engine import taps
from lstep_lite.engine.line import links
from lstep_lite.engine.messages.rendering import URL_SAFE
from lstep_lite.engine.rich_menus import geometry, keeping, tapping
from lstep_lite.engine.rich_menus.geometry import Area, Box
from lstep_lite.engine.studio import Data

PREFIX = "lstep-"
"""Begins the names that we give to menus and aliases at LINE."""


@dataclass(frozen=True)
class Everybody:
    """Who speaks in a menu: the same words for all friends. A `taps.MenuSpeaker`."""

    public_url: str
    now: datetime
    pages_url: str = ""
    """Where our pages for customers are opened inside LINE."""

    def page(self, path: str) -> str:
        return f"{self.pages_url}{path.removeprefix(links.PAGES)}"

    def fill(self, text: str, most: int | None = None) -> str:
        return text  # no longer than its input allows, which is what LINE takes

    def fill_url(self, url: str, most: int | None = None) -> str:
        return quote(url, safe=URL_SAFE)

    def alias(self, tab: str) -> str:
        return keeping.alias_of(tab)


@dataclass(frozen=True)
class Shown:
    """What customers get of a menu."""

    document: Data
    chat_bar_text: str
    is_open: bool


def body(shown: Shown, tab: Data, speaker: Everybody, name: str) -> dict[str, Any]:
    """What is sent to make it."""
    canvas = geometry.canvas_of(shown.document)
    return {
        "size": {"width": canvas.width, "height": canvas.height},
        "selected": shown.is_open,
        "name": name,
        "chatBarText": shown.chat_bar_text,
        "areas": [
            {"bounds": _bounds(area.box), "action": action} for area, action in _tappable(shown.document, tab, speaker)
        ],
    }


def areas(document: Data, tab: Data, speaker: Everybody) -> list[dict[str, str]]:
    """Who the areas of `body` are, in its order."""
    return [{"code": tapping.of_area(area)["id"], "label": area.label} for area, _ in _tappable(document, tab, speaker)]


def _tappable(document: Data, tab: Data, speaker: Everybody) -> Iterator[tuple[Area, dict[str, Any]]]:
    for area in geometry.areas_of(document, tab):
        if action := taps.line_action(tapping.of_area(area), speaker):
            yield area, action | ({"label": area.label} if area.label else {})


def _bounds(box: Box) -> dict[str, int]:
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def digest(body: dict[str, Any], picture: bytes) -> str:
    """Equal for menus that look and behave the same, whatever their names."""
    told = json.dumps({**body, "name": ""}, sort_keys=True)
    return sha256(told.encode() + picture).hexdigest()
