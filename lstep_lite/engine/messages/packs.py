"""Packs: up to five messages that go out as one send."""

from collections.abc import Sequence

from lstep_lite.engine.messages.kinds.registry import kinds
from lstep_lite.engine.messages.validation import MAX_OBJECTS
from lstep_lite.engine.studio import Element, Items

NAME = "pack"
LABEL = "パック"
ICON = "packages"
LEAD = "いくつかのメッセージをまとめて、1通として送ります。"


def _elements() -> Sequence[Element]:
    """What a pack is made of: what the small editor makes, and templates."""
    inside = sorted((kind for kind in kinds.values() if kind.is_inline), key=lambda kind: (kind.order, kind.name))
    return [Element(name=kind.name, label=kind.label, icon=kind.icon, inputs=kind.inputs) for kind in inside]


INPUTS = (Items(name="blocks", label="メッセージ", of=_elements, least=1, most=MAX_OBJECTS, noun="メッセージ"),)
