"""Small functions that designs are written with: each makes one part of a menu."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from lstep_lite.engine.rich_menus import themes
from lstep_lite.engine.rich_menus.documents import CELL, INPUTS, LINE, TAB
from lstep_lite.engine.rich_menus.layouts import WHOLE, Place, grid
from lstep_lite.engine.studio import Data, Element, Input, fresh_inputs, new_code
from lstep_lite.engine.studio.inputs import is_shown

Cell = Callable[..., Data]
Words = str | Data


def menu(theme: str, *tabs: Data, **over: Any) -> Data:
    """A document in the colours of themes.py."""
    colors = next(each.colors for each in themes.THEMES if each.code == theme)
    return _made("menu", INPUTS, {**colors, **over, "tabs": list(tabs)})


def tab(label: str, *cells: Data, **over: Any) -> Data:
    return _element(TAB, {"label": label, "cells": list(cells), **over})


def look(**over: Any) -> Cell:
    """`cell` for buttons that look alike."""
    return partial(cell, **over)


def cell(place: Place, says: str, *words: Words, **over: Any) -> Data:
    """A button that sends *says* in the customer's name, so that it works as it is. It is called by its words, so that
    its name follows them; only those in several rows get a *label*, where the caller has none. *font*, *size* and
    *color* are those of words that have none of their own."""
    first: Data = {name: over.pop(name) for name in ("font", "size", "color", "is_bold") if name in over}
    lines = [_element(LINE, {**first, **(line(each) if isinstance(each, str) else each)}) for each in words]
    x, y, width, height = place
    named = {"label": "".join(lines[0]["text"].split())} if lines and "\n" in lines[0]["text"] else {}
    tap = {"id": new_code(), "do": "say", "text": says}
    where = {"x": x, "y": y, "width": width, "height": height}
    return _element(CELL, {**where, **named, "tap": tap, "lines": lines, **over})


def line(text: str, **over: Any) -> Data:
    """Words with a look of their own."""
    return {"text": text, **over}


def small(text: str, size: int = 62, **over: Any) -> Data:
    """Words below or above the large ones, in the same face."""
    return line(text, size=size, is_bold=False, **over)


def columns(count: int, top: int, bottom: int, *, left: int = 0, right: int = WHOLE) -> Sequence[Place]:
    """Equal places side by side."""
    return grid(count, 1, left=left, top=top, right=right, bottom=bottom)


def rows(count: int, left: int, right: int) -> Sequence[Place]:
    """Equal places below each other, from the top to the bottom."""
    return grid(1, count, left=left, right=right)


def _element(element: Element, over: Data) -> Data:
    kept = {"kind": element.name, "id": new_code()}
    return kept | _made(element.name, element.inputs, {name: over[name] for name in over if name not in kept})


def _made(name: str, inputs: Sequence[Input], over: Data) -> Data:
    """What a new one holds with *over* in its place, as it would be kept."""
    data = fresh_inputs(inputs)
    if unknown := over.keys() - data.keys():
        raise KeyError(f"{name} has no {', '.join(sorted(unknown))}")
    data |= over
    kept: Data = {}
    for each in inputs:
        if is_shown(each, kept):
            kept[each.name] = data[each.name]
    return kept
