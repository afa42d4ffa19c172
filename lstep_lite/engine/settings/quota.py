"""The month's allowance of counted messages: what LINE says of it, and how far it will last."""

import logging
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import notifications, settings
from lstep_lite.engine.line import Account, Quota
from lstep_lite.errors import DomainError
from lstep_lite.models import Channel

log = logging.getLogger(__name__)

LINE_ZONE = timezone(timedelta(hours=9))
"""LINE counts its months in Japanese time, whatever the shop's zone."""
REFRESH_EVERY = timedelta(hours=1)
RETRY_AFTER = timedelta(minutes=5)
SHORTEST_PACE = timedelta(days=1)
"""Earlier in the month a pace says nothing yet."""
WARNINGS = (100, 80)
"""Percent of the allowance; of those reached, the highest is told."""
KIND = notifications.kind(
    "quota.low",
    label="今月の通数",
    lead="今月送れる通数の80%を使ったときと、使い切ったときに知らせます。",
    icon="chart-bar",
    order=60,
)


@dataclass(frozen=True)
class Forecast:
    """This month's counted messages. *limit* None means unlimited; *expected* None that it is too early to say."""

    used: int
    limit: int | None
    expected: int | None

    @property
    def is_short(self) -> bool:
        return self.limit is not None and max(self.used, self.expected or 0) > self.limit

    @property
    def percent(self) -> int:
        """How much of the allowance is used, 0 … 100."""
        return min(100, round(100 * self.used / self.limit)) if self.limit else 0


def month_start(now: datetime) -> datetime:
    """When the month that LINE counts began."""
    return now.astimezone(LINE_ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month_start(now: datetime) -> datetime:
    """When the next month begins, as LINE counts."""
    return (month_start(now) + timedelta(days=32)).replace(day=1)


def forecast(channel: Channel, *, now: datetime, own_used: int = 0) -> Forecast | None:
    """None until LINE has told the allowance. The used number goes back to nothing with the month.

    LINE is asked once an hour: *own_used*, what we have sent this month ourselves, may be more by now.
    """
    if channel.quota_used is None or channel.quota_checked_at is None:
        return None
    told = channel.quota_used if channel.quota_checked_at >= month_start(now) else 0
    used = max(told, own_used)
    return Forecast(used, channel.quota_limit, _expected(used, now))


def _expected(used: int, now: datetime) -> int | None:
    start = month_start(now)
    passed = now - start
    if passed < SHORTEST_PACE:
        return None
    month = timedelta(days=monthrange(start.year, start.month)[1])
    return round(used * (month / passed))


def refresh_due(database: Database, account: Account, *, now: datetime, wall: datetime) -> bool:
    """Ask LINE for the allowance if it is time to; whether new numbers came.

    The next time is set before asking, so that an unreachable LINE is asked every few minutes and not every second.
    """
    with database.read() as session:
        if not _is_due(settings.channel(session), wall):
            return False
    with database.unit() as session:
        channel = settings.channel(session)
        if channel is None or not _is_due(channel, wall):
            return False
        channel.quota_due_at = wall + RETRY_AFTER
    try:
        quota = account.line().quota()
    except DomainError as error:
        log.info("quota: %s", error.message)
        return False
    with database.unit() as session:
        channel = settings.channel(session)
        if channel is not None:
            record(channel, quota, now=now, wall=wall)
            _warn(session, channel, now)
    return True


def _warn(session: Session, channel: Channel, now: datetime) -> None:
    """Tell staff once a month and step."""
    state = forecast(channel, now=now)
    if state is None or not state.limit:
        return
    step = next((step for step in WARNINGS if state.used * 100 >= state.limit * step), None)
    if step is None:
        return
    notifications.notify(
        session,
        KIND.name,
        title="今月の通数を使い切りました" if step == 100 else f"今月の通数の{step}%を使いました",
        body=f"{state.limit:,}通のうち{state.used:,}通を使っています。無料の返信は、使い切っても送れます。",
        href="/settings",
        dedupe_key=f"{KIND.name}:{month_start(now):%Y%m}:{step}",
        now=now,
    )


def _is_due(channel: Channel | None, wall: datetime) -> bool:
    if channel is None or channel.connected_at is None:
        return False
    return channel.quota_due_at is None or channel.quota_due_at <= wall


def record(channel: Channel, quota: Quota, *, now: datetime, wall: datetime) -> None:
    channel.quota_limit, channel.quota_used, channel.quota_checked_at = quota.limit, quota.used, now
    channel.quota_due_at = wall + REFRESH_EVERY
