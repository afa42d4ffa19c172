"""What blocks show and refer to, found by the inputs of their kinds."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lstep_lite.engine import segments
from lstep_lite.engine.actions import sets
from lstep_lite.engine.messages import placeholders, quick_replies
from lstep_lite.engine.messages.kinds.registry import kinds
from lstep_lite.engine.messages.rendering import Leaf
from lstep_lite.engine.studio import Actions, Condition, Data, File, Found, Text, walk
from lstep_lite.engine.taps.registry import TapInput, behaviours

MEDIA = "media"
SENDERS = "senders"


def walk_blocks(blocks: Iterable[Data]) -> Iterator[Found]:
    for block in blocks:
        yield from walk(kinds[block["kind"]].inputs, block)


def walk_leaves(leaves: Iterable[Leaf]) -> Iterator[Found]:
    """Their quick replies included."""
    for leaf in leaves:
        yield from walk_blocks([leaf.block])
        yield from walk(quick_replies.INPUTS, {"quick_replies": leaf.quick_replies})


def texts(found: Iterable[Found]) -> list[str]:
    """The texts that may hold placeholders."""
    return [each.value for each in found if isinstance(each.input, Text) and each.input.words and each.value]


def trees(found: Iterable[Found]) -> list[Data]:
    """The segments that decide what is shown."""
    return [each.value for each in found if isinstance(each.input, Condition) and each.value]


def files(found: Iterable[Found]) -> set[int]:
    return {each.value for each in found if isinstance(each.input, File) and each.value}


def opens_page(leaves: Iterable[Leaf], found: Iterable[Found]) -> bool:
    """Whether anything in *leaves*, whose inputs were *found*, leads to our pages for customers."""
    kinds_do = any(kinds[leaf.block["kind"]].opens_page for leaf in leaves)
    return kinds_do or any(
        behaviours[each.value["do"]].opens_page for each in found if isinstance(each.input, TapInput)
    )


def mentioned(blocks: Sequence[Data], further: Iterable[Found] = ()) -> set[tuple[str, int | str]]:
    """What *blocks* (and *further* inputs) refer to, for `mentions.write` of whoever keeps them."""
    found = [*walk_blocks(blocks), *further]
    pairs: set[tuple[str, Any]] = set(placeholders.mentioned(texts(found)))
    pairs |= {(MEDIA, media_id) for media_id in files(found)}
    pairs |= {pair for tree in trees(found) for pair in segments.mentioned(tree)}
    for each in found:
        pairs |= set(each.input.mentioned(each.value))
        if isinstance(each.input, Actions) and each.value:
            pairs |= set(sets.mentioned(each.value["steps"]))
    for block in blocks:
        pairs |= set(kinds[block["kind"]].mentions(block))
        if block.get("sender_id"):
            pairs.add((SENDERS, block["sender_id"]))
    return pairs
