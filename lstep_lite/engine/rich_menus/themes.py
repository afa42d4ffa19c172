"""配色: ready palettes for a whole menu. Whatever is written on them can be read (engine/rich_menus/contrast.py)."""

from collections.abc import Mapping
from dataclasses import dataclass

from lstep_lite.engine.rich_menus.inputs import PALETTE


@dataclass(frozen=True)
class Theme:
    code: str
    label: str
    colors: Mapping[str, str]
    """`#rrggbb` of each name in PALETTE."""


def _theme(code: str, label: str, *colors: str) -> Theme:
    return Theme(code, label, dict(zip(PALETTE, colors, strict=True)))


THEMES = (
    _theme("leaf", "若葉", "#eef2e6", "#ffffff", "#3f6b3a", "#2c3327", "#ffffff"),
    _theme("sage", "セージ", "#e4e9e1", "#fbfcf8", "#4d6a5c", "#2d3833", "#ffffff"),
    _theme("beige", "生成り", "#f3ece1", "#fffdf8", "#8a5a2b", "#3d3026", "#ffffff"),
    _theme("terracotta", "テラコッタ", "#f8e8dc", "#fffaf5", "#a8482a", "#43291f", "#ffffff"),
    _theme("rose", "ローズ", "#f8e6e6", "#fffafa", "#a83f5b", "#46252e", "#ffffff"),
    _theme("sakura", "さくら", "#fdeef2", "#ffffff", "#bf3a6b", "#4a2534", "#ffffff"),
    _theme("plum", "ラベンダー", "#eee8f5", "#fdfbff", "#69458f", "#32263f", "#ffffff"),
    _theme("sky", "空色", "#e3f1fa", "#ffffff", "#11679e", "#1e3340", "#ffffff"),
    _theme("mint", "ミント", "#def3ee", "#ffffff", "#0b7264", "#1d3a35", "#ffffff"),
    _theme("navy", "紺と白", "#e9edf3", "#ffffff", "#1f3f6e", "#1c2736", "#ffffff"),
    _theme("lemon", "レモン", "#ffe14d", "#fffdf0", "#b23a00", "#33270a", "#ffffff"),
    _theme("tomato", "トマト", "#fff0e4", "#ffffff", "#c8321f", "#3b1c14", "#ffffff"),
    _theme("mono", "白と黒", "#f2f2f0", "#ffffff", "#1a1a1a", "#1a1a1a", "#ffffff"),
    _theme("greige", "グレージュ", "#e5dfd8", "#f8f5f1", "#6d5744", "#3a322b", "#ffffff"),
    _theme("indigo", "藍と金", "#141d33", "#1e2a47", "#dcbb76", "#f6f1e4", "#1b2238"),
    _theme("coal", "墨と真ちゅう", "#191817", "#262422", "#cfa763", "#f4efe6", "#201c15"),
    _theme("wine", "ワイン", "#2a1218", "#3c1a23", "#e3b58a", "#fbf0ea", "#33141b"),
    _theme("forest", "深い森", "#12241d", "#1c352b", "#c9cf8a", "#f1f4e8", "#15291f"),
)
"""In the order of the picker."""
