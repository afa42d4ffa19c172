"""Versions: staff edit a draft, friends get what was published last.

Publishing may take over the friends in flight. That, and reckoning their next moments anew when rules change, goes on
in the background (moving.py): here it is only marked.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, sending_rules, sequences
from lstep_lite.engine.actions import sets
from lstep_lite.engine.scenarios import positions, steps
from lstep_lite.engine.scenarios.changes import Change, ChangeKind, changes
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Enrolment,
    EnrolmentState,
    Passage,
    Scenario,
    ScenarioStep,
    ScenarioVersion,
    StepKind,
    VersionState,
)

EMPTY = "ステップが1つもありません。メッセージかアクションのステップを作ってから公開してください。"


@dataclass(frozen=True)
class Affected:
    """What publishing the draft means for the friends in the scenario now."""

    friends: int
    """How many are in it."""
    changes: list[tuple[Change, int]]
    """What is other than now, and how many of them have passed that step already: it changes nothing for them."""


# Looking -------------------------------------------------------------------------------------------------------------


def draft(session: Session, scenario: Scenario) -> ScenarioVersion | None:
    """What is being edited, if anything is."""
    return session.scalar(sa.select(ScenarioVersion).filter_by(scenario_id=scenario.id, state=VersionState.DRAFT))


def live(session: Session, scenario: Scenario) -> ScenarioVersion | None:
    """What friends who start now get; None while it was never published."""
    return session.get(ScenarioVersion, scenario.live_version_id) if scenario.live_version_id else None


def shown(session: Session, scenario: Scenario) -> ScenarioVersion:
    """What staff look at: the draft, or what is live."""
    return draft(session, scenario) or session.get_one(ScenarioVersion, scenario.live_version_id)


def affected(session: Session, scenario: Scenario) -> Affected:
    """Whom the draft concerns. Everything is new while nothing was published."""
    before, after = live(session, scenario), shown(session, scenario)
    old = steps.in_version(session, before) if before else []
    found = changes(session, scenario.mode, old, steps.in_version(session, after))
    passed = _passed(session, scenario, {change.step.code for change in found})
    friends = sa.select(sa.func.count()).select_from(Enrolment).where(_is_in(scenario))
    return Affected(
        session.scalar(friends) or 0,
        [(change, 0 if change.kind is ChangeKind.ADDED else passed.get(change.step.code, 0)) for change in found],
    )


def problems(session: Session, scenario: Scenario) -> list[str]:
    """Why what is shown can't be published, in words; nothing when it can."""
    version = shown(session, scenario)
    found = steps.in_version(session, version)
    if not any(step.kind is StepKind.MESSAGE for step in found):
        return [EMPTY]
    broken = sequences.broken_ids(session, found, steps.WHERE)
    reachable = {step.code for step in positions.plan(scenario.mode, found).reachable}
    return [words for step in found for words in _problems(scenario, step, broken, reachable)]


def _problems(scenario: Scenario, step: ScenarioStep, broken: set[int], reachable: set[str]) -> Iterator[str]:
    where = steps.said(scenario.mode, step)
    if step.id in broken:
        yield f"{where}：使っているものの中に、削除されたものがあります。選び直してください。"
    if step.code not in reachable:
        yield f"{where}：分かれ道より前の時刻なので、だれにも届きません。時刻を直してください。"


# Writing -------------------------------------------------------------------------------------------------------------


def draft_of(session: Session, scenario: Scenario, *, now: datetime) -> ScenarioVersion:
    """The draft to edit: the one there is, or a new one with the live steps under their codes."""
    _lock(session, scenario)
    if (found := draft(session, scenario)) is not None:
        return found
    last = sa.select(sa.func.max(ScenarioVersion.number)).filter_by(scenario_id=scenario.id)
    number = (session.scalar(last) or 0) + 1
    made = ScenarioVersion(scenario_id=scenario.id, number=number, state=VersionState.DRAFT, created_at=now)
    session.add(made)
    session.flush()  # its steps stand in it
    if (source := live(session, scenario)) is not None:
        steps.copy_all(session, source, made, same_codes=True, now=now)
    return made


