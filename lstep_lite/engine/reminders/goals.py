"""Goals: giving a friend one, moving it, taking it away.

A goal is known by where it comes from (its origin), so that it can move. Whoever changes one locks the friend first;
the same goal from the same origin once more changes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import add_new, known_row, remembered
from lstep_lite.engine import locking, settings, triggers
from lstep_lite.engine.fields.types import dates
from lstep_lite.engine.reminders import positions, steps
from lstep_lite.engine.reminders.positions import Position, Stop
from lstep_lite.engine.sequences import moments
from lstep_lite.engine.sequences.moments import Rules
from lstep_lite.engine.text import day_in_words
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    Countdown,
    CountdownState,
    Friend,
    Reminder,
    ReminderPassage,
    ReminderPassageState,
    TimelineEntry,
)

NEVER = {"due_at": None, "cause_id": None, "ended_at": None, "end_reason": None}
"""Of a new goal."""
FIELDS = ("field:", "system:")
"""How the origins begin of goals that come from a field."""
triggers.labels["reminder.set"] = "リマインダを始めた"
triggers.labels["reminder.moved"] = "リマインダのゴールが変わった"
triggers.labels["reminder.stopped"] = "リマインダを止めた"


def set_goal(
    session: Session,
    reminder: Reminder,
    friend: Friend,
    goal_at: datetime,
    *,
    origin: str,
    now: datetime,
    cause: TimelineEntry | None = None,
    staff_id: int | None = None,
    is_yearly: bool = False,
    since: datetime | None = None,
) -> Countdown:
    """From now on *friend* has this goal from *origin*: a new one, or the one from there moves.

    Steps whose time has passed are skipped, with the reason; with *since*, those from then on are made up for. Raises
    DomainError for a year beyond all measure.
    """
    if not dates.FIRST_YEAR - 1 <= goal_at.year <= dates.LAST_YEAR + 1:  # a field's day, in UTC
        raise DomainError("ゴールの日時を確認してください。", "goal_at")
    goal_at = goal_at.astimezone(UTC)  # moments of other zones are not always equal to what is stored
    locking.lock(session, friend)
    before = of_origin(session, reminder, friend, origin)
    if before is not None and _stands(before, goal_at, is_yearly):
        return before
    countdown = before or _new(session, reminder, friend, origin, goal_at, now)
    kind = "reminder.moved" if before is not None and before.state is CountdownState.ACTIVE else "reminder.set"
    facts = _facts(reminder, countdown, staff_id)
    entry = triggers.fire(session, kind, friend, now=now, cause=cause, **facts)
    countdown.state, countdown.goal_at, countdown.started_at = CountdownState.ACTIVE, goal_at, since or now
    countdown.follows, countdown.is_yearly = origin.startswith(FIELDS), is_yearly
    countdown.cause_id, countdown.ended_at, countdown.end_reason = entry.id, None, None
    found = settle(session, countdown, now=now, is_new=before is None)
    entry.results = [f"ゴールは{in_words(session, goal_at)}です。", *_outlook(session, reminder, found)]
    return countdown


def set_by_hand(
    session: Session, reminder: Reminder, friend: Friend, goal_at: datetime, *, staff_id: int, now: datetime
) -> Countdown:
    """A goal of its own for a moment that staff have typed."""
    origin = goal_at.astimezone(UTC).isoformat()
    return set_goal(session, reminder, friend, goal_at, origin=origin, now=now, staff_id=staff_id)


def move(session: Session, countdown: Countdown, goal_at: datetime, *, staff_id: int, now: datetime) -> None:
    """Another moment for an active goal. Raises DomainError for one that goes along with a field."""
    if countdown.follows and countdown.reminder.follows_field:
        raise DomainError("このゴールは友だち情報の日付で決まります。友だち情報を変えてください。", "goal_at")
    friend, origin = session.get_one(Friend, countdown.friend_id), countdown.origin
    set_goal(session, countdown.reminder, friend, goal_at, origin=origin, now=now, staff_id=staff_id)


def what_comes(session: Session, countdown: Countdown) -> str:
    """What comes of a goal, in one line."""
    return "".join(_outlook(session, countdown.reminder, position(session, countdown))[-1:])


def countdown(
    session: Session, countdown_id: int, *, reminder: Reminder | None = None, friend: Friend | None = None
) -> Countdown:
    """A goal by its id, of that *reminder* or *friend* where one is given. Raises NotFound."""
    query = sa.select(Countdown).join(Countdown.reminder).where(Countdown.id == countdown_id, ~Reminder.is_ending)
    if reminder is not None:
        query = query.where(Countdown.reminder_id == reminder.id)
    if friend is not None:
        query = query.where(Countdown.friend_id == friend.id)
    if (found := session.scalar(query)) is None:
        raise NotFound("このゴールは見つかりませんでした。リマインダが削除された可能性があります。")
    return found


def clear_goal(
    session: Session,
    reminder: Reminder,
    friend: Friend,
    *,
    origin: str,
    now: datetime,
    reason: str,
    cause: TimelineEntry | None = None,
    staff_id: int | None = None,
) -> bool:
    """The goal from *origin* is gone: its steps stop. False when there was none."""
    locking.lock(session, friend)
    countdown = of_origin(session, reminder, friend, origin)
    if countdown is None or countdown.state is not CountdownState.ACTIVE:
        return False
    end(session, countdown, friend, now=now, reason=reason, cause=cause, staff_id=staff_id)
    return True


def stop(
    session: Session,
    friend: Friend,
    *,
    reminder: Reminder | None = None,
    countdown: Countdown | None = None,
    now: datetime,
    reason: str,
    cause: TimelineEntry | None = None,
    staff_id: int | None = None,
) -> int:
    """Stop all the friend's goals, those of *reminder*, or the one *countdown*; how many that was.

    They no longer go along with the fields they came from, either.
    """
    locking.lock(session, friend)
    mine = sa.select(Countdown).where(Countdown.friend_id == friend.id)
    mine = mine.where(sa.or_(Countdown.state == CountdownState.ACTIVE, Countdown.follows))
    if reminder is not None:
        mine = mine.where(Countdown.reminder_id == reminder.id)
    if countdown is not None:
        mine = mine.where(Countdown.id == countdown.id)
    mine = mine.order_by(Countdown.id).with_for_update()
    found = session.scalars(mine, execution_options={"populate_existing": True}).all()
    active = [each for each in found if each.state is CountdownState.ACTIVE]
    for each in active:
        end(session, each, friend, now=now, reason=reason, cause=cause, staff_id=staff_id)
    for each in found:
        each.follows = False
    return len(active)


def end(
    session: Session,
    countdown: Countdown,
    friend: Friend,
    *,
    now: datetime,
    reason: str,
    cause: TimelineEntry | None = None,
    staff_id: int | None = None,
) -> None:
    """Stop an active one, whose friend is locked. What is on its way to LINE is asked again (guarding.py)."""
    facts = _facts(countdown.reminder, countdown, staff_id)
    entry = triggers.fire(session, "reminder.stopped", friend, now=now, cause=cause, **facts)
    entry.results = [reason]
    countdown.state, countdown.due_at = CountdownState.STOPPED, None
    countdown.ended_at, countdown.end_reason = now, reason


def of_origin(session: Session, reminder: Reminder, friend: Friend, origin: str) -> Countdown | None:
    """The goal from there, whatever became of it; nobody else changes it until the unit ends."""
    query = sa.select(Countdown).filter_by(**_key(reminder, friend, origin))
    return session.scalar(query.with_for_update(), execution_options={"populate_existing": True})


def settle(session: Session, countdown: Countdown, *, now: datetime, is_new: bool = False) -> Position:
    """Write down what never comes, and when to look next. Of one that *is_new* nothing is over yet."""
    found = _position(session, countdown, set()) if is_new else position(session, countdown)
    for stop in found.past:
        write_down(session, countdown, stop, ReminderPassageState.SKIPPED, now=now, reason=stop.reason)
    countdown.due_at = max(found.ahead[0].due_at if found.ahead else countdown.goal_at, now)
    countdown.version = countdown.reminder.version
    session.flush()  # pages and conditions look at it
    return found


def position(session: Session, countdown: Countdown) -> Position:
    """How far *countdown* has come, by what its reminder says now."""
    return _position(session, countdown, passed(session, [countdown])[countdown.id, countdown.goal_at])


def _position(session: Session, countdown: Countdown, had: set[int]) -> Position:
    return positions.position(stops_of(session, countdown), started_at=countdown.started_at, passed=had)


def passed(session: Session, found: Collection[Countdown]) -> dict[tuple[int, datetime], set[int]]:
    """The ids of the steps that are over, by countdown and goal."""
    passage = ReminderPassage
    query = sa.select(passage.countdown_id, passage.goal_at, passage.step_id)
    over: dict[tuple[int, datetime], set[int]] = defaultdict(set)
    for row in session.execute(query.where(passage.countdown_id.in_([each.id for each in found]))) if found else ():
        over[row.countdown_id, row.goal_at].add(row.step_id)
    return over


def stops_of(session: Session, countdown: Countdown) -> list[Stop]:
    reminder = countdown.reminder
    return positions.stops(reminder.mode, reminder.steps, countdown.goal_at, rules_of(session, reminder))


def rules_of(session: Session, reminder: Reminder) -> Rules:
    """When its steps may go out."""
    return remembered(session, ("reminders.rules", reminder.id), lambda: _rules(session, reminder))


def _rules(session: Session, reminder: Reminder) -> Rules:
    """A window that the shop's newer rules never open counts as none: looking for an opening takes long each time."""
    window, is_quiet = reminder.window, reminder.is_quiet
    try:
        moments.check(session, window, is_quiet=is_quiet, now=reminder.updated_at)
    except DomainError:
        window = None
    return moments.rules(session, window=window, is_quiet=is_quiet)


