"""Random menus, made from nothing but the inputs' own descriptions."""

import random
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from lstep_lite.engine import studio
from lstep_lite.engine.rich_menus.documents import INPUTS
from lstep_lite.engine.rich_menus.inputs import PALETTE, Canvas, Glyph, PaletteColor
from lstep_lite.engine.studio import Data, File, Input, Items
from lstep_lite.engine.studio.inputs import is_shown
from tests.documents import values


def noise(width: int, height: int) -> Image.Image:
    """The photograph that is hardest to make small."""
    chance = random.Random(5)
    return Image.frombytes("RGB", (width, height), chance.randbytes(width * height * 3))


class Drawing:
    """Random documents as the studio keeps them."""

    def __init__(self, draw: Any, sizes: st.SearchStrategy[Data]) -> None:
        self.draw, self.sizes = draw, sizes

    def document(self) -> Data:
        return self.all(INPUTS, self.draw(self.sizes))

    def all(self, inputs: tuple[Input, ...], given: Data | None = None) -> Data:
        drawn: Data = {}
        for each in inputs:
            if is_shown(each, drawn):
                drawn[each.name] = given[each.name] if given and each.name in given else self.one(each)
        return drawn

    def one(self, each: Input) -> Any:
        if isinstance(each, Items):
            count = self.draw(st.integers(max(each.least, 0), 3))
            return [self.element(each) for _ in range(count)]
        if isinstance(each, File):
            return self.draw(st.sampled_from([1, 2, None]))
        if isinstance(each, PaletteColor):
            return self.draw(st.sampled_from(["#a1B2c3", *(f"@{name}" for name in PALETTE)]))
        if isinstance(each, Glyph):
            return self.draw(st.sampled_from(["", "star", "scissors", "no-such-icon"]))
        return self.draw(values(each))

    def element(self, each: Items) -> Data:
        [kind] = each.of()
        drawn = {"kind": kind.name, "id": studio.new_code(), **self.all(kind.inputs)}
        if isinstance(each, Canvas):  # the studio refuses what is not within the picture
            drawn["width"] = min(drawn["width"], 1000 - min(drawn["x"], 999))
            drawn["height"] = min(drawn["height"], 1000 - min(drawn["y"], 999))
            drawn["x"], drawn["y"] = min(drawn["x"], 999), min(drawn["y"], 999)
        return drawn


@st.composite
def small_documents(draw: Any) -> Data:
    sizes = st.tuples(st.integers(800, 900), st.integers(250, 400))
    return Drawing(draw, sizes.map(lambda size: {"size": "free", "width": size[0], "height": size[1]})).document()


@st.composite
def full_documents(draw: Any) -> Data:
    return Drawing(draw, st.sampled_from([{"size": "large"}, {"size": "compact"}])).document()
