"""Steps: when one goes out, seen from the goal, and what it holds."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, sequences
from lstep_lite.engine.sequences import Content, Where
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Reminder, ReminderMode, ReminderStep

PLACE = "reminders.step"
WHERE = Where(PLACE, "reminder_steps")
MOST_STEPS = 100
MOST_DAYS = 3650
MOST_MINUTES = MOST_DAYS * 24 * 60
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class StepDraft:
    """What the editor of a step says: *days* and *at_time* in one mode, *minutes* in the other."""

    days: int = 0
    at_time: str | None = None
    minutes: int = 0
    content: Content = field(default_factory=Content)


def get(session: Session, reminder: Reminder, step_id: int) -> ReminderStep:
    step = session.get(ReminderStep, step_id)
    if step is None or step.reminder_id != reminder.id:
        raise NotFound("このステップは見つかりませんでした。削除された可能性があります。")
    return step


def add(session: Session, reminder: Reminder, draft: StepDraft, *, now: datetime) -> ReminderStep:
    """Raises DomainError naming the field."""
    if len(reminder.steps) >= MOST_STEPS:
        raise DomainError(f"ステップは1つのリマインダに{MOST_STEPS}個までです。")
    step = _new(reminder, now)
    _set_time(reminder.mode, step, draft, now)
    sequences.keep(session, step, draft.content, WHERE, now=now)
    changed(reminder, now=now)
    return step


def update(session: Session, reminder: Reminder, step: ReminderStep, draft: StepDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field. Goals for which a new time has passed don't get it any more."""
    if _set_time(reminder.mode, step, draft, now):
        changed(reminder, now=now)
    sequences.keep(session, step, draft.content, WHERE, now=now)


def delete(session: Session, reminder: Reminder, step: ReminderStep, *, now: datetime) -> None:
    """What it has sent stays known. Raises DomainError for the last one while the reminder is on."""
    if reminder.is_on and len(reminder.steps) == 1:
        raise DomainError("使っているリマインダの最後のステップは削除できません。先にリマインダをオフにしてください。")
    sequences.forget(session, step, WHERE)
    reminder.steps.remove(step)
    session.delete(step)
    changed(reminder, now=now)
    session.flush()  # the page is drawn from what is left


def copy(session: Session, reminder: Reminder, step: ReminderStep, *, now: datetime) -> ReminderStep:
    """The same once more, at the same time, after it."""
    if len(reminder.steps) >= MOST_STEPS:
        raise DomainError(f"ステップは1つのリマインダに{MOST_STEPS}個までです。")
    return copy_into(session, step, reminder, now=now)


def copy_into(session: Session, step: ReminderStep, reminder: Reminder, *, now: datetime) -> ReminderStep:
    """A copy of *step* as a step of *reminder*, which has the same mode."""
    twin = _new(reminder, now)
    twin.days, twin.at_time, twin.minutes, twin.timed_at = step.days, step.at_time, step.minutes, now
    sequences.copy(session, step, twin, WHERE, now=now)
    changed(reminder, now=now)
    return twin


def content_of(session: Session, step: ReminderStep) -> Content:
    """What the editor shows."""
    return sequences.content_of(session, step, WHERE)


def changed(reminder: Reminder, *, now: datetime) -> None:
    """The times of its goals are to be reckoned anew (reckoning.py)."""
    reminder.version += 1
    reminder.reckoned_to_id, reminder.updated_at = 0, now


def in_words(mode: ReminderMode, step: ReminderStep) -> str:
    """When it goes out: 「3日前の8:00」, 「1時間30分前」."""
    if mode is ReminderMode.CLOCK:
        return f"{days_in_words(step.days)}の{(step.at_time or '').removeprefix('0')}"
    return minutes_in_words(step.minutes)


def days_in_words(days: int) -> str:
    """Seen from the goal: 「3日前」, 「前日」, 「当日」, 「翌日」, 「2日後」."""
    known = {-1: "前日", 0: "当日", 1: "翌日"}
    return known.get(days) or (f"{-days:,}日前" if days < 0 else f"{days:,}日後")


def minutes_in_words(minutes: int) -> str:
    """Seen from the goal: 「1時間30分前」, 「ゴールの時刻ちょうど」."""
    if minutes == 0:
        return "ゴールの時刻ちょうど"
    days, rest = divmod(abs(minutes), 24 * 60)
    hours, left = divmod(rest, 60)
    parts = ((days, "日"), (hours, "時間"), (left, "分"))
    return "".join(f"{count:,}{unit}" for count, unit in parts if count) + ("前" if minutes < 0 else "後")


def title(mode: ReminderMode, step: ReminderStep) -> str:
    """What lists and logs call it."""
    return step.name or in_words(mode, step)


def _new(reminder: Reminder, now: datetime) -> ReminderStep:
    last = max((step.position for step in reminder.steps), default=0)
    step = ReminderStep(position=last + 1, name="", blocks=[], days=0, minutes=0, timed_at=now)
    reminder.steps.append(step)
    return step


def _set_time(mode: ReminderMode, step: ReminderStep, draft: StepDraft, now: datetime) -> bool:
    """Whether it is another time than before."""
    before = (step.days, step.at_time, step.minutes)
    if mode is ReminderMode.CLOCK:
        if draft.at_time is None or not _CLOCK_TIME.fullmatch(draft.at_time):
            raise DomainError("時刻を入力してください（例：08:00）。", "at_time")
        if abs(draft.days) > MOST_DAYS:
            raise DomainError(f"日数は{MOST_DAYS:,}日までにしてください。", "days")
        step.days, step.at_time, step.minutes = draft.days, draft.at_time, 0
    else:
        if abs(draft.minutes) > MOST_MINUTES:
            raise DomainError(f"{MOST_DAYS:,}日より短い時間にしてください。", "days")
        step.days, step.at_time, step.minutes = 0, None, draft.minutes
    is_new = before != (step.days, step.at_time, step.minutes)
    if is_new:
        step.timed_at = now
    return is_new


def _places(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    query = sa.select(ReminderStep, Reminder.name, Reminder.mode).join(
        Reminder, Reminder.id == ReminderStep.reminder_id
    )
    found = session.execute(query.where(ReminderStep.id.in_([int(step_id) for step_id in ids]))).all()
    return {
        str(step.id): mentions.Place(
            f"リマインダ「{name}」の「{title(mode, step)}」",
            "reminder_steps.edit",
            {"reminder_id": step.reminder_id, "step_id": step.id},
        )
        for step, name, mode in found
    }


mentions.owner(WHERE.owner)(_places)
actions.place(PLACE, label="リマインダのステップが届いたとき", runs_once=False)(_places)
