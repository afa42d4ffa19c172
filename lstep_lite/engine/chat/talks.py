"""The inbox."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, contains_eager

from lstep_lite.db import insert_new
from lstep_lite.engine import friends
from lstep_lite.models import ChatMessage, Friend, Talk, TalkMark

PAGE_SIZE = 50


@dataclass(frozen=True)
class TalkFilters:
    """*text* looks in names; *left* and *shelved* as in the list of friends."""

    text: str = ""
    unread_only: bool = False
    mark: TalkMark | None = None
    left: friends.Shown = friends.Shown.YES
    shelved: friends.Shown = friends.Shown.NO


@dataclass(frozen=True)
class Place:
    """Where in the inbox a page ends; as text it travels in a link. Talks move up meanwhile, so no number tells it."""

    last_at: datetime
    friend_id: int

    def __str__(self) -> str:
        return f"{self.last_at.isoformat()}_{self.friend_id}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The place a link names, or None for anything that is not one."""
        last_at, _, friend_id = text.rpartition("_")
        try:
            place = cls(datetime.fromisoformat(last_at), int(friend_id))
        except ValueError:
            return None
        return place if place.last_at.tzinfo else None


@dataclass(frozen=True)
class TalkPage:
    talks: Sequence[Talk]
    next_before: Place | None
    """Hand it in as *before* for the older ones; None on the last page."""


def talks(session: Session, filters: TalkFilters, *, before: Place | None = None, size: int = PAGE_SIZE) -> TalkPage:
    """One page of talks with their friends, the newest first."""
    conditions = [friends.matching(friends.Filters(text=filters.text, left=filters.left, shelved=filters.shelved))]
    if filters.unread_only:
        conditions.append(Talk.unread_count > 0)
    if filters.mark is not None:
        conditions.append(Talk.mark == filters.mark)
    if before is not None:
        conditions.append(tuple_(Talk.last_at, Talk.friend_id) < (before.last_at, before.friend_id))
    rows = session.scalars(
        select(Talk)
        .join(Talk.friend)
        .options(contains_eager(Talk.friend))
        .where(*conditions)
        .order_by(Talk.last_at.desc(), Talk.friend_id.desc())
        .limit(size + 1)
    ).all()
    last = rows[size - 1] if len(rows) > size else None
    return TalkPage(rows[:size], Place(last.last_at, last.friend_id) if last else None)


def talk(session: Session, friend: Friend) -> Talk | None:
    """The state of the talk, or None when neither side has written yet."""
    return session.get(Talk, friend.id)


def begin(session: Session, friend: Friend, *, at: datetime) -> Talk:
    """The talk with *friend*, locked so that counting is exact; begun at *at* if there was none."""
    found = _locked(session, friend)
    if found is not None:
        return found
    session.execute(insert_new(session, Talk).values(friend_id=friend.id, last_at=at))
    return session.get_one(Talk, friend.id, with_for_update=True)


def mark_read(session: Session, friend: Friend, *, seen_id: int) -> None:
    """Everything up to the message *seen_id* has been on somebody's screen; what came after it stays unread."""
    found = _locked(session, friend)
    if found is None or not found.unread_count:
        return
    unseen = (ChatMessage.friend_id == friend.id, ChatMessage.id > seen_id, ChatMessage.unsent_at.is_(None))
    found.unread_count = session.scalar(select(func.count()).select_from(ChatMessage).where(*unseen)) or 0


def count_read(session: Session, friend: Friend) -> None:
    """What just came in is nothing staff have to read: one of our own pages said it in the friend's name."""
    found = _locked(session, friend)
    if found is not None and found.unread_count:
        found.unread_count -= 1


def set_mark(session: Session, friend: Friend, mark: TalkMark) -> None:
    found = _locked(session, friend)
    if found is not None:
        found.mark = mark
        handled(session, friend)


Listener = Callable[[Session, Friend], None]
_listeners: list[Listener] = []


def on_handled(listener: Listener) -> Listener:
    """Have *listener* called when staff have answered a friend, or changed the mark of the talk."""
    _listeners.append(listener)
    return listener


def handled(session: Session, friend: Friend) -> None:
    for listener in _listeners:
        listener(session, friend)


def _locked(session: Session, friend: Friend) -> Talk | None:
    row = select(Talk).where(Talk.friend_id == friend.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(row).one_or_none()


def unread_total(session: Session) -> int:
    """How many talks hold something nobody has read, without hidden and blocked friends."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Talk)
            .join(Talk.friend)
            .where(Talk.unread_count > 0, friends.matching(friends.Filters(left=friends.Shown.YES)))
        )
        or 0
    )


@friends.merges
def _add_up(session: Session, kept: Friend, gone: Friend) -> None:
    """A customer without LINE has no talk, but one that was merged before may."""
    ours, theirs = session.get(Talk, kept.id), session.get(Talk, gone.id)
    if ours is None or theirs is None:
        return
    ours.unread_count += theirs.unread_count
    if theirs.last_at > ours.last_at:
        ours.last_at, ours.last_text = theirs.last_at, theirs.last_text
