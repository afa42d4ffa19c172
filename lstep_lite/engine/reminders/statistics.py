"""What became of each step."""

from collections import defaultdict
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.models import Reminder, ReminderPassage, ReminderPassageState


@dataclass
class Numbers:
    """Of one step, over all goals so far."""

    sent: int = 0
    missed: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    """By reason."""

    @property
    def skipped_count(self) -> int:
        return sum(self.skipped.values())


def statistics(session: Session, reminder: Reminder) -> dict[int, Numbers]:
    """By step id, deleted steps included; nothing stands for those that have not come to anybody yet."""
    passage = ReminderPassage
    query = sa.select(passage.step_id, passage.state, passage.reason, sa.func.count().label("goals"))
    grouped = query.where(passage.reminder_id == reminder.id).group_by(passage.step_id, passage.state, passage.reason)
    found: dict[int, Numbers] = defaultdict(Numbers)
    for row in session.execute(grouped):
        numbers = found[row.step_id]
        if row.state is ReminderPassageState.SKIPPED:
            numbers.skipped[row.reason or ""] = row.goals
        elif row.state is ReminderPassageState.SENT:
            numbers.sent += row.goals
        else:
            numbers.missed += row.goals
    return dict(found)
