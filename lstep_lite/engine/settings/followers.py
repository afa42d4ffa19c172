"""The people who were friends before us: LINE lists them for verified and premium accounts, page by page.

Each page is one pass: ask LINE, then write the people and the next cursor in one unit. A pass that dies between the two
is simply repeated, because known people are passed over.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy.orm import Session

from lstep_lite.db import Database, insert_new
from lstep_lite.engine import friends, settings
from lstep_lite.engine.line import Account, FollowerPage, LineError
from lstep_lite.errors import DomainError
from lstep_lite.models import Channel, FollowersState, Friend, Origin

log = logging.getLogger(__name__)

CHUNK = 250
"""People written in one unit."""
RETRY_AFTER = timedelta(minutes=1)
PROFILE_EVERY = timedelta(milliseconds=100)
"""Imported people's profiles fall due this far apart, so that 100,000 of them are no flood."""


def start(channel: Channel, *, wall: datetime) -> None:
    """Begin from the first page, also after an earlier import: known people are passed over."""
    channel.followers_state = FollowersState.RUNNING
    channel.followers_cursor = None
    channel.followers_count = 0
    channel.followers_due_at = wall


def import_due(database: Database, account: Account, *, now: datetime, wall: datetime) -> int:
    """Import one page if an import is running and due; answers how many people it held."""
    begun = _claim(database, wall)
    if begun is None:
        return 0
    channel_id, cursor, count = begun
    try:
        page = account.line().follower_ids(cursor)
    except DomainError as error:
        with database.unit() as session:
            _record_refusal(session, channel_id, error)
        return 0
    _keep(database, channel_id, page, first=count, now=now)
    with database.unit() as session:
        _record_page(session, channel_id, cursor, page, wall=wall)
    return len(page.user_ids)


def _claim(database: Database, wall: datetime) -> tuple[str, str | None, int] | None:
    """The channel, the cursor to go on from and how many came before.

    The next look is put off first, so that a dead LINE is asked rarely.
    """
    with database.read() as session:
        if not _is_due(settings.channel(session), wall):
            return None
    with database.unit() as session:
        channel = settings.channel(session)
        if channel is None or not _is_due(channel, wall):
            return None
        channel.followers_due_at = wall + RETRY_AFTER
        return channel.messaging_channel_id, channel.followers_cursor, channel.followers_count


def is_due(wall: datetime) -> ColumnElement[bool]:
    return exists().where(Channel.followers_state == FollowersState.RUNNING, Channel.followers_due_at <= wall)


def _is_due(channel: Channel | None, wall: datetime) -> bool:
    return (
        channel is not None
        and channel.followers_state is FollowersState.RUNNING
        and channel.followers_due_at is not None
        and channel.followers_due_at <= wall
    )


def _record_refusal(session: Session, channel_id: str, error: DomainError) -> None:
    channel = settings.channel(session)
    if channel is None or channel.messaging_channel_id != channel_id:
        return
    status = error.http_status if isinstance(error, LineError) else None
    if status == 403:
        channel.followers_state = FollowersState.REFUSED
        channel.followers_cursor = channel.followers_due_at = None
    elif status == 400:  # the cursor is older than a day
        channel.followers_cursor = None
        channel.followers_count = 0
    log.info("followers: %s", error.message)


def _keep(database: Database, channel_id: str, page: FollowerPage, *, first: int, now: datetime) -> None:
    for offset in range(0, len(page.user_ids), CHUNK):
        with database.unit() as session:
            if _is_connected_to(session, channel_id):
                _keep_chunk(session, page.user_ids[offset : offset + CHUNK], first=first + offset, now=now)


def _keep_chunk(session: Session, user_ids: Sequence[str], *, first: int, now: datetime) -> None:
    rows = [_row(user_id, number, now) for number, user_id in enumerate(user_ids, first)]
    session.execute(insert_new(session, Friend), rows)
    # Known from an unfollow or follow event: that event decides. Known without one: the list does.
    session.execute(
        update(Friend)
        .where(Friend.line_user_id.in_(user_ids), Friend.follow_changed_at.is_(None))
        .values(is_following=True),
        execution_options={"synchronize_session": False},
    )


def _is_connected_to(session: Session, channel_id: str) -> bool:
    """False when the owner has connected another account meanwhile: these are not its friends."""
    channel = settings.channel(session)
    return channel is not None and channel.messaging_channel_id == channel_id


def _row(user_id: str, number: int, now: datetime) -> dict[str, Any]:
    return {
        "line_user_id": user_id,
        "origin": Origin.IMPORTED,
        "is_following": True,
        "followed_at": now,
        "created_at": now,
        "profile_due_at": now + number * PROFILE_EVERY,
        "memo": "",
        "search_text": "",
        "is_hidden": False,
        "is_blocked": False,
        **friends.drawn(),
    }


def _record_page(session: Session, channel_id: str, cursor: str | None, page: FollowerPage, *, wall: datetime) -> None:
    channel = settings.channel(session)
    if channel is None or channel.messaging_channel_id != channel_id or channel.followers_cursor != cursor:
        return  # another pass was faster, or the import began anew
    channel.followers_count += len(page.user_ids)
    channel.followers_cursor = page.next_cursor
    channel.followers_due_at = wall if page.next_cursor else None
    if page.next_cursor is None:
        channel.followers_state = FollowersState.DONE
