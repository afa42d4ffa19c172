"""Who has which goal, and what comes next for each."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.db import memory
from lstep_lite.engine import fields, paging
from lstep_lite.engine.friends.search import named
from lstep_lite.engine.reminders import goals, positions
from lstep_lite.engine.reminders.positions import Stop
from lstep_lite.models import Countdown, CountdownState, Friend, Reminder

PAGE_SIZE = 50
PAST_SHOWN = 5
"""Ended ones on a friend's page."""


@dataclass(frozen=True)
class Line:
    """One goal."""

    countdown: Countdown
    friend: Friend
    following: Stop | None
    """What comes next; none after the last step and for one that has ended."""
    origin: str
    """Where the goal comes from, in words."""


@dataclass(frozen=True, kw_only=True)
class Page(paging.Paged):
    lines: Sequence[Line]


def page(session: Session, reminder: Reminder, *, state: CountdownState, text: str = "", number: int = 1) -> Page:
    """One page of the goals of *reminder*, the nearest first; of those that have ended, the last one first."""
    here = [Countdown.reminder_id == reminder.id, Countdown.state == state]
    query = sa.select(Countdown, Friend).join(Friend, Friend.id == Countdown.friend_id)
    if text:
        here.append(named(text))
    total = session.scalar(sa.select(sa.func.count()).select_from(Countdown).join(Friend).where(*here)) or 0
    number = paging.nearest(number, total, PAGE_SIZE)
    order = Countdown.goal_at if state is CountdownState.ACTIVE else Countdown.goal_at.desc()
    query = query.where(*here).order_by(order, Countdown.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    rows = session.execute(query).all()
    return Page(lines=_lines(session, rows), total_count=total, number=number, size=PAGE_SIZE)


def counts(session: Session, reminder: Reminder) -> dict[CountdownState, int]:
    query = sa.select(Countdown.state, sa.func.count()).where(Countdown.reminder_id == reminder.id)
    found = dict(session.execute(query.group_by(Countdown.state)).all())
    return {state: found.get(state, 0) for state in CountdownState}


def of_friend(session: Session, friend: Friend) -> tuple[Sequence[Line], Sequence[Line]]:
    """The friend's goals now, the nearest first, and those that ended last."""
    mine = sa.select(Countdown).where(Countdown.friend_id == friend.id)
    mine = mine.join(Reminder, Reminder.id == Countdown.reminder_id).where(~Reminder.is_ending)
    active = mine.where(Countdown.state == CountdownState.ACTIVE).order_by(Countdown.goal_at, Countdown.id)
    ended = mine.where(Countdown.state != CountdownState.ACTIVE).order_by(Countdown.ended_at.desc(), Countdown.id)
    load = joinedload(Countdown.reminder).selectinload(Reminder.steps)
    now = _lines(session, [(each, friend) for each in session.scalars(active.options(load))])
    past = session.scalars(ended.options(joinedload(Countdown.reminder)).limit(PAST_SHOWN))
    return now, _lines(session, [(each, friend) for each in past])


def _lines(session: Session, rows: Sequence[tuple[Countdown, Friend]]) -> list[Line]:
    passed = goals.passed(session, [countdown for countdown, _ in rows])
    names = {key: target.name for key, target in fields.some(session, {row.origin for row, _ in rows}).items()}
    with memory(session):  # the shop's rules are the same for all of them
        return [
            Line(each, friend, _next(session, each, passed[each.id, each.goal_at]), _origin(each, names))
            for each, friend in rows
        ]


def _next(session: Session, countdown: Countdown, passed: set[int]) -> Stop | None:
    if countdown.state is not CountdownState.ACTIVE:
        return None
    stops = goals.stops_of(session, countdown)
    ahead = positions.position(stops, started_at=countdown.started_at, passed=passed).ahead
    return next((stop for stop in ahead if stop.reason is None), None)


def _origin(countdown: Countdown, names: dict[str, str]) -> str:
    if not countdown.origin.startswith(goals.FIELDS):
        return ""
    name = names.get(countdown.origin, "削除された友だち情報欄")
    return f"「{name}」の日付" + ("（毎年）" if countdown.is_yearly else "")