def write_down(
    session: Session,
    countdown: Countdown,
    stop: Stop,
    state: ReminderPassageState,
    *,
    now: datetime,
    reason: str | None = None,
) -> int | None:
    """What became of a step for this goal; it does not come again. The row's id, None if one was there already."""
    row: dict[str, Any] = {
        "countdown_id": countdown.id,
        "reminder_id": countdown.reminder_id,
        "friend_id": countdown.friend_id,
        "step_id": stop.step.id,
        "goal_at": countdown.goal_at,
        "state": state,
        "reason": reason,
        "planned_at": stop.planned_at,
        "at": now,
    }
    passage_id: int | None = add_new(session, ReminderPassage, row)
    return passage_id


def in_words(session: Session, moment: datetime) -> str:
    """On the shop's clock: 「2026年3月5日(木) 10:00」."""
    local = moment.astimezone(settings.zone(session))
    return f"{day_in_words(local)} {local:%H:%M}"


def active_of(session: Session, friend: Friend) -> Sequence[Countdown]:
    """The friend's goals now, the nearest first."""
    mine = sa.select(Countdown).where(Countdown.friend_id == friend.id, Countdown.state == CountdownState.ACTIVE)
    return session.scalars(mine.order_by(Countdown.goal_at, Countdown.id)).all()


