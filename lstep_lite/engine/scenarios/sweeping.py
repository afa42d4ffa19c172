"""A scenario that staff deleted: friends in it are stopped, then its rows go, a few a unit of work.

Its action sets stay, emptied, so that what they did stays known.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database, memory
from lstep_lite.engine import actions, agenda, mentions
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.scenarios import enrolling, steps
from lstep_lite.engine.scenarios.keeping import FINISHED
from lstep_lite.models import (
    Enrolment,
    EnrolmentState,
    Friend,
    Lane,
    Passage,
    Scenario,
    ScenarioStep,
    ScenarioVersion,
)

STOPPED = 20
"""Friends a unit: what follows from each may be much."""
CHUNK = 500
DELETED = "シナリオが削除されたため"
_ENDING = Scenario.is_ending.is_(True)


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists().where(_ENDING))
def sweep_some(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One unit of it. True when there is more."""
    with database.read() as session:
        scenario_id = session.scalar(sa.select(Scenario.id).where(_ENDING).order_by(Scenario.id).limit(1))
    if scenario_id is None:
        return False
    with database.unit() as session, memory(session):
        _sweep(session, scenario_id, now)
    return True


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(session.scalar(sa.select(sa.func.count()).select_from(Scenario).where(_ENDING)) or 0)


def _sweep(session: Session, scenario_id: int, now: datetime) -> None:
    """Friends before the scenario's own row: whoever locks both does it in this order."""
    if _stop_some(session, scenario_id, now):
        return
    scenario = session.scalar(sa.select(Scenario).where(Scenario.id == scenario_id, _ENDING).with_for_update())
    if scenario is None:
        return
    if _delete(session, Passage, scenario) or _delete(session, Enrolment, scenario) or _empty(session, scenario, now):
        return
    actions.keep(session, FINISHED, scenario.id, SetDraft(), now=now)
    session.delete(scenario)


def _stop_some(session: Session, scenario_id: int, now: datetime) -> bool:
    active = sa.select(Enrolment.friend_id).filter_by(scenario_id=scenario_id, state=EnrolmentState.ACTIVE)
    ids = session.scalars(active.order_by(Enrolment.id).limit(STOPPED)).all()
    whose = sa.select(Friend).where(Friend.id.in_(ids)).order_by(Friend.id).with_for_update()
    for friend in session.scalars(whose).all():
        scenario = session.get_one(Scenario, scenario_id)
        enrolling.stop(session, friend, scenario=scenario, now=now, reason=DELETED)
    return bool(ids)


def _delete(session: Session, model: type[Passage] | type[Enrolment], scenario: Scenario) -> int:
    some = sa.select(model.id).where(model.scenario_id == scenario.id).limit(CHUNK)
    gone = sa.delete(model).where(model.id.in_(some)).returning(model.id)
    return len(session.scalars(gone, execution_options={"synchronize_session": False}).all())


def _empty(session: Session, scenario: Scenario, now: datetime) -> bool:
    """Take the steps of one version away; False when there is none left."""
    version = session.scalar(sa.select(ScenarioVersion).filter_by(scenario_id=scenario.id).limit(1))
    if version is None:
        return False
    found = session.scalars(sa.select(ScenarioStep.id).filter_by(version_id=version.id)).all()
    mentions.forget_all(session, steps.WHERE.owner, found)
    for action_set in actions.at_many(session, steps.PLACE, found).values():
        actions.keep(session, steps.PLACE, action_set.holder, SetDraft(repeats=action_set.repeats), now=now)
    session.execute(sa.delete(ScenarioVersion).where(ScenarioVersion.id == version.id))
    return True
