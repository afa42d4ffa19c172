"""What staff look at: bookings of a provider or a booking page, with those that fell through or without."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from lstep_lite.engine.reservations.availability import opening
from lstep_lite.engine.reservations.availability.days import clock, minute_on
from lstep_lite.engine.settings import zone
from lstep_lite.models import BLOCKING, Event, EventSlot, Provider, ProviderState, Reservation
from lstep_lite.models import ReservationState as State

STANDING = (*BLOCKING, State.COMPLETED, State.NO_SHOW)
FALLEN = (State.CANCELLED, State.DECLINED, State.EXPIRED)


@dataclass(frozen=True)
class Look:
    provider_id: int | None = None
    page_id: int | None = None
    with_cancelled: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole shop: events are nobody's and of no page."""
        return self.provider_id is None and self.page_id is None

    @property
    def states(self) -> Sequence[State]:
        return (*STANDING, *FALLEN) if self.with_cancelled else STANDING

    def narrowed(self) -> list[sa.ColumnElement[bool]]:
        """Conditions on Reservation, whatever its day and state."""
        found = []
        if self.provider_id is not None:
            found.append(Reservation.provider_id == self.provider_id)
        if self.page_id is not None:
            found.append(Reservation.page_id == self.page_id)
        return found


@dataclass(frozen=True)
class Booked:
    """A booking in one line."""

    reservation: Reservation
    time: str
    """「10:00–11:00」, past midnight 「23:30–24:30」."""
    what: str
    """「カット、トリートメント」; of an event its title and how many come."""

    @property
    def is_off(self) -> bool:
        return self.reservation.state in FALLEN


def bookings(session: Session, first: date, last: date, look: Look, *, with_events: bool = True) -> list[Booked]:
    """Those of the days from *first* to *last*, by their time; without events those of courses alone."""
    query = _of_days(first, last, look)
    return _read(session, query if with_events else query.where(Reservation.slot_id.is_(None)))


def coming(session: Session, day: date, *, now: datetime, most: int) -> list[Booked]:
    """The next confirmed ones of *day* that are not over."""
    ahead = _of_days(day, day, Look()).where(Reservation.state == State.CONFIRMED, Reservation.ends_at > now)
    return _read(session, ahead.limit(most))


def _of_days(first: date, last: date, look: Look) -> sa.Select[Reservation, str | None]:
    row = Reservation
    query = sa.select(row, Event.title).outerjoin(EventSlot, EventSlot.id == row.slot_id)
    query = query.outerjoin(Event, Event.id == EventSlot.event_id)
    query = query.where(row.business_date.between(first, last), row.state.in_(look.states), *look.narrowed())
    return query.order_by(row.starts_at, row.id)


def _read(session: Session, query: sa.Select[Reservation, str | None]) -> list[Booked]:
    query, of_shop = query.options(joinedload(Reservation.friend), selectinload(Reservation.lines)), zone(session)
    return [_booked(each, title, of_shop) for each, title in session.execute(query)]


def _booked(reservation: Reservation, event: str | None, of_shop: Any) -> Booked:
    ends = clock(minute_on(reservation.business_date, reservation.ends_at, of_shop))
    return Booked(reservation, f"{clock(reservation.start_minute)}–{ends}", what(reservation, event))


def what(reservation: Reservation, event: str | None) -> str:
    """What was agreed, as it was called then."""
    if event is not None:
        return f"{event}({reservation.party}名)"
    return "、".join(line.name for line in reservation.lines)


def providers(session: Session, *, with_ids: Sequence[int] = ()) -> Sequence[Provider]:
    """Who works here, in the shop's order, and besides those of *with_ids* who have left."""
    row = Provider
    wanted = sa.or_(row.state != ProviderState.RETIRED, row.id.in_(with_ids))
    return session.scalars(sa.select(row).where(wanted).order_by(row.position, row.id)).all()


def day_now(session: Session, *, now: datetime) -> date:
    """The business day it is: until the shop closes after midnight, still yesterday's."""
    return opening.load(session).business_date(now, zone(session))
