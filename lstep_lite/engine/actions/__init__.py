"""Actions (アクション): one kind of set, one executor, for every place that does something to a friend."""

from lstep_lite.engine.actions.registry import (
    ActionKind,
    Running,
    SetPlace,
    Skipped,
    action,
    kinds,
    offered,
    place,
    places,
)
from lstep_lite.engine.actions.running import Trigger, label, run, run_at, run_inside
from lstep_lite.engine.actions.sets import (
    MISSING,
    SetDraft,
    at,
    at_many,
    draft,
    drop,
    is_broken,
    keep,
    sentences,
    step_sentence,
)

__all__ = [
    "MISSING",
    "ActionKind",
    "Running",
    "SetDraft",
    "SetPlace",
    "Skipped",
    "Trigger",
    "action",
    "at",
    "at_many",
    "draft",
    "drop",
    "is_broken",
    "keep",
    "kinds",
    "label",
    "offered",
    "place",
    "places",
    "run",
    "run_at",
    "run_inside",
    "sentences",
    "step_sentence",
]
