"""Which rows refer to something that is gone: by their conditions, by their action sets, or otherwise."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, segments
from lstep_lite.engine.actions.sets import broken_among
from lstep_lite.engine.segments import Tree
from lstep_lite.models import ActionSet


@dataclass(frozen=True)
class Uses:
    """What a row refers to besides its action set."""

    trees: Collection[Tree]
    mentioned: Collection[tuple[str, int | str]]
    """What stands in the trees, too."""


def broken_holders(session: Session, sets: Collection[ActionSet], uses: Mapping[int, Uses]) -> set[int]:
    """The ids of the rows of *uses* for which something is gone; one look for all of them.

    *sets* are their action sets, of one place.
    """
    broken = {int(each.holder) for each in broken_among(session, sets)}
    gone = mentions.missing(session, [pair for each in uses.values() for pair in each.mentioned])
    return broken | {row_id for row_id, each in uses.items() if _has_lost_something(each, gone)}


def _has_lost_something(uses: Uses, gone: Collection[tuple[str, str]]) -> bool:
    if any((feature, str(key)) in gone for feature, key in uses.mentioned):
        return True
    return any(row["kind"] not in segments.kinds for tree in uses.trees for row in segments.rows(tree))
