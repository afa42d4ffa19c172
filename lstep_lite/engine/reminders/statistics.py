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
    passage, found = ReminderPassage, defaultdict[int, Numbers](Numbers)
    query = sa.select(passage.step_id, passage.state, sa.func.count()).where(passage.reminder_id == reminder.id)
    for step_id, state, count in session.execute(query.group_by(passage.step_id, passage.state)):
        if state is not ReminderPassageState.SKIPPED:
            setattr(found[step_id], state.value, count)
    for step_id, reason, count in session.execute(_reasons(reminder)):
        found[step_id].skipped[reason or ""] = count
    return dict(found)


def _reasons(reminder: Reminder) -> sa.Select[int, str | None, int]:
    """Of skipped ones only: the index does not know them."""
    passage = ReminderPassage
    query = sa.select(passage.step_id, passage.reason, sa.func.count())
    skipped = sa.and_(passage.reminder_id == reminder.id, passage.state == ReminderPassageState.SKIPPED)
    return query.where(skipped).group_by(passage.step_id, passage.reason)
