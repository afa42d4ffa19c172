"""Scenarios (シナリオ配信): steps that reach each friend relative to their own start."""

from lstep_lite.engine.scenarios import bulk as _bulk
from lstep_lite.engine.scenarios import guarding as _guarding
from lstep_lite.engine.scenarios import missed as _missed
from lstep_lite.engine.scenarios import steps
from lstep_lite.engine.scenarios import sweeping as _sweeping
from lstep_lite.engine.scenarios import ticking as _ticking
from lstep_lite.engine.scenarios.advancing import Coming, advance, start, upcoming
from lstep_lite.engine.scenarios.changes import Change, ChangeKind
from lstep_lite.engine.scenarios.enrolling import Started, stop
from lstep_lite.engine.scenarios.flow import Node, arranged, entries, flow
from lstep_lite.engine.scenarios.funnel import Numbers, funnel
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
from lstep_lite.engine.scenarios.people import People, counts, next_steps, of_friend, people
from lstep_lite.engine.scenarios.steps import PLACE, WHERE, StepDraft, offset_in_words, said
from lstep_lite.engine.scenarios.versions import (
    Affected,
    affected,
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
    "Coming",
    "Line",
    "Node",
    "Numbers",
    "People",
    "ScenarioDraft",
    "Started",
    "StepDraft",
    "advance",
    "affected",
    "arranged",
    "copy",
    "counts",
    "create",
    "delete",
    "discard",
    "draft",
    "draft_of",
    "edited",
    "entries",
    "flow",
    "funnel",
    "get",
    "in_order",
    "lines",
    "live",
    "next_steps",
    "of_friend",
    "offset_in_words",
    "people",
    "problems",
    "publish",
    "reckon_anew",
    "said",
    "shown",
    "start",
    "steps",
    "stop",
    "switch",
    "upcoming",
    "update",
]

del _bulk, _guarding, _missed, _sweeping, _ticking  # imported for what they register
