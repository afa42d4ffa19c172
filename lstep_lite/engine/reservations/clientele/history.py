"""What a customer had and will have, as staff see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from lstep_lite.engine import paging
from lstep_lite.engine.reservations.availability.days import in_words
from lstep_lite.engine.reservations.effects import desk
from lstep_lite.engine.reservations.ticket_books import books
from lstep_lite.engine.reservations.transitions import states
from lstep_lite.engine.reservations.transitions.counting import AHEAD
from lstep_lite.engine.settings import zone
from lstep_lite.models import (
    BookingCustomer,
    Event,
    EventSlot,
    Friend,
    KarteEntry,
    Provider,
    Reservation,
    ReservationState,
    TicketBook,
)

PAGE_SIZE = 30
LAST = 5
"""So many of the past stand on the friend's page."""
MOST_RECENT = 20
VISITS = (ReservationState.CONFIRMED, ReservationState.CHECKED_IN, ReservationState.COMPLETED)


@dataclass(frozen=True)
class Visit:
    """One booking with the names that belong to it."""

    reservation: Reservation
    when: str
    what: str
    provider: str
    state: str
    href: str
    """Its page."""


@dataclass(frozen=True)
class HistoryPage(paging.Paged):
    visits: Sequence[Visit]


@dataclass(frozen=True)
class Summary:
    customer: BookingCustomer | None
    """None for who never booked."""
    ahead: Sequence[Visit]
    past: Sequence[Visit]
    books: Sequence[TicketBook]
    karte_count: int

    @property
    def is_known(self) -> bool:
        return bool(self.customer or self.ahead or self.books or self.karte_count)


def summary(session: Session, friend: Friend, *, now: datetime) -> Summary:
    """What stands on the friend's page."""
    known, karte_count, has_books = session.execute(_known(friend)).one()
    today = now.astimezone(zone(session)).date()
    return Summary(
        customer=known,
        ahead=ahead(session, friend, now=now) if known else (),
        past=_visits(session, _past(friend, now).limit(LAST)) if known else (),
        books=books.valid(session, friend, today) if has_books else (),
        karte_count=karte_count,
    )


def _known(friend: Friend) -> sa.Select[Any]:
    """In one statement, as most friends have nothing of it."""
    entries = sa.select(sa.func.count()).where(KarteEntry.friend_id == friend.id).scalar_subquery()
    has_books = sa.exists().where(TicketBook.friend_id == friend.id)
    query = sa.select(BookingCustomer, entries, has_books).select_from(Friend)
    return query.outerjoin(BookingCustomer, BookingCustomer.friend_id == Friend.id).where(Friend.id == friend.id)


def customer(session: Session, friend: Friend) -> BookingCustomer | None:
    """None for who never booked."""
    return session.get(BookingCustomer, friend.id)


def of(session: Session, friend: Friend, reservation_id: int) -> Reservation | None:
    """A booking of theirs."""
    found = session.get(Reservation, reservation_id)
    return found if found is not None and found.friend_id == friend.id else None


def recent(session: Session, friend: Friend, *, now: datetime, also: int | None = None) -> list[Visit]:
    """The newest that have begun, to choose from; and the one *also* named."""
    row = Reservation
    wanted = sa.or_(row.id == also, sa.and_(row.state.in_(VISITS), row.starts_at <= now))
    query = sa.select(row).where(row.friend_id == friend.id, wanted).order_by(row.starts_at.desc(), row.id.desc())
    return _visits(session, query.limit(MOST_RECENT))


def ahead(session: Session, friend: Friend, *, now: datetime) -> list[Visit]:
    """The nearest first."""
    row = Reservation
    query = sa.select(row).where(row.friend_id == friend.id, row.state.in_(AHEAD), row.ends_at > now)
    return _visits(session, query.order_by(row.starts_at, row.id))


def page(session: Session, friend: Friend, number: int, *, now: datetime) -> HistoryPage:
    """What is over, or came to nothing; the newest first."""
    past = _past(friend, now)
    total = session.scalar(sa.select(sa.func.count()).select_from(past.order_by(None).subquery())) or 0
    number = paging.nearest(number, total, PAGE_SIZE)
    shown = _visits(session, past.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return HistoryPage(shown, total_count=total, number=number, size=PAGE_SIZE)


def _past(friend: Friend, now: datetime) -> sa.Select[Reservation]:
    row = Reservation
    over = sa.or_(row.state.not_in(AHEAD), row.ends_at <= now)
    query = sa.select(row).where(row.friend_id == friend.id, row.state != ReservationState.HELD, over)
    return query.order_by(row.starts_at.desc(), row.id.desc())


def _visits(session: Session, query: sa.Select[Reservation]) -> list[Visit]:
    rows = session.scalars(query.options(selectinload(Reservation.lines))).all()
    names = _names(session, {row.provider_id for row in rows if row.provider_id})
    titles = _titles(session, {row.slot_id for row in rows if row.slot_id})
    return [
        Visit(
            reservation=row,
            when=in_words(row.business_date, row.start_minute),
            what=titles.get(row.slot_id or 0) or "、".join(line.name for line in row.lines),
            provider=names.get(row.provider_id or 0, ""),
            state="直前キャンセル" if row.is_late else states.WORDS[row.state],
            href=desk.page(row),
        )
        for row in rows
    ]


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    query = sa.select(Provider.id, Provider.name).where(Provider.id.in_(ids))
    return dict(session.execute(query).all()) if ids else {}


def _titles(session: Session, ids: set[int]) -> dict[int, str]:
    query = (
        sa.select(EventSlot.id, Event.title).join(Event, Event.id == EventSlot.event_id).where(EventSlot.id.in_(ids))
    )
    return dict(session.execute(query).all()) if ids else {}
