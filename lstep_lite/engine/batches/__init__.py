"""Batches (一括処理): one thing done to many friends, in small units that survive a restart."""

from lstep_lite.engine.batches.kinds import (
    Apply,
    Choice,
    Kind,
    Outcome,
    Params,
    Question,
    get_kind,
    kind,
    kinds,
    offered,
    permission_for,
)
from lstep_lite.engine.batches.planning import Reached, reached, words
from lstep_lite.engine.batches.progress import (
    Page,
    Progress,
    Result,
    cancel,
    get,
    members,
    page,
    progress,
    reasons,
    running,
)
from lstep_lite.engine.batches.starting import start
from lstep_lite.engine.batches.sweeping import sweep
from lstep_lite.engine.batches.working import work

__all__ = [
    "Apply",
    "Choice",
    "Kind",
    "Outcome",
    "Page",
    "Params",
    "Progress",
    "Question",
    "Reached",
    "Result",
    "cancel",
    "get",
    "get_kind",
    "kind",
    "kinds",
    "members",
    "offered",
    "page",
    "permission_for",
    "progress",
    "reached",
    "reasons",
    "running",
    "start",
    "sweep",
    "words",
    "work",
]
