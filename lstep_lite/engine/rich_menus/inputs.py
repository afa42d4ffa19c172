"""Inputs that only menus have: colours of the menu's own palette, icons, tabs, and places on the canvas."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.rich_menus.layouts import LAYOUTS, WHOLE
from lstep_lite.engine.studio import Cleaning, Data, Input, Items, Number

PALETTE = {"ground": "背景", "surface": "ボタン", "accent": "強調", "ink": "文字", "light": "強調の上の文字"}
"""The colours a menu is made of, by the name under which its parts refer to them ("@accent")."""
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_GLYPH = re.compile(r"[a-z0-9-]{1,60}")


@dataclass(frozen=True, kw_only=True)
class PaletteColor(Input):
    """`@accent`, a colour of the menu's palette, which follows when another theme is chosen; or `#rrggbb`."""

    widget = "palette-color"
    start: str

    def empty(self) -> str:
        return self.start

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        return super().describe(session, elements) | {"palette": list(PALETTE.items())}

    def clean(self, value: Any, here: Cleaning) -> str:
        color = value if isinstance(value, str) else self.start
        if color.removeprefix("@") not in PALETTE and not _HEX.fullmatch(color):
            here.refuse(f"{self.label}を選び直してください。")
            return self.start
        return color


@dataclass(frozen=True, kw_only=True)
class Glyph(Input):
    """The name of an icon; empty for none."""

    widget = "glyph"

    def empty(self) -> str:
        return ""

    def clean(self, value: Any, here: Cleaning) -> str:
        name = value if isinstance(value, str) else ""
        if name and not _GLYPH.fullmatch(name):
            here.refuse("アイコンを選び直してください。")
            return ""
        return name


@dataclass(frozen=True, kw_only=True)
class Share(Number):
    """A part of the canvas's width or height, in thousandths; shown in percent."""

    widget = "share"
    least: int = 0
    most: int = WHOLE
    start: int = 0
    unit: str = "%"


@dataclass(frozen=True, kw_only=True)
class Canvas(Items):
    """Places on a picture: drawn, dragged and resized on it, divided by layouts."""

    widget = "canvas"

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        layouts = [{"label": layout.label, "areas": layout.areas} for layout in LAYOUTS]
        return super().describe(session, elements) | {"layouts": layouts}
