"""Small functions that designs are written with: each makes one part of a card."""

from typing import Any

from lstep_lite.engine.messages.flex.bubbles import BUBBLE
from lstep_lite.engine.messages.flex.registry import PREFIX, elements
from lstep_lite.engine.studio import Data, Element, fresh_inputs, new_code


def card(**over: Any) -> Data:
    return _made(BUBBLE, over)


def part(kind: str, **over: Any) -> Data:
    """A part named as in flex/blocks/, with *over* in place of what a new one holds."""
    element = next(each for each in elements() if each.name == f"{PREFIX}{kind}")
    return _made(element, over)


def text(said: str, **over: Any) -> Data:
    return part("text", text=said, **over)


def button(label: str, *, reply: str, **over: Any) -> Data:
    """A button that shows what was tapped and answers with *reply*, so that it works as it is."""
    tap = {"id": new_code(), "do": "actions", "reply": reply, "actions": {"steps": [], "repeats": True}, "says": label}
    return part("button", label=label, tap=tap, **over)


def frame(*blocks: Data, **over: Any) -> Data:
    return part("frame", blocks=list(blocks), **over)


def columns(*contents: list[Data], shares: tuple[int, ...] = (), gravity: str = "center", **over: Any) -> Data:
    """Parts side by side; *shares* tell how wide each column is."""
    wide = shares or (1,) * len(contents)
    made = [_column(blocks, share, gravity) for blocks, share in zip(contents, wide, strict=True)]
    return part("columns", columns=made, **over)


def _column(blocks: list[Data], share: int, gravity: str) -> Data:
    row = {"blocks": blocks, "share": share, "gravity": gravity, "if": None}
    return {"kind": f"{PREFIX}column", "id": new_code(), **row}


def table(*rows: tuple[str, str] | tuple[str, str, str], **over: Any) -> Data:
    """Rows of a label and a value; a third word is the colour of a row that stands out."""
    return part("table", rows=[_row(*row) for row in rows], **over)


def _row(label: str, value: str, color: str = "") -> Data:
    row = {"label": label, "value": value, "bold": bool(color), "color": color, "if": None}
    return {"kind": f"{PREFIX}row", "id": new_code(), **row}


def points(*said: str, **over: Any) -> Data:
    made = [{"kind": f"{PREFIX}point", "id": new_code(), "text": each, "if": None} for each in said]
    return part("list", points=made, **over)


def run(said: str, **over: Any) -> Data:
    """A piece of a text with a look of its own."""
    look = {"size": "md", "bold": False, "color": "", "decoration": "none"} | over
    return {"kind": f"{PREFIX}run", "id": new_code(), "text": said, "if": None, **look}


def line(**over: Any) -> Data:
    return part("separator", **over)


def space(height: int) -> Data:
    return part("spacer", height=height)


def picture(media_id: int, **over: Any) -> Data:
    return part("image", media_id=media_id, **over)


def hero(media_id: int, *, ratio: str = "20:13") -> Data:
    """What a card needs to begin with a picture."""
    return {"hero": "image", "source": "file", "media_id": media_id, "ratio": ratio}


def paint(**colors: str) -> Data:
    """What a card needs to have colours: header_color, body_color, …"""
    return {"paints": True, **colors}


def _made(element: Element, over: Data) -> Data:
    fresh = fresh_inputs(element.inputs)
    if unknown := over.keys() - fresh.keys():
        raise KeyError(f"{element.name} has no {', '.join(unknown)}")
    return {"kind": element.name, "id": new_code(), **fresh, **over}
