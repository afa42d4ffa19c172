"""What must still hold when a step's messages go out: the goal they were made for."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.deliveries import rechecks
from lstep_lite.engine.reminders.keeping import FEATURE
from lstep_lite.models import Countdown, CountdownState, Reminder

HALF_A_YEAR = timedelta(days=182)
DELETED = "リマインダが削除されたため、送信しませんでした。"
OFF = "リマインダがオフになったため、送信しませんでした。"
STOPPED = "リマインダが止まったため、送信しませんでした。"
MOVED = "ゴールの日時が変わったため、送信しませんでした。"


def guard_of(countdown: Countdown) -> str:
    """Names the goal that a message is for."""
    return f"{FEATURE}:{countdown.id}:{int(countdown.goal_at.timestamp())}"


@rechecks.guard(FEATURE)
def _ask(session: Session, names: Collection[str]) -> dict[str, str]:
    parts = {name: name.partition(":") for name in names}
    query = sa.select(Countdown, Reminder.is_on, Reminder.is_ending).join(
        Reminder, Reminder.id == Countdown.reminder_id
    )
    ids = [int(countdown_id) for countdown_id, _, _ in parts.values()]
    found = {row.Countdown.id: row for row in session.execute(query.where(Countdown.id.in_(ids)))}
    asked = {name: (found.get(int(countdown_id)), int(goal)) for name, (countdown_id, _, goal) in parts.items()}
    reasons = {name: _reason(row, datetime.fromtimestamp(goal, UTC)) for name, (row, goal) in asked.items()}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _reason(row: Any, goal_at: datetime) -> str | None:
    if row is None or row.is_ending:
        return DELETED
    if not row.is_on:
        return OFF
    countdown: Countdown = row.Countdown
    if countdown.state is CountdownState.STOPPED:
        return STOPPED
    moved = countdown.goal_at.replace(microsecond=0) != goal_at
    has_begun_again = countdown.is_yearly and countdown.goal_at - goal_at > HALF_A_YEAR
    return MOVED if moved and not has_begun_again else None
