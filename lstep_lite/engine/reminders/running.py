"""Steps whose time has come, a few goals a unit of work.

What a step sends and that it was sent are one unit, and its row is unique: a worker that is killed anywhere, or two at
once, send nothing twice and leave nothing out.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import Database, memory, savepoint
from lstep_lite.engine import agenda, locking, sending_rules, sequences, triggers
from lstep_lite.engine.pinning import NONE
from lstep_lite.engine.reminders import following, goals, guarding, origins, steps, sweeping
from lstep_lite.engine.reminders.keeping import FEATURE
from lstep_lite.engine.reminders.positions import Stop
from lstep_lite.engine.sequences import Delivered, Due, moments
from lstep_lite.models import (
    Countdown,
    CountdownState,
    Friend,
    Lane,
    Reminder,
    ReminderPassage,
    ReminderPassageState,
    TimelineEntry,
)

log = logging.getLogger(__name__)

CHUNK = 5
"""Goals a unit: so many need about 100 ms, messages and actions included."""
PAUSE = timedelta(minutes=5)
"""When to try again what failed."""
OFF = "リマインダがオフだったため、送りませんでした。"
LATE = "サーバーが止まっていたなどで、時刻を大きく過ぎたため、送りませんでした。"
AFTER_GOAL = "送る前にゴールの日時を過ぎたため、送りませんでした。"
triggers.labels["reminder.step"] = "リマインダの時間になった"
triggers.labels["reminder.finished"] = "リマインダが終わった"
_ACTIVE: sa.ColumnElement[CountdownState] = sa.literal_column(f"'{CountdownState.ACTIVE.value}'")
"""Never a parameter: only then do both databases use the partial index."""


def due(now: datetime) -> sa.Select[int, int]:
    """The goals to look at, and whose they are, the longest waiting first."""
    query = sa.select(Countdown.id, Countdown.friend_id).where(Countdown.state == _ACTIVE, Countdown.due_at <= now)
    return query.order_by(Countdown.due_at, Countdown.id).limit(CHUNK)


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists(due(now)))
def run_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One unit of what is due. True when there may be more."""
    with database.read() as session:
        found = session.execute(due(now)).all()
    if found:
        with database.unit() as session, memory(session):
            _advance_all(session, [row.id for row in found], {row.friend_id for row in found}, now)
    return len(found) == CHUNK


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    active = Countdown.state == _ACTIVE
    waiting = session.scalar(sa.select(sa.func.count()).where(active, Countdown.due_at <= now)) or 0
    return agenda.Pending(
        waiting, session.scalar(sa.select(sa.func.min(Countdown.due_at)).where(active, Countdown.due_at > now))
    )


def _next_due(friend: Friend) -> sa.Select[datetime | None]:
    mine = sa.select(sa.func.min(Countdown.due_at)).where(Countdown.friend_id == friend.id)
    return mine.where(Countdown.state == _ACTIVE)


def _run(session: Session, friend: Friend, *, now: datetime) -> None:
    locking.lock(session, friend)
    mine = sa.select(Countdown).where(Countdown.friend_id == friend.id, Countdown.state == _ACTIVE)
    mine = mine.where(Countdown.due_at <= now).order_by(Countdown.due_at, Countdown.id)
    for countdown in session.scalars(mine).all():
        advance(session, countdown, friend, now=now)


agenda.personal(_next_due, _run)


def _advance_all(session: Session, ids: Sequence[int], friend_ids: set[int], now: datetime) -> None:
    """Friends and goals that somebody else holds are left to a later unit."""
    whose = sa.select(Friend).where(Friend.id.in_(friend_ids)).order_by(Friend.id)
    friends = {friend.id: friend for friend in session.scalars(whose.with_for_update(skip_locked=True))}
    locking.know(session, friends.values())
    mine = sa.select(Countdown).where(Countdown.id.in_(ids), Countdown.friend_id.in_(friends))
    still_due = mine.where(Countdown.state == _ACTIVE, Countdown.due_at <= now).order_by(Countdown.id)
    found = session.scalars(still_due.with_for_update(skip_locked=True)).all()
    for countdown in sorted(found, key=lambda each: (each.due_at or now, each.id)):
        _advance_alone(session, countdown, friends[countdown.friend_id], now)


def _advance_alone(session: Session, countdown: Countdown, friend: Friend, now: datetime) -> None:
    """One that fails is undone alone and waits a little; the others go on."""
    countdown_id = countdown.id
    try:
        with savepoint(session):
            advance(session, countdown, friend, now=now)
    except OperationalError:
        raise  # a lost connection or lock: the whole unit is tried again
    except Exception:
        log.exception("reminders: countdown %s failed; it is tried again soon", countdown_id)
        later = sa.update(Countdown).where(Countdown.id == countdown_id).values(due_at=now + PAUSE)
        session.execute(later)


def advance(session: Session, countdown: Countdown, friend: Friend, *, now: datetime) -> None:
    """Do all that is due at *now* for one active goal, whose friend is locked."""
    if countdown.reminder.is_ending:
        return goals.end(session, countdown, friend, now=now, reason=sweeping.DELETED)
    if not following.check(session, countdown, friend, now=now):
        return None
    goal_at = countdown.goal_at
    while _stands(countdown, goal_at):
        ahead = goals.settle(session, countdown, now=now).ahead
        if not ahead and goal_at <= now:
            return _finish(session, countdown, friend, now)
        if not ahead or ahead[0].due_at > now:
            return None
        _pass(session, countdown, friend, ahead[0], now)
    return None


