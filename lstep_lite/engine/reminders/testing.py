"""Test sends: what the steps say, to the shop's own people, at once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import sequences, test_sends
from lstep_lite.engine.reminders import rungs, steps
from lstep_lite.errors import DomainError
from lstep_lite.models import Reminder, ReminderStep

MOST = 200
"""Messages laid into the outbox at once."""


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
    """Send the messages of *wanted*, in this order, to the testers with *friend_ids*; to how many.

    No condition is asked and no action run. The same *token* never sends twice. Raises DomainError.
    """
    if len(wanted) * len(friend_ids) > MOST:
        raise DomainError(f"一度に送れるのは{MOST}通までです。相手かステップを減らしてください。")
    count = 0
    for step in wanted:
        count = test_sends.send(
            session,
            sequences.bare(step.blocks),
            friend_ids,
            name=f"{reminder.name} {steps.title(reminder.mode, step)}",
            token=f"{token}:{step.id}",
            staff_id=staff_id,
            now=now,
        )
    return count
