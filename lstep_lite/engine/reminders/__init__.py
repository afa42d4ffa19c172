"""Reminders (リマインダ配信): steps counted from a goal of each friend, such as the day of a visit."""

from lstep_lite.engine.reminders import missed as _missed
from lstep_lite.engine.reminders import reckoning as _reckoning
from lstep_lite.engine.reminders import running as _running
from lstep_lite.engine.reminders import sweeping as _sweeping
from lstep_lite.engine.reminders.bulk import stop_all
from lstep_lite.engine.reminders.following import goal_of, start_from_field, targets
from lstep_lite.engine.reminders.goals import (
    active_of,
    clear_goal,
    countdown,
    move,
    set_by_hand,
    set_goal,
    stop,
    what_comes,
)
from lstep_lite.engine.reminders.goals import in_words as moment_in_words
from lstep_lite.engine.reminders.keeping import (
    FEATURE,
    ReminderDraft,
    broken_ids,
    copy,
    create,
    delete,
    get,
    in_order,
    step_counts,
    switch,
    update,
    waiting_counts,
)
from lstep_lite.engine.reminders.listing import Line, Page, counts, of_friend, page
from lstep_lite.engine.reminders.rungs import Rung, ladder
from lstep_lite.engine.reminders.statistics import Numbers, statistics
from lstep_lite.engine.reminders.steps import PLACE, WHERE, StepDraft, in_words, title

__all__ = [
    "FEATURE",
    "PLACE",
    "WHERE",
    "Line",
    "Numbers",
    "Page",
    "ReminderDraft",
    "Rung",
    "StepDraft",
    "active_of",
    "broken_ids",
    "clear_goal",
    "copy",
    "countdown",
    "counts",
    "create",
    "delete",
    "get",
    "goal_of",
    "in_order",
    "in_words",
    "ladder",
    "moment_in_words",
    "move",
    "of_friend",
    "page",
    "set_by_hand",
    "set_goal",
    "start_from_field",
    "statistics",
    "step_counts",
    "stop",
    "stop_all",
    "switch",
    "targets",
    "title",
    "update",
    "waiting_counts",
    "what_comes",
]

del _missed, _reckoning, _running, _sweeping  # imported for what they register
