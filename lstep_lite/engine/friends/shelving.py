"""Putting a friend out of sight (still sent to) or blocking one (never sent to)."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, triggers
from lstep_lite.models import Friend

triggers.labels.update(
    {
        "friend.hidden": "友だちを非表示にした",
        "friend.shown": "友だちの非表示を解除した",
        "friend.blocked": "こちらでブロックした",
        "friend.unblocked": "こちらのブロックを解除した",
    }
)


def hide(session: Session, friend: Friend, *, staff_id: int, now: datetime) -> None:
    """Out of the lists; messages still go to this person."""
    if not friend.is_hidden:
        friend.is_hidden = True
        triggers.fire(session, "friend.hidden", friend, now=now, staff_id=staff_id)


def show(session: Session, friend: Friend, *, staff_id: int, now: datetime) -> None:
    if friend.is_hidden:
        friend.is_hidden = False
        triggers.fire(session, "friend.shown", friend, now=now, staff_id=staff_id)


def block(session: Session, friend: Friend, *, staff_id: int, now: datetime) -> int:
    """Send nothing to this person any more. Answers how many waiting messages were cancelled."""
    if friend.is_blocked:
        return 0
    friend.is_blocked = True
    triggers.fire(session, "friend.blocked", friend, now=now, staff_id=staff_id)
    return deliveries.cancel_waiting(session, friend, now=now, reason="こちらでブロックしたため、取り消しました。")


def unblock(session: Session, friend: Friend, *, staff_id: int, now: datetime) -> None:
    if friend.is_blocked:
        friend.is_blocked = False
        triggers.fire(session, "friend.unblocked", friend, now=now, staff_id=staff_id)
