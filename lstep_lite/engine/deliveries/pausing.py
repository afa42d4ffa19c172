"""Counted sends rest while LINE refuses them all; free replies go on."""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, notifications, settings
from lstep_lite.engine.line import Account
from lstep_lite.engine.settings import quota
from lstep_lite.models import Channel

log = logging.getLogger(__name__)

MONTHLY_LIMIT = (
    "今月送れるメッセージの数を使い切ったため、送信を止めています。"
    "LINE公式アカウントのプランを変えるか、来月になると自動で再開します。無料の返信は続けて送れます。"
)
OWN_CAP = (
    "お店で決めた今月の上限に達したため、送信を止めています。"
    "「配信のきまり」で上限を上げるか、来月になると自動で再開します。無料の返信は続けて送れます。"
)
TOKEN_REJECTED = "LINEが接続情報を受け付けないため、送信を止めています。「LINE接続」の設定を確かめてください。"  # noqa: S105
CHECK_EVERY = timedelta(minutes=10)
ANSWERS_WITHIN = timedelta(seconds=10)
KIND = notifications.kind(
    "sending.paused",
    label="配信の停止",
    lead="通数を使い切ったときなど、配信を自動で止めたときに知らせます。",
    icon="player-pause",
    order=70,
)


def pause(session: Session, reason: str, *, now: datetime, wall: datetime) -> None:
    """Stop counted sends for *reason*, which is shown; LINE is asked for the allowance again after ten minutes."""
    channel = settings.channel(session)
    if channel and channel.paused_at is None:
        channel.paused_at, channel.pause_reason = now, reason
        channel.quota_due_at = wall + CHECK_EVERY
        log.warning("sending pauses: %s", reason)
        key = f"{KIND.name}:{now.isoformat()}"
        title = "配信を止めています"
        notifications.notify(session, KIND.name, title=title, body=reason, href="/settings", dedupe_key=key, now=now)


def recheck(database: Database, account: Account, *, now: datetime, wall: datetime) -> None:
    """Ask LINE for the allowance when that is due, and go on sending if it has lifted what made us stop."""
    _ask_at_once_in_a_new_month(database, now, wall)
    if quota.refresh_due(database, account, now=now, wall=wall):
        with database.unit() as session:
            _go_on(session, wall)


def is_due(wall: datetime) -> sa.ColumnElement[bool]:
    """While we rest it is looked at each time: a new month may have begun."""
    is_to_ask = sa.or_(Channel.quota_due_at.is_(None), Channel.quota_due_at <= wall)
    return sa.exists().where(sa.or_(is_to_ask, Channel.paused_at.is_not(None)))


def _ask_at_once_in_a_new_month(database: Database, now: datetime, wall: datetime) -> None:
    with database.read() as session:
        is_stale = _is_stale(settings.channel(session), now, wall)
    if is_stale:
        with database.unit() as session:
            channel = settings.channel(session)
            if channel and _is_stale(channel, now, wall):
                channel.quota_due_at = wall


def _is_stale(channel: Channel | None, now: datetime, wall: datetime) -> bool:
    """Whether we rest on last month's numbers; after a failed try the next one is near, and that one is left alone."""
    if channel is None or not _rests(channel) or channel.quota_checked_at is None or channel.quota_due_at is None:
        return False
    return channel.quota_checked_at < quota.month_start(now) and channel.quota_due_at > wall + quota.RETRY_AFTER


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    """What a limit keeps back can go on with the month."""
    channel = settings.channel(session)
    if channel is None or channel.paused_at is None or channel.pause_reason not in (MONTHLY_LIMIT, OWN_CAP):
        return agenda.Pending()
    return agenda.Pending(int(_is_being_asked(channel, now, wall)), quota.next_month_start(now))


def _is_being_asked(channel: Channel, now: datetime, wall: datetime) -> bool:
    """Whether LINE is about to tell us of a new month; if it does not answer at once, nobody waits for it."""
    if channel.quota_checked_at is None or channel.quota_due_at is None or not _rests(channel):
        return False
    has_failed = wall < channel.quota_due_at <= wall + quota.RETRY_AFTER - ANSWERS_WITHIN
    return channel.quota_checked_at < quota.month_start(now) and not has_failed


def _rests(channel: Channel) -> bool:
    """Whether it was us who stopped; what somebody stopped by hand, they start again by hand."""
    return channel.paused_at is not None and channel.pause_reason in (MONTHLY_LIMIT, TOKEN_REJECTED)


def _go_on(session: Session, wall: datetime) -> None:
    channel = settings.channel(session)
    if channel is None or not _rests(channel):
        return
    if channel.quota_limit is None or (channel.quota_used or 0) < channel.quota_limit:
        settings.resume(channel)
        log.info("sending goes on")
    else:
        channel.quota_due_at = wall + CHECK_EVERY
