"""「今月の予約メッセージ見込み 320通 / 上限200通」: how many counted messages a month of bookings needs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.reservations.effects import rules, texts
from lstep_lite.engine.settings import quota
from lstep_lite.models import BLOCKING, Reminder, ReminderStep, Reservation, ReservationState, RuleGoal

A_MONTH = timedelta(days=30)
COUNTED = (*BLOCKING, ReservationState.COMPLETED, ReservationState.NO_SHOW)


@dataclass(frozen=True)
class Forecast:
    bookings: int
    """Of this month: those on the books, or as many as in the last 30 days if that is more."""
    each: int
    """Counted messages for one booking."""
    limit: int | None
    """Of the month; None: unlimited, or not known."""

    @property
    def count(self) -> int:
        return self.bookings * self.each

    @property
    def is_short(self) -> bool:
        return self.limit is not None and self.count > self.limit

    @property
    def sentence(self) -> str:
        limit = "" if self.limit is None else f" / 上限{self.limit:,}通"
        return f"今月の予約メッセージ見込み {self.count:,}通{limit}"


def forecast(session: Session, *, now: datetime) -> Forecast:
    """Confirmations count in full: who books outside the talk is pushed to."""
    begins, ends = quota.month_start(now), quota.next_month_start(now)
    bookings = max(_count(session, begins, ends), _count(session, now - A_MONTH, now))
    channel = settings.channel(session)
    return Forecast(bookings, _each(session), channel.quota_limit if channel else None)


def _count(session: Session, since: datetime, until: datetime) -> int:
    row = Reservation
    mine = sa.select(sa.func.count()).where(row.starts_at >= since, row.starts_at < until, row.state.in_(COUNTED))
    return session.scalar(mine) or 0


def _each(session: Session) -> int:
    """The confirmation, and the steps of the rules that are on and run for each visit."""
    ids = [rule.reminder_id for rule in rules.every(session) if rule.goal is not RuleGoal.NEXT_VISIT]
    steps = sa.select(sa.func.count()).select_from(ReminderStep).join(Reminder, Reminder.id == ReminderStep.reminder_id)
    reminders = session.scalar(steps.where(Reminder.is_on, Reminder.id.in_(ids))) or 0
    return reminders + int(texts.get(session, "confirmed").is_on)
