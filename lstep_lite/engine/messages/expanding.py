"""From what is kept to what is sent: references to templates are followed, packs are unpacked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine import pinning
from lstep_lite.engine.messages.rendering import Leaf
from lstep_lite.engine.studio import Data
from lstep_lite.models import Template

REFERENCE = "template"
"""The kind of block that refers to a template (kinds/template.py)."""
DEEPEST = 2
"""A block refers to a pack, a pack to templates, and these to nothing."""


def expand(session: Session, contents: Iterable[Sequence[Data]]) -> list[list[Leaf]]:
    """What is sent for each of *contents*. A template that is gone leaves its reference, which nobody can render."""
    lists = [list(blocks) for blocks in contents]
    known = load_templates(session, (block for blocks in lists for block in blocks))
    return [
        [leaf for number, block in enumerate(blocks, 1) for leaf in _leaves(block, number, known, DEEPEST)]
        for blocks in lists
    ]


def load_templates(session: Session, blocks: Iterable[Data]) -> dict[int, Template]:
    """The templates that *blocks* refer to, those in packs included."""
    known: dict[int, Template] = {}
    wanted = _referred(blocks)
    while wanted := wanted - known.keys():
        found = session.scalars(select(Template).where(Template.id.in_(wanted))).all()
        known |= {template.id: template for template in found}
        wanted = _referred(block for template in found for block in template.blocks)
    return known


def shown(known: Mapping[int, Template], blocks: Iterable[Data]) -> set[int]:
    """The *known* templates that *blocks* show, those in packs included."""
    direct = _referred(blocks) & known.keys()
    return direct.union(*(shown(known, known[template_id].blocks) for template_id in direct))


def _referred(blocks: Iterable[Data]) -> set[int]:
    return {block["template_id"] for block in blocks if block["kind"] == REFERENCE}


def leaves_of(session: Session, template: Template) -> list[Leaf]:
    """What is sent for *template*, which may not be stored yet."""
    known = load_templates(session, template.blocks)
    inside = [leaf for number, block in enumerate(template.blocks, 1) for leaf in _leaves(block, number, known, 1)]
    return _dressed(inside, template, None)


def _leaves(block: Data, number: int, known: dict[int, Template], depth: int) -> list[Leaf]:
    template = known.get(block["template_id"]) if block["kind"] == REFERENCE and depth else None
    if template is None:
        return [Leaf(block, number, block.get("sender_id"))]
    inside = [leaf for each in template.blocks for leaf in _leaves(each, number, known, depth - 1)]
    dressed = _dressed(inside, template, block.get("sender_id"))
    return _pinned(dressed, block[pinning.PINS]) if pinning.PINS in block else dressed


def _pinned(leaves: Sequence[Leaf], pins: pinning.Pins) -> list[Leaf]:
    return [
        replace(leaf, block=pinning.whole(leaf.block, pins), quick_replies=pinning.whole(leaf.quick_replies, pins))
        for leaf in leaves
    ]


def _dressed(leaves: Sequence[Leaf], template: Template, sender_id: int | None) -> list[Leaf]:
    """*leaves* with the template's sender and quick replies."""
    sent = [replace(leaf, sender_id=sender_id or leaf.sender_id or template.sender_id) for leaf in leaves]
    if sent and template.quick_replies:
        sent[-1] = replace(sent[-1], quick_replies=template.quick_replies)
    return sent
