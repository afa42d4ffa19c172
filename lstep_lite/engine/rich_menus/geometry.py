"""Where things stand in a menu, in pixels of its canvas. Neighbours that touch in thousandths touch in pixels too."""

from collections.abc import Iterator
from dataclasses import dataclass

from lstep_lite.engine.rich_menus.documents import AREA, CELL, LONGEST_LABEL, SIZES
from lstep_lite.engine.rich_menus.layouts import WHOLE
from lstep_lite.engine.studio import Data, title_of
from lstep_lite.engine.text import cut_utf16, grapheme_count


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass(frozen=True)
class Area:
    """A place to tap: *tap* is what its document says, or *tab* the code of the tab that it switches to."""

    code: str
    label: str
    box: Box
    tap: Data | None = None
    tab: str | None = None


def canvas_of(document: Data) -> Box:
    width, height = SIZES.get(document["size"]) or (document["width"], document["height"])
    return Box(0, 0, width, height)


def has_strip(document: Data) -> bool:
    return document["strip"] != "none" and len(document["tabs"]) > 1


def strip_of(document: Data) -> Box:
    """The strip of tabs; of no height where there is none."""
    canvas = canvas_of(document)
    height = canvas.height * document["strip_height"] // WHOLE if has_strip(document) else 0
    return Box(0, canvas.height - height if document["strip"] == "bottom" else 0, canvas.width, height)


def body_of(document: Data) -> Box:
    """The canvas without the strip."""
    canvas, strip = canvas_of(document), strip_of(document)
    top = strip.bottom if document["strip"] == "top" else 0
    return Box(0, top, canvas.width, canvas.height - strip.height)


def strip_cells(document: Data) -> Iterator[tuple[Data, Box]]:
    """Each tab with its place in the strip."""
    strip, tabs = strip_of(document), document["tabs"]
    lefts = [strip.width * at // len(tabs) for at in range(len(tabs) + 1)]
    for at, tab in enumerate(tabs):
        yield tab, Box(lefts[at], strip.y, lefts[at + 1] - lefts[at], strip.height)


def box_of(body: Box, place: Data) -> Box:
    """*place*, a cell or an area, in pixels."""
    left, right = (body.x + body.width * share // WHOLE for share in (place["x"], place["x"] + place["width"]))
    top, bottom = (body.y + body.height * share // WHOLE for share in (place["y"], place["y"] + place["height"]))
    return Box(left, top, max(1, right - left), max(1, bottom - top))


def places_of(tab: Data) -> list[Data]:
    """The cells of a composed tab, the areas of a finished picture."""
    return list(tab["cells"] if tab["source"] == "compose" else tab["areas"])


def name_of(place: Data) -> str:
    """What a place is called in numbers and to people who can't see it; empty where nothing says so."""
    words = title_of(CELL if place["kind"] == CELL.name else AREA, place)
    return words if grapheme_count(words) <= LONGEST_LABEL else cut_utf16(words, LONGEST_LABEL)


def areas_of(document: Data, tab: Data) -> list[Area]:
    """All that can be tapped in *tab*, as LINE gets it: the strip's other tabs first."""
    found = []
    if has_strip(document):
        others = ((other, box) for other, box in strip_cells(document) if other["id"] != tab["id"])
        found += [Area(other["id"], other["label"], box, tab=other["id"]) for other, box in others]
    body = body_of(document)
    for place in places_of(tab):
        if place["tap"]["do"] != "none":
            found.append(Area(place["tap"]["id"], name_of(place), box_of(body, place), tap=place["tap"]))
    return found
