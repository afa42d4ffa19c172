"""When each step of a goal goes out, and which is next. Pure: rows and rules in, moments out.

A step is planned a number of days or minutes from the goal. Where the rules don't allow that moment it waits for the
next that they do; what was meant to come before the goal never comes after it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lstep_lite.engine.sequences import moments
from lstep_lite.engine.sequences.moments import Rules
from lstep_lite.models import ReminderMode, ReminderStep

ALREADY_PAST = "ゴールが決まったときには、もう時刻を過ぎていました。"
CHANGED_PAST = "ステップの時刻を決めたときには、もう過ぎていました。"
AFTER_GOAL = "送ってよい時間帯まで待つとゴールを過ぎるため、送りませんでした。"


@dataclass(frozen=True)
class Stop:
    """One step of one goal."""

    step: ReminderStep
    planned_at: datetime
    due_at: datetime
    """When it goes out, or when it turns out that it can't."""
    reason: str | None = None
    """Why it does not go out, if so."""


@dataclass(frozen=True)
class Position:
    """How far a goal has come."""

    past: Sequence[Stop]
    """Those that never come, because their time had passed before they could count."""
    ahead: Sequence[Stop]
    """Those that are still to be looked at, in order; they may be due."""


def stops(mode: ReminderMode, steps: Collection[ReminderStep], goal_at: datetime, rules: Rules) -> list[Stop]:
    """All steps of a goal in the order in which they come."""
    found = [_stop(mode, step, goal_at, rules) for step in steps]
    return sorted(found, key=lambda stop: (stop.due_at, stop.planned_at, stop.step.position, stop.step.id))


def position(found: Sequence[Stop], *, started_at: datetime, passed: Collection[int]) -> Position:
    """What is left of *found* for a goal that holds since *started_at*; the steps with the ids *passed* are done."""
    left = [stop for stop in found if stop.step.id not in passed]
    past = [_past(stop, started_at) for stop in left if stop.planned_at < _since(stop.step, started_at)]
    return Position(past, [stop for stop in left if stop.planned_at >= _since(stop.step, started_at)])


def planned(mode: ReminderMode, step: ReminderStep, goal_at: datetime, rules: Rules) -> datetime:
    """The moment the step is meant for. One that the calendar does not have any more is the goal itself."""
    try:
        if mode is ReminderMode.REMAINING or step.at_time is None:
            return goal_at + timedelta(minutes=step.minutes)
        day = goal_at.astimezone(rules.zone).date() + timedelta(days=step.days)
        return moments.on_clock(day, step.at_time, rules.zone)
    except OverflowError:
        return goal_at


def _stop(mode: ReminderMode, step: ReminderStep, goal_at: datetime, rules: Rules) -> Stop:
    planned_at = planned(mode, step, goal_at, rules)
    due_at = moments.allowed(planned_at, rules)
    if planned_at <= goal_at < due_at:
        return Stop(step, planned_at, planned_at, AFTER_GOAL)
    return Stop(step, planned_at, due_at)


def _since(step: ReminderStep, started_at: datetime) -> datetime:
    return max(step.timed_at, started_at)


def _past(stop: Stop, started_at: datetime) -> Stop:
    reason = ALREADY_PAST if stop.planned_at < started_at else CHANGED_PAST
    return Stop(stop.step, stop.planned_at, stop.due_at, reason)
