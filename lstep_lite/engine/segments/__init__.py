"""Segments (絞り込み): a tree of conditions that says which friends are meant, and saved searches."""

from lstep_lite.engine.segments.addresses import PATH, query, whoever
from lstep_lite.engine.segments.chance import draw
from lstep_lite.engine.segments.reach import Reach, count, listed, scope, sendable, within
from lstep_lite.engine.segments.registry import ConditionKind, Moment, Scope, Tree, kinds, offered
from lstep_lite.engine.segments.registry import condition as condition_kind
from lstep_lite.engine.segments.saved import SegmentDraft, asking, copy, create, delete, get, in_order, update
from lstep_lite.engine.segments.trees import (
    EVERYBODY,
    GONE,
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
    "GONE",
    "PATH",
    "ConditionKind",
    "Moment",
    "Reach",
    "Scope",
    "SegmentDraft",
    "Tree",
    "Verdict",
    "asking",
    "broken",
    "condition",
    "condition_kind",
    "copy",
    "count",
    "create",
    "delete",
    "draw",
    "get",
    "governed",
    "in_order",
    "is_empty",
    "kinds",
    "listed",
    "matches",
    "mentioned",
    "offered",
    "query",
    "rows",
    "scope",
    "sendable",
    "sentence",
    "update",
    "verdicts",
    "whoever",
    "within",
]
