"""Scenarios (シナリオ配信): steps that reach each friend relative to their own start."""

from lstep_lite.engine.scenarios import steps
from lstep_lite.engine.scenarios.changes import Change, ChangeKind
from lstep_lite.engine.scenarios.flow import Node, arranged, flow
from lstep_lite.engine.scenarios.keeping import (
    FEATURE,
    FINISHED,
    ScenarioDraft,
    copy,
    create,
    delete,
    draft,
    get,
    in_order,
    switch,
    update,
)
from lstep_lite.engine.scenarios.listing import Line, lines
from lstep_lite.engine.scenarios.people import People, counts, of_friend, people
from lstep_lite.engine.scenarios.steps import PLACE, WHERE, StepDraft, offset_in_words, said
from lstep_lite.engine.scenarios.versions import (
    Affected,
    affected,
    broken_ids,
    discard,
    draft_of,
    live,
    problems,
    publish,
    reckon_anew,
    shown,
)
from lstep_lite.engine.scenarios.versions import draft as edited

__all__ = [
    "FEATURE",
    "FINISHED",
    "PLACE",
    "WHERE",
    "Affected",
    "Change",
    "ChangeKind",
    "Line",
    "Node",
    "People",
    "ScenarioDraft",
    "StepDraft",
    "affected",
    "arranged",
    "broken_ids",
    "copy",
    "counts",
    "create",
    "delete",
    "discard",
    "draft",
    "draft_of",
    "edited",
    "flow",
    "get",
    "in_order",
    "lines",
    "live",
    "of_friend",
    "offset_in_words",
    "people",
    "problems",
    "publish",
    "reckon_anew",
    "said",
    "shown",
    "steps",
    "switch",
    "update",
]
