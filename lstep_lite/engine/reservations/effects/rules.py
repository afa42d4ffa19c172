"""Reminders that run by bookings: before the start, after the visit, when the next visit is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from lstep_lite.db import remembered
from lstep_lite.engine import reminders
from lstep_lite.engine.reminders import ReminderDraft, StepDraft, steps
from lstep_lite.engine.sequences import Content
from lstep_lite.engine.sequences.moments import Window
from lstep_lite.errors import NotFound
from lstep_lite.models import BookingRule, Course, CourseState, Event, Reminder, ReminderMode, RuleGoal

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
    loaded = query.options(contains_eager(BookingRule.reminder).selectinload(Reminder.steps))
    return session.scalars(loaded.order_by(Reminder.position, Reminder.id)).all()


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


# For editors ---------------------------------------------------------------------------------------------------------

COURSE, EVENT = "course:", "event:"
ALL = "すべての予約"


def get(session: Session, reminder_id: int) -> BookingRule:
    """Raises NotFound."""
    found = next((rule for rule in every(session) if rule.reminder_id == reminder_id), None)
    if found is None:
        raise NotFound("この設定は見つかりませんでした。リマインダが削除された可能性があります。")
    return found


def free(session: Session) -> Sequence[Reminder]:
    """The reminders that don't run by bookings yet."""
    taken = {rule.reminder_id for rule in every(session)}
    return [reminder for reminder in reminders.in_order(session) if reminder.id not in taken]


def drop(session: Session, rule: BookingRule) -> None:
    """The reminder stays, and runs by bookings no longer: what waits for them is not sent."""
    session.delete(rule)
    session.flush()  # the same request lists the rules


def targets(session: Session) -> dict[str, str]:
    """What a rule can be for, by its code: courses and events that can still be booked."""
    courses = sa.select(Course.id, Course.name).where(Course.state != CourseState.RETIRED)
    events = sa.select(Event.id, Event.name).order_by(Event.position, Event.id)
    found = {
        f"{COURSE}{row_id}": f"メニュー：{name}" for row_id, name in session.execute(courses.order_by(Course.position))
    }
    return found | {f"{EVENT}{row_id}": f"イベント：{name}" for row_id, name in session.execute(events)}


def targets_of(rule: BookingRule) -> list[str]:
    found = [f"{COURSE}{row_id}" for row_id in rule.course_ids or ()]
    return found + [f"{EVENT}{row_id}" for row_id in rule.event_ids or ()]


def draft(goal: RuleGoal, chosen: Sequence[str], *, unless_booked: bool) -> RuleDraft:
    """Of what was chosen from `targets`; nothing chosen means all bookings."""
    if not chosen:
        return RuleDraft(goal, unless_booked=unless_booked)
    courses = [int(each.removeprefix(COURSE)) for each in chosen if each.startswith(COURSE)]
    events = [int(each.removeprefix(EVENT)) for each in chosen if each.startswith(EVENT)]
    return RuleDraft(goal, courses, events, unless_booked)


def in_words(rule: BookingRule, names: Mapping[str, str]) -> str:
    """Which bookings it is for; *names* as `targets` has them."""
    chosen = targets_of(rule)
    if not chosen and rule.course_ids is None and rule.event_ids is None:
        return ALL
    return "、".join(names.get(each, "受付を終えたもの") for each in chosen) or "なし"


def steps_in_words(found: Sequence[BookingRule]) -> dict[int, str]:
    """When each sends, by the reminder's id: 「前日の18:00」."""
    return {
        rule.reminder_id: "、".join(reminders.in_words(rule.reminder.mode, step) for step in rule.reminder.steps)
        for rule in found
    }