def _stands(countdown: Countdown, goal_at: datetime) -> bool:
    """Whether it goes on as it was: a step's actions may have moved or stopped it."""
    return countdown.state is CountdownState.ACTIVE and countdown.goal_at == goal_at


def _pass(session: Session, countdown: Countdown, friend: Friend, stop: Stop, now: datetime) -> None:
    """A step's turn has come: it goes out, or it is told why not."""
    state, reason = _refusal(session, countdown, stop, now)
    passage_id = goals.write_down(session, countdown, stop, state, now=now, reason=reason)
    if reason is not None:
        _record(session, countdown, friend, stop, now).results = [reason]
    elif passage_id is not None:
        note(session, passage_id, send(session, countdown, friend, stop, now=now))


def note(session: Session, passage_id: int, delivered: Delivered) -> None:
    """What came of a step that was sent, or could not be."""
    state = ReminderPassageState.SENT if delivered.is_sent else ReminderPassageState.SKIPPED
    values = {"state": state, "reason": delivered.reason, "delivery_id": delivered.delivery_id}
    session.execute(sa.update(ReminderPassage).where(ReminderPassage.id == passage_id).values(values))


def _refusal(
    session: Session, countdown: Countdown, stop: Stop, now: datetime
) -> tuple[ReminderPassageState, str | None]:
    """What becomes of a step before its content is looked at, and why."""
    if stop.reason is not None:
        return ReminderPassageState.SKIPPED, stop.reason
    if not countdown.reminder.is_on:
        return ReminderPassageState.SKIPPED, OFF
    if stop.planned_at < countdown.goal_at < now:
        return ReminderPassageState.MISSED, AFTER_GOAL
    if now - stop.due_at > _late(session, countdown):
        return ReminderPassageState.MISSED, LATE
    origin = origins.of(countdown)
    if origin is not None and (reason := origin.refusal(session, countdown, now)) is not None:
        return ReminderPassageState.SKIPPED, reason
    return ReminderPassageState.SENT, None


def _late(session: Session, countdown: Countdown) -> timedelta:
    """How late its steps may go out."""
    origin = origins.of(countdown)
    return sending_rules.late(session) if origin is None else origin.late


def send(
    session: Session, countdown: Countdown, friend: Friend, stop: Stop, *, now: datetime, staff_id: int | None = None
) -> Delivered:
    """Lay a step's messages into the outbox and run its actions, in the caller's unit."""
    reminder, step = countdown.reminder, stop.step
    entry = _record(session, countdown, friend, stop, now)
    origin = origins.of(countdown)
    due_at = _due_at(session, countdown, stop, now)
    due = Due(
        source=FEATURE,
        label=f"{reminder.name}：{steps.title(reminder.mode, step)}",
        blocks=step.blocks if origin is None else origin.blocks(session, countdown, step.blocks),
        tree=step.tree,
        place=steps.PLACE,
        holder=step.id,
        key=f"{countdown.id}:{step.id}:{int(countdown.goal_at.timestamp())}",
        occurrence=f"{step.id}:{countdown.origin}:{int(countdown.goal_at.timestamp())}",
        guard=guarding.guard_of(countdown),
        due_at=due_at,
        tolerance=_tolerance(session, countdown, stop, due_at),
        pins=NONE if origin is None else origin.pins(session, countdown),
    )
    delivered = sequences.deliver(session, friend, due, now=now, cause=entry, staff_id=staff_id)
    entry.results = [delivered.reason or "送信を用意しました。"]
    return delivered


def _due_at(session: Session, countdown: Countdown, stop: Stop, now: datetime) -> datetime:
    """Now; what is made up for after a feature's goal keeps the rules of that moment."""
    if origins.of(countdown) is None or stop.planned_at < countdown.goal_at:
        return now
    return moments.allowed(now, goals.rules_of(session, countdown.reminder))


def _tolerance(session: Session, countdown: Countdown, stop: Stop, due_at: datetime) -> timedelta:
    """How late its messages may go out: what counts down to a feature's goal never after it."""
    late = _late(session, countdown)
    if origins.of(countdown) is None or stop.planned_at >= countdown.goal_at:
        return late
    return max(timedelta(0), min(late, countdown.goal_at - due_at))


def _record(session: Session, countdown: Countdown, friend: Friend, stop: Stop, now: datetime) -> TimelineEntry:
    reminder = countdown.reminder
    label = f"{reminder.name}：{steps.title(reminder.mode, stop.step)}"
    cause = session.get(TimelineEntry, countdown.cause_id) if countdown.cause_id else None
    facts = {"reminder_id": reminder.id, "countdown_id": countdown.id, "step_id": stop.step.id, "label": label}
    return triggers.record(session, "reminder.step", friend, now=now, cause=cause, **facts)


def _finish(session: Session, countdown: Countdown, friend: Friend, now: datetime) -> None:
    """Nothing comes any more for this goal: a yearly one goes on with the next."""
    reminder: Reminder = countdown.reminder
    if countdown.is_yearly and (goal_at := following.next_year(session, countdown, friend, now=now)) is not None:
        goals.set_goal(session, reminder, friend, goal_at, origin=countdown.origin, now=now, is_yearly=True)
        return
    facts: dict[str, Any] = {"reminder_id": reminder.id, "countdown_id": countdown.id, "label": reminder.name}
    cause = session.get(TimelineEntry, countdown.cause_id) if countdown.cause_id else None
    triggers.fire(session, "reminder.finished", friend, now=now, cause=cause, **facts)
    countdown.state, countdown.due_at, countdown.ended_at = CountdownState.FINISHED, None, now
