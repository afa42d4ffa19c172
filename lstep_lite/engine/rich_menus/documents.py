"""What a menu is made of, told by inputs: they draw its editor and check what the editor posts (engine/studio).

    {"size": "large", …, "palette": {…}, "strip": "top", …, "tabs": [{"id", "label", "source": "compose", …,
     "cells": [{"id", "x", "y", "width", "height", "tap": {…}, …looks…, "lines": [{…}]}]}]}

Places are thousandths of the body: the canvas without the strip of tabs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lstep_lite.engine.rich_menus.inputs import PALETTE, Canvas, Glyph, PaletteColor, Share
from lstep_lite.engine.rich_menus.layouts import WHOLE
from lstep_lite.engine.studio import Choice, Color, Element, File, Flag, Input, Items, Number, Text
from lstep_lite.engine.taps import TapInput, Where

MOST_AREAS = 20
MOST_TABS = 10
LONGEST_LABEL = 20
"""Of an area at LINE. https://developers.line.biz/en/reference/messaging-api/#action-object-label-spec"""
SIZES = {"large": (2500, 1686), "compact": (2500, 843)}
"""Width and height in pixels; "free" is told by the document itself."""
LEAST_WIDTH, MOST_WIDTH, LEAST_HEIGHT = 800, 2500, 250
LEAST_RATIO = 1.45
"""Width by height. https://developers.line.biz/en/reference/messaging-api/#upload-rich-menu-image-requirements"""
MOST_HEIGHT = int(MOST_WIDTH / LEAST_RATIO)

NOTHING: Mapping[str, Sequence[Any]] = {}
COMPOSED = {"source": ("compose",)}
START_PALETTE = {
    "ground": "#f4f1ec",
    "surface": "#ffffff",
    "accent": "#06773d",
    "ink": "#2b2b2b",
    "light": "#ffffff",
}
FILLS = {"none": "なし", "plain": "1色", "gradient": "グラデーション", "image": "画像"}
DIRECTIONS = {"down": "上から下", "right": "左から右", "diagonal": "斜め"}
PATTERNS = {
    "none": "なし",
    "dots": "水玉",
    "stripes": "ストライプ",
    "checks": "チェック",
    "grid": "格子",
    "waves": "波",
    "confetti": "紙吹雪",
    "leaves": "葉",
    "paper": "紙の質感",
    "linen": "布の質感",
}
PATTERNED = {**COMPOSED, "pattern": tuple(name for name in PATTERNS if name != "none")}
GROUNDS = {name: FILLS[name] for name in ("plain", "gradient", "image")}
FONTS = {"gothic": "ゴシック", "rounded": "丸ゴシック", "mincho": "明朝"}
CORNERS = {"top_left": "左上", "top_right": "右上", "bottom_left": "左下", "bottom_right": "右下"}


def _section(label: str, *inputs: Input) -> tuple[Input, ...]:
    return tuple(replace(each, section=label) for each in inputs)


def _place() -> tuple[Input, ...]:
    return _section(
        "位置と大きさ",
        Share(name="x", label="左から"),
        Share(name="y", label="上から"),
        Share(name="width", label="幅", least=1, start=WHOLE),
        Share(name="height", label="高さ", least=1, start=WHOLE),
    )


def _label() -> Text:
    return Text(
        name="label",
        label="ボタンの名前",
        most=LONGEST_LABEL,
        required=False,
        words=False,
        hint="集計と、画面の読み上げに使います。空なら、ボタンの文字を使います。",
    )


def _fill(
    prefix: str, start: str, color: str, fills: Mapping[str, str], shown_if: Mapping[str, Sequence[Any]] = NOTHING
) -> tuple[Input, ...]:
    """What a surface is painted with. Its inputs are called *prefix*, *prefix*_color, …"""
    painted, graded, pictured = (
        {**shown_if, prefix: names} for names in (("plain", "gradient"), ("gradient",), ("image",))
    )
    return (
        Choice(name=prefix, label="背景", options=fills, start=start, as_buttons=True, shown_if=shown_if),
        PaletteColor(name=f"{prefix}_color", label="色", start=color, shown_if=painted),
        PaletteColor(name=f"{prefix}_color2", label="終わりの色", start="@accent", shown_if=graded),
        Choice(name=f"{prefix}_direction", label="向き", options=DIRECTIONS, start="down", shown_if=graded),
        File(name=f"{prefix}_media_id", label="画像", shown_if=pictured),
        Number(name=f"{prefix}_zoom", label="拡大", least=100, most=400, start=100, unit="%", shown_if=pictured),
        Share(name=f"{prefix}_focus_x", label="見せる位置（左から）", start=500, shown_if=pictured),
        Share(name=f"{prefix}_focus_y", label="見せる位置（上から）", start=500, shown_if=pictured),
        Number(
            name=f"{prefix}_shade",
            label="暗くする",
            least=0,
            most=90,
            start=0,
            unit="%",
            shown_if=pictured,
            hint="画像の上の文字を読みやすくします。",
        ),
    )


