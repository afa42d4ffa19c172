"""What became of each step, over all friends and versions: how far they get, and where they are lost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.messages import expanding, templates
from lstep_lite.engine.scenarios import positions
from lstep_lite.models import (
    AnswerState,
    Friend,
    Passage,
    PassageState,
    Scenario,
    ScenarioStep,
    ScenarioVersion,
    TapAnswer,
)

BLOCKED_WITHIN = timedelta(hours=24)

_NOT_REACHED = (positions.BEFORE, positions.PASSED, positions.INSERTED)
"""Reasons of steps that never came the friend's way."""


@dataclass
class Numbers:
    """Of one step."""

    sent: int = 0
    missed: int = 0
    yes: int = 0
    """Of a branch."""
    no: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    """By reason."""
    tapped: int = 0
    """Friends who chose something in one of its messages after they got it."""
    blocked: int = 0
    """Friends who blocked us within a day after it."""

    @property
    def skipped_count(self) -> int:
        return sum(self.skipped.values())

    @property
    def reached(self) -> int:
        """Friends for whom its time came."""
        passed_over = sum(self.skipped.get(reason, 0) for reason in _NOT_REACHED)
        return self.sent + self.missed + self.yes + self.no + self.skipped_count - passed_over


def funnel(session: Session, scenario: Scenario) -> dict[str, Numbers]:
    """By the steps' codes; nothing stands for those that have not come to anybody yet."""
    found = _counted(session, scenario)
    for code, count in _tapped(session, scenario, found).items():
        found[code].tapped = count
    for code, count in _blocked(session, scenario).items():
        found[code].blocked = count
    return found


def _counted(session: Session, scenario: Scenario) -> dict[str, Numbers]:
    """The index alone tells all but the reasons: those are asked for of skipped ones only."""
    columns = (Passage.code, Passage.state)
    query = sa.select(*columns, sa.func.count()).where(Passage.scenario_id == scenario.id).group_by(*columns)
    found: dict[str, Numbers] = {}
    for code, state, count in session.execute(query):
        numbers = found.setdefault(code, Numbers())
        if state is not PassageState.SKIPPED:
            setattr(numbers, state.value, count)
    for code, reason, count in session.execute(_reasons(scenario)):
        found.setdefault(code, Numbers()).skipped[reason or ""] = count
    return found


def _reasons(scenario: Scenario) -> sa.Select[str, str | None, int]:
    columns = (Passage.code, Passage.reason)
    skipped = sa.and_(Passage.scenario_id == scenario.id, Passage.state == PassageState.SKIPPED)
    return sa.select(*columns, sa.func.count()).where(skipped).group_by(*columns)


def _tapped(session: Session, scenario: Scenario, found: Collection[str]) -> dict[str, int]:
    """Distinct friends a step. What can be tapped stands in templates."""
    shown = _templates(session, scenario)
    pairs = [(code, template_id) for code in found for template_id in shown.get(code, ())]
    if not pairs:
        return {}
    return dict(session.execute(_tappers(scenario, pairs)).all())


def _templates(session: Session, scenario: Scenario) -> Mapping[str, set[int]]:
    """The templates that each step shows, or has shown in a version."""
    query = sa.select(ScenarioStep.code, ScenarioStep.blocks).join(
        ScenarioVersion, ScenarioVersion.id == ScenarioStep.version_id
    )
    steps = session.execute(query.where(ScenarioVersion.scenario_id == scenario.id)).all()
    known = expanding.load_templates(session, [block for _, blocks in steps for block in blocks])
    shown: dict[str, set[int]] = {}
    for code, blocks in steps:
        shown.setdefault(code, set()).update(expanding.shown(known, blocks))
    return shown


def _tappers(scenario: Scenario, pairs: Sequence[tuple[str, int]]) -> sa.Select[str, int]:
    """By step; *pairs* are each step with each of its templates."""
    return (
        sa.select(Passage.code, sa.func.count(TapAnswer.friend_id.distinct()))
        .join(Passage, Passage.friend_id == TapAnswer.friend_id)
        .where(
            Passage.scenario_id == scenario.id,
            Passage.state == PassageState.SENT,
            sa.tuple_(Passage.code, TapAnswer.owner_id).in_(pairs),
            TapAnswer.owner == templates.OWNER,
            TapAnswer.state == AnswerState.TAKEN,
            TapAnswer.at >= Passage.at,
        )
        .group_by(Passage.code)
    )


def _blocked(session: Session, scenario: Scenario) -> dict[str, int]:
    """Who has left is few: their steps are looked through here, by friend (`+ 0` keeps away from the index by scenario,
    which would lead through those of everybody).
    """
    query = (
        sa.select(Passage.code, Passage.friend_id, Passage.at, Friend.follow_changed_at)
        .join(Friend, Friend.id == Passage.friend_id)
        .where(
            Passage.scenario_id + 0 == scenario.id,
            Passage.state == PassageState.SENT,
            Friend.is_following.is_(False),
            Friend.follow_changed_at >= Passage.at,
        )
    )
    gone: dict[str, set[int]] = {}
    for code, friend_id, at, left_at in session.execute(query):
        if left_at is not None and left_at - at <= BLOCKED_WITHIN:
            gone.setdefault(code, set()).add(friend_id)
    return {code: len(friends) for code, friends in gone.items()}
