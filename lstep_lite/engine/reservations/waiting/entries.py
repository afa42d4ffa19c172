"""Joining a waiting list (キャンセル待ち), leaving it, and what customers and staff see of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine import locking
from lstep_lite.engine.reservations.availability import plans
from lstep_lite.engine.reservations.transitions import (
    book,
    counting,
    ending,
    event_booking,
    limits,
    places,
    recording,
    refusals,
)
from lstep_lite.engine.settings import zone
from lstep_lite.engine.studio import new_code
from lstep_lite.errors import NotFound
from lstep_lite.models import (
    BookingPage,
    Event,
    EventSlot,
    Friend,
    Reservation,
    ReservationState,
    WaitEntry,
    WaitOffer,
    WaitState,
)

LISTED = (WaitState.WAITING, WaitState.OFFERED)
"""Those who still wait for something."""
WORDS = {
    WaitState.WAITING: "お待ちいただいています",
    WaitState.OFFERED: "ご案内中",
    WaitState.ACCEPTED: "予約済み",
    WaitState.LAPSED: "終了",
    WaitState.WITHDRAWN: "取り消し済み",
}
MOST_OF_ONE = 10
"""How many wishes one customer may have at a time."""


@dataclass(frozen=True)
class Wish:
    """Courses on some days. Minutes are those of the shop's clock, as far as 36:00."""

    course_ids: Sequence[int]
    first_day: date
    last_day: date
    option_ids: Sequence[int] = ()
    provider_id: int | None = None
    weekdays: Sequence[int] = field(default_factory=lambda: range(7))
    """0 is Monday."""
    from_minute: int = 0
    to_minute: int = 2160
    """The start lies between the two, both included."""
    party: int = 1

    @property
    def visit(self) -> plans.Wish:
        """What they would book."""
        return plans.Wish(tuple(self.course_ids), tuple(self.option_ids), self.provider_id, self.party)


# Looking -------------------------------------------------------------------------------------------------------------


def by_code(session: Session, code: str, *, friend: Friend) -> WaitEntry:
    """An entry of their own. Raises NotFound for anybody else's."""
    entry = session.scalar(sa.select(WaitEntry).where(WaitEntry.code == code, WaitEntry.friend_id == friend.id))
    if entry is None:
        raise NotFound("このキャンセル待ちは見つかりませんでした。")
    return entry


def get(session: Session, entry_id: int) -> WaitEntry:
    entry = session.get(WaitEntry, entry_id)
    if entry is None:
        raise NotFound("このキャンセル待ちは見つかりませんでした。")
    return entry


def of_friend(session: Session, friend: Friend, *, now: datetime) -> Sequence[WaitEntry]:
    """What they wait for, that may still come; the oldest wish first."""
    row = WaitEntry
    mine = sa.select(row).outerjoin(EventSlot, EventSlot.id == row.slot_id)
    is_ahead = sa.or_(EventSlot.starts_at > now, row.last_day >= _today(session, now))
    mine = mine.where(row.friend_id == friend.id, row.state.in_(LISTED), is_ahead)
    return session.scalars(mine.order_by(row.created_at, row.id)).all()


def _today(session: Session, now: datetime) -> date:
    return now.astimezone(zone(session)).date()


def own_of_slot(session: Session, friend: Friend, slot: EventSlot) -> WaitEntry | None:
    """Their place in the list of a slot."""
    row = WaitEntry
    mine = sa.select(row).where(row.friend_id == friend.id, row.slot_id == slot.id, row.state.in_(LISTED))
    return session.scalar(mine.order_by(row.id).limit(1))


def of_slot(session: Session, slot: EventSlot) -> Sequence[WaitEntry]:
    """Who waits for a slot, in turn; for staff."""
    row = WaitEntry
    mine = sa.select(row).where(row.slot_id == slot.id, row.state.in_(LISTED)).options(joinedload(row.friend))
    return session.scalars(mine.order_by(row.created_at, row.id)).all()


# Joining -------------------------------------------------------------------------------------------------------------


def join_slot(
    session: Session,
    friend: Friend,
    slot: EventSlot,
    *,
    party: int,
    ticket_id: int | None = None,
    by: recording.By = recording.CUSTOMER,
    now: datetime,
) -> WaitEntry:
    """Wait for *party* places, or so many of a ticket. Who waits already keeps the turn. Raises Refused."""
    locking.lock(session, friend)
    book.lock(session)
    if (found := own_of_slot(session, friend, slot)) is not None:
        return found
    session.refresh(slot)
    event = session.get_one(Event, slot.event_id, populate_existing=True)
    _check_slot(session, friend, event, slot, now)
    _check_online(session, friend, by)
    _check_wanted(session, event, slot, party, ticket_id)
    entry = _entry(friend, now, slot_id=slot.id, party=party, ticket_id=ticket_id)
    session.add(entry)
    places.free(session, slot.business_date, slot.id, now=now, reason="キャンセル待ちの登録")
    session.flush()  # a second request in the same unit finds it
    return entry


