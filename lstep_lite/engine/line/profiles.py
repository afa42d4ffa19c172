"""Names and pictures of friends, as LINE has them.

LINE shows a profile only while the person is a friend or has written lately; 404 says neither more nor less, so the old
name is kept. https://developers.line.biz/en/reference/messaging-api/#get-profile
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, friends, text
from lstep_lite.engine.line.account import Account
from lstep_lite.engine.line.client import Line, Profile
from lstep_lite.engine.line.connection import LineError
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend

LOOK_AGAIN = timedelta(days=7)
LOOK_AGAIN_AFTER_NONE = timedelta(days=3)
LOOK_AGAIN_AFTER_TROUBLE = timedelta(minutes=10)
LOOK_AGAIN_AFTER_REFUSAL = timedelta(days=1)
SECONDS_BEFORE_A_SEND = 2.0
SOON = timedelta(seconds=5)
"""So long after somebody came, LINE is about to tell their name; if it does not, nobody waits for it."""


@dataclass(frozen=True)
class _Found:
    profile: Profile | None
    look_again: timedelta


def refresh_due(database: Database, account: Account, *, now: datetime, limit: int) -> int:
    """Ask LINE for up to *limit* profiles that are due; returns how many. Two workers may run it at once.

    Without a connected account nothing is done, and the profiles stay due.
    """
    try:
        line = account.line()
    except DomainError:
        return 0
    with database.unit() as session:
        claimed = _claim(session, now, limit)
    found = [(friend_id, _ask(line, user_id)) for friend_id, user_id in claimed]
    for friend_id, answer in found:
        with database.unit() as session:
            _record(session, friend_id, answer, now)
    return len(claimed)


def fetch_now(database: Database, account: Account, friend: Friend, *, now: datetime) -> bool:
    """Ask for the profile of a *friend* about to be written to, for at most two seconds; whether it is known now.

    What is found is stored, and also set on *friend*, which may be detached from its session.
    """
    try:
        profile = account.line().profile(str(friend.line_user_id), timeout_seconds=SECONDS_BEFORE_A_SEND)
    except DomainError:
        return False
    with database.unit() as session:
        _record(session, friend.id, _Found(profile, LOOK_AGAIN if profile else LOOK_AGAIN_AFTER_NONE), now)
    if profile is None:
        return False
    friend.display_name = text.storable(profile.display_name)
    return True


def due(now: datetime) -> Select[int]:
    """Whose profile is due, the longest waiting first."""
    theirs = select(Friend.id).where(
        Friend.profile_due_at <= now, Friend.is_following, Friend.line_user_id.is_not(None)
    )
    return theirs.order_by(Friend.profile_due_at)


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    newcomers = due(now).where(Friend.profile_due_at > now - SOON, Friend.profile_checked_at.is_(None))
    return agenda.Pending(session.scalar(select(func.count()).select_from(newcomers.subquery())) or 0)


def _claim(session: Session, now: datetime, limit: int) -> list[tuple[int, str]]:
    mine = due(now).limit(limit).with_for_update(skip_locked=True)
    rows = session.execute(
        update(Friend)
        .where(Friend.id.in_(mine))
        .values(profile_due_at=now + LOOK_AGAIN_AFTER_TROUBLE)
        .returning(Friend.id, Friend.line_user_id)
    )
    return [(row.id, row.line_user_id) for row in rows]


def _ask(line: Line, user_id: str) -> _Found | None:
    """None when LINE could not be asked; the claim has already set when to look again."""
    try:
        profile = line.profile(user_id)
    except LineError as error:
        return _Found(None, LOOK_AGAIN_AFTER_REFUSAL) if error.permanent else None
    return _Found(profile, LOOK_AGAIN if profile else LOOK_AGAIN_AFTER_NONE)


def _record(session: Session, friend_id: int, found: _Found | None, now: datetime) -> None:
    friend = session.scalars(select(Friend).where(Friend.id == friend_id).with_for_update()).one_or_none()
    if found is None or friend is None or friend.line_user_id is None:
        return  # forgotten meanwhile
    friend.profile_checked_at = now
    friend.profile_due_at = now + found.look_again
    if found.profile:
        friend.display_name = text.storable(found.profile.display_name)
        friend.picture_url = found.profile.picture_url
        friend.status_message = text.storable(found.profile.status_message or "") or None
        friend.language = found.profile.language
        friends.refresh_search_text(friend)
