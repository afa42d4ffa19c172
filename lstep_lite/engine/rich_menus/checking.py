"""Whether a menu can be kept as it is, and what of it had better be looked at again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.rich_menus import geometry
from lstep_lite.engine.rich_menus.documents import INPUTS, LEAST_RATIO, MOST_AREAS
from lstep_lite.engine.rich_menus.geometry import Box
from lstep_lite.engine.rich_menus.layouts import WHOLE
from lstep_lite.engine.studio import Data, Found, Problem, Text, clean, walk
from lstep_lite.errors import DomainError


class Refused(DomainError):
    """The document can't be kept; *problems* say where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("まだ保存していません。赤い印の付いたところを直してください。", "document")
        self.problems = problems


@dataclass(frozen=True)
class Examined:
    """A document as it would be kept, what is wrong with it, and what may be meant otherwise."""

    document: Data
    problems: Sequence[Problem]
    warnings: Sequence[Problem]


def examine(session: Session, document: Any) -> Examined:
    """Check *document*, which a browser posted and which may be anything."""
    kept, problems = clean(session, INPUTS, document)
    problems += [*_size_problems(kept), *_word_problems(session, kept)]
    for at, tab in enumerate(kept["tabs"]):
        problems += _tab_problems(kept, tab, f"tabs.{at}")
    warnings = [found for at, tab in enumerate(kept["tabs"]) for found in _tab_warnings(kept, tab, f"tabs.{at}")]
    return Examined(kept, problems, warnings)


def _size_problems(document: Data) -> Iterator[Problem]:
    canvas = geometry.canvas_of(document)
    if canvas.width < canvas.height * LEAST_RATIO:
        most = int(canvas.width / LEAST_RATIO)
        yield Problem("height", f"横幅{canvas.width:,}pxの画像の高さは、{most:,}pxまでです。")


def _word_problems(session: Session, document: Data) -> Iterator[Problem]:
    """Everybody sees the same menu: nothing of one friend can stand in it, but in the answer to a tap."""
    for found in walk(INPUTS, document):
        if isinstance(found.input, Text):
            yield from _problems_of_words(session, found, may_hold_any=found.input.words)


def _problems_of_words(session: Session, found: Found, *, may_hold_any: bool) -> Iterator[Problem]:
    if may_hold_any:
        for word in placeholders.unknown(session, [found.value]):
            yield Problem(found.path, f"[{word}] は差し込みできない言葉です。選び直すか、[ ] を外してください。")
    elif placeholders.are_any([found.value]):
        message = "リッチメニューは全員に同じものを表示するため、ここには差し込みを使えません。[ ] を外してください。"
        yield Problem(found.path, message)


def _tab_problems(document: Data, tab: Data, path: str) -> Iterator[Problem]:
    tabs = {each["id"] for each in document["tabs"]}
    for place, here in _places(tab, path):
        if place["x"] + place["width"] > WHOLE or place["y"] + place["height"] > WHOLE:
            yield Problem(f"{here}.width", "画像からはみ出しています。中に収まるように動かしてください。")
        if (wanted := place["tap"].get("tab")) and wanted not in tabs:
            yield Problem(f"{here}.tap.tab", "切り替える先のタブがありません。選び直してください。")
    if (count := len(geometry.areas_of(document, tab))) > MOST_AREAS:
        more = "（タブの帯の分を含みます）" if geometry.has_strip(document) else ""
        message = f"タップできる場所は、1つのタブに{MOST_AREAS}か所までです{more}。いま{count}か所あります。"
        yield Problem(f"{path}.{_list_of(tab)}", message)


def _tab_warnings(document: Data, tab: Data, path: str) -> Iterator[Problem]:
    if not geometry.areas_of(document, tab):
        yield Problem(f"{path}.{_list_of(tab)}", "タップできる場所がありません。")
    body = geometry.body_of(document)
    tappable = [(place, here) for place, here in _places(tab, path) if place["tap"]["do"] != "none"]
    for (one, _), (other, here) in combinations(tappable, 2):
        if _overlap(geometry.box_of(body, one), geometry.box_of(body, other)):
            yield Problem(
                f"{here}.x", f"{_named(other)}が{_named(one)}と重なっています。どちらが反応するか決まりません。"
            )
    for place, here in tappable:
        if _does_nothing(place["tap"]):
            yield Problem(f"{here}.tap", f"{_named(place)}を押しても何も起こりません。動きを決めてください。")


def _places(tab: Data, path: str) -> Iterator[tuple[Data, str]]:
    for at, place in enumerate(geometry.places_of(tab)):
        yield place, f"{path}.{_list_of(tab)}.{at}"


def _list_of(tab: Data) -> str:
    return "cells" if tab["source"] == "compose" else "areas"


def _overlap(one: Box, other: Box) -> bool:
    across = one.x < other.right and other.x < one.right
    return across and one.y < other.bottom and other.y < one.bottom


def _does_nothing(tap: Data) -> bool:
    if tap["do"] != "actions":
        return False
    is_silent = not (tap.get("reply") or tap.get("says") or tap["actions"]["steps"])
    return is_silent and tap.get("afterwards", "none") == "none"


def _named(place: Data) -> str:
    return f"「{name}」" if (name := geometry.name_of(place)) else "名前のないボタン"
