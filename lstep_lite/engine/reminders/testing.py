"""Test sends of a reminder's steps."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import sequences
from lstep_lite.engine.reminders import rungs, steps
from lstep_lite.models import Reminder, ReminderStep


def sendable(reminder: Reminder) -> list[ReminderStep]:
    """The steps that say something, in the order in which they come."""
    found = rungs.ladder(reminder.mode, reminder.steps)
    return [rung.step for rung in found if rung.step is not None and rung.step.blocks]


def send(
    session: Session,
    reminder: Reminder,
    wanted: Sequence[ReminderStep],
    friend_ids: Collection[int],
    *,
    token: str,
    staff_id: int,
    now: datetime,
) -> int:
    """`sequences.send_tests` of the *wanted* steps. Raises DomainError."""
    titled = [(f"{reminder.name} {steps.title(reminder.mode, step)}", step) for step in wanted]
    return sequences.send_tests(session, titled, friend_ids, token=token, staff_id=staff_id, now=now)
