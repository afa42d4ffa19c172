"""The outlook of a month: what was reckoned last, held against the allowance as it is now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.deliveries import counting
from lstep_lite.engine.outlook import sources
from lstep_lite.engine.outlook.items import Item, Span
from lstep_lite.models import Broadcast, Outlook, Reminder, Scenario, Schedule, SendingRules

FRESH = timedelta(hours=1)
MONTHS_AHEAD = 12
BOOKED = (Broadcast, Scenario, Reminder, Schedule)


@dataclass(frozen=True)
class Day:
    day: date
    items: Sequence[Item]
    total: int
    """How much of the allowance will be used by the end of this day, counted from now."""
    is_short: bool
    """Whether the allowance is used up by then."""

    @property
    def count(self) -> int:
        return sum(item.count for item in self.items)


@dataclass(frozen=True)
class Month:
    first: date
    days: Sequence[Day]
    reckoned_at: datetime
    left: int | None
    """How many counted messages may still go out in it; None while nobody has told."""

    @property
    def count(self) -> int:
        return self.days[-1].total

    @property
    def runs_out(self) -> Day | None:
        """The day on which the allowance ends, if it does."""
        return next((day for day in self.days if day.is_short), None)

    @property
    def hit(self) -> list[Item]:
        """What may no longer go out, or only in part."""
        return [item for day in self.days if day.is_short for item in day.items]


def month_of(text: str, *, now: datetime, zone: ZoneInfo) -> date:
    """The first day of the month "2026-11"; of this month for anything else, and for what is over or too far away."""
    this = now.astimezone(zone).date().replace(day=1)
    try:
        wanted = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return this
    return wanted if this <= wanted <= later(this, MONTHS_AHEAD) else this


def later(first: date, months: int) -> date:
    """The first day of the month so many months away."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def reckon(session: Session, first: date, *, now: datetime) -> list[Item]:
    """What will go out in the month, by looking at everything that waits. Reads only; it may take a second or two."""
    return sources.all_items(session, Span(first, settings.zone(session), now))


def keep(session: Session, first: date, items: Sequence[Item], *, now: datetime) -> None:
    """Show *items* for the month from now on; months that are over go."""
    session.execute(sa.delete(Outlook).where(Outlook.month < f"{later(first, -MONTHS_AHEAD):%Y-%m}"))
    stored = [item.to_json() for item in items]
    session.merge(Outlook(month=f"{first:%Y-%m}", reckoned_at=now, items=stored))


def month(session: Session, first: date, *, now: datetime) -> Month | None:
    """The month as it was reckoned within the last hour; None when that has to be done first.

    Whatever staff book, publish or switch makes it stale at once.
    """
    found = session.get(Outlook, f"{first:%Y-%m}")
    if found is None or not timedelta() <= now - found.reckoned_at < FRESH:
        return None
    if session.scalar(sa.select(sa.or_(*(_changed(model, found.reckoned_at) for model in BOOKED)))):
        return None
    items = [Item.from_json(each) for each in found.items]
    span, left = Span(first, settings.zone(session), now), allowance(session, first, now=now)
    days = [[item for item in items if item.day == day] for day in span.days]
    totals = accumulate(sum(item.count for item in each) for each in days)
    shown = [
        Day(day, each, total, is_short=left is not None and total > left)
        for day, each, total in zip(span.days, days, totals, strict=True)
    ]
    return Month(first, shown, found.reckoned_at, left)


def _changed(model: Any, since: datetime) -> sa.Exists:
    return sa.exists().where(model.updated_at > since)


def allowance(session: Session, first: date, *, now: datetime) -> int | None:
    """What is left of this month's allowance, or all of a later one's."""
    if first <= now.astimezone(settings.zone(session)).date():
        return counting.left(session, counting.this_month(session, now=now), now=now)
    channel, rules = settings.channel(session), session.get(SendingRules, 1)
    ends = [channel.quota_limit if channel else None, rules.monthly_cap if rules else None]
    return min((end for end in ends if end is not None), default=None)
