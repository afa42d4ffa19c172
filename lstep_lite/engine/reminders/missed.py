"""Steps whose time had passed too long ago, as after an outage: staff say whether they still go out."""

import logging
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, locking
from lstep_lite.engine.deliveries import Leftover
from lstep_lite.engine.reminders import goals, running, steps
from lstep_lite.engine.reminders.keeping import FEATURE
from lstep_lite.models import (
    Countdown,
    CountdownState,
    Friend,
    Reminder,
    ReminderPassage,
    ReminderPassageState,
    ReminderStep,
)

log = logging.getLogger(__name__)

CHUNK = 5
DROP_CHUNK = 500
LET_GO = "時刻を過ぎたため、送らないことにしました。"
FAILED = "送る途中でうまくいかず、送りませんでした。原因はサーバーの記録に残っています。"
CHANGED = "ゴールが変わったか止まったため、送りませんでした。"
_MISSED: sa.ColumnElement[ReminderPassageState] = sa.literal_column(f"'{ReminderPassageState.MISSED.value}'")
"""Never a parameter: only then do both databases use the partial index."""


@deliveries.leftovers(FEATURE)
class MissedSteps:
    """One group a step."""

    def groups(self, session: Session, *, now: datetime) -> Sequence[Leftover]:
        passage = ReminderPassage
        people = sa.func.count(passage.friend_id.distinct()).label("people")
        first, reason = sa.func.min(passage.planned_at).label("first"), sa.func.max(passage.reason).label("reason")
        query = (
            sa.select(Reminder, ReminderStep, people, sa.func.count().label("messages"), first, reason)
            .join(Reminder, Reminder.id == passage.reminder_id)
            .join(ReminderStep, ReminderStep.id == passage.step_id)
            .where(passage.state == _MISSED, ~Reminder.is_ending)
            .group_by(Reminder.id, ReminderStep.id)
        )
        return [
            Leftover(
                key=str(row.ReminderStep.id),
                source=FEATURE,
                label=f"{row.Reminder.name}：{steps.title(row.Reminder.mode, row.ReminderStep)}",
                reason=row.reason,
                people=row.people,
                messages=row.messages if row.ReminderStep.blocks else 0,
                since=row.first,
            )
            for row in session.execute(query)
        ]

    def send(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int:
        found = _some(session, int(key))
        for passage in found:
            _send_alone(session, passage, staff_id, now)
        return len(found)

    def drop(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int:
        mine = sa.select(ReminderPassage.id).where(ReminderPassage.state == _MISSED)
        some = mine.where(ReminderPassage.step_id == int(key)).limit(DROP_CHUNK)
        gone = sa.update(ReminderPassage).where(ReminderPassage.id.in_(some))
        values = {"state": ReminderPassageState.SKIPPED, "reason": LET_GO}
        dropped = gone.values(values).returning(ReminderPassage.id)
        return len(session.scalars(dropped, execution_options={"synchronize_session": False}).all())


def _some(session: Session, step_id: int) -> Sequence[ReminderPassage]:
    """A few of them, whose friends are locked in order."""
    mine = sa.select(ReminderPassage).where(ReminderPassage.state == _MISSED, ReminderPassage.step_id == step_id)
    found = session.scalars(mine.order_by(ReminderPassage.id).limit(CHUNK)).all()
    return sorted(found, key=lambda passage: (passage.friend_id, passage.id))


def _send_alone(session: Session, passage: ReminderPassage, staff_id: int | None, now: datetime) -> None:
    """One that fails is undone alone, and told; the others go on."""
    passage_id = passage.id
    try:
        with session.begin_nested():
            _send(session, passage, staff_id, now)
    except OperationalError:
        raise  # a lost connection or lock: the whole unit is tried again
    except Exception:
        log.exception("reminders: passage %s could not be sent", passage_id)
        mine = sa.update(ReminderPassage).where(ReminderPassage.id == passage_id)
        session.execute(mine.values(state=ReminderPassageState.SKIPPED, reason=FAILED))


def _send(session: Session, passage: ReminderPassage, staff_id: int | None, now: datetime) -> None:
    friend = session.get_one(Friend, passage.friend_id)
    locking.lock(session, friend)
    countdown = session.get_one(Countdown, passage.countdown_id, populate_existing=True)
    session.refresh(passage)
    if passage.state is not ReminderPassageState.MISSED:
        return  # another worker was faster
    stop = next((each for each in goals.stops_of(session, countdown) if each.step.id == passage.step_id), None)
    if stop is None or countdown.state is CountdownState.STOPPED or countdown.goal_at != passage.goal_at:
        passage.state, passage.reason = ReminderPassageState.SKIPPED, CHANGED
    elif not countdown.reminder.is_on:
        passage.state, passage.reason = ReminderPassageState.SKIPPED, running.OFF
    else:
        sent = running.send(session, countdown, friend, stop, now=now, staff_id=staff_id)
        running.note(session, passage.id, sent)
