"""Who calls: somebody the shop knows, found by what they say, or a new customer with a name and a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.engine.friends import FriendDraft
from lstep_lite.engine.friends.search import named
from lstep_lite.engine.reservations.availability import policies
from lstep_lite.engine.reservations.availability.days import in_words
from lstep_lite.engine.reservations.effects.messaging import unreachable
from lstep_lite.engine.reservations.transitions import book, limits
from lstep_lite.engine.text import phone_key
from lstep_lite.errors import DomainError
from lstep_lite.models import BookingCustomer, Friend, Reservation, ReservationState

MOST_FOUND = 10
FEWEST_DIGITS = 3
AHEAD = (ReservationState.REQUESTED, ReservationState.CONFIRMED, ReservationState.CHECKED_IN)
KNOWN = "この電話番号のお客様がいます。上の一覧から選ぶか、別の方のときは「別のお客様として登録する」を選んでください。"


@dataclass(frozen=True)
class Found:
    friend: Friend
    customer: BookingCustomer | None

    @property
    def visits(self) -> int:
        return self.customer.visits if self.customer is not None else 0


def search(session: Session, text: str) -> list[Found]:
    """By a name, kana, or the last digits of a phone number; those whose number ends so come first."""
    digits = phone_key(text)
    ends_so = Friend.phone_key.endswith(digits, autoescape=True) if len(digits) >= FEWEST_DIGITS else sa.false()
    return _found(session, sa.or_(named(text), ends_so), sa.case((ends_so, 0), else_=1)) if text.strip() else []


def same_phone(session: Session, phone: str) -> list[Found]:
    """Everybody with that number."""
    key = phone_key(phone)
    return _found(session, Friend.phone_key == key) if len(key) >= FEWEST_DIGITS else []


def one(session: Session, friend_id: int) -> Found | None:
    """None for nobody, and for somebody who was forgotten."""
    found = _found(session, Friend.id == friend_id) if friend_id else []
    return found[0] if found else None


def _found(session: Session, condition: sa.ColumnElement[bool], *order: Any) -> list[Found]:
    row = BookingCustomer
    query = sa.select(Friend, row).outerjoin(row, row.friend_id == Friend.id)
    query = query.where(condition, Friend.erased_at.is_(None))
    order = (*order, sa.func.coalesce(row.visits, 0).desc(), Friend.followed_at.desc(), Friend.id.desc())
    return [Found(friend, customer) for friend, customer in session.execute(query.order_by(*order).limit(MOST_FOUND))]


# What staff are told of them -----------------------------------------------------------------------------------------


def told(session: Session, found: Found, *, now: datetime) -> list[str]:
    """What customers' limits would say, and what staff noted: to know, not to stop anybody."""
    customer, ahead = found.customer, _ahead(session, found.friend, now)
    words = [f"先の予約: {in_words(each.business_date, each.start_minute)}" for each in ahead]
    most = policies.parse(book.settings(session).policy).max_open
    if most is not None and len(ahead) >= most:
        words.append(f"お客様がご自分で取れる予約の数({most}件)に達しています。お店からは登録できます。")
    if customer is None:
        return words
    if customer.online == "phone_only":
        words.append("ネット予約を受けない設定のお客様です。")
    if customer.no_shows:
        words.append(f"無断キャンセルが{customer.no_shows}回あります。")
    if customer.is_careful or customer.caution:
        words.append(f"注意: {customer.caution}" if customer.caution else "「注意」の印があります。")
    return words


def _ahead(session: Session, friend: Friend, now: datetime) -> Sequence[Reservation]:
    row = Reservation
    mine = sa.select(row).where(row.friend_id == friend.id, row.state.in_(AHEAD), row.ends_at > now)
    return session.scalars(mine.order_by(row.starts_at).limit(5)).all()


def has_overlap(session: Session, friend: Friend, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether they have a booking of their own then."""
    try:
        limits.check_no_overlap(session, friend, starts_at, ends_at)
    except DomainError:
        return True
    return False


def can_be_told(friend: Friend) -> bool:
    """Whether a message reaches them by LINE."""
    return unreachable(friend) is None


# New customers -------------------------------------------------------------------------------------------------------


def add(session: Session, draft: FriendDraft, *, is_other: bool, now: datetime) -> Friend:
    """A customer without LINE. Raises DomainError naming the field, also for a number that somebody has already,
    unless it *is_other*."""
    if not is_other and same_phone(session, draft.phone):
        raise DomainError(KNOWN, "phone")
    return friends.add_without_line(session, draft, now=now)
