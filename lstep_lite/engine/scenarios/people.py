"""Who is in a scenario, who left it, and where each of them stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine import paging
from lstep_lite.models import Enrolment, EnrolmentState, Friend, Scenario, ScenarioStep

PAGE_SIZE = 50
PAST_SHOWN = 5
"""Ended ones on a friend's page."""


@dataclass(frozen=True, kw_only=True)
class People(paging.Paged):
    rows: Sequence[tuple[Enrolment, Friend]]


def people(session: Session, scenario: Scenario, state: EnrolmentState, *, number: int = 1) -> People:
    """One page of the friends whose way through *scenario* is at *state*; those who started last come first."""
    here = (Enrolment.scenario_id == scenario.id, Enrolment.state == state)
    total = session.scalar(sa.select(sa.func.count()).select_from(Enrolment).where(*here)) or 0
    number = paging.nearest(number, total, PAGE_SIZE)
    query = (
        sa.select(Enrolment, Friend)
        .join(Friend, Friend.id == Enrolment.friend_id)
        .where(*here)
        .order_by(Enrolment.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    rows = session.execute(query).all()
    return People(rows=rows, total_count=total, number=number, size=PAGE_SIZE)


def counts(session: Session, scenario: Scenario) -> dict[EnrolmentState, int]:
    """How many ways through *scenario* are at each state."""
    query = (
        sa.select(Enrolment.state, sa.func.count())
        .where(Enrolment.scenario_id == scenario.id)
        .group_by(Enrolment.state)
    )
    found = dict(session.execute(query).all())
    return {state: found.get(state, 0) for state in EnrolmentState}


def of_friend(session: Session, friend: Friend) -> tuple[Sequence[Enrolment], Sequence[Enrolment]]:
    """The scenarios a friend is in now, without those being deleted, and the ones that ended last."""
    query = sa.select(Enrolment).where(Enrolment.friend_id == friend.id).options(joinedload(Enrolment.scenario))
    active = query.where(Enrolment.state == EnrolmentState.ACTIVE).order_by(Enrolment.id)
    ended = query.where(Enrolment.state != EnrolmentState.ACTIVE).order_by(Enrolment.id.desc()).limit(PAST_SHOWN)
    return [each for each in session.scalars(active) if not each.scenario.is_ending], session.scalars(ended).all()


def next_steps(session: Session, enrolments: Collection[Enrolment]) -> dict[int, ScenarioStep]:
    """The step each of *enrolments* comes to next, by the enrolment's id; none where nothing is left."""
    versions = {each.version_id for each in enrolments}
    codes = {each.next_code for each in enrolments if each.next_code}
    query = sa.select(ScenarioStep).where(ScenarioStep.version_id.in_(versions), ScenarioStep.code.in_(codes))
    steps = {(step.version_id, step.code): step for step in session.scalars(query)}
    keys = {each.id: (each.version_id, each.next_code or "") for each in enrolments}
    return {enrolment_id: steps[key] for enrolment_id, key in keys.items() if key in steps}
