"""What the list of scenarios says about each of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.models import Enrolment, EnrolmentState, Scenario, ScenarioStep, ScenarioVersion, VersionState


@dataclass(frozen=True)
class Line:
    """One scenario in numbers."""

    step_count: int
    """Of the live steps; of the draft while nothing is live."""
    active: int
    """Friends who are in it now."""
    started: int
    """Since the first of this month."""
    finished: int
    """Of all who left it, those who got to the end since the first of this month."""
    has_draft: bool
    """Whether there are edits that nobody gets yet."""


def lines(session: Session, scenarios: Sequence[Scenario], *, zone: ZoneInfo, now: datetime) -> dict[int, Line]:
    """By scenario id."""
    ids = [scenario.id for scenario in scenarios]
    drafts, steps = _drafts(session, ids), _step_counts(session, ids)
    people = _people(session, ids, _first_of_month(now, zone))
    found: dict[int, Line] = {}
    for scenario in scenarios:
        shown = scenario.live_version_id or drafts.get(scenario.id)
        active, started, finished = people.get(scenario.id, (0, 0, 0))
        found[scenario.id] = Line(steps.get(shown or 0, 0), active, started, finished, scenario.id in drafts)
    return found


def _drafts(session: Session, ids: Collection[int]) -> dict[int, int]:
    query = sa.select(ScenarioVersion.scenario_id, ScenarioVersion.id).where(
        ScenarioVersion.scenario_id.in_(ids), ScenarioVersion.state == VersionState.DRAFT
    )
    return dict(session.execute(query).all())


def _step_counts(session: Session, ids: Collection[int]) -> dict[int, int]:
    """By version, of the versions that can be on show."""
    shown = sa.select(ScenarioVersion.id).where(
        ScenarioVersion.scenario_id.in_(ids),
        sa.or_(
            ScenarioVersion.state == VersionState.DRAFT,
            ScenarioVersion.id.in_(sa.select(Scenario.live_version_id).where(Scenario.id.in_(ids))),
        ),
    )
    query = (
        sa.select(ScenarioStep.version_id, sa.func.count())
        .where(ScenarioStep.version_id.in_(shown))
        .group_by(ScenarioStep.version_id)
    )
    return dict(session.execute(query).all())


def _people(session: Session, ids: Collection[int], since: datetime) -> dict[int, tuple[int, int, int]]:
    def number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((condition, 1)))

    finished = sa.and_(Enrolment.state == EnrolmentState.FINISHED, Enrolment.ended_at >= since)
    query = (
        sa.select(
            Enrolment.scenario_id,
            number(Enrolment.state == EnrolmentState.ACTIVE),
            number(Enrolment.started_at >= since),
            number(finished),
        )
        .where(Enrolment.scenario_id.in_(ids))
        .group_by(Enrolment.scenario_id)
    )
    return {key: (active, started, ended) for key, active, started, ended in session.execute(query)}


def _first_of_month(now: datetime, zone: ZoneInfo) -> datetime:
    return now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
