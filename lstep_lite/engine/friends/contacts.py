"""How people become known, and whether they follow us. LINE's event times decide, not the order of arrival."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.errors import NotFound
from lstep_lite.models import Friend, Origin

REPEAT = timedelta(seconds=10)
"""A second follow within this time, with no unfollow between, is LINE repeating itself."""


def get(session: Session, friend_id: int) -> Friend:
    friend = session.get(Friend, friend_id)
    if friend is None:
        raise NotFound("この友だちは見つかりませんでした。ほかの友だちと統合された可能性があります。")
    if friend.erased_at is not None:
        raise NotFound("この方の情報は消去しました。送った数などの記録だけが残っています。")
    return friend


def follow(
    session: Session,
    line_user_id: str,
    *,
    at: datetime,
    is_unblocked: bool,
    now: datetime,
) -> tuple[Friend, str | None]:
    """Somebody added or unblocked the account at *at* (LINE's time of the event).

    Answers "new" or "returning", or None where nothing changed: the event is older than what we know, or says again
    what we knew.
    """
    friend, is_made = ensure(session, line_user_id, origin=Origin.ADDED, is_following=True, at=at, now=now)
    reacted(friend, at=at)
    known_at, was_following = friend.follow_changed_at, friend.is_following
    if not is_made and known_at is not None and at <= known_at:
        return friend, None
    friend.follow_changed_at = at
    friend.is_following = True
    friend.profile_due_at = now
    if not is_made and was_following and known_at is not None and (not is_unblocked or at - known_at < REPEAT):
        return friend, None
    if is_unblocked or (known_at is not None and not is_made):
        return friend, "returning"
    friend.origin = Origin.ADDED
    friend.followed_at = min(at, friend.followed_at)
    return friend, "new"


def unfollow(session: Session, line_user_id: str, *, at: datetime, now: datetime) -> tuple[Friend, bool]:
    """Somebody blocked the account at *at*. Answers whether that is news.

    A person never seen before is kept as well, so that a follow event older than this one changes nothing.
    """
    friend, is_made = ensure(session, line_user_id, origin=Origin.PREEXISTING, is_following=False, at=at, now=now)
    if friend.follow_changed_at is not None and at <= friend.follow_changed_at:
        return friend, False
    is_news = friend.is_following or is_made
    friend.follow_changed_at = at
    friend.is_following = False
    return friend, is_news


def reacted(friend: Friend, *, at: datetime, wrote: bool = False) -> None:
    """*friend* did something at *at* (LINE's time): wrote, tapped, added the account. An older one changes nothing."""
    friend.last_reaction_at = max(at, friend.last_reaction_at or at)
    if wrote:
        friend.last_message_at = max(at, friend.last_message_at or at)


def recognise(session: Session, line_user_id: str, *, at: datetime, now: datetime) -> tuple[Friend, bool]:
    """The person behind an event, and whether this is our first contact with a friend from before the connection."""
    return ensure(session, line_user_id, origin=Origin.PREEXISTING, is_following=True, at=at, now=now)


def ensure(
    session: Session,
    line_user_id: str,
    *,
    origin: Origin,
    is_following: bool,
    at: datetime,
    now: datetime,
) -> tuple[Friend, bool]:
    """The friend with this LINE user id, locked until the unit ends, and whether the row was made just now."""
    row = select(Friend).where(Friend.line_user_id == line_user_id).with_for_update()
    friend = session.scalar(row)
    if friend is not None:
        return friend, False
    values = {
        "line_user_id": line_user_id,
        "origin": origin,
        "is_following": is_following,
        "followed_at": at,
        "created_at": now,
        "profile_due_at": now,
        **drawn(),
    }
    made = session.scalar(insert_new(session, Friend).values(values).returning(Friend.id))
    return session.scalars(row).one(), made is not None


def drawn() -> dict[str, str | int]:
    """What is drawn once for every new person: the public code and the lot number."""
    return {"code": secrets.token_urlsafe(16), "lot_number": secrets.randbelow(2**31)}
