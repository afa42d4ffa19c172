"""The parts that cards are put together from: one function a part, in flex/blocks/.

A part is an element of a document, so the editor knows it by its inputs; the function makes LINE's component of it.
https://developers.line.biz/en/docs/messaging-api/flex-message-elements/
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lstep_lite.engine.messages.flex.looks import MARGIN
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Cleaning, Condition, Data, Element, Input, Items

Component = dict[str, Any]
Draw = Callable[[Data, Speaking], Component | None]
"""None where nothing is left to show: an empty box is never sent."""
PREFIX = "flex_"
DEEPEST = 4
"""Parts in parts; each level is at most four boxes of LINE's (see validation/flex.py)."""


@dataclass(frozen=True)
class Block:
    element: Element
    draw: Draw


_blocks: dict[str, Block] = {}


def block(
    name: str, *, label: str, icon: str, inputs: tuple[Input, ...], title: str = "", margin: str = "md"
) -> Callable[[Draw], Draw]:
    """Register the function below; *margin* is the space above a new part. Order of registration is that of menus."""

    def register(draw: Draw) -> Draw:
        inside = (*inputs, MARGIN(margin), Condition())
        element = Element(name=f"{PREFIX}{name}", label=label, icon=icon, title=title, inputs=inside)
        _blocks[element.name] = Block(element, draw)
        return draw

    return register


def elements() -> Sequence[Element]:
    return [each.element for each in _blocks.values()]


@dataclass(frozen=True, kw_only=True)
class Blocks(Items):
    """A list of parts; some of them hold such lists themselves."""

    name: str = "blocks"
    label: str = "部品"
    of: Callable[[], Sequence[Element]] = elements
    most: int = 60
    noun: str = "部品"

    def clean(self, value: Any, here: Cleaning) -> list[Data]:
        if here.path.split(".").count(self.name) > DEEPEST:
            here.refuse(f"枠や列の中に入れられるのは{DEEPEST}段までです。外側へ移してください。")
            return []
        return super().clean(value, here)


def draw(items: Sequence[Data], speaking: Speaking) -> list[Component]:
    """What of *items* this friend is to see; hidden parts leave no gaps."""
    found = [_draw(item, speaking) for item in items if speaking.is_shown(item)]
    drawn = [component for component in found if component is not None]
    if drawn:
        drawn[0].pop("margin", None)
    return drawn


def _draw(item: Data, speaking: Speaking) -> Component | None:
    component = _blocks[item["kind"]].draw(item, speaking)
    if component is not None and item["margin"] != "none":
        component["margin"] = item["margin"]
    return component
