"""A deleted reminder: its goals stop and its rows go, in units that hold nobody up."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, triggers
from lstep_lite.models import Countdown, CountdownState, Lane, Reminder, ReminderPassage, ReminderStep

CHUNK = 500
DELETED = "リマインダが削除されたため、止めました。"


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists().where(Reminder.is_ending))
def sweep(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One step of up to 500 rows; running it twice is harmless. True when there is more."""
    ending = sa.select(Reminder).where(Reminder.is_ending).order_by(Reminder.id).limit(1)
    with database.unit() as session:
        reminder = session.scalar(ending.with_for_update(skip_locked=True))
        if reminder is None:
            return False
        if not (_stop(session, reminder, now) or _drop(session, ReminderPassage, reminder)):
            _end(session, reminder)
    return True


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(session.scalar(sa.select(sa.func.count()).where(Reminder.is_ending)) or 0)


def _stop(session: Session, reminder: Reminder, now: datetime) -> int:
    """How many goals were stopped; each friend's timeline tells it."""
    active = sa.select(Countdown).filter_by(reminder_id=reminder.id, state=CountdownState.ACTIVE)
    found = session.scalars(active.order_by(Countdown.id).limit(CHUNK).with_for_update()).all()
    facts = {"reminder_id": reminder.id, "label": reminder.name}
    triggers.record_many(session, "reminder.stopped", [each.friend_id for each in found], now=now, **facts)
    ended = {"state": CountdownState.STOPPED, "due_at": None, "follows": False, "ended_at": now, "end_reason": DELETED}
    mine = sa.update(Countdown).where(Countdown.id.in_([each.id for each in found])).values(ended)
    session.execute(mine.execution_options(synchronize_session=False))
    return len(found)


def _drop(session: Session, model: type[Countdown | ReminderPassage], reminder: Reminder) -> int:
    some = sa.select(model.id).filter_by(reminder_id=reminder.id).limit(CHUNK)
    gone = sa.delete(model).where(model.id.in_(some)).returning(model.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def _end(session: Session, reminder: Reminder) -> None:
    """The goals, and after the last of them the reminder itself."""
    if not _drop(session, Countdown, reminder):
        session.execute(sa.delete(ReminderStep).filter_by(reminder_id=reminder.id))
        session.execute(sa.delete(Reminder).where(Reminder.id == reminder.id))