def _check_slot(session: Session, friend: Friend, event: Event, slot: EventSlot, now: datetime) -> None:
    event_booking.check_open(session, event, slot, now=now)
    if not event.takes_waiting:
        raise refusals.closed("この回のキャンセル待ちは受け付けていません。")
    _check_many(session, friend)
    event_booking.check_limit(session, friend, event, slot)


def _check_online(session: Session, friend: Friend, by: recording.By) -> None:
    """Staff write down anybody."""
    if by == recording.CUSTOMER and counting.customer_anew(session, friend.id).online == "phone_only":
        raise refusals.closed(limits.PHONE_ONLY)


def _check_many(session: Session, friend: Friend) -> None:
    mine = sa.select(sa.func.count()).where(WaitEntry.friend_id == friend.id, WaitEntry.state == WaitState.WAITING)
    if (session.scalar(mine) or 0) >= MOST_OF_ONE:
        raise refusals.limit_exceeded(
            f"同時に登録できるキャンセル待ちは{MOST_OF_ONE}件までです。いらないものを取り消してください。"
        )


def _check_wanted(session: Session, event: Event, slot: EventSlot, party: int, ticket_id: int | None) -> None:
    if not 1 <= party <= event.most_party:
        raise refusals.limit_exceeded(f"一度にお申し込みいただけるのは{event.most_party}名様までです。")
    wanted = event_booking.basket(session, slot, party, {ticket_id: party} if ticket_id is not None else {})
    caps = [ticket.cap for ticket, count in wanted.tickets if ticket.cap is not None and ticket.cap < count]
    if wanted.seats > slot.pool.capacity or caps:
        raise refusals.limit_exceeded("この人数は、この回の定員を超えています。人数を減らしてください。")


def join_courses(
    session: Session,
    friend: Friend,
    wish: Wish,
    *,
    page: BookingPage | None,
    by: recording.By = recording.CUSTOMER,
    now: datetime,
) -> WaitEntry:
    """Wait for courses on some days. Raises Refused."""
    locking.lock(session, friend)
    book.lock(session)
    _check_online(session, friend, by)
    _check_many(session, friend)
    if wish.last_day < wish.first_day or wish.last_day < _today(session, now) or not wish.weekdays:
        raise refusals.bad_time("お待ちになる期間と曜日を確認してください。")
    entry = _entry(friend, now, page_id=page.id if page is not None else None, wish=_stored(wish))
    entry.party = wish.party
    entry.first_day, entry.last_day = wish.first_day, wish.last_day
    session.add(entry)
    session.flush()  # its id
    return entry


def _entry(friend: Friend, now: datetime, **columns: Any) -> WaitEntry:
    values = {"wish": {}, "party": 1} | columns
    return WaitEntry(code=new_code(), friend_id=friend.id, state=WaitState.WAITING, created_at=now, **values)


def _stored(wish: Wish) -> dict[str, Any]:
    return {
        "course_ids": list(wish.course_ids),
        "option_ids": list(wish.option_ids),
        "provider_id": wish.provider_id,
        "weekdays": list(wish.weekdays),
        "from_minute": wish.from_minute,
        "to_minute": wish.to_minute,
    }


def wish_of(entry: WaitEntry) -> Wish | None:
    """What a stored entry wishes for; None for a slot."""
    if entry.slot_id is not None or entry.first_day is None or entry.last_day is None:
        return None
    stored: Mapping[str, Any] = entry.wish
    return Wish(first_day=entry.first_day, last_day=entry.last_day, party=entry.party, **stored)


# Leaving -------------------------------------------------------------------------------------------------------------


def withdraw(session: Session, entry: WaitEntry, *, by: recording.By = recording.CUSTOMER, now: datetime) -> None:
    """Wait no more; an offer that is open is given back. Twice is once."""
    locking.lock(session, entry.friend)
    book.lock(session)
    session.refresh(entry)
    if entry.state is WaitState.OFFERED and (held := held_for(session, entry)) is not None:
        ending.cancel(session, held, version=None, by=by, now=now)
    elif entry.state is WaitState.WAITING:
        entry.state = WaitState.WITHDRAWN


def held_for(session: Session, entry: WaitEntry) -> Reservation | None:
    """What is kept for them just now."""
    row = Reservation
    mine = sa.select(row).join(WaitOffer, WaitOffer.reservation_id == row.id)
    mine = mine.where(WaitOffer.wait_entry_id == entry.id, row.state == ReservationState.HELD)
    return session.scalar(mine.order_by(row.id.desc()).limit(1))