_BADGED = {"badge": ("pill", "circle", "ribbon", "burst")}

LINE = Element(
    name="menu_line",
    label="文字",
    icon="letter-case",
    title="text",
    inputs=(
        Text(name="text", label="文字", most=40, lines=2, words=False, start="ボタン"),
        Choice(name="font", label="書体", options=FONTS, start="gothic"),
        Flag(name="is_bold", label="太字", start=True),
        Number(
            name="size",
            label="大きさ",
            least=0,
            most=400,
            start=0,
            unit="px",
            hint="0なら、ボタンに合わせて自動で決めます。横幅2500pxの画像での大きさです。",
        ),
        PaletteColor(name="color", label="色", start="@ink"),
        *_section(
            "飾り",
            Number(name="outline", label="ふち取り", least=0, most=20, start=0, unit="px"),
            PaletteColor(name="outline_color", label="ふち取りの色", start="#ffffff"),
            Flag(name="has_shadow", label="影を付ける"),
        ),
    ),
)

CELL = Element(
    name="menu_cell",
    label="ボタン",
    icon="square-rounded",
    title="label",
    inputs=(
        *_section("タップ", _label(), TapInput(where=Where.RICH_MENU, start="actions")),
        *_section(
            "文字",
            Items(
                name="lines",
                label="文字",
                of=lambda: (LINE,),
                most=3,
                first=("menu_line",),
                noun="文字の行",
            ),
            Choice(
                name="align",
                label="横の位置",
                options={"left": "左", "center": "中央", "right": "右"},
                start="center",
                as_buttons=True,
            ),
            Choice(
                name="valign",
                label="縦の位置",
                options={"top": "上", "middle": "中央", "bottom": "下"},
                start="middle",
                as_buttons=True,
            ),
        ),
        *_section(
            "アイコン",
            Glyph(name="icon", label="アイコン"),
            PaletteColor(name="icon_color", label="アイコンの色", start="@accent"),
            Number(name="icon_size", label="アイコンの大きさ", least=10, most=100, start=42, unit="%"),
            Choice(
                name="icon_place",
                label="アイコンの位置",
                options={"top": "文字の上", "left": "文字の左", "right": "文字の右", "back": "文字の後ろ"},
                start="top",
            ),
        ),
        *_section("背景", *_fill("fill", "plain", "@surface", FILLS)),
        *_section(
            "枠",
            Number(
                name="radius",
                label="角の丸み",
                least=0,
                most=50,
                start=6,
                unit="%",
                hint="50%で円や錠剤の形になります。",
            ),
            Number(name="border", label="枠線の太さ", least=0, most=40, start=0, unit="px"),
            PaletteColor(name="border_color", label="枠線の色", start="@accent"),
            Flag(name="has_shadow", label="影を付ける"),
        ),
        *_section(
            "目印",
            Choice(
                name="badge",
                label="目印",
                options={"none": "なし", "pill": "錠剤", "circle": "円", "ribbon": "リボン", "burst": "星"},
                start="none",
            ),
            Text(
                name="badge_text",
                label="目印の文字",
                most=8,
                words=False,
                start="NEW",
                shown_if=_BADGED,
                example="NEW、20%OFF、3 など",
            ),
            PaletteColor(name="badge_color", label="目印の色", start="#e5383b", shown_if=_BADGED),
            Choice(name="badge_corner", label="目印の場所", options=CORNERS, start="top_right", shown_if=_BADGED),
        ),
        *_place(),
    ),
)
"""A button of a composed menu."""

AREA = Element(
    name="menu_area",
    label="タップする場所",
    icon="hand-stop",
    title="label",
    inputs=(*_section("タップ", _label(), TapInput(where=Where.RICH_MENU, start="actions")), *_place()),
)
"""A place on a finished picture."""

