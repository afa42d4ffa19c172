"""When places become free: whoever waits longest and fits gets an offer, in a unit under their own lock.

A Vacancy says where to look. It goes when nobody who waits fits any more; until then the rows alone tell how far it
has come, so it may stop anywhere, and two who look at once offer nothing twice.
"""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, locking
from lstep_lite.engine.agenda import Pending
from lstep_lite.engine.reservations.transitions import book, event_booking
from lstep_lite.engine.reservations.transitions.refusals import Refused
from lstep_lite.engine.reservations.waiting import courses, deadlines, telling
from lstep_lite.engine.settings import zone
from lstep_lite.models import (
    Event,
    EventSlot,
    EventTicket,
    Friend,
    Lane,
    OfferState,
    Reservation,
    Vacancy,
    WaitEntry,
    WaitOffer,
    WaitState,
)

MOST = 20
"""Places to look at in one go."""


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists().where(Vacancy.due_at <= now))
def run(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Offer what became free. True when there is more."""
    with database.read() as session:
        found = session.execute(_due(now).limit(MOST)).all()
    for vacancy in found:
        if vacancy.slot_id is not None:
            _offer_slot(database, vacancy.slot_id, now)
        else:
            _offer_day(database, vacancy.business_date, now)
        with database.unit() as session:
            _forget(session, vacancy)
    return len(found) == MOST


def _due(now: datetime) -> sa.Select[int, date, int | None]:
    """One row for each slot, or day; what is written down later stays for the next look."""
    row = Vacancy
    newest = sa.func.max(row.id).label("id")
    due = sa.select(newest, row.business_date, row.slot_id).where(row.due_at <= now)
    return due.group_by(row.business_date, row.slot_id).order_by(newest)


def _forget(session: Session, vacancy: sa.Row[int, date, int | None]) -> None:
    row = Vacancy
    same_slot = row.slot_id.is_(None) if vacancy.slot_id is None else row.slot_id == vacancy.slot_id
    same = sa.and_(row.business_date == vacancy.business_date, same_slot, row.id <= vacancy.id)
    session.execute(sa.delete(row).where(same), execution_options={"synchronize_session": False})


# Slots of events -----------------------------------------------------------------------------------------------------


def _offer_slot(database: Database, slot_id: int, now: datetime) -> None:
    with database.read() as session:
        slot = session.get(EventSlot, slot_id)
        left = event_booking.left(session, slot) if slot is not None and slot.cancelled_at is None else 0
        if slot is None or not left:
            return
        tells_all = session.get_one(Event, slot.event_id).notifies_all
        entry_ids = _in_turn(session, WaitEntry.slot_id == slot_id, _fits(left))
    if tells_all:
        telling.tell_all(database, slot_id, now=now)
        return
    for entry_id in entry_ids:
        if not _try_slot(database, entry_id, now):
            return


def _fits(left: int) -> sa.ColumnElement[bool]:
    """Whether *left* places, and the tickets there are, do for an entry; nobody's turn is lost by that."""
    seats = WaitEntry.party * sa.func.coalesce(EventTicket.seats, 1)
    has_tickets = sa.or_(EventTicket.cap.is_(None), EventTicket.taken + WaitEntry.party <= EventTicket.cap)
    return sa.and_(seats <= left, has_tickets)


def _in_turn(session: Session, *wanted: sa.ColumnElement[bool]) -> Sequence[int]:
    """Who waits and can be told, the longest wait first."""
    row = WaitEntry
    waiting = sa.select(row.id).join(Friend, Friend.id == row.friend_id)
    waiting = waiting.outerjoin(EventTicket, EventTicket.id == row.ticket_id)
    is_told = sa.and_(Friend.line_user_id.is_not(None), Friend.is_following, Friend.is_blocked.is_(False))
    waiting = waiting.where(row.state == WaitState.WAITING, is_told, *wanted)
    return session.scalars(waiting.order_by(row.created_at, row.id)).all()


def _try_slot(database: Database, entry_id: int, now: datetime) -> bool:
    """Whether there may be places for others still. Whom it does not suit is passed over, and keeps the turn."""
    try:
        with database.unit() as session:
            return offer_slot(session, session.get_one(WaitEntry, entry_id), now=now)
    except Refused:
        return True


def offer_slot(session: Session, entry: WaitEntry, *, now: datetime) -> bool:
    """Keep places for one who waits. False when none are left. Raises Refused when they can't have these."""
    locking.lock(session, entry.friend)
    book.lock(session)
    session.refresh(entry)
    slot = session.get_one(EventSlot, entry.slot_id, populate_existing=True)
    if not event_booking.left(session, slot):
        return False
    if entry.state is not WaitState.WAITING:
        return True
    ends_at = deadlines.ends_at(now, slot.closes_at or slot.starts_at, zone(session))
    tickets = {entry.ticket_id: entry.party} if entry.ticket_id is not None else {}
    entry.state = WaitState.OFFERED
    held = event_booking.hold(
        session, entry.friend, slot, party=entry.party, tickets=tickets, expires_at=ends_at, now=now
    )
    _note(session, entry, held, now)
    return True


def _note(session: Session, entry: WaitEntry, held: Reservation, now: datetime) -> None:
    offer = WaitOffer(
        wait_entry_id=entry.id,
        reservation_id=held.id,
        state=OfferState.OPEN,
        expires_at=held.expires_at,
        created_at=now,
    )
    session.add(offer)
    session.flush()  # what becomes of the reservation looks for it


# Courses -------------------------------------------------------------------------------------------------------------


def _offer_day(database: Database, day: date, now: datetime) -> None:
    row = WaitEntry
    with database.read() as session:
        entry_ids = _in_turn(session, row.slot_id.is_(None), row.first_day <= day, row.last_day >= day)
    for entry_id in entry_ids:
        try:
            with database.unit() as session:
                offer_day(session, session.get_one(WaitEntry, entry_id), day, now=now)
        except Refused:
            continue


def offer_day(session: Session, entry: WaitEntry, day: date, *, now: datetime) -> Reservation | None:
    """Keep the first start of *day* that one who waits wishes for; None when there is none. Raises Refused."""
    locking.lock(session, entry.friend)
    book.lock(session)
    session.refresh(entry)
    if entry.state is not WaitState.WAITING:
        return None
    held = courses.hold(session, entry, day, now=now)
    if held is not None:
        entry.state = WaitState.OFFERED
        _note(session, entry, held, now)
    return held


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> Pending:
    due = session.scalar(sa.select(sa.func.count()).select_from(Vacancy).where(Vacancy.due_at <= now)) or 0
    return Pending(due, session.scalar(sa.select(sa.func.min(Vacancy.due_at))))
