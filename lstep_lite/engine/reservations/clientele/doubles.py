"""Who may be there twice: the same phone number, or the same name and kana. Staff decide; nothing is merged by itself.

Of two records at most one can be a LINE friend: friends.merge keeps that one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.errors import DomainError
from lstep_lite.models import BookingCustomer, Friend, KarteEntry, Reservation, TicketBook, WaitEntry

SIZE = 20
"""Groups on a page."""
MOST_IN_GROUP = 10
SAME_PHONE, SAME_NAME = "電話番号が同じ", "お名前とフリガナが同じ"
COUNTED: dict[str, Any] = {
    "予約・来店の記録": Reservation,
    "カルテ": KarteEntry,
    "回数券": TicketBook,
    "キャンセル待ち": WaitEntry,
}
_NAME = sa.func.coalesce(Friend.real_name, Friend.system_name)
_THERE = Friend.erased_at.is_(None)
_WITHOUT_LINE = sa.func.sum(sa.case((Friend.line_user_id.is_(None), 1), else_=0))


@dataclass(frozen=True)
class Group:
    """Records that may be one person."""

    why: str
    friends: Sequence[Friend]


@dataclass(frozen=True)
class Record:
    """One of two, side by side."""

    friend: Friend
    customer: BookingCustomer | None
    counts: dict[str, int]
    """How many of what is theirs."""


def groups(session: Session, *, number: int = 1) -> tuple[list[Group], bool]:
    """Those of one page, and whether there are more."""
    first = (max(number, 1) - 1) * SIZE
    keys = session.execute(_by_phone().limit(SIZE + 1).offset(first)).all()
    found = [Group(SAME_PHONE, _rows(session, Friend.phone_key == row.key)) for row in keys[:SIZE]]
    if len(keys) > SIZE:
        return found, True
    names = session.execute(_by_name().limit(SIZE + 1).offset(first)).all()
    found += [Group(SAME_NAME, _rows(session, row.name == _NAME, Friend.kana == row.kana)) for row in names[:SIZE]]
    return found, len(names) > SIZE


def _by_phone() -> sa.Select[Any]:
    key = Friend.phone_key
    query = sa.select(key.label("key")).where(key != "", _THERE).group_by(key)
    return query.having(sa.func.count() > 1, _WITHOUT_LINE > 0).order_by(key)


def _by_name() -> sa.Select[str, str | None]:
    """Those with the same phone number are listed for that already."""
    query = sa.select(_NAME.label("name"), Friend.kana.label("kana"))
    query = query.where(Friend.kana.is_not(None), Friend.kana != "", _NAME.is_not(None), _THERE)
    query = query.group_by(_NAME, Friend.kana).having(sa.func.count() > 1, _WITHOUT_LINE > 0)
    other = sa.func.count(sa.distinct(Friend.phone_key)) > 1
    no_phone = sa.func.max(Friend.phone_key) == ""
    return query.having(sa.or_(other, no_phone)).order_by(_NAME, Friend.kana)


def _rows(session: Session, *conditions: sa.ColumnElement[bool]) -> Sequence[Friend]:
    """LINE friends first: they stay."""
    query = sa.select(Friend).where(_THERE, *conditions).order_by(Friend.line_user_id.is_(None), Friend.id)
    return session.scalars(query.limit(MOST_IN_GROUP)).all()


def of_friend(session: Session, friend: Friend) -> Sequence[Friend]:
    """Others who have *friend*'s phone number, and can be merged with them."""
    if not friend.phone_key:
        return ()
    can = Friend.line_user_id.is_(None) if friend.line_user_id else sa.true()
    return _rows(session, Friend.phone_key == friend.phone_key, Friend.id != friend.id, can)


def pair(session: Session, one_id: int, other_id: int) -> tuple[Record, Record]:
    """Both, side by side; the one with LINE first. Raises DomainError where they can't be merged."""
    one, other = friends.get(session, one_id), friends.get(session, other_id)
    if one.id == other.id:
        raise DomainError("統合する相手を選び直してください。")
    if one.line_user_id and other.line_user_id:
        raise DomainError("どちらもLINEの友だちのため、統合できません。同じ方かどうかは、トークでお確かめください。")
    if other.line_user_id:
        one, other = other, one
    return _record(session, one), _record(session, other)


def _record(session: Session, friend: Friend) -> Record:
    counts = {
        words: sa.select(sa.func.count()).where(model.friend_id == friend.id).scalar_subquery()
        for words, model in COUNTED.items()
    }
    found = session.execute(sa.select(*counts.values())).one()
    return Record(friend, session.get(BookingCustomer, friend.id), dict(zip(counts, found, strict=True)))


def merge(session: Session, kept_id: int, gone_id: int, *, staff_id: int, now: datetime) -> Friend:
    """Make the two one record and answer it: *kept_id*'s, unless the other is the LINE friend."""
    pair(session, kept_id, gone_id)
    kept, gone = friends.get(session, kept_id), friends.get(session, gone_id)
    return friends.merge(session, kept, gone, staff_id=staff_id, now=now)
