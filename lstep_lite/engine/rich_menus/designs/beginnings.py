"""What a new menu can begin with: a design, a way to divide it, or a finished picture; each has a word."""

import re

from lstep_lite.engine.rich_menus.designs import registry
from lstep_lite.engine.rich_menus.documents import CELL, INPUTS
from lstep_lite.engine.rich_menus.layouts import LAYOUTS
from lstep_lite.engine.studio import Data, fresh, fresh_inputs, new_code
from lstep_lite.errors import NotFound

PICTURE = "picture"
_LAYOUT = re.compile(r"layout-([0-9]{1,3})")


def layout(at: int) -> str:
    """The word of one of LAYOUTS."""
    return f"layout-{at}"


def beginning(word: str) -> Data:
    """The first document of a menu that begins with *word*; a plain one for no word. Raises NotFound."""
    if not word:
        return fresh(INPUTS)
    if word == PICTURE:
        return _with_picture()
    found = _LAYOUT.fullmatch(word)
    return _divided(int(found[1])) if found else registry.document(word)


def name(word: str) -> str:
    """What a menu that begins with *word* may be called; empty where that says nothing."""
    return registry.get(word).label if registry.is_known(word) else ""


def _with_picture() -> Data:
    document = fresh(INPUTS)
    document["tabs"][0]["source"] = "picture"
    return document


def _divided(at: int) -> Data:
    if at >= len(LAYOUTS):
        raise NotFound("この分け方は見つかりませんでした。")
    document = fresh(INPUTS)
    document["tabs"][0]["cells"] = [_cell(number, place) for number, place in enumerate(LAYOUTS[at].areas, 1)]
    return document


def _cell(number: int, place: tuple[int, int, int, int]) -> Data:
    x, y, width, height = place
    cell = {"kind": CELL.name, "id": new_code(), **fresh_inputs(CELL.inputs)}
    cell["lines"][0]["text"] = f"ボタン{number}"
    return cell | {"x": x, "y": y, "width": width, "height": height}
