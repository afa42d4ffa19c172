"""Paying for a visit with a ticket: once for each booking, given back when the visit was none."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.ticket_books import books
from lstep_lite.engine.reservations.transitions import recording
from lstep_lite.engine.reservations.transitions.recording import Happened, Transition
from lstep_lite.errors import DomainError
from lstep_lite.models import Reservation, ReservationState, TicketBook, TicketUse

USED, GIVEN_BACK = "来店", "来店の取り消しで戻した"
PAYS_IN = (ReservationState.CONFIRMED, ReservationState.CHECKED_IN, ReservationState.COMPLETED)
NO_VISIT = frozenset({Transition.REOPENED, Transition.NO_SHOW, Transition.CANCELLED, Transition.CANCELLED_BY_SHOP})
NOT_GOOD = "この回数券は、このご予約には使えません（残り・期限・対象のメニューを確かめてください）。"


def usable(session: Session, reservation: Reservation) -> list[TicketBook]:
    """The customer's books that are good for this booking, what ends first before the others."""
    found = books.valid(session, reservation.friend, reservation.business_date)
    return [book for book in found if _is_good_for(book, reservation)]


def spent(session: Session, reservation: Reservation) -> TicketBook | None:
    """The book a ticket of which has paid for this booking."""
    use = TicketUse
    paid = sa.select(use.book_id).where(use.reservation_id == reservation.id)
    paid = paid.group_by(use.book_id).having(sa.func.sum(use.delta) < 0)
    return session.scalar(sa.select(TicketBook).where(TicketBook.id.in_(paid)))


def use(session: Session, reservation: Reservation, book_id: int, *, staff_id: int | None, now: datetime) -> TicketBook:
    """Take one ticket for this booking. One that has been paid for with a ticket stays so, whichever is named now.

    Raises DomainError (`book_id`) for a book that is not good for it.
    """
    book = books.get(session, reservation.friend, book_id)
    books.hold(session, reservation.friend, book)
    if (paid := spent(session, reservation)) is not None:
        return paid
    if reservation.state not in PAYS_IN or book not in usable(session, reservation):
        raise DomainError(NOT_GOOD, "book_id")
    books.write(session, book, -1, note=USED, staff_id=staff_id, now=now, reservation_id=reservation.id)
    return book


def _is_good_for(book: TicketBook, reservation: Reservation) -> bool:
    courses = {line.course_id for line in reservation.lines}
    return book.course_ids is None or not courses.isdisjoint(book.course_ids)


@recording.follows
def give_back(session: Session, happened: Happened) -> None:
    """A visit that was none after all costs nothing."""
    if happened.transition not in NO_VISIT:
        return
    reservation = happened.reservation
    if (book := spent(session, reservation)) is None:
        return
    books.hold(session, reservation.friend, book)
    staff_id = happened.by.staff_id
    books.write(session, book, 1, note=GIVEN_BACK, staff_id=staff_id, now=happened.now, reservation_id=reservation.id)