def _outlook(session: Session, reminder: Reminder, found: Position) -> list[str]:
    """What comes of a goal, in words."""
    words = [f"「{steps.title(reminder.mode, stop.step)}」は送りません：{stop.reason}" for stop in found.past]
    if not found.ahead:
        return [*words, "このあと送るステップはありません。"]
    following = found.ahead[0]
    title = steps.title(reminder.mode, following.step)
    return [*words, f"次は{in_words(session, following.due_at)}の「{title}」です。"]


def _stands(countdown: Countdown, goal_at: datetime, is_yearly: bool) -> bool:
    """Whether the friend has just this goal, or had it to its end."""
    is_same = countdown.goal_at == goal_at and countdown.is_yearly is is_yearly
    return is_same and countdown.state is not CountdownState.STOPPED


def _new(
    session: Session, reminder: Reminder, friend: Friend, origin: str, goal_at: datetime, now: datetime
) -> Countdown:
    row: dict[str, Any] = {**_key(reminder, friend, origin), "goal_at": goal_at, "state": CountdownState.ACTIVE}
    row |= {"started_at": now, "version": reminder.version}
    row |= {"follows": False, "is_yearly": False}
    if (row_id := add_new(session, Countdown, row)) is None:  # another unit was quicker
        return session.scalars(sa.select(Countdown).filter_by(**_key(reminder, friend, origin))).one()
    return known_row(session, Countdown(id=row_id, **row, **NEVER))


def _key(reminder: Reminder, friend: Friend, origin: str) -> dict[str, Any]:
    return {"reminder_id": reminder.id, "friend_id": friend.id, "origin": origin}


def _facts(reminder: Reminder, countdown: Countdown, staff_id: int | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"reminder_id": reminder.id, "countdown_id": countdown.id, "label": reminder.name}
    return facts | ({"staff_id": staff_id} if staff_id is not None else {})
