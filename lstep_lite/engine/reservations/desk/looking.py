"""One booking with everything staff want to know of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations import calendars, effects
from lstep_lite.engine.reservations.availability.days import in_words
from lstep_lite.engine.reservations.calendars.keeping import SyncState
from lstep_lite.engine.reservations.desk import acting, listing, looks, wording
from lstep_lite.engine.reservations.desk.acting import Acts
from lstep_lite.engine.reservations.effects import Ahead, messaging
from lstep_lite.engine.reservations.effects.reminding import PREFIX
from lstep_lite.engine.reservations.transitions import changing
from lstep_lite.engine.settings import zone
from lstep_lite.models import (
    BookingCustomer,
    BookingPage,
    ChangeRequest,
    Countdown,
    Course,
    Delivery,
    Provider,
    Reservation,
    TicketBook,
    TicketUse,
    TimelineEntry,
)
from lstep_lite.models import ReservationState as State


@dataclass(frozen=True)
class Asked:
    """A change the customer waits for."""

    request: ChangeRequest
    wanted: str
    """「3月6日(土) 14:00　担当 鈴木」"""
    left: str


@dataclass(frozen=True)
class Used:
    """Of a book of tickets, for this visit."""

    name: str
    count: int


@dataclass(frozen=True)
class Look:
    reservation: Reservation
    when: str
    what: str
    provider: Provider | None
    page: BookingPage | None
    unreachable: str | None
    """Why no message reaches the customer, if so: they are to be phoned."""
    customer: BookingCustomer | None
    asked: Asked | None
    left: str
    """「あと3時間で期限切れ」"""
    acts: Acts
    history: Sequence[wording.Did]
    happenings: Sequence[TimelineEntry]
    """What the friend's timeline has of it."""
    messages: Sequence[Delivery]
    ahead: Sequence[Ahead]
    tickets: Sequence[Used]
    calendars: Sequence[SyncState]
    """Whether calendars outside have it."""
    next_days: int | None
    """After a visit: in how many days the next one is due."""

    @property
    def next_booking(self) -> dict[str, Any]:
        """The same once more, as an address says it: on the day the next visit is due, where a cycle is set."""
        row = self.reservation
        found: dict[str, Any] = {"friend_id": row.friend_id}
        found["course"] = [line.course_id for line in row.lines if line.course_id is not None]
        if row.is_nominated:
            found["provider"] = row.provider_id
        if self.next_days is not None:
            found["date"] = (row.business_date + timedelta(days=self.next_days)).isoformat()
            found["start"] = row.start_minute
        return found


def look(session: Session, reservation: Reservation, *, now: datetime) -> Look:
    """*reservation* with what belongs to it; the number of statements does not grow with its history."""
    of_shop = zone(session)
    event = listing.titles(session, [reservation.slot_id]).get(reservation.slot_id or 0)
    happenings = _happenings(session, reservation)
    return Look(
        reservation=reservation,
        when=wording.when(reservation, of_shop, now.astimezone(of_shop).date()),
        what=looks.what(reservation, event),
        provider=session.get(Provider, reservation.provider_id) if reservation.provider_id is not None else None,
        page=session.get(BookingPage, reservation.page_id) if reservation.page_id is not None else None,
        unreachable=effects.unreachable(reservation.friend),
        customer=session.get(BookingCustomer, reservation.friend_id),
        asked=_asked(session, reservation, now),
        left=listing.left(reservation.expires_at, now),
        acts=acting.of(reservation, now=now),
        history=wording.history(session, reservation),
        happenings=happenings,
        messages=_messages(session, reservation, happenings),
        ahead=effects.ahead(session, reservation),
        tickets=_tickets(session, reservation),
        calendars=calendars.keeping.states_of(session, reservation),
        next_days=_next_days(session, reservation),
    )


def _asked(session: Session, reservation: Reservation, now: datetime) -> Asked | None:
    request = changing.open_request(session, reservation)
    if request is None:
        return None
    change = changing.asked_for(request.plan)
    wanted = in_words(change.day, change.minute)
    if change.provider_id is not None and change.provider_id != reservation.provider_id:
        wanted += f"　担当 {session.get_one(Provider, change.provider_id).name}"
    if change.wish is not None:
        names = sa.select(Course.name).where(Course.id.in_(change.wish.course_ids)).order_by(Course.position)
        wanted += f"　{'、'.join(session.scalars(names))}"
    return Asked(request, wanted, listing.left(request.expires_at, now))


def _happenings(session: Session, reservation: Reservation) -> list[TimelineEntry]:
    row = TimelineEntry
    mine = sa.select(row).where(row.friend_id == reservation.friend_id, row.at >= reservation.created_at)
    found = session.scalars(mine.where(row.kind.startswith("reservation.")).order_by(row.at.desc(), row.id.desc()))
    return [each for each in found if each.facts.get("reservation_id") == reservation.id]


def _messages(session: Session, reservation: Reservation, happenings: Sequence[TimelineEntry]) -> Sequence[Delivery]:
    """What was put into the outbox for it: its own messages, those of its reminders, those of action sets."""
    row = Delivery
    origin = sa.select(Countdown.id).filter_by(friend_id=reservation.friend_id, origin=f"{PREFIX}{reservation.id}")
    keys = [f"{messaging.SOURCE}:{reservation.id}:", *(f"reminders:{each}:" for each in session.scalars(origin))]
    of_it = [row.dedupe_key.startswith(key, autoescape=True) for key in keys]
    mine = sa.select(row).where(
        row.friend_id == reservation.friend_id,
        sa.or_(row.cause_id.in_([each.id for each in happenings]), *of_it),
    )
    return session.scalars(mine.order_by(row.id.desc())).all()


def _tickets(session: Session, reservation: Reservation) -> list[Used]:
    row = TicketUse
    spent = sa.select(TicketBook.name, sa.func.sum(row.delta)).join(TicketBook, TicketBook.id == row.book_id)
    spent = spent.where(row.reservation_id == reservation.id).group_by(TicketBook.id, TicketBook.name)
    return [Used(name, -total) for name, total in session.execute(spent) if total]


def _next_days(session: Session, reservation: Reservation) -> int | None:
    if reservation.state is not State.COMPLETED:
        return None
    ids = [line.course_id for line in reservation.lines if line.course_id is not None]
    return session.scalar(sa.select(sa.func.min(Course.next_visit_days)).where(Course.id.in_(ids)))
