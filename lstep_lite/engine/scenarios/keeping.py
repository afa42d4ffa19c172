"""Keeping scenarios: their names and settings, what hangs at them, and where they are used."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, folders, mentions
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.scenarios import steps, versions
from lstep_lite.engine.sequences import moments
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import PastStart, Restart, Scenario, ScenarioMode, ScenarioStep, ScenarioVersion

FEATURE = "scenarios"
FINISHED = "scenarios.finished"
LONGEST_NAME = 100
UNPUBLISHED = "まだ公開していません。ステップを作って「公開する」を押してください。"
KEPT = Scenario.is_ending.is_(False)
folders.shelf(FEATURE, Scenario, Permission.AUTOMATION_EDIT, only=KEPT)


@dataclass(frozen=True)
class ScenarioDraft:
    """What the form of a scenario says. Its mode is chosen once: `update` passes over it."""

    name: str
    mode: ScenarioMode
    past_start: PastStart = PastStart.SHIFT
    restart: Restart = Restart.ALWAYS
    window: dict[str, Any] | None = None
    is_quiet: bool = True
    next_scenario_id: int | None = None
    actions: SetDraft = field(default_factory=lambda: SetDraft(repeats=True))
    """What is done for friends who got to the end."""
    folder_id: int | None = None


# Looking -------------------------------------------------------------------------------------------------------------


def in_order(session: Session, *, folder_id: int | None = None) -> Sequence[Scenario]:
    """All scenarios in their order, or those of one folder; without those being deleted."""
    query = sa.select(Scenario).where(KEPT).order_by(Scenario.position, Scenario.id)
    return session.scalars(query.where(Scenario.folder_id == folder_id) if folder_id else query).all()


def get(session: Session, scenario_id: int) -> Scenario:
    scenario = session.get(Scenario, scenario_id)
    if scenario is None or scenario.is_ending:
        raise NotFound("このシナリオは見つかりませんでした。削除された可能性があります。")
    return scenario


def draft(session: Session, scenario: Scenario) -> ScenarioDraft:
    """What the form shows."""
    return ScenarioDraft(
        name=scenario.name,
        mode=scenario.mode,
        past_start=scenario.past_start,
        restart=scenario.restart,
        window=scenario.window,
        is_quiet=scenario.is_quiet,
        next_scenario_id=scenario.next_scenario_id,
        actions=actions.draft(actions.at(session, FINISHED, scenario.id), FINISHED),
        folder_id=scenario.folder_id,
    )


# Writing -------------------------------------------------------------------------------------------------------------


def create(session: Session, wanted: ScenarioDraft, *, now: datetime) -> Scenario:
    """A new scenario at the end of the list, off, with an empty draft of its steps. Raises DomainError naming the
    field.
    """
    scenario = Scenario(mode=wanted.mode, position=folders.next_position(session, FEATURE), created_at=now)
    _write(session, scenario, wanted, now)
    session.add(scenario)
    session.flush()  # its set hangs at its id
    _keep_parts(session, scenario, wanted, now)
    versions.draft_of(session, scenario, now=now)
    return scenario


def update(session: Session, scenario: Scenario, wanted: ScenarioDraft, *, now: datetime) -> None:
    """For friends in it, too: their next moments are reckoned anew in the background. Raises DomainError naming the
    field.
    """
    before = (scenario.window, scenario.is_quiet)
    _write(session, scenario, wanted, now)
    _keep_parts(session, scenario, wanted, now)
    if (scenario.window, scenario.is_quiet) != before:
        versions.reckon_anew(session, Scenario.id == scenario.id)


def switch(session: Session, scenario: Scenario, *, is_on: bool, now: datetime) -> None:
    """Raises DomainError for one that was never published."""
    if is_on and scenario.live_version_id is None:
        raise DomainError(UNPUBLISHED)
    scenario.is_on, scenario.updated_at = is_on, now


def copy(session: Session, scenario: Scenario, *, now: datetime) -> Scenario:
    """A copy at the end of the list, off and not published; nobody is in it."""
    wanted = draft(session, scenario)
    name = f"{scenario.name[: LONGEST_NAME - 4]}のコピー"
    twin = create(session, replace(wanted, name=name, actions=replace(wanted.actions, holder=None)), now=now)
    source = versions.shown(session, scenario)
    steps.copy_all(session, source, versions.draft_of(session, twin, now=now), same_codes=False, now=now)
    return twin


def delete(session: Session, scenario: Scenario, *, now: datetime) -> None:
    """It is gone for staff at once; friends in it are stopped, and its rows go, in the background."""
    scenario.is_ending, scenario.is_on, scenario.updated_at = True, False, now
    mentions.forget(session, FEATURE, scenario.id)
    session.flush()  # the same request lists the scenarios


def _write(session: Session, scenario: Scenario, wanted: ScenarioDraft, now: datetime) -> None:
    scenario.name = checked_name(wanted.name, LONGEST_NAME)
    moments.check(session, wanted.window, is_quiet=wanted.is_quiet, now=now)
    scenario.past_start, scenario.restart = wanted.past_start, wanted.restart
    scenario.window, scenario.is_quiet = wanted.window, wanted.is_quiet
    if wanted.next_scenario_id not in (None, scenario.next_scenario_id):
        get(session, wanted.next_scenario_id or 0)
    scenario.next_scenario_id = wanted.next_scenario_id
    scenario.folder_id = folders.checked(session, FEATURE, wanted.folder_id)
    scenario.updated_at = now


def _keep_parts(session: Session, scenario: Scenario, wanted: ScenarioDraft, now: datetime) -> None:
    actions.keep(session, FINISHED, scenario.id, wanted.actions, now=now)
    following = scenario.next_scenario_id
    mentions.write(session, FEATURE, scenario.id, [(FEATURE, following)] if following else [])


# Where they are known ------------------------------------------------------------------------------------------------


@mentions.target(FEATURE)
def _names(session: Session, ids: Collection[str]) -> dict[str, str]:
    query = sa.select(Scenario.id, Scenario.name).where(Scenario.id.in_([int(key) for key in ids]), KEPT)
    return {str(key): name for key, name in session.execute(query)}


@mentions.owner(FEATURE)
def _owners(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    return {key: _place(f"シナリオ「{name}」の終わり", int(key)) for key, name in _names(session, ids).items()}


@actions.place(FINISHED, label="シナリオの最後まで進んだとき")
def _ends(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    return {
        key: _place(f"シナリオ「{name}」の最後まで進んだとき", int(key)) for key, name in _names(session, ids).items()
    }


@mentions.owner(steps.WHERE.owner)
@actions.place(steps.PLACE, label="シナリオのステップ")
def _steps(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    query = (
        sa.select(ScenarioStep, Scenario)
        .join(ScenarioVersion, ScenarioVersion.id == ScenarioStep.version_id)
        .join(Scenario, Scenario.id == ScenarioVersion.scenario_id)
        .where(ScenarioStep.id.in_([int(key) for key in ids]))
    )
    return {
        str(step.id): _place(f"シナリオ「{scenario.name}」の{steps.said(scenario.mode, step)}", scenario.id)
        for step, scenario in session.execute(query)
    }


def _place(label: str, scenario_id: int) -> mentions.Place:
    return mentions.Place(label, "scenarios.show", {"scenario_id": scenario_id})
