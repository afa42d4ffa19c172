"""Many customers who want the same chair, or the last places, at the same moment: processes, not threads."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from lstep_lite import db
from lstep_lite.db import Database
from lstep_lite.engine.reservations import Code, Refused
from lstep_lite.engine.reservations.transitions import book, booking, event_booking, occupying
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.models import BookingPage, Friend, Occupancy, Reservation, ReservationSettings
from tests.engine.reservations.salon import FRIDAY, TEN, Salon, a_salon, an_event, order
from tests.factories import NOW, a_friend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PROCESSES = 40
APPLICANTS, SEATS = 300, 20
_forking = multiprocessing.get_context("fork")

Try = Callable[[Database, int], str]


def staged(database: Database, customers: int) -> tuple[Salon, int, list[int]]:
    """A salon where 佐藤 alone is in, an event's slot, and the customers."""
    with database.unit() as session:
        db.may_work(5)
        salon = a_salon(session)
        slot = an_event(session, SEATS)
        return salon, slot.id, [a_friend(session).id for _ in range(customers)]


def at_once(database: Database, do: Try, shares: Sequence[Sequence[int]]) -> Counter[str]:
    """*do* for every friend, each share in a process of its own: what came of it."""
    url = database.engine.url.render_as_string(hide_password=False)
    database.dispose()  # the processes make connections of their own
    start, said = _forking.Barrier(len(shares)), _forking.Queue()
    processes = [_forking.Process(target=_customers, args=(url, do, share, start, said)) for share in shares]
    for process in processes:
        process.start()
    outcomes = Counter(said.get(timeout=100) for share in shares for _ in share)
    for process in processes:
        process.join(60)
    return outcomes


def _customers(url: str, do: Try, friend_ids: Sequence[int], start: Any, said: Any) -> None:
    database = Database(url, pool_size=1)
    with database.read() as session:
        session.scalar(sa.select(ReservationSettings.id))  # connected
    start.wait()
    for friend_id in friend_ids:
        said.put(do(database, friend_id))
    database.dispose()


def until_answered(attempt: Callable[[], object]) -> str:
    """A customer taps again when the shop is too busy; SQLite, which has one writer, says so in its own words."""
    while True:
        try:
            attempt()
            return "taken"
        except Refused as refusal:
            if refusal.code is not Code.BUSY:
                return refusal.code.value
        except OperationalError:
            time.sleep(0.01)


class Cut:
    """A customer books a cut with 佐藤 at ten."""

    def __init__(self, salon: Salon) -> None:
        self.asked, self.page_id = order(salon, provider_id=salon.sato, key="once"), salon.page_id

    def __call__(self, database: Database, friend_id: int) -> str:
        def book_it() -> None:
            with database.unit() as session:
                self.order(session, friend_id)

        return until_answered(book_it)

    def order(self, session: Session, friend_id: int) -> None:
        friend, page = session.get_one(Friend, friend_id), session.get_one(BookingPage, self.page_id)
        booking.order(session, friend, self.asked, page=page, now=NOW)


class Place:
    """A customer books a place at an event, and taps twice."""

    def __init__(self, slot_id: int) -> None:
        self.asked = SlotOrder(slot_id, key="once")

    def __call__(self, database: Database, friend_id: int) -> str:
        def book_it() -> None:
            with database.unit() as session:
                event_booking.order(session, session.get_one(Friend, friend_id), self.asked, now=NOW)

        return {until_answered(book_it) for _ in range(2)}.pop()


class Unlocked(Cut):
    """The same without the booking lock, and on SQLite without the writer's lock either."""

    def __call__(self, database: Database, friend_id: int) -> str:
        book.lock = book.settings  # in this process only
        begins = database.engine.execution_options(begin="DEFERRED")
        try:
            with sessionmaker(begins).begin() as session:
                self.order(session, friend_id)
            return "taken"
        except Refused as refusal:
            return refusal.code.value
        except DBAPIError:  # SQLite: the database is locked; PostgreSQL: the same number twice
            return "failed"


def test_forty_processes_and_one_chair(fresh_database: Database) -> None:
    salon, _, friend_ids = staged(fresh_database, PROCESSES)
    outcomes = at_once(fresh_database, Cut(salon), [[each] for each in friend_ids])
    assert outcomes == {"taken": 1, "SLOT_TAKEN": PROCESSES - 1}
    _check_places(fresh_database, bookings=1)


def test_without_the_lock_the_key_still_holds(fresh_database: Database) -> None:
    salon, _, friend_ids = staged(fresh_database, PROCESSES)
    outcomes = at_once(fresh_database, Unlocked(salon), [[each] for each in friend_ids])
    assert outcomes["taken"] == 1 and outcomes.keys() <= {"taken", "SLOT_TAKEN", "failed"}
    _check_places(fresh_database, bookings=1)


def test_the_key_holds_when_two_have_looked_before_either_writes(fresh_database: Database) -> None:
    salon, _, friend_ids = staged(fresh_database, 2)
    cells = {(salon.seats, 1): 2, (salon.seats, 2): 2}
    reservations = []
    for friend_id in friend_ids:
        with fresh_database.unit() as session:
            page = session.get_one(BookingPage, salon.page_id)
            made = booking.order(session, session.get_one(Friend, friend_id), order(salon), page=page, now=NOW)
            reservations.append(made.id)
    with fresh_database.unit() as session:
        used = occupying._used(session, cells)
        occupying.take(session, reservations[0], cells)
    with fresh_database.unit() as session:
        occupying._used = lambda *_: used  # type: ignore[assignment] # as it was before the other wrote
        try:
            with pytest.raises(Refused):
                occupying.take(session, reservations[1], cells)
        finally:
            occupying._used = _USED
        session.rollback()


_USED = occupying._used


def test_three_hundred_applicants_and_twenty_places(fresh_database: Database) -> None:
    _, slot_id, friend_ids = staged(fresh_database, APPLICANTS)
    shares = [friend_ids[place::PROCESSES] for place in range(PROCESSES)]
    outcomes = at_once(fresh_database, Place(slot_id), shares)
    assert outcomes == {"taken": SEATS, "SLOT_TAKEN": APPLICANTS - SEATS}
    _check_places(fresh_database, bookings=SEATS)


@pytest.mark.parametrize("fresh_database", ["postgresql"], indirect=True)  # SQLite has one writer: nobody waits here
def test_who_would_wait_too_long_for_a_turn_is_told_so(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged(fresh_database, 1)
    monkeypatch.setattr(book, "PATIENCE", "50ms")
    with fresh_database.unit() as session, fresh_database.engine.begin() as other:
        other.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended('reservations', 1))"))
        with pytest.raises(Refused) as refused:
            book.lock(session)
        session.rollback()
    assert refused.value.code is Code.BUSY


def _check_places(database: Database, bookings: int) -> None:
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Reservation)) == bookings
        assert not session.scalars(sa.select(Occupancy.tick).where(Occupancy.is_forced)).all()
        starts = session.scalars(sa.select(Reservation.start_minute)).all()
        assert bookings != 1 or list(starts) == [TEN]
        assert FRIDAY in session.scalars(sa.select(Reservation.business_date)).all()
