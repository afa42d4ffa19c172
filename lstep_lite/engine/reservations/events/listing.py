"""Events as customers see them: what is open, which slots there are, and what is left of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.reservations.availability.days import clock, day_in_words, in_words, minute_on
from lstep_lite.engine.reservations.events import slots
from lstep_lite.engine.reservations.transitions import book, event_booking
from lstep_lite.engine.reservations.transitions.refusals import Refused
from lstep_lite.engine.reservations.waiting import entries
from lstep_lite.engine.settings import zone
from lstep_lite.models import Event, EventSlot, EventTicket, Friend, SeatsShown, WaitEntry

FULL = "満席"
MOST_EVENTS, PAGE_SIZE = 50, 60


@dataclass(frozen=True)
class Listed:
    """An event in the list."""

    event: Event
    next_slot: EventSlot
    when: str
    count: int
    """How many slots are to come."""


@dataclass(frozen=True)
class Offered:
    """A slot as one customer sees it."""

    slot: EventSlot
    when: str
    place: str
    left: int
    seats: str
    """「残り2席」「△ 残りわずか」「満席」, or nothing."""
    closed: str
    """Why it can't be booked now, in words; empty while it can."""
    code: str
    """The same for programs: one of refusals.Code."""
    can_wait: bool
    waiting: int
    """How many groups wait."""
    own: WaitEntry | None = None
    """Their own place among them."""

    @property
    def is_full(self) -> bool:
        return self.left <= 0

    @property
    def can_book(self) -> bool:
        return not self.closed and not self.is_full


@dataclass(frozen=True)
class Page(Paged):
    """Some of an event's slots to come."""

    offered: Sequence[Offered]


def listed(session: Session, *, now: datetime) -> list[Listed]:
    """Open events that have slots to come, the nearest first."""
    row = EventSlot
    ahead = sa.select(row.event_id, sa.func.min(row.starts_at).label("first"), sa.func.count().label("count")).where(
        row.starts_at > now, row.cancelled_at.is_(None)
    )
    by_event = ahead.group_by(row.event_id).subquery()
    query = sa.select(Event, row, by_event.c.count).join(by_event, by_event.c.event_id == Event.id)
    query = query.join(row, sa.and_(row.event_id == Event.id, row.starts_at == by_event.c.first))
    query = query.where(Event.is_open, row.cancelled_at.is_(None)).order_by(by_event.c.first, Event.position, row.id)
    found: dict[int, Listed] = {}
    for event, slot, count in session.execute(query.limit(MOST_EVENTS)):
        found.setdefault(event.id, Listed(event, slot, in_words(slot.business_date, slot.start_minute), count))
    return list(found.values())


def offered(session: Session, event: Event, friend: Friend | None, *, number: int = 1, now: datetime) -> Page:
    """Its slots to come, those that were called off too; full ones only where the shop shows them."""
    row = EventSlot
    ahead = sa.and_(row.event_id == event.id, row.starts_at > now)
    total = session.scalar(sa.select(sa.func.count()).select_from(row).where(ahead)) or 0
    number = nearest(number, total, PAGE_SIZE)
    query = sa.select(row).where(ahead).order_by(row.starts_at, row.id).options(selectinload(row.pool))
    part = query.options(selectinload(row.tickets)).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    found = _offered(session, event, session.scalars(part).all(), friend, now)
    shown = [each for each in found if not (event.hides_full and each.is_full and each.own is None)]
    return Page(shown, total_count=total, number=number, size=PAGE_SIZE)


def one(session: Session, event: Event, slot: EventSlot, friend: Friend | None, *, now: datetime) -> Offered:
    return _offered(session, event, [slot], friend, now)[0]


def _offered(
    session: Session, event: Event, rows: Sequence[EventSlot], friend: Friend | None, now: datetime
) -> list[Offered]:
    taken, waiting = event_booking.taken(session, rows), slots.waiting_counts(session, rows)
    own = _own(session, rows, friend)
    few = book.settings(session).few_left
    return [_one(session, event, slot, taken[slot.id], waiting, own, few, now) for slot in rows]


def _own(session: Session, rows: Sequence[EventSlot], friend: Friend | None) -> dict[int, WaitEntry]:
    if friend is None:
        return {}
    row = WaitEntry
    mine = sa.select(row).where(row.friend_id == friend.id, row.slot_id.in_([slot.id for slot in rows]))
    found = session.scalars(mine.where(row.state.in_(entries.LISTED)).order_by(row.id))
    return {entry.slot_id: entry for entry in found if entry.slot_id is not None}


def _one(
    session: Session,
    event: Event,
    slot: EventSlot,
    taken: int,
    waiting: Mapping[int, int],
    own: Mapping[int, WaitEntry],
    few: int,
    now: datetime,
) -> Offered:
    left = _left(slot, taken)
    refused = _refusal(session, event, slot, now)
    closed = refused.message if refused is not None else ""
    return Offered(
        slot=slot,
        when=when(session, slot),
        place=slot.place or event.place,
        left=left,
        seats=seats_in_words(event.seats_shown, left, few),
        closed=closed,
        code=refused.code if refused is not None else "",
        can_wait=not closed and left <= 0 and event.takes_waiting,
        waiting=waiting.get(slot.id, 0),
        own=own.get(slot.id),
    )


def _left(slot: EventSlot, taken: int) -> int:
    """Free places that some ticket can still be had for."""
    free = max(0, slots.left(slot, taken))
    sold = tickets_of(slot)
    return 0 if sold and not any(can_have(ticket, free) for ticket in sold) else free


def tickets_of(slot: EventSlot) -> list[EventTicket]:
    return [ticket for ticket in slot.tickets if ticket.is_active]


def can_have(ticket: EventTicket, free: int) -> int:
    """How many of a ticket can still be had while so many places are *free*."""
    by_seats = free // ticket.seats
    return by_seats if ticket.cap is None else max(0, min(by_seats, ticket.cap - ticket.taken))


def why_closed(session: Session, event: Event, slot: EventSlot, *, now: datetime) -> str:
    refused = _refusal(session, event, slot, now)
    return refused.message if refused is not None else ""


def _refusal(session: Session, event: Event, slot: EventSlot, now: datetime) -> Refused | None:
    try:
        event_booking.check_open(session, event, slot, now=now)
    except Refused as refused:
        return refused
    return None


def seats_in_words(shown: SeatsShown, left: int, few: int) -> str:
    if left <= 0:
        return FULL
    if shown is SeatsShown.NUMBER:
        return f"残り{left}席"
    if shown is SeatsShown.MARK:
        return "△ 残りわずか" if left <= few else "○ 空きあり"
    return ""


def when(session: Session, slot: EventSlot) -> str:
    """「3月20日(土) 10:00〜11:30」; over several days with both of them."""
    begins, of_shop = in_words(slot.business_date, slot.start_minute), zone(session)
    last = slot.ends_at.astimezone(of_shop).date()
    if (last - slot.business_date).days <= 1 and minute_on(slot.business_date, slot.ends_at, of_shop) <= 2160:
        return f"{begins}〜{clock(minute_on(slot.business_date, slot.ends_at, of_shop))}"
    return f"{begins}〜{day_in_words(last)} {clock(minute_on(last, slot.ends_at, of_shop))}"
