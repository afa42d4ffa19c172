"""Putting a friend out of sight (still sent to) or blocking one (never sent to, and what we kept of it goes)."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, locking, triggers
from lstep_lite.engine.friends import archiving
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, TimelineEntry
from lstep_lite.models.friends import in_words

triggers.labels.update(
    {
        "friend.hidden": "友だちを非表示にした",
        "friend.shown": "友だちの非表示を解除した",
        "friend.blocked": "こちらでブロックした",
        "friend.unblocked": "こちらのブロックを解除した",
        "friend.restored": "ブロックで消えた情報を元に戻した",
    }
)


def hide(session: Session, friend: Friend, *, now: datetime, staff_id: int | None = None, **why: Any) -> None:
    """Out of the lists; messages still go to this person. *why*: cause and event, for what automation does."""
    if not friend.is_hidden:
        friend.is_hidden = True
        _tell(session, "friend.hidden", friend, now, staff_id, why)


def show(session: Session, friend: Friend, *, now: datetime, staff_id: int | None = None, **why: Any) -> None:
    if friend.is_hidden:
        friend.is_hidden = False
        _tell(session, "friend.shown", friend, now, staff_id, why)


def block(session: Session, friend: Friend, *, now: datetime, staff_id: int | None = None, **why: Any) -> int:
    """Send nothing to this person any more. Answers how many waiting messages were cancelled.

    Tags, fields and scores are taken away and kept aside for a while (`archiving`).
    """
    locking.lock(session, friend)
    if friend.is_blocked:
        return 0
    friend.is_blocked = True
    archive = archiving.put_away(session, friend, now=now)
    entry = _tell(session, "friend.blocked", friend, now, staff_id, why)
    if archive is not None:
        entry.results = [f"{archive.in_words}を消しました。30日以内なら元に戻せます。", *entry.results]
    return deliveries.cancel_waiting(session, friend, now=now, reason="こちらでブロックしたため、取り消しました。")


def unblock(session: Session, friend: Friend, *, now: datetime, staff_id: int | None = None, **why: Any) -> None:
    """Messages go to this person again. What the block took stays aside until `restore`."""
    if friend.is_blocked:
        friend.is_blocked = False
        _tell(session, "friend.unblocked", friend, now, staff_id, why)


def restore(session: Session, friend: Friend, *, staff_id: int, now: datetime) -> dict[str, int]:
    """Give back what a block took; how many of what. Raises DomainError when nothing is kept (any more)."""
    locking.lock(session, friend)
    if not archiving.restorable(session, friend, now=now):
        raise DomainError("元に戻せるものがありません。すでに元に戻したか、30日が過ぎています。")
    came_back = archiving.put_back(session, friend, now=now)
    entry = triggers.record(session, "friend.restored", friend, now=now, staff_id=staff_id)
    entry.results = [f"{in_words(came_back)}を元に戻しました。"] if came_back else []
    return came_back


def _tell(
    session: Session, kind: str, friend: Friend, now: datetime, staff_id: int | None, why: dict[str, Any]
) -> TimelineEntry:
    facts: dict[str, Any] = {} if staff_id is None else {"staff_id": staff_id}
    return triggers.fire(session, kind, friend, now=now, **why, **facts)
