"""Whether what is written on a menu can be read.

https://www.w3.org/TR/WCAG22/#contrast-minimum
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from lstep_lite.engine.rich_menus import geometry
from lstep_lite.engine.rich_menus.inputs import PALETTE
from lstep_lite.engine.studio import Data, Problem

TEXT = 4.5
ICON = 3.0
LEAST_OUTLINE = 3
"""An outline this wide, in pixels of a 2500 pixel picture, sets letters apart from what lies behind them."""
LEAST_SHADE = 30
"""Percent: white letters are readable on most photographs that are darkened this much."""
BLACK = "#000000"
"""What a darkened photograph counts as."""
STRIP: Mapping[str, Sequence[tuple[str, str]]] = {
    "filled": (("light", "accent"), ("ink", "surface")),
    "underline": (("accent", "surface"), ("ink", "surface")),
    "pill": (("light", "accent"), ("ink", "surface")),
    "folder": (("ink", "ground"), ("ink", "surface")),
}
"""What is written on what in a strip of tabs, by its style. Badges choose their letters' colour themselves."""


def ratio(first: str, second: str) -> float:
    """Of two colours, `#rrggbb`: from 1 (the same) to 21 (black on white)."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def resolve(document: Data, color: str) -> str:
    """`@accent` as the document's own colour of that name."""
    name = color.removeprefix("@")
    return str(document[name]) if name in PALETTE else color


def warnings(document: Data) -> list[Problem]:
    """What is hard to read, each with what to do; paths as in the document."""
    found = list(_of_strip(document))
    for at, tab in enumerate(document["tabs"]):
        if tab["source"] == "compose":
            for place, cell in enumerate(tab["cells"]):
                found += _of_cell(document, tab, cell, f"tabs.{at}.cells.{place}")
    return found


def _of_strip(document: Data) -> Iterator[Problem]:
    pairs = STRIP[document["strip_style"]] if geometry.has_strip(document) else ()
    for words, ground in pairs:
        if ratio(document[words], document[ground]) < TEXT:
            colors = f"配色の「{PALETTE[words]}」か「{PALETTE[ground]}」"
            yield Problem(words, f"タブの帯の文字が読みにくくなっています。{colors}の色を変えてください。")


def _of_cell(document: Data, tab: Data, cell: Data, path: str) -> Iterator[Problem]:
    grounds, photo = _behind(document, tab, cell)
    words = [line for line in cell["lines"] if line["text"].strip()]
    if photo is not None and photo < LEAST_SHADE and any(not _is_outlined(line) for line in words):
        yield Problem(
            f"{path}.lines",
            "写真の上の文字は読みにくいことがあります。画像を「暗くする」か、ふち取りを付けてください。",
        )
    for at, line in enumerate(cell["lines"]):
        if line["text"].strip() and _is_faint(document, line, grounds):
            shown = " ".join(line["text"].split())
            yield Problem(
                f"{path}.lines.{at}.color",
                f"「{shown}」の文字が、背景と似た色で読みにくくなっています。文字か背景の色を変えるか、ふち取りを付けてください。",
            )
    if cell["icon"] and cell["icon_place"] != "back" and _worst(document, cell["icon_color"], grounds) < ICON:
        yield Problem(
            f"{path}.icon_color", "アイコンが背景と似た色で見えにくくなっています。アイコンか背景の色を変えてください。"
        )


def _behind(document: Data, tab: Data, cell: Data) -> tuple[Sequence[str], int | None]:
    """The colours behind a cell's words, and how much its photograph is darkened; None without one."""
    painted, prefix = (tab, "ground") if cell["fill"] == "none" else (cell, "fill")
    if painted[prefix] == "image":
        shade = painted[f"{prefix}_shade"]
        return ((BLACK,) if shade >= LEAST_SHADE else ()), shade
    return [resolve(document, color) for color in _colors(painted, prefix)], None


def _colors(painted: Mapping[str, str], prefix: str) -> Iterable[str]:
    yield painted[f"{prefix}_color"]
    if painted[prefix] == "gradient":
        yield painted[f"{prefix}_color2"]


def _is_outlined(line: Data) -> bool:
    return bool(line["outline"] >= LEAST_OUTLINE)


def _is_faint(document: Data, line: Data, grounds: Sequence[str]) -> bool:
    behind = [resolve(document, line["outline_color"])] if _is_outlined(line) else grounds
    return _worst(document, line["color"], behind) < TEXT


def _worst(document: Data, color: str, grounds: Sequence[str]) -> float:
    return min((ratio(resolve(document, color), ground) for ground in grounds), default=21)
