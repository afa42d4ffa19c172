"""After a change of steps: when to look at each goal next, reckoned anew in the background.

Until that is done an old time at which to look does no harm: on waking the position is reckoned from what the reminder
says by then. Only what now comes sooner has to be noticed.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, sending_rules
from lstep_lite.engine.reminders import goals, positions
from lstep_lite.models import Countdown, CountdownState, Lane, Reminder

CHUNK = 100


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists().where(Reminder.reckoned_to_id.is_not(None)))
def reckon(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One chunk of one reminder. True when there is more."""
    waiting = sa.select(Reminder).where(Reminder.reckoned_to_id.is_not(None)).order_by(Reminder.id).limit(1)
    with database.unit() as session:
        reminder = session.scalar(waiting.with_for_update(skip_locked=True))
        if reminder is None:
            return False
        found = _outdated(session, reminder)
        _reckon(session, reminder, found, now)
        reminder.reckoned_to_id = found[-1].id if found else _start_over(session, reminder)
    return True


@sending_rules.on_quiet_hours
def _keep_quiet(session: Session) -> None:
    """The shop rests at other hours now: everything that keeps them is reckoned anew."""
    quiet = sa.update(Reminder).where(Reminder.is_quiet, ~Reminder.is_ending)
    session.execute(quiet.values(version=Reminder.version + 1, reckoned_to_id=0))


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    waiting = sa.select(sa.func.count()).select_from(Reminder).where(Reminder.reckoned_to_id.is_not(None))
    return agenda.Pending(due=session.scalar(waiting) or 0)


def _outdated(session: Session, reminder: Reminder) -> Sequence[Countdown]:
    """Goals that somebody else is at are left for another round."""
    mine = _old(reminder).where(Countdown.id > (reminder.reckoned_to_id or 0))
    return session.scalars(mine.order_by(Countdown.id).limit(CHUNK).with_for_update(skip_locked=True)).all()


def _old(reminder: Reminder) -> sa.Select[Countdown]:
    active = sa.select(Countdown).filter_by(reminder_id=reminder.id, state=CountdownState.ACTIVE)
    return active.where(Countdown.version != reminder.version)


def _start_over(session: Session, reminder: Reminder) -> int | None:
    """From where on there is something left to do; None when all are done."""
    return 0 if session.scalar(_old(reminder).limit(1)) is not None else None


def _reckon(session: Session, reminder: Reminder, found: Sequence[Countdown], now: datetime) -> None:
    rules, passed = goals.rules_of(session, reminder), goals.passed(session, found)
    for each in found:
        stops = positions.stops(reminder.mode, reminder.steps, each.goal_at, rules)
        position = positions.position(stops, started_at=each.started_at, passed=passed[each.id, each.goal_at])
        first = min([stop.due_at for stop in position.ahead], default=each.goal_at)
        each.due_at, each.version = max(first, now), reminder.version