def discard(session: Session, scenario: Scenario, *, now: datetime) -> None:
    """Take the edits back. Raises DomainError for one that was never published: there is nothing to go back to."""
    _lock(session, scenario)
    if scenario.live_version_id is None:
        raise DomainError("まだ公開していないので、元に戻す内容がありません。いらないときは、シナリオを削除します。")
    if (version := draft(session, scenario)) is not None:
        steps.forget(session, version)
        session.delete(version)
        scenario.updated_at = now
        session.flush()  # the same request draws the flow


def publish(
    session: Session, scenario: Scenario, *, moves_friends: bool, staff_id: int | None, now: datetime
) -> ScenarioVersion:
    """From now on friends get what is in the draft; those in flight too, if they are to be moved (in the background).

    Raises DomainError that says what is wrong with a step. Without a draft nothing happens.
    """
    _lock(session, scenario)
    version = shown(session, scenario)
    if version.state is VersionState.PUBLISHED:
        return version
    if found := problems(session, scenario):
        raise DomainError("公開できません。" + " ".join(found))
    version.state, version.published_at, version.staff_id = VersionState.PUBLISHED, now, staff_id
    if moves_friends:
        _stop_other_moves(session, scenario)
    version.moves_friends = version.is_moving = moves_friends and scenario.live_version_id is not None
    scenario.live_version_id, scenario.updated_at = version.id, now
    session.flush()  # what others look for below
    retire(session, scenario)
    return version


def _lock(session: Session, scenario: Scenario) -> None:
    """Nobody else edits or publishes it until this unit ends; friends may still start."""
    session.refresh(scenario, with_for_update={"key_share": True})


def _stop_other_moves(session: Session, scenario: Scenario) -> None:
    """Whoever is still on the way to an older version goes over to the new one instead."""
    others = sa.update(ScenarioVersion).filter_by(scenario_id=scenario.id)
    session.execute(others.values(is_moving=False))


def retire(session: Session, scenario: Scenario) -> None:
    """Versions that nobody gets any more use nothing any more, as far as 「使われている場所」 goes."""
    in_use = sa.exists().where(Enrolment.version_id == ScenarioVersion.id, Enrolment.state == EnrolmentState.ACTIVE)
    old = sa.select(ScenarioVersion.id).where(
        ScenarioVersion.scenario_id == scenario.id,
        ScenarioVersion.state == VersionState.PUBLISHED,
        ScenarioVersion.id != scenario.live_version_id,
        ~in_use,
    )
    step_ids = session.scalars(sa.select(ScenarioStep.id).where(ScenarioStep.version_id.in_(old))).all()
    mentions.forget_all(session, steps.WHERE.owner, step_ids)
    hung = actions.at_many(session, steps.PLACE, step_ids)
    mentions.forget_all(session, sets.OWNER, [each.id for each in hung.values()])


def reckon_anew(session: Session, which: sa.ColumnElement[bool]) -> None:
    """When rules of time have changed: the next moments of all friends in these scenarios are reckoned anew in the
    background.
    """
    live_ids = sa.select(Scenario.live_version_id).where(which, Scenario.live_version_id.is_not(None))
    touched = sa.update(ScenarioVersion).where(ScenarioVersion.id.in_(live_ids))
    session.execute(touched.values(is_moving=True, moved_to_id=0))


@sending_rules.on_quiet_hours
def _keep_quiet(session: Session) -> None:
    reckon_anew(session, Scenario.is_quiet.is_(True))


def _passed(session: Session, scenario: Scenario, codes: Collection[str]) -> dict[str, int]:
    """How many of the friends in *scenario* have passed each step."""
    query = (
        sa.select(Passage.code, sa.func.count())
        .join(Enrolment, Enrolment.id == Passage.enrolment_id)
        .where(_is_in(scenario), Passage.code.in_(codes))
        .group_by(Passage.code)
    )
    return dict(session.execute(query).all())


def _is_in(scenario: Scenario) -> sa.ColumnElement[bool]:
    return sa.and_(Enrolment.scenario_id == scenario.id, Enrolment.state == EnrolmentState.ACTIVE)
