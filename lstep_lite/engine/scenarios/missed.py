"""Steps whose time had passed too long ago, as after an outage: staff say whether they still go out."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, locking
from lstep_lite.engine.deliveries import Leftover
from lstep_lite.engine.scenarios import advancing, steps
from lstep_lite.engine.scenarios.keeping import FEATURE, KEPT
from lstep_lite.models import Enrolment, Friend, Passage, PassageState, Scenario, ScenarioStep

CHUNK = 10
DROP_CHUNK = 500
LET_GO = "時刻を過ぎたため、送らないことにしました。"
GONE = "このステップは削除されたため、送りませんでした。"
_MISSED: sa.ColumnElement[PassageState] = sa.literal_column(f"'{PassageState.MISSED.value}'")
"""Never a parameter: only then do both databases use the partial index."""


@deliveries.leftovers(FEATURE)
class MissedSteps:
    """One group a step of a scenario: "<scenario id>:<code>"."""

    def groups(self, session: Session, *, now: datetime) -> Sequence[Leftover]:
        people, first = sa.func.count(), sa.func.min(Passage.planned_at)
        query = (
            sa.select(
                Scenario, Passage.code, people, first, sa.func.max(Passage.reason), sa.func.max(Enrolment.version_id)
            )
            .join(Scenario, Scenario.id == Passage.scenario_id)
            .join(Enrolment, Enrolment.id == Passage.enrolment_id)
            .where(Passage.state == _MISSED, KEPT)
            .group_by(Scenario.id, Passage.code)
        )
        found = session.execute(query).all()
        rows = _steps(session, {(version_id, code) for _, code, _, _, _, version_id in found})
        return [
            _leftover(scenario, code, rows.get((version_id, code)), count, since, reason)
            for scenario, code, count, since, reason, version_id in found
        ]

    def send(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int:
        some = session.scalars(sa.select(Passage).where(_named(key)).order_by(Passage.id).limit(CHUNK)).all()
        for passage in sorted(some, key=lambda each: (each.friend_id, each.id)):  # friends are locked in this order
            _send(session, passage, staff_id, now)
        return len(some)

    def drop(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int:
        some = sa.select(Passage.id).where(_named(key)).limit(DROP_CHUNK)
        gone = sa.update(Passage).where(Passage.id.in_(some)).values(state=PassageState.SKIPPED, reason=LET_GO)
        found = session.scalars(gone.returning(Passage.id), execution_options={"synchronize_session": False})
        return len(found.all())


def _leftover(
    scenario: Scenario, code: str, step: ScenarioStep | None, count: int, since: datetime, reason: str | None
) -> Leftover:
    said = steps.said(scenario.mode, step) if step else "削除されたステップ"
    return Leftover(
        key=f"{scenario.id}:{code}",
        source=FEATURE,
        label=f"{scenario.name}：{said}",
        reason=reason or "",
        people=count,
        messages=count if step and step.blocks else 0,
        since=since,
    )


def _steps(session: Session, wanted: set[tuple[int, str]]) -> dict[tuple[int, str], ScenarioStep]:
    versions, codes = {version_id for version_id, _ in wanted}, {code for _, code in wanted}
    query = sa.select(ScenarioStep).where(ScenarioStep.version_id.in_(versions), ScenarioStep.code.in_(codes))
    return {(step.version_id, step.code): step for step in session.scalars(query)}


def _named(key: str) -> sa.ColumnElement[bool]:
    scenario_id, _, code = key.partition(":")
    return sa.and_(Passage.state == _MISSED, Passage.scenario_id == int(scenario_id), Passage.code == code)


def _send(session: Session, passage: Passage, staff_id: int | None, now: datetime) -> None:
    """Out of its turn: whether the friend is still in the scenario makes no difference, staff have decided."""
    friend = session.get_one(Friend, passage.friend_id)
    locking.lock(session, friend)
    session.refresh(passage)
    if passage.state is not PassageState.MISSED:
        return  # another worker was faster
    enrolment = session.get_one(Enrolment, passage.enrolment_id)
    step = _steps(session, {(enrolment.version_id, passage.code)}).get((enrolment.version_id, passage.code))
    if step is None:
        passage.state, passage.reason = PassageState.SKIPPED, GONE
        return
    sent = advancing.send(session, enrolment, friend, step, now=now, staff_id=staff_id, is_guarded=False)
    passage.state = PassageState.SENT if sent.is_sent else PassageState.SKIPPED
    passage.reason, passage.delivery_id, passage.at = sent.reason, sent.delivery_id, now
