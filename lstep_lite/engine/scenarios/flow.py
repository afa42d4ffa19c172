"""The steps of a version as they are drawn: in the order of time, branches with their two lanes."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.scenarios import positions, steps
from lstep_lite.models import Scenario, ScenarioMode, ScenarioStep, ScenarioVersion, Side, StepKind


@dataclass(frozen=True)
class Node:
    """One step with what stands in its lanes, if it is a branch."""

    step: ScenarioStep
    when: str
    """「翌日 12:15」"""
    day: str
    """The heading it stands under: 「開始当日」「翌日」「3日後」."""
    is_reachable: bool
    """False for one in a lane whose time is before its branch's: nobody gets it."""
    yes: Sequence["Node"] = ()
    no: Sequence["Node"] = ()

    @property
    def is_branch(self) -> bool:
        return self.step.kind is StepKind.BRANCH


def flow(session: Session, scenario: Scenario, version: ScenarioVersion) -> list[Node]:
    """The steps on the main way, each branch with its lanes."""
    return arranged(scenario.mode, steps.in_version(session, version))


def arranged(mode: ScenarioMode, found: Sequence[ScenarioStep]) -> list[Node]:
    """The same for steps that are at hand."""
    plan = positions.plan(mode, found)
    rows = {step.code: step for step in found}
    reachable = {step.code for step in plan.reachable}

    def lane(within: str | None, side: Side | None) -> list[Node]:
        here = (rows[each.code] for each in plan.steps if (each.within, each.side) == (within, side))
        return [node(row) for row in here]

    def node(row: ScenarioStep) -> Node:
        is_branch = row.kind is StepKind.BRANCH
        yes, no = (lane(row.code, side) if is_branch else [] for side in Side)
        return Node(row, steps.offset_in_words(mode, row), _day(mode, row), row.code in reachable, yes, no)

    return lane(None, None)


def entries(session: Session, scenarios: Sequence[Scenario]) -> dict[int, list[tuple[str, str]]]:
    """Of each scenario the steps that it can be begun with, as its friends get them: code and words."""
    by_version = {scenario.live_version_id: scenario for scenario in scenarios if scenario.live_version_id}
    rows = session.scalars(sa.select(ScenarioStep).where(ScenarioStep.version_id.in_(by_version)))
    found: dict[int, list[ScenarioStep]] = {scenario.id: [] for scenario in scenarios}
    for row in rows:
        found[by_version[row.version_id].id].append(row)
    return {scenario.id: _entries(scenario.mode, found[scenario.id]) for scenario in scenarios}


def entries_of(session: Session, scenario: Scenario, version: ScenarioVersion) -> list[tuple[str, str]]:
    """The same for one version."""
    return _entries(scenario.mode, steps.in_version(session, version))


def _entries(mode: ScenarioMode, found: Sequence[ScenarioStep]) -> list[tuple[str, str]]:
    rows = {row.code: row for row in found}
    inner = [rows[step.code] for step in positions.plan(mode, found).reachable if step.kind is StepKind.MESSAGE]
    return [(row.code, steps.said(mode, row)) for row in inner]


def _day(mode: ScenarioMode, row: ScenarioStep) -> str:
    days = row.days if mode is ScenarioMode.CLOCK else row.minutes // (24 * 60)
    return {0: "開始当日", 1: "翌日"}.get(days, f"{days:,}日後")
