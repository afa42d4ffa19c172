"""After a version was published, or rules of time have changed: friends in flight go over to it, chunk by chunk.

Friends who fall due meanwhile are taken over as they come (`catch_up`), so that nobody gets an old step in between.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database, memory, remembered
from lstep_lite.engine import agenda, locking
from lstep_lite.engine.scenarios import enrolling, positions, versions
from lstep_lite.engine.scenarios.positions import Plan, Standing
from lstep_lite.models import Enrolment, EnrolmentState, Friend, Lane, Scenario, ScenarioVersion

log = logging.getLogger(__name__)

CHUNK = 40
"""Friends a unit: so many need well under 200 ms."""
_MOVING = ScenarioVersion.is_moving.is_(True)


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists().where(_MOVING))
def move_some(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One unit of it. True when there is more."""
    with database.read() as session:
        version_id = session.scalar(sa.select(ScenarioVersion.id).where(_MOVING).order_by(ScenarioVersion.id).limit(1))
    if version_id is None:
        return False
    with database.unit() as session, memory(session):
        row = sa.select(ScenarioVersion).where(ScenarioVersion.id == version_id, _MOVING)
        version = session.scalar(row.with_for_update(skip_locked=True))
        if version is None:
            return False
        _move_chunk(session, version, now)
    return True


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(session.scalar(sa.select(sa.func.count()).select_from(ScenarioVersion).where(_MOVING)) or 0)


def catch_up(session: Session, enrolment: Enrolment, *, now: datetime) -> None:
    """Take *enrolment* over to the version its scenario is moving to, if it has not been yet."""
    scenario_id = enrolment.scenario_id
    target = remembered(session, ("scenario moves to", scenario_id), lambda: _target(session, scenario_id))
    if target is not None and _is_behind(session, enrolment, target):
        _take_over(session, enrolment, target, enrolling.passed_by(session, enrolment), now)


def _target(session: Session, scenario_id: int) -> ScenarioVersion | None:
    query = sa.select(ScenarioVersion).where(
        ScenarioVersion.scenario_id == scenario_id, _MOVING, ScenarioVersion.moves_friends
    )
    return session.scalar(query.order_by(ScenarioVersion.number.desc()).limit(1))


def _move_chunk(session: Session, version: ScenarioVersion, now: datetime) -> None:
    active = sa.select(Enrolment.id, Enrolment.friend_id).where(
        Enrolment.scenario_id == version.scenario_id,
        Enrolment.state == EnrolmentState.ACTIVE,
        Enrolment.id > version.moved_to_id,
    )
    found = session.execute(active.order_by(Enrolment.id).limit(CHUNK)).all()
    for enrolment, codes in _locked(session, {row.id for row in found}, {row.friend_id for row in found}):
        if version.moves_friends and _is_behind(session, enrolment, version):
            _take_over(session, enrolment, version, codes, now)
        else:
            _look_again(session, enrolment, codes, now)
    if len(found) == CHUNK:
        version.moved_to_id = found[-1].id
        return
    version.is_moving = False
    session.flush()  # what is no longer used is looked up
    versions.retire(session, session.get_one(Scenario, version.scenario_id))


def _locked(session: Session, ids: set[int], friend_ids: set[int]) -> Sequence[tuple[Enrolment, set[str]]]:
    """Those still active, their friends locked in the order of ids, with the codes they have passed."""
    whose = sa.select(Friend).where(Friend.id.in_(friend_ids)).order_by(Friend.id).with_for_update()
    locking.know(session, session.scalars(whose).all())
    active = sa.select(Enrolment).where(Enrolment.id.in_(ids), Enrolment.state == EnrolmentState.ACTIVE)
    found = session.scalars(active.order_by(Enrolment.id).execution_options(populate_existing=True)).all()
    codes = enrolling.passed(session, [enrolment.id for enrolment in found])
    return [(enrolment, codes[enrolment.id]) for enrolment in found]


def _is_behind(session: Session, enrolment: Enrolment, version: ScenarioVersion) -> bool:
    return session.get_one(ScenarioVersion, enrolment.version_id).number < version.number


def _take_over(
    session: Session, enrolment: Enrolment, version: ScenarioVersion, passed: set[str], now: datetime
) -> None:
    old, new = enrolling.plan_of(session, enrolment.version_id), enrolling.plan_of(session, version.id)
    standing = Standing(enrolling.start_of(enrolment), passed, enrolment.lanes)
    rules = enrolling.rules_of(session, enrolment.scenario)
    late = positions.overtaken(old, new, standing, rules, now=now)
    enrolling.skip(session, enrolment, late, now=now)
    passed.update(late)
    enrolment.version_id = version.id
    _settle(session, enrolment, new, passed, now)


def _look_again(session: Session, enrolment: Enrolment, passed: set[str], now: datetime) -> None:
    _settle(session, enrolment, enrolling.plan_of(session, enrolment.version_id), passed, now)


def _settle(session: Session, enrolment: Enrolment, plan: Plan, passed: set[str], now: datetime) -> None:
    """Reckon when to look again. What other rules have put into the past is due now, and not late for that."""
    step = positions.next_step(plan, passed=passed, lanes=enrolment.lanes)
    looked_for = min(enrolment.due_at or now, now)
    if step is None:
        enrolment.next_code, enrolment.due_at = None, looked_for  # there it comes to its end
        return
    rules = enrolling.rules_of(session, enrolment.scenario)
    at = positions.moment(plan, step, enrolling.start_of(enrolment), rules)
    enrolment.next_code, enrolment.due_at = step.code, max(at, looked_for)
