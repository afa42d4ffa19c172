"""What becomes of bookings with a person: two records made one, or everything about somebody forgotten.

A booking stays, for it counts; what tells who it was goes.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.engine.friends import erasing
from lstep_lite.engine.friends.erasing import CHUNK, Traces
from lstep_lite.engine.reservations.transitions import book, counting, occupying
from lstep_lite.models import (
    BookingAnswer,
    BookingCustomer,
    BookingHold,
    CalendarEvent,
    Friend,
    KarteEntry,
    Reservation,
    ReservationEntry,
    ReservationSettings,
    TicketBook,
    WaitEntry,
)

STRICTNESS = ("ok", "approval_only", "phone_only")
_PAST = {"synchronize_session": False}


@friends.merges
def _merge(session: Session, kept: Friend, gone: Friend) -> None:
    """The bookings move at once, so that they can be counted; what staff noted of either holds for both."""
    moved = sa.update(Reservation).where(Reservation.friend_id == gone.id)
    session.execute(moved.values(friend_id=kept.id, idempotency_key=None), execution_options=_PAST)
    _forget_hold(session, gone.id)
    other = session.get(BookingCustomer, gone.id)
    if other is not None:
        mine = counting.customer(session, kept.id)
        mine.online = max(mine.online, other.online, key=STRICTNESS.index)
        mine.is_careful = mine.is_careful or other.is_careful
        mine.strikes_from = max(filter(None, (mine.strikes_from, other.strikes_from)), default=None)
        mine.takes_follow_ups = mine.takes_follow_ups and other.takes_follow_ups
        mine.caution = "\n".join(text for text in (mine.caution, other.caution) if text)
        session.delete(other)
        session.flush()
    if session.get(BookingCustomer, kept.id) is not None:
        counting.recount(session, kept.id)


@erasing.erases(BookingHold)
def _let_go(session: Session, traces: Traces) -> int:
    return _forget_hold(session, traces.friend_id)


def _forget_hold(session: Session, friend_id: int) -> int:
    """With its places, whose numbers close up."""
    held = session.get(BookingHold, friend_id)
    if held is None:
        return 0
    if session.get(ReservationSettings, 1) is not None:
        book.lock(session)
    occupying.release_held(session, friend_id)
    session.delete(held)
    session.flush()  # asked for again, it is gone
    return 1


erasing.empties(Reservation, customer_note="", staff_note="", reason="", values=[], idempotency_key=None)
erasing.deletes(BookingAnswer, BookingCustomer, WaitEntry, KarteEntry, TicketBook)


@erasing.erases(ReservationEntry)
def _empty_reasons(session: Session, traces: Traces) -> int:
    """What anybody wrote about why something happened."""
    row = ReservationEntry
    mine = sa.select(row.id).join(Reservation).where(Reservation.friend_id == traces.friend_id, row.reason != "")
    emptied = sa.update(row).where(row.id.in_(mine.limit(CHUNK))).values(reason="").returning(row.id)
    return len(session.scalars(emptied, execution_options=_PAST).all())


@erasing.erases(CalendarEvent)
def _tell_calendars(session: Session, traces: Traces) -> int:
    """Calendars outside are told of the bookings again, now that nobody's name is in them."""
    row = CalendarEvent
    mine = sa.select(row.id).join(Reservation).where(Reservation.friend_id == traces.friend_id)
    old = mine.where(row.is_due.is_(False), row.written_at < traces.until).limit(CHUNK)
    values = {"is_due": True, "retry_at": None, "attempts": 0, "revision": row.revision + 1}
    told = sa.update(row).where(row.id.in_(old)).values(values).returning(row.id)
    return len(session.scalars(told, execution_options=_PAST).all())
