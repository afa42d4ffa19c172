"""The books customers have: selling one, its ledger, and putting it right by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import add_new
from lstep_lite.engine import locking, triggers
from lstep_lite.engine.reservations.keeping import words
from lstep_lite.engine.reservations.ticket_books import kinds
from lstep_lite.engine.settings import zone
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Friend, Reservation, Staff, TicketBook, TicketUse

LONGEST_NOTE = 100
SOLD = "購入"
triggers.labels["ticket_book.sold"] = "回数券を販売した"
triggers.labels["ticket_book.changed"] = "回数券を直した"


@dataclass(frozen=True)
class Line:
    """One line of a ledger, as staff read it."""

    use: TicketUse
    number: str
    """Of the booking it paid for; empty for none."""
    staff: str


def of_friend(session: Session, friend: Friend) -> Sequence[TicketBook]:
    """All of them, the newest first."""
    query = sa.select(TicketBook).where(TicketBook.friend_id == friend.id)
    return session.scalars(query.order_by(TicketBook.created_at.desc(), TicketBook.id.desc())).all()


def valid(session: Session, friend: Friend, day: date) -> Sequence[TicketBook]:
    """What they can still use on *day*, what ends first before the others."""
    book = TicketBook
    query = sa.select(book).where(book.friend_id == friend.id, is_valid(day))
    return session.scalars(query.order_by(book.expires_on.is_(None), book.expires_on, book.id)).all()


def is_valid(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(TicketBook.left > 0, sa.or_(TicketBook.expires_on.is_(None), TicketBook.expires_on >= day))


def get(session: Session, friend: Friend, book_id: int) -> TicketBook:
    """One of theirs. Raises NotFound for anybody else's."""
    found = session.get(TicketBook, book_id)
    if found is None or found.friend_id != friend.id:
        raise NotFound("この回数券は見つかりませんでした。")
    return found


def ledger(session: Session, book: TicketBook) -> list[Line]:
    """The newest line first."""
    query = sa.select(TicketUse, Reservation.number, Staff.name).outerjoin(
        Reservation, Reservation.id == TicketUse.reservation_id
    )
    query = query.outerjoin(Staff, Staff.id == TicketUse.staff_id).where(TicketUse.book_id == book.id)
    rows = session.execute(query.order_by(TicketUse.at.desc(), TicketUse.id.desc()))
    return [Line(use, number or "", staff or "") for use, number, staff in rows]


def sell(
    session: Session, friend: Friend, kind_id: int, *, token: str, staff_id: int | None, now: datetime
) -> TicketBook:
    """Give *friend* a new book of that kind, paid at the shop. The same *token* once more answers the same book."""
    locking.lock(session, friend)
    kind = kinds.get(session, kind_id)
    if not kind.is_sold:
        raise DomainError("この回数券は、今は販売していません。", "kind_id")
    row = {
        "friend_id": friend.id,
        "kind_id": kind.id,
        "token": token,
        "name": kind.name,
        "course_ids": kind.course_ids,
        "total": kind.total,
        "left": kind.total,
        "price": kind.price,
        "expires_on": _last_day(session, kind.valid_days, now),
        "created_at": now,
    }
    book_id = add_new(session, TicketBook, row)
    if book_id is None:
        return session.scalars(
            sa.select(TicketBook).where(TicketBook.friend_id == friend.id, TicketBook.token == token)
        ).one()
    session.add(TicketUse(book_id=book_id, staff_id=staff_id, delta=kind.total, note=SOLD, at=now))
    triggers.record(session, "ticket_book.sold", friend, now=now, label=kind.name, **_by(staff_id))
    return session.get_one(TicketBook, book_id)


def _last_day(session: Session, valid_days: int | None, now: datetime) -> date | None:
    """The day it is sold counts."""
    if valid_days is None:
        return None
    return now.astimezone(zone(session)).date() + timedelta(days=valid_days - 1)


def _by(staff_id: int | None) -> dict[str, Any]:
    return {} if staff_id is None else {"staff_id": staff_id}


def hold(session: Session, friend: Friend, book: TicketBook) -> None:
    """Lock the customer; *book* is what the database says from here on."""
    locking.lock(session, friend)
    session.refresh(book)


@dataclass(frozen=True)
class Correction:
    left: int | None
    expires_on: date | None
    note: str
    seen_left: int | None
    """How many were left when the page was opened."""


def correct(
    session: Session, friend: Friend, book: TicketBook, draft: Correction, *, staff_id: int, now: datetime
) -> None:
    """Put right by hand how many are left, or until when it is good. Raises DomainError naming the field."""
    hold(session, friend, book)
    if draft.seen_left != book.left:
        raise DomainError(
            "ほかの操作で残りの回数が変わりました。画面を開き直してから、もう一度直してください。", "left"
        )
    left = words.count(draft.left, "left", least=0, most=kinds.MOST_TICKETS)
    note = words.named(draft.note, LONGEST_NOTE, "直した理由", "note")
    book.expires_on = draft.expires_on
    write(session, book, left - book.left, note=note, staff_id=staff_id, now=now)
    triggers.record(session, "ticket_book.changed", friend, now=now, label=f"{book.name} {note}", staff_id=staff_id)


def write(
    session: Session,
    book: TicketBook,
    delta: int,
    *,
    note: str,
    staff_id: int | None,
    now: datetime,
    reservation_id: int | None = None,
) -> TicketUse:
    """One line of the ledger of a book that is held."""
    book.left += delta
    use = TicketUse(book_id=book.id, reservation_id=reservation_id, staff_id=staff_id, delta=delta, note=note, at=now)
    session.add(use)
    session.flush()  # whoever asks what a booking has spent asks the database
    return use
