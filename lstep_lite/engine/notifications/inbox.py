"""The bell: what one member of staff was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from lstep_lite.errors import NotFound
from lstep_lite.models import Notification, Receipt, Staff

PAGE_SIZE = 30


@dataclass(frozen=True)
class InboxPage:
    receipts: Sequence[Receipt]
    next_before: int | None
    """Hand it in as *before* for the older ones; None on the last page."""


def unread_total(session: Session, person: Staff) -> int:
    unread = sa.select(sa.func.count()).where(Receipt.staff_id == person.id, Receipt.read_at.is_(None))
    return session.scalar(unread) or 0


def inbox(
    session: Session, person: Staff, *, unread_only: bool = False, before: int | None = None, size: int = PAGE_SIZE
) -> InboxPage:
    """One page of what *person* was told, the newest first."""
    query = sa.select(Receipt).join(Receipt.notification).options(contains_eager(Receipt.notification))
    query = query.where(Receipt.staff_id == person.id)
    if unread_only:
        query = query.where(Receipt.read_at.is_(None))
    if before is not None:
        query = query.where(Receipt.notification_id < before)
    rows = session.scalars(query.order_by(Receipt.notification_id.desc()).limit(size + 1)).all()
    return InboxPage(rows[:size], rows[size - 1].notification_id if len(rows) > size else None)


def get(session: Session, notification_id: int, person: Staff) -> Notification:
    """The notification, if it is *person*'s."""
    receipt = session.get(Receipt, (notification_id, person.id))
    if receipt is None:
        raise NotFound("このお知らせは見つかりませんでした。古いお知らせは自動で消えます。")
    return receipt.notification


def mark_read(session: Session, notification: Notification, person: Staff, *, now: datetime) -> None:
    _read(session, person, now, Receipt.notification_id == notification.id)


def read_all(session: Session, person: Staff, *, up_to: int, now: datetime) -> None:
    """Everything up to the notification *up_to*, the newest on the screen; what came meanwhile stays unread."""
    _read(session, person, now, Receipt.notification_id <= up_to)


def _read(session: Session, person: Staff, now: datetime, which: sa.ColumnElement[bool]) -> None:
    unread = sa.update(Receipt).where(Receipt.staff_id == person.id, Receipt.read_at.is_(None), which)
    session.execute(unread.values(read_at=now))
