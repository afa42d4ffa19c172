"""Batches (一括処理): one thing done to many friends, in small units that survive a restart."""

from lstep_lite.engine.batches.kinds import Apply, Choice, Kind, Outcome, Question, get_kind, kind, kinds, offered
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
from lstep_lite.engine.batches.working import work

__all__ = [
    "Apply",
    "Choice",
    "Kind",
    "Outcome",
    "Page",
    "Progress",
    "Question",
    "Result",
    "cancel",
    "get",
    "get_kind",
    "kind",
    "kinds",
    "members",
    "offered",
    "page",
    "progress",
    "reasons",
    "running",
    "start",
    "work",
]
