"""What will still be sent for a booking by itself: for the booking's own page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reminders import goals, steps
from lstep_lite.engine.reservations.effects.reminding import PREFIX
from lstep_lite.models import Countdown, CountdownState, Reservation


@dataclass(frozen=True)
class Ahead:
    due_at: datetime
    reminder_id: int
    reminder: str
    title: str
    """Of the step: 「前日の18:00」."""
    is_on: bool
    """Whether the reminder is switched on."""


def ahead(session: Session, reservation: Reservation) -> Sequence[Ahead]:
    """The soonest first."""
    mine = sa.select(Countdown).where(
        Countdown.friend_id == reservation.friend_id,
        Countdown.origin == f"{PREFIX}{reservation.id}",
        Countdown.state == CountdownState.ACTIVE,
    )
    found = [
        Ahead(
            stop.due_at,
            countdown.reminder_id,
            countdown.reminder.name,
            steps.title(countdown.reminder.mode, stop.step),
            countdown.reminder.is_on,
        )
        for countdown in session.scalars(mine)
        for stop in goals.position(session, countdown).ahead
        if stop.reason is None
    ]
    return sorted(found, key=lambda each: (each.due_at, each.reminder_id))
