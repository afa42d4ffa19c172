"""The steps drawn around the goal: what comes before it, on its day, and after it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from lstep_lite.engine.reminders import steps
from lstep_lite.models import ReminderMode, ReminderStep


@dataclass(frozen=True)
class Rung:
    """A heading, where there is no *step*, or a step below one."""

    words: str
    step: ReminderStep | None = None
    is_goal: bool = False


def ladder(mode: ReminderMode, found: Collection[ReminderStep]) -> list[Rung]:
    """From the first step to the last, with the goal where it belongs."""
    return _by_days(found) if mode is ReminderMode.CLOCK else _by_minutes(found)


def _by_days(found: Collection[ReminderStep]) -> list[Rung]:
    rungs: list[Rung] = []
    for days in sorted({0, *(step.days for step in found)}):
        rungs.append(Rung("当日（ゴールの日）" if days == 0 else steps.days_in_words(days), is_goal=days == 0))
        here = sorted((step for step in found if step.days == days), key=_order)
        rungs += [Rung((step.at_time or "").removeprefix("0"), step) for step in here]
    return rungs


def _by_minutes(found: Collection[ReminderStep]) -> list[Rung]:
    ordered = sorted(found, key=_order)
    rungs = [Rung(steps.minutes_in_words(step.minutes), step) for step in ordered]
    before = sum(step.minutes < 0 for step in ordered)
    return [*rungs[:before], Rung("ゴールの時刻", is_goal=True), *rungs[before:]]


def _order(step: ReminderStep) -> tuple[int, str, int, int]:
    return (step.minutes, step.at_time or "", step.position, step.id)
