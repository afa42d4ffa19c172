"""Many at the desk who take the last tickets of one book at the same moment."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from lstep_lite.db import Database
from lstep_lite.engine.reservations.ticket_books import books, kinds, spending
from lstep_lite.engine.reservations.ticket_books.kinds import KindDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import BookedBy, Friend, Reservation, ReservationState, TicketBook, TicketUse
from tests.factories import NOW, a_friend, a_shop
from tests.slow.test_coupons import at_once

pytestmark = pytest.mark.slow

LEFT, VISITS, PRESSES = 3, 5, 4


def staged(database: Database) -> tuple[int, int, list[int]]:
    """A customer with a book, and visits that are to be paid with it."""
    with database.unit() as session:
        a_shop(session)
        friend = a_friend(session)
        kind = kinds.create(session, KindDraft("3回券", LEFT), now=NOW)
        book = books.sell(session, friend, kind.id, token="t", staff_id=None, now=NOW)
        visits = [_a_visit(friend, number) for number in range(VISITS)]
        session.add_all(visits)
        session.flush()
        return friend.id, book.id, [visit.id for visit in visits]


def _a_visit(friend: Friend, number: int) -> Reservation:
    start = NOW + timedelta(hours=number)
    return Reservation(
        friend_id=friend.id,
        code=f"r{number}",
        number=f"R-{number}",
        state=ReservationState.COMPLETED,
        booked_by=BookedBy.PHONE,
        business_date=NOW.date(),
        start_minute=600 + 60 * number,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        created_at=NOW,
        updated_at=NOW,
    )


def test_five_visits_and_many_presses_take_the_three_tickets_there_are(fresh_database: Database) -> None:
    _, book_id, visit_ids = staged(fresh_database)

    def press(visit_id: int) -> None:
        try:
            with fresh_database.unit() as session:
                spending.use(session, session.get_one(Reservation, visit_id), book_id, staff_id=None, now=NOW)
        except (DomainError, OperationalError):
            pass

    at_once([lambda visit_id=each: press(visit_id) for each in visit_ids * PRESSES])  # type: ignore[misc]
    with fresh_database.read() as session:
        spent = session.scalars(sa.select(TicketUse.reservation_id).where(TicketUse.delta < 0)).all()
        assert len(spent) == len(set(spent)) == LEFT
        assert session.get_one(TicketBook, book_id).left == 0


def test_one_form_sent_many_times_sells_one_book(fresh_database: Database) -> None:
    friend_id, book_id, _ = staged(fresh_database)

    def sell() -> None:
        with fresh_database.unit() as session:
            kind_id = session.get_one(TicketBook, book_id).kind_id or 0
            friend = session.get_one(Friend, friend_id)
            books.sell(session, friend, kind_id, token="again", staff_id=None, now=NOW)

    at_once([sell] * 10)
    with fresh_database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TicketBook)) == 2
        assert session.scalar(sa.select(sa.func.sum(TicketUse.delta))) == 2 * LEFT
