"""Taking friends through scenarios in tests."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, scenarios
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.scenarios import moving, sweeping, ticking
from lstep_lite.models import Delivery, Enrolment, Friend, Scenario, ScenarioStep, ScenarioVersion, Tag
from tests.factories import NOW, a_step

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def start(session: Session, scenario: Scenario, friend: Friend, **over: Any) -> scenarios.Started:
    return scenarios.start(session, scenario, friend, **{"now": NOW} | over)


def begin(session: Session, scenario: Scenario, friend: Friend, **over: Any) -> Enrolment:
    started = start(session, scenario, friend, **over)
    assert started.enrolment is not None, started.text
    return started.enrolment


def sent(session: Session, friend_id: int) -> list[str]:
    """What was laid into the outbox, in order."""
    session.flush()
    rows = session.scalars(sa.select(Delivery).where(Delivery.friend_id == friend_id).order_by(Delivery.id))
    return [block["text"] for row in rows for block in row.content.blocks]


def look(session: Session, friend: Friend, now: datetime) -> None:
    """What the worker does for this friend at *now*."""
    ticking._run(session, friend, now=now)


def tick(database: Database, now: datetime) -> None:
    """What the worker does for everybody at *now*."""
    while ticking.run_due(database, now=now, wall=now):
        pass


def settle(database: Database, now: datetime) -> None:
    """What the worker does in the background."""
    while moving.move_some(database, now=now, wall=now) or sweeping.sweep_some(database, now=now, wall=now):
        pass


def text(words: str) -> list[dict[str, Any]]:
    return [{"kind": "text", "text": words}]


def edit(session: Session, scenario: Scenario, **over: dict[str, Any]) -> ScenarioVersion:
    """Change the draft's steps by their codes; an unknown code is a new step."""
    version = scenarios.draft_of(session, scenario, now=NOW)
    for code, values in over.items():
        row = session.scalar(sa.select(ScenarioStep).filter_by(version_id=version.id, code=code))
        if row is None:
            row = ScenarioStep(version_id=version.id, position=99, **a_step(code=code))
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()
    return version


def publish(session: Session, scenario: Scenario, now: datetime, *, moves: bool = True) -> None:
    scenarios.publish(session, scenario, moves_friends=moves, staff_id=None, now=now)


def acting(session: Session, scenario: Scenario, number: int, *steps: dict[str, Any]) -> None:
    """Hang *steps* at the number-th step."""
    rows = session.scalars(sa.select(ScenarioStep).filter_by(version_id=scenario.live_version_id))
    row = sorted(rows, key=lambda each: each.position)[number - 1]
    hung = [{"id": f"a{place}", "segment": None, **step} for place, step in enumerate(steps)]
    actions.keep(session, scenarios.PLACE, row.id, SetDraft(hung, repeats=True), now=NOW)


def starting(scenario: Scenario, **over: Any) -> dict[str, Any]:
    return {"kind": "scenario", "data": {"way": "start", "scenario_id": scenario.id} | over}


def tagging(tag: Tag) -> dict[str, Any]:
    return {"kind": "tags", "data": {"way": "attach", "tag_ids": [tag.id]}}


def tagged(tag: Tag) -> dict[str, Any]:
    return {"all": [{"id": "c", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}], "any": []}
