"""What is booked on a day, as bars on its board: bookings of courses, and slots of events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.availability.facts import Facts
from lstep_lite.engine.reservations.availability.plans import WORK
from lstep_lite.engine.reservations.desk import spans
from lstep_lite.engine.reservations.desk.spans import Span
from lstep_lite.engine.reservations.effects.messaging import unreachable
from lstep_lite.engine.reservations.transitions import occupying, states
from lstep_lite.engine.reservations.transitions.changing import MOVABLE
from lstep_lite.models import (
    BLOCKING,
    BookingCustomer,
    ChangeRequest,
    ChangeState,
    Event,
    EventSlot,
    Occupancy,
    Pool,
    Reservation,
    ReservationState,
)

STANDING = (*BLOCKING, ReservationState.COMPLETED, ReservationState.NO_SHOW)
GONE = (ReservationState.CANCELLED, ReservationState.DECLINED, ReservationState.EXPIRED)
"""Shown when staff ask for them."""
MOST = 500


@dataclass(frozen=True)
class Piece:
    kind: str
    """`work` or `proc`."""
    begins: int
    ends: int


@dataclass(frozen=True)
class Bar:
    """A booking. Minutes are those of the board's day."""

    reservation: Reservation
    begins: int
    ends: int
    pieces: Sequence[Piece]
    visits: int
    """Completed ones before this."""
    is_careful: bool
    """Marked by staff: 注意."""
    caution: str
    asks_change: bool
    """The customer asks for another time."""
    is_outside: bool = False
    """Somewhere the provider is not at work."""
    lane: int = 0
    lanes: int = 1

    @property
    def name(self) -> str:
        return self.reservation.friend.desk_name

    @property
    def course(self) -> str:
        return "＋".join(line.name for line in self.reservation.lines)

    @property
    def time(self) -> str:
        return _time(self.begins, self.ends)

    @property
    def state_words(self) -> str:
        return states.WORDS[self.reservation.state]

    @property
    def unreachable(self) -> str | None:
        """Why messages do not reach somebody who is on LINE."""
        friend = self.reservation.friend
        return unreachable(friend) if friend.line_user_id is not None else None

    @property
    def has_note(self) -> bool:
        return bool(self.reservation.customer_note or self.reservation.staff_note)

    @property
    def can_move(self) -> bool:
        return self.reservation.state in MOVABLE

    @property
    def work(self) -> list[Span]:
        return [(each.begins, each.ends) for each in self.pieces if each.kind == WORK]


@dataclass(frozen=True)
class SlotBar:
    """A slot of an event."""

    slot: EventSlot
    name: str
    begins: int
    ends: int
    taken: int
    capacity: int
    lane: int = 0
    lanes: int = 1

    @property
    def time(self) -> str:
        return _time(self.begins, self.ends)


def _time(begins: int, ends: int) -> str:
    return f"{days.clock(begins)}〜{days.clock(ends)}"


# Bookings ------------------------------------------------------------------------------------------------------------


def booked(session: Session, rota: Facts, work: Mapping[int, Sequence[Span]], *, with_gone: bool) -> list[Bar]:
    """The bookings of courses on the rota's day, by their start; *work* is when each provider works."""
    rows = session.execute(_query(rota, (*STANDING, *GONE) if with_gone else STANDING)).all()
    return [_bar(rota, row, work) for row in rows]


def _query(rota: Facts, wanted: Sequence[ReservationState]) -> sa.Select[Any]:
    row, past, customer = Reservation, aliased(Reservation), BookingCustomer
    visits = sa.select(sa.func.count()).where(
        past.friend_id == row.friend_id, past.state == ReservationState.COMPLETED, past.starts_at < row.starts_at
    )
    asks = sa.exists().where(ChangeRequest.reservation_id == row.id, ChangeRequest.state == ChangeState.ASKED)
    query = sa.select(row, visits.scalar_subquery(), customer.is_careful, customer.caution, asks)
    query = query.outerjoin(customer, customer.friend_id == row.friend_id)
    query = query.where(row.slot_id.is_(None), row.state.in_(wanted), _on(rota))
    query = query.options(joinedload(row.friend), selectinload(row.lines), selectinload(row.segments))
    return query.order_by(row.starts_at, row.id).limit(MOST)


def _on(rota: Facts) -> sa.ColumnElement[bool]:
    """Of that business date, or reaching into its hours."""
    row, day = Reservation, rota.first
    if not (opened := rota.opening.ranges(day)):
        return row.business_date == day
    begins = days.instant(day, opened[0][0], rota.zone)
    ends = days.instant(day, opened[-1][1], rota.zone)
    near = row.business_date.between(day - timedelta(days=1), day + timedelta(days=1))
    return sa.or_(row.business_date == day, sa.and_(near, row.starts_at < ends, row.ends_at > begins))


def _bar(rota: Facts, row: Any, work: Mapping[int, Sequence[Span]]) -> Bar:
    reservation, visits, is_careful, caution, asks_change = row
    bar = Bar(
        reservation=reservation,
        begins=_minute(rota, reservation.starts_at),
        ends=_minute(rota, reservation.ends_at),
        pieces=[
            Piece(each.kind, _minute(rota, each.starts_at), _minute(rota, each.ends_at))
            for each in reservation.segments
        ],
        visits=visits,
        is_careful=bool(is_careful),
        caution=caution or "",
        asks_change=asks_change,
    )
    return replace(bar, is_outside=_is_outside(bar, work))


def _minute(rota: Facts, moment: datetime) -> int:
    return days.minute_on(rota.first, moment, rota.zone)


def _is_outside(bar: Bar, work: Mapping[int, Sequence[Span]]) -> bool:
    provider_id = bar.reservation.provider_id
    if provider_id is None or bar.reservation.state not in BLOCKING:
        return False
    return any(spans.without(span, work.get(provider_id, ())) for span in bar.work)


def abreast(bars: Sequence[Bar]) -> list[Bar]:
    """Those at the same time side by side; one in the gap of another has the whole width."""
    stretches = [bar.work or [(bar.begins, bar.ends)] for bar in bars]
    places = spans.lanes(stretches)
    return [replace(bar, lane=lane, lanes=count) for bar, (lane, count) in zip(bars, places, strict=True)]


def count_gone(session: Session, rota: Facts) -> int:
    """How many are cancelled, declined or expired."""
    row = Reservation
    gone = sa.select(sa.func.count()).where(row.business_date == rota.first, row.state.in_(GONE))
    return session.scalar(gone.where(row.slot_id.is_(None))) or 0


# Events --------------------------------------------------------------------------------------------------------------


def slots(session: Session, rota: Facts) -> list[SlotBar]:
    """The slots of events on the rota's day that are not cancelled, side by side where they overlap."""
    row, place = EventSlot, Occupancy
    taken = sa.select(sa.func.count()).where(place.pool_id == row.pool_id, place.tick == occupying.EVENT_TICK)
    query = sa.select(row, Event.name, Pool.capacity, taken.scalar_subquery())
    query = query.join(Event, Event.id == row.event_id).join(Pool, Pool.id == row.pool_id)
    query = query.where(row.business_date == rota.first, row.cancelled_at.is_(None)).order_by(row.starts_at, row.id)
    found = [
        SlotBar(slot, name, _minute(rota, slot.starts_at), _minute(rota, slot.ends_at), used, capacity)
        for slot, name, capacity, used in session.execute(query.limit(MOST))
    ]
    places = spans.lanes([[(each.begins, each.ends)] for each in found])
    return [replace(bar, lane=lane, lanes=count) for bar, (lane, count) in zip(found, places, strict=True)]
