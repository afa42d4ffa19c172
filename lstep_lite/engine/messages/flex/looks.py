"""Sizes, colours and places in words, and how they become LINE's properties. Unset ones are left to LINE."""

from collections.abc import Mapping
from typing import Any

from lstep_lite.engine.studio import Choice, Color, Data, Flag

BUBBLE_SIZES = {
    "nano": "極小",
    "micro": "とても小さい",
    "deca": "小さい",
    "hecto": "やや小さい",
    "kilo": "中くらい",
    "mega": "標準",
    "giga": "大きい",
}
SPACES = {
    "none": "なし",
    "xs": "ごく狭い",
    "sm": "狭い",
    "md": "標準",
    "lg": "やや広い",
    "xl": "広い",
    "xxl": "とても広い",
}
TEXT_SIZES = {
    "xxs": "極小",
    "xs": "とても小さい",
    "sm": "小さい",
    "md": "標準",
    "lg": "やや大きい",
    "xl": "大きい",
    "xxl": "とても大きい",
    "3xl": "特大",
    "4xl": "特大（2段上）",
    "5xl": "最大",
}
ALIGNS = {"start": "左", "center": "中央", "end": "右"}
GRAVITIES = {"top": "上", "center": "中央", "bottom": "下"}
CORNERS = {"none": "なし", "sm": "少し丸く", "md": "丸く", "xl": "もっと丸く", "xxl": "とても丸く"}
DECORATIONS = {"none": "なし", "underline": "下線", "line-through": "取り消し線"}
ANGLES = {"180deg": "上から下へ", "90deg": "左から右へ", "135deg": "左上から右下へ", "45deg": "左下から右上へ"}
GREY = "#6b7280"
"""Of words that stand back; readable on white."""


def MARGIN(start: str) -> Choice:
    return Choice(name="margin", label="上の余白", options=SPACES, start=start)


SIZE = Choice(name="size", label="文字の大きさ", options=TEXT_SIZES, start="md")
BOLD = Flag(name="bold", label="太字にする")
COLOR = Color(name="color", label="文字の色")
ALIGN = Choice(name="align", label="位置", options=ALIGNS, start="start", as_buttons=True)


def slim(properties: Mapping[str, Any], **defaults: Any) -> dict[str, Any]:
    """*properties* without those that are empty or what LINE assumes anyway."""
    return {
        name: value for name, value in properties.items() if value not in (None, "") and value != defaults.get(name)
    }


def letters(data: Data, **over: Any) -> dict[str, Any]:
    """LINE's properties of a text or a span: place, size, weight, colour, decoration."""
    look = {
        "align": data.get("align"),
        "size": data.get("size"),
        "weight": "bold" if data.get("bold") else None,
        "color": data.get("color"),
        "style": "italic" if data.get("italic") else None,
        "decoration": data.get("decoration"),
    }
    return slim(look | over, align="start", size="md", decoration="none")


def text(said: str, **look: Any) -> dict[str, Any]:
    """A text that goes on in the next line when it is long."""
    return {"type": "text", "text": said, "wrap": True} | slim(look, size="md", align="start")


def box(layout: str, contents: list[dict[str, Any]], **look: Any) -> dict[str, Any]:
    """A box. One that is there for its shape alone gets a filler: LINE is not asked about empty ones."""
    return {"type": "box", "layout": layout, "contents": contents or [{"type": "filler"}]} | slim(look)


def paint(data: Data, prefix: str = "") -> dict[str, Any]:
    """A box's background of one colour, or of two that run into each other."""
    first, second = data.get(f"{prefix}color") or "", data.get(f"{prefix}color2") or ""
    if not second:
        return {"backgroundColor": first} if first else {}
    gradient = {
        "type": "linearGradient",
        "angle": data.get(f"{prefix}angle") or "180deg",
        "startColor": first or second,
        "endColor": second,
    }
    return {"background": gradient}
