"""Scenarios for many friends at once: starting and stopping."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import memory
from lstep_lite.engine import batches, locking
from lstep_lite.engine.batches import Choice, Outcome, Params, Question
from lstep_lite.engine.scenarios import advancing, enrolling, keeping
from lstep_lite.engine.staff import Permission
from lstep_lite.models import Batch, Friend

CHUNK = 10
"""Friends a unit: what is due at once goes out with the start."""
BY_HAND = "一括処理で止めたため"
NOT_IN_IT = "このシナリオは配信していません。"


def _live(session: Session) -> Sequence[Choice]:
    return [(each.id, each.name) for each in keeping.in_order(session) if each.is_on]


def _explain_start(session: Session, params: Params, count: int) -> Sequence[str]:
    scenario = keeping.get(session, params["scenario_id"])
    return [
        f"{count:,}人に「{scenario.name}」を最初から始めます。送る分のメッセージは、1通ずつ数えます。",
        "ほかのシナリオの途中の方は、そのシナリオが止まります（配信のきまりで、同時に配信できるようにしていないとき）。",
    ]


@batches.kind(
    "scenarios.start",
    label="シナリオを始める",
    chunk=CHUNK,
    permission=Permission.AUTOMATION_EDIT,
    question=Question("scenario_id", "始めるシナリオ", _live),
    explain=_explain_start,
)
def start(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    scenario = keeping.get(session, batch.params["scenario_id"])
    skipped: dict[int, str] = {}
    with memory(session):
        for friend in _friends(session, friend_ids):
            started = advancing.start(session, scenario, friend, now=now, staff_id=batch.staff_id)
            if started.enrolment is None:
                skipped[friend.id] = started.text
    return Outcome(skipped)


def _all(session: Session) -> Sequence[Choice]:
    return [(each.id, each.name) for each in keeping.in_order(session)]


@batches.kind(
    "scenarios.stop",
    label="シナリオを止める",
    chunk=CHUNK,
    permission=Permission.AUTOMATION_EDIT,
    question=Question("scenario_id", "止めるシナリオ", _all),
)
def stop(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    scenario = keeping.get(session, batch.params["scenario_id"])
    skipped: dict[int, str] = {}
    with memory(session):
        for friend in _friends(session, friend_ids):
            count = enrolling.stop(session, friend, scenario=scenario, now=now, staff_id=batch.staff_id, reason=BY_HAND)
            if not count:
                skipped[friend.id] = NOT_IN_IT
    return Outcome(skipped)


def _friends(session: Session, friend_ids: Sequence[int]) -> Sequence[Friend]:
    """They are locked already."""
    found = session.scalars(sa.select(Friend).where(Friend.id.in_(friend_ids)).order_by(Friend.id)).all()
    locking.know(session, found)
    return found
