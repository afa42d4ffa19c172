"""Goals that come from a date field: they go along with it, whoever changes it and however.

Every change tells us at once. Before a step goes out the field is read once more, so that what changed past all that
(two rows of one person made one, a field that was deleted) is noticed in time.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import fields, settings, triggers
from lstep_lite.engine.fields import Target, Value
from lstep_lite.engine.reminders import goals
from lstep_lite.engine.sequences import moments
from lstep_lite.errors import DomainError
from lstep_lite.models import Countdown, CountdownState, FieldType, Friend, Reminder, TimelineEntry

TYPES = (FieldType.DATE, FieldType.MOMENT)
AT_TIME = "10:00"
"""The goal's time on the day of a date field, where nobody says another."""
EMPTIED = "ゴールの日付が空になったため、止めました。"


def targets(session: Session) -> dict[str, Target]:
    """The fields a goal can come from, by key."""
    return {target.key: target for target in fields.targets(session) if target.type in TYPES}


def goal_of(value: Value, *, at_time: str, is_yearly: bool, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The goal that a field's *value* means: a day at *at_time* on the shop's clock, a moment as it is.

    Of a yearly one the next anniversary, today's included; on 28 February where its 29th is missing. None for an empty
    field.
    """
    if isinstance(value, datetime):
        if not is_yearly:
            return value
        local = value.astimezone(zone)
        return _next(local.date(), f"{local:%H:%M}", now, zone)
    if not isinstance(value, date):
        return None
    return _next(value, at_time, now, zone) if is_yearly else moments.on_clock(value, at_time, zone)


def _next(day: date, at_time: str, now: datetime, zone: ZoneInfo) -> datetime:
    today = now.astimezone(zone).date()
    year = today.year if _in_year(day, today.year) >= today else today.year + 1
    return moments.on_clock(_in_year(day, year), at_time, zone)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 2, 28)


def start_from_field(
    session: Session, reminder: Reminder, friend: Friend, key: str, *, is_yearly: bool, staff_id: int, now: datetime
) -> Countdown:
    """By hand: the goal is what the friend's field holds, at AT_TIME where it is a day. Raises DomainError."""
    target = fields.target(session, key)
    zone, value = settings.zone(session), fields.read(session, friend, key)
    goal_at = goal_of(value, at_time=AT_TIME, is_yearly=is_yearly, now=now, zone=zone)
    if goal_at is None:
        raise DomainError(f"この方の「{target.name}」が空です。先に日付を入れてください。", "source")
    return goals.set_goal(
        session, reminder, friend, goal_at, origin=key, now=now, staff_id=staff_id, is_yearly=is_yearly
    )


@fields.watches
def _follow(session: Session, friend: Friend, target: Target, *, now: datetime, cause: TimelineEntry | None) -> None:
    """A field was changed: the goals that come from it move, begin again, or stop."""
    if target.type not in TYPES:
        return
    mine = sa.select(Countdown).join(Reminder, Reminder.id == Countdown.reminder_id)
    mine = mine.where(Countdown.friend_id == friend.id, Countdown.origin == target.key, Countdown.follows)
    mine = mine.where(Reminder.follows_field, ~Reminder.is_ending).order_by(Countdown.id)
    for countdown in session.scalars(mine).all():
        _go_along(session, countdown, friend, fields.read(session, friend, target.key), now, cause)


@triggers.on("friend.merged")
def _follow_merged(session: Session, happening: triggers.Happening) -> None:
    """What the kept row holds now may come from the other one."""
    mine = sa.select(Countdown).where(Countdown.friend_id == happening.friend.id, Countdown.follows)
    for countdown in session.scalars(mine.where(Countdown.state == CountdownState.ACTIVE).order_by(Countdown.id)).all():
        check(session, countdown, happening.friend, now=happening.now)


def check(session: Session, countdown: Countdown, friend: Friend, *, now: datetime) -> bool:
    """Whether an active goal is still what its field says; else it goes along with it now."""
    if not (countdown.follows and countdown.reminder.follows_field) or friend.is_blocked:
        return True
    value = fields.read(session, friend, countdown.origin)
    as_of = min(now, countdown.goal_at)  # this year's anniversary stands until it is over
    if _goal(session, countdown, value, as_of) == countdown.goal_at:
        return True
    _go_along(session, countdown, friend, value, now, None)
    return False


def next_year(session: Session, countdown: Countdown, friend: Friend, *, now: datetime) -> datetime | None:
    """The goal after this one of a yearly one; None when its field is empty."""
    zone = settings.zone(session)
    day_after = countdown.goal_at.astimezone(zone) + timedelta(days=1)
    if countdown.follows and countdown.reminder.follows_field:
        return _goal(session, countdown, fields.read(session, friend, countdown.origin), max(now, day_after))
    return _goal(session, countdown, countdown.goal_at.astimezone(zone).date(), max(now, day_after))


def _go_along(
    session: Session, countdown: Countdown, friend: Friend, value: Value, now: datetime, cause: TimelineEntry | None
) -> None:
    reminder, goal_at = countdown.reminder, _goal(session, countdown, value, now)
    if goal_at is not None:
        is_yearly = countdown.is_yearly
        goals.set_goal(
            session, reminder, friend, goal_at, origin=countdown.origin, now=now, cause=cause, is_yearly=is_yearly
        )
    elif countdown.state is CountdownState.ACTIVE:
        goals.end(session, countdown, friend, now=now, reason=EMPTIED, cause=cause)


def _goal(session: Session, countdown: Countdown, value: Value, now: datetime) -> datetime | None:
    """What *value* makes of a goal: the day changes, the time of day stays."""
    zone = settings.zone(session)
    at_time = f"{countdown.goal_at.astimezone(zone):%H:%M}"
    return goal_of(value, at_time=at_time, is_yearly=countdown.is_yearly, now=now, zone=zone)