TAB = Element(
    name="menu_tab",
    label="タブ",
    icon="layout-navbar",
    title="label",
    is_panel=True,
    inputs=(
        *_section(
            "タブ",
            Text(name="label", label="タブの名前", most=12, words=False, start="ホーム"),
            Glyph(name="icon", label="タブのアイコン"),
            Choice(
                name="source",
                label="画像",
                options={"compose": "ここで作る", "picture": "完成した画像を使う"},
                start="compose",
                as_buttons=True,
            ),
            File(
                name="picture_id",
                label="完成した画像",
                shown_if={"source": ("picture",)},
                hint="選んだサイズに合わせて、はみ出す部分を切り取ります。",
            ),
        ),
        *_section("背景", *_fill("ground", "plain", "@ground", GROUNDS, COMPOSED)),
        *_section(
            "模様",
            Choice(name="pattern", label="模様", options=PATTERNS, start="none", shown_if=COMPOSED),
            PaletteColor(name="pattern_color", label="模様の色", start="@accent", shown_if=PATTERNED),
            Number(
                name="pattern_strength", label="模様の濃さ", least=5, most=100, start=20, unit="%", shown_if=PATTERNED
            ),
        ),
        *_section(
            "余白",
            Number(name="padding", label="外側の余白", least=0, most=120, start=24, unit="px", shown_if=COMPOSED),
            Number(name="gap", label="ボタンの間", least=0, most=120, start=24, unit="px", shown_if=COMPOSED),
        ),
        *_section(
            "ロゴ",
            File(name="logo_id", label="ロゴ", required=False, shown_if=COMPOSED),
            Share(name="logo_x", label="ロゴの中心（左から）", start=500, shown_if=COMPOSED),
            Share(name="logo_y", label="ロゴの中心（上から）", start=80, shown_if=COMPOSED),
            Share(name="logo_width", label="ロゴの幅", least=20, start=200, shown_if=COMPOSED),
        ),
        Canvas(
            name="cells",
            label="ボタン",
            of=lambda: (CELL,),
            most=MOST_AREAS,
            first=("menu_cell",),
            noun="ボタン",
            hint="分け方を選ぶか、空いている所をドラッグして作ります。",
            shown_if=COMPOSED,
        ),
        Canvas(
            name="areas",
            label="タップする場所",
            of=lambda: (AREA,),
            least=1,
            most=MOST_AREAS,
            first=("menu_area",),
            noun="場所",
            hint="分け方を選ぶか、画像の上をドラッグして決めます。",
            shown_if={"source": ("picture",)},
        ),
    ),
)

_STRIP = {"strip": ("top", "bottom")}
INPUTS: tuple[Input, ...] = (
    *_section(
        "大きさ",
        Choice(
            name="size",
            label="大きさ",
            options={"large": "大（2500×1686）", "compact": "小（2500×843）", "free": "自由"},
            start="large",
            as_buttons=True,
        ),
        Number(
            name="width",
            label="横幅",
            least=LEAST_WIDTH,
            most=MOST_WIDTH,
            start=2500,
            unit="px",
            shown_if={"size": ("free",)},
        ),
        Number(
            name="height",
            label="高さ",
            least=LEAST_HEIGHT,
            most=MOST_HEIGHT,
            start=1200,
            unit="px",
            shown_if={"size": ("free",)},
            hint="横幅の1.45分の1までです。",
        ),
    ),
    *_section(
        "配色",
        *(Color(name=name, label=label, start=START_PALETTE[name], required=True) for name, label in PALETTE.items()),
    ),
    *_section(
        "タブの帯",
        Choice(
            name="strip",
            label="タブの帯",
            options={"none": "なし", "top": "上", "bottom": "下"},
            start="top",
            as_buttons=True,
            hint="タブが2つ以上のときに表示します。",
        ),
        Choice(
            name="strip_style",
            label="帯の形",
            options={"filled": "塗りつぶし", "underline": "下線", "pill": "錠剤", "folder": "見出し"},
            start="filled",
            shown_if=_STRIP,
        ),
        Share(name="strip_height", label="帯の高さ", least=60, most=300, start=130, shown_if=_STRIP),
        Choice(name="strip_font", label="帯の書体", options=FONTS, start="gothic", shown_if=_STRIP),
    ),
    Items(name="tabs", label="タブ", of=lambda: (TAB,), least=1, most=MOST_TABS, first=("menu_tab",), noun="タブ"),
)
