"""Segments (絞り込み): a tree of conditions that says which friends are meant, and saved searches."""

from lstep_lite.engine.segments.chance import draw
from lstep_lite.engine.segments.registry import ConditionKind, Moment, Scope, Tree, kinds, offered
from lstep_lite.engine.segments.registry import condition as condition_kind
from lstep_lite.engine.segments.trees import (
    EVERYBODY,
    Verdict,
    broken,
    condition,
    governed,
    is_empty,
    matches,
    mentioned,
    rows,
    sentence,
    verdicts,
)

__all__ = [
    "EVERYBODY",
    "ConditionKind",
    "Moment",
    "Scope",
    "Tree",
    "Verdict",
    "broken",
    "condition",
    "condition_kind",
    "draw",
    "governed",
    "is_empty",
    "kinds",
    "matches",
    "mentioned",
    "offered",
    "rows",
    "sentence",
    "verdicts",
]
