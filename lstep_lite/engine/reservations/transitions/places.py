"""The places of a booking as a whole: those it must have, taking them, and giving them back."""

from collections import Counter
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability.days import tick
from lstep_lite.engine.reservations.availability.plans import Shape, shape_of
from lstep_lite.engine.reservations.transitions import occupying, refusals
from lstep_lite.engine.reservations.transitions.occupying import EVENT_TICK, Cell
from lstep_lite.models import BookingHold, EventSlot, EventTicket, Friend, Provider, Reservation, Vacancy


def of(session: Session, reservation: Reservation) -> Counter[Cell]:
    """What it must have while it blocks: by its own stretches, whatever the menu says now."""
    if reservation.slot_id is not None:
        slot = session.get_one(EventSlot, reservation.slot_id)
        return Counter({(slot.pool_id, EVENT_TICK): reservation.party})
    return at(session, shape_of(reservation), reservation.provider_id, reservation.starts_at)


def at(session: Session, shape: Shape, provider_id: int | None, starts_at: datetime) -> Counter[Cell]:
    """What a booking of this shape takes at that time."""
    pool_id = None
    if provider_id is not None:
        pool_id = session.scalar(sa.select(Provider.pool_id).where(Provider.id == provider_id))
    return occupying.cells(shape, pool_id, tick(starts_at))


def has_all(session: Session, reservation: Reservation) -> bool:
    """Whether it has what it must have. An offer has not once it was over, even if the clock is set back then."""
    return not of(session, reservation) - occupying.held(session, reservation.id)


def take(session: Session, reservation: Reservation, *, force: bool = False, since: datetime | None = None) -> None:
    """Those it must have and has not; only those from *since* on. Raises Refused (SLOT_TAKEN)."""
    wanted = of(session, reservation) - occupying.held(session, reservation.id)
    if since is not None and reservation.slot_id is None:
        wanted = Counter({cell: count for cell, count in wanted.items() if cell[1] >= tick(since)})
    if reservation.slot_id is not None and wanted:
        _take_tickets(session, reservation, force=force)
    reservation.is_forced = occupying.take(session, reservation.id, wanted, force=force)


def take_first(session: Session, reservation: Reservation, *, force: bool = False) -> None:
    """All of them, for a booking that has none yet. Raises Refused (SLOT_TAKEN)."""
    if reservation.slot_id is not None:
        _take_tickets(session, reservation, force=force)
    reservation.is_forced = occupying.take(session, reservation.id, of(session, reservation), force=force)


def give_back(session: Session, reservation: Reservation, *, now: datetime, reason: str) -> None:
    """All that lies ahead, of a booking that ended. Somebody who waits may fit in."""
    is_event = reservation.slot_id is not None
    had_any = occupying.release(session, reservation.id, since=None if is_event else tick(now))
    if is_event:
        _give_tickets_back(session, reservation)
    elif not had_any and reservation.expires_at is None:  # the places of an offer may be free since it expired
        return
    free(session, reservation.business_date, reservation.slot_id, now=now, reason=reason)


def leave_slot(session: Session, reservation: Reservation) -> None:
    """Give back its places at an event, for those of another slot."""
    occupying.release(session, reservation.id)
    _give_tickets_back(session, reservation)


def give_back_visit(session: Session, reservation: Reservation, *, now: datetime, reason: str) -> None:
    """What lies ahead of a visit that is over. Who came to an event keeps the place: its slot has begun."""
    if reservation.slot_id is None:
        give_back(session, reservation, now=now, reason=reason)


def free(session: Session, day: date, slot_id: int | None, *, now: datetime, reason: str) -> None:
    """Write down that there is room: the worker asks those who wait, each under their own lock."""
    session.add(Vacancy(business_date=day, slot_id=slot_id, due_at=now, created_at=now, reason=reason))


def let_hold_go(session: Session, friend: Friend, *, now: datetime) -> None:
    """What was held for *friend* is free: they book, or hold something else. Both locks are held."""
    held = session.get(BookingHold, friend.id, populate_existing=True)
    if held is not None and held.is_open:
        occupying.release_held(session, friend.id)
        held.is_open = False
        free(session, held.business_date, None, now=now, reason="取り置きの終了")


def _take_tickets(session: Session, reservation: Reservation, *, force: bool) -> None:
    for ticket_id, count in _tickets(reservation).items():
        row = EventTicket
        mine = sa.update(row).where(row.id == ticket_id)
        if not force:
            mine = mine.where(sa.or_(row.cap.is_(None), row.taken + count <= row.cap))
        taken = mine.values(taken=row.taken + count).returning(row.taken)
        if session.scalar(taken, execution_options=_PAST) is None:
            raise refusals.sold_out()


def _give_tickets_back(session: Session, reservation: Reservation) -> None:
    for ticket_id, count in _tickets(reservation).items():
        mine = sa.update(EventTicket).where(EventTicket.id == ticket_id, EventTicket.taken >= count)
        session.execute(mine.values(taken=EventTicket.taken - count), execution_options=_PAST)


_PAST = {"synchronize_session": False}


def _tickets(reservation: Reservation) -> Counter[int]:
    found: Counter[int] = Counter()
    for line in reservation.lines:
        if line.ticket_id is not None:
            found[line.ticket_id] += line.quantity
    return Counter(dict(sorted(found.items())))
