"""Random documents for the studio, made from nothing but the inputs' own descriptions."""

import json
from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lstep_lite.engine import studio, taps
from lstep_lite.engine.messages.alt_texts import AltText
from lstep_lite.engine.messages.emojis import EmojiText
from lstep_lite.engine.messages.flex.pasted import Pasted
from lstep_lite.engine.messages.kinds.introduction import AccountAddress
from lstep_lite.engine.messages.kinds.location import MapPoint
from lstep_lite.engine.messages.kinds.video import POSSIBLE, Watched
from lstep_lite.engine.studio.inputs import Element, Input, Items, is_shown
from lstep_lite.engine.taps import TapInput
from lstep_lite.engine.taps.behaviours.uri import Address
from lstep_lite.engine.text import grapheme_count, utf16_length

Draw = Callable[[st.SearchStrategy[Any]], Any]
DEEPEST = 2
"""Lists in lists; below that they are as short as they may be."""
PIECES = st.sampled_from(
    [*'あa$｛{}\n、𠮷%"', "👨‍👩‍👧", "[name]", "[お知らせ]", "[日付:明日]", "[情報:電話番号]", "<b>"]
)
COUNTS = {"graphemes": grapheme_count, "utf16": utf16_length}


@st.composite
def documents(draw: Draw, session: Session, inputs: tuple[Input, ...], rows: Mapping[str, int]) -> dict[str, Any]:
    """What a browser might post. Rules that concern several inputs may still be broken.

    *rows*: what can be referred to, one file of each kind and one row of each source.
    """
    return Drawing(draw, session, rows).all(inputs, 0)


class Drawing:
    def __init__(self, draw: Draw, session: Session, rows: Mapping[str, int]) -> None:
        self.draw, self.session, self.rows = draw, session, rows

    def all(self, inputs: tuple[Input, ...], depth: int) -> dict[str, Any]:
        drawn: dict[str, Any] = {}
        for each in inputs:
            if is_shown(each, drawn):
                drawn[each.name] = self.list_of(each, depth) if isinstance(each, Items) else self.one(each)
        return drawn

    def list_of(self, each: Items, depth: int) -> list[dict[str, Any]]:
        most = min(each.most, max(each.least, 2)) if depth < DEEPEST else each.least
        count = self.draw(st.integers(each.least, most) | st.just(min(each.most, 13) if depth == 0 else most))
        kinds = list(each.of())
        return [self.element(self.draw(st.sampled_from(kinds)), depth + 1) for _ in range(count)]

    def element(self, element: Element, depth: int) -> dict[str, Any]:
        return {"kind": element.name, **self.all(element.inputs, depth)}

    def one(self, each: Input) -> Any:
        if isinstance(each, studio.File | studio.Pick):
            row = self.rows[each.kind if isinstance(each, studio.File) else each.source]
            return row if each.required else self.draw(st.sampled_from([row, None]))
        if isinstance(each, TapInput):
            return self.tap(each)
        return self.draw(values(each))

    def tap(self, each: TapInput) -> dict[str, Any]:
        offered = [one for one in taps.offered(each.where) if not isinstance(each, Watched) or one.name in POSSIBLE]
        return self.tap_of(each, self.draw(st.sampled_from(offered)))

    def tap_of(self, each: TapInput, chosen: taps.Behaviour) -> dict[str, Any]:
        """One that does something certain; nothing where what was drawn breaks its rules."""
        drawn = {"do": chosen.name, **self.all(chosen.inputs, DEEPEST)}
        here = studio.Cleaning(self.session)
        each.clean(drawn, here)
        return {"do": "none"} if here.problems else drawn


@singledispatch
def values(each: Input) -> st.SearchStrategy[Any]:
    """What may be posted for an input; for a kind of input nobody told us of, what a new one holds."""
    return st.just(each.empty())


@values.register
def _text(each: studio.Text) -> st.SearchStrategy[Any]:
    if type(each) not in (studio.Text, EmojiText):  # it has rules of its own
        return st.just(each.example or each.empty())
    count = COUNTS[each.count]
    short = st.lists(PIECES, max_size=min(each.most, 8)).map("".join)
    full = PIECES.map(lambda piece: piece * (each.most // count(piece)))
    fitting = (short | full).filter(lambda text: count(text) <= each.most)
    return fitting.filter(lambda text: text.strip()) if each.required else fitting


@values.register
def _alt_text(each: AltText) -> st.SearchStrategy[Any]:
    return st.sampled_from(["", "お知らせ", "あ" * each.most, "𠮷" * (each.most // 2), "[日付:明日]まで"])


@values.register
def _address(each: Address) -> st.SearchStrategy[Any]:
    return st.sampled_from(
        ["https://salon.example/?n=[name]", "http://a.example/日本語", "https://a.example/" + "a" * 900]
    )


@values.register
def _pasted(each: Pasted) -> st.SearchStrategy[Any]:
    words = {"type": "text", "text": "[name]さん", "wrap": True}
    return st.just(json.dumps({"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [words]}}))


@values.register
def _account(each: AccountAddress) -> st.SearchStrategy[Any]:
    return st.sampled_from(["@abc1234x", "https://lin.ee/AbC", "https://line.me/R/ti/p/@abc"])


@values.register
def _point(each: MapPoint) -> st.SearchStrategy[Any]:
    return st.tuples(st.floats(-90, 90), st.floats(-180, 180)).map(lambda point: f"{point[0]:.7f},{point[1]:.7f}")


@values.register
def _number(each: studio.Number) -> st.SearchStrategy[Any]:
    return st.integers(each.least, each.most)


@values.register
def _choice(each: studio.Choice) -> st.SearchStrategy[Any]:
    return st.sampled_from(sorted(each.options))


@values.register
def _flag(each: studio.Flag) -> st.SearchStrategy[Any]:
    return st.booleans()


@values.register
def _color(each: studio.Color) -> st.SearchStrategy[Any]:
    return st.sampled_from(["#a1B2c3", "#a1b2c380", *([] if each.required else [""])])


@values.register
def _moment(each: studio.Moment) -> st.SearchStrategy[Any]:
    return st.sampled_from(["2027-03-05T10:00", *([] if each.required else [""])])
