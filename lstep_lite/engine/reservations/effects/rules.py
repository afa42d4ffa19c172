"""Reminders that run by bookings: before the start, after the visit, when the next visit is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import remembered
from lstep_lite.engine import reminders
from lstep_lite.engine.reminders import ReminderDraft, StepDraft, steps
from lstep_lite.engine.sequences import Content
from lstep_lite.engine.sequences.moments import Window
from lstep_lite.models import BookingRule, Reminder, ReminderMode, RuleGoal

GOALS = {
    RuleGoal.START: "ご予約の日時",
    RuleGoal.END: "ご来店が終わった日時",
    RuleGoal.NEXT_VISIT: "次のご来店の目安の日（メニューごとの周期）",
}
DAYTIME = Window((), "08:00", "21:00").to_json()
"""What asks nothing urgent rests at night."""


@dataclass(frozen=True)
class RuleDraft:
    """What the form of a rule says."""

    goal: RuleGoal
    course_ids: Sequence[int] | None = None
    event_ids: Sequence[int] | None = None
    unless_booked: bool = False


def every(session: Session) -> Sequence[BookingRule]:
    """Those whose reminder is still there, in the order of the reminders."""
    return remembered(session, ("booking_rules",), lambda: _every(session))


def _every(session: Session) -> Sequence[BookingRule]:
    query = sa.select(BookingRule).join(BookingRule.reminder).where(~Reminder.is_ending)
    return session.scalars(query.order_by(Reminder.position, Reminder.id)).all()


def keep(session: Session, reminder: Reminder, draft: RuleDraft, *, now: datetime) -> BookingRule:
    """From now on *reminder* runs by bookings; those there are get their goals in the background."""
    rule = session.get(BookingRule, reminder.id) or BookingRule(reminder_id=reminder.id)
    rule.goal, rule.unless_booked, rule.synced_to_id = draft.goal, draft.unless_booked, 0
    rule.course_ids = None if draft.course_ids is None else list(draft.course_ids)
    rule.event_ids = None if draft.event_ids is None else list(draft.event_ids)
    session.add(rule)
    session.flush()  # bookings of the same unit look for it
    return rule


@dataclass(frozen=True)
class Ready:
    """A rule that a shop begins with."""

    name: str
    goal: RuleGoal
    message: str
    """Of the catalogue."""
    days: int = 0
    at_time: str | None = None
    minutes: int = 0
    unless_booked: bool = False


READY = (
    Ready("予約：前日のご案内", RuleGoal.START, "day_before", days=-1, at_time="18:00"),
    Ready("予約：2時間前のご案内", RuleGoal.START, "same_day", minutes=-120),
    Ready("予約：ご来店のお礼", RuleGoal.END, "thanks", at_time="20:00", unless_booked=True),
    Ready("予約：次のご来店のご案内", RuleGoal.NEXT_VISIT, "next_visit", at_time="11:00", unless_booked=True),
)


def make_ready(session: Session, *, now: datetime) -> None:
    """The reminders a shop begins with, switched on. Nothing where there are rules already."""
    if session.scalar(sa.select(BookingRule.reminder_id).limit(1)) is not None:
        return
    for ready in READY:
        _make(session, ready, now)


def _make(session: Session, ready: Ready, now: datetime) -> None:
    is_clock, is_before = ready.at_time is not None, ready.goal is RuleGoal.START
    mode = ReminderMode.CLOCK if is_clock else ReminderMode.REMAINING
    window = None if is_before else DAYTIME
    draft = ReminderDraft(ready.name, mode, window=window, is_quiet=not is_before, follows_field=False)
    reminder = reminders.create(session, draft, now=now)
    content = Content(blocks=[block(ready.message)])
    steps.add(session, reminder, StepDraft(ready.days, ready.at_time, ready.minutes, content), now=now)
    reminders.switch(session, reminder, is_on=True, now=now)
    keep(session, reminder, RuleDraft(ready.goal, unless_booked=ready.unless_booked), now=now)


def block(message: str) -> dict[str, object]:
    """A message of the catalogue, as steps hold it: of which booking it speaks is not known yet."""
    return {"kind": "reservation", "message": message, "title": "", "text": "", "entry_id": 0}
