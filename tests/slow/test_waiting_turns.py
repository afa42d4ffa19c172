"""Whoever waited for somebody else's unit looks again before doing anything."""

from collections.abc import Callable
from threading import Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite import db
from lstep_lite.db import Database
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.clientele import doubles
from lstep_lite.engine.reservations.keeping import courses, providers
from lstep_lite.engine.reservations.transitions import booking, ending
from lstep_lite.errors import DomainError
from lstep_lite.models import Course, CourseState, Friend, Provider, Reservation
from tests.engine.reservations.salon import Salon, visit
from tests.factories import NOW, a_friend, a_staff
from tests.slow.test_booking_races import staged

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

MOMENT = 0.3
Act = Callable[[Session], object]


def meanwhile(database: Database, first: Act, second: Act) -> str:
    """What the *second* unit was refused with, which came while the *first* was not over."""
    said: list[str] = []
    waiting = Thread(target=_try, args=(database, second, said))
    with database.unit() as session:
        db.may_work(2)  # many statements are made for the first time
        first(session)
        session.flush()
        waiting.start()
        waiting.join(MOMENT)
        assert waiting.is_alive()
    waiting.join()
    return said[0]


def _try(database: Database, act: Act, said: list[str]) -> None:
    try:
        with database.unit() as session:
            db.may_work(2)
            act(session)
        said.append("")
    except DomainError as refusal:
        said.append(refusal.message)


def book(salon: Salon, friend_id: int) -> Act:
    """Somebody calls for 佐藤."""
    asked = visit(salon, provider_id=salon.sato)

    def act(session: Session) -> None:
        booking.write_down(session, session.get_one(Friend, friend_id), asked, by=by_staff(None), now=NOW)

    return act


def test_nobody_leaves_whom_a_customer_is_just_given(fresh_database: Database) -> None:
    salon, _, (friend_id,) = staged(fresh_database, 1)

    def leave(session: Session) -> None:
        providers.remove(session, session.get_one(Provider, salon.sato), now=NOW)

    assert meanwhile(fresh_database, book(salon, friend_id), leave).startswith("これからの予約が1件")


def test_whoever_leaves_twice_leaves_once(fresh_database: Database) -> None:
    salon, _, _ = staged(fresh_database, 1)

    def leave(session: Session) -> None:
        providers.remove(session, providers.get(session, salon.suzuki), now=NOW)

    assert meanwhile(fresh_database, leave, leave) == providers.GONE


def test_a_course_that_is_just_booked_is_retired_not_removed(fresh_database: Database) -> None:
    salon, _, (friend_id,) = staged(fresh_database, 1)

    def remove(session: Session) -> None:
        assert not courses.remove(session, session.get_one(Course, salon.cut), now=NOW)

    assert not meanwhile(fresh_database, book(salon, friend_id), remove)
    with fresh_database.read() as session:
        assert session.get_one(Course, salon.cut).state is CourseState.RETIRED


def test_a_booking_that_has_become_somebody_elses_is_looked_at_anew(fresh_database: Database) -> None:
    salon, _, (kept_id,) = staged(fresh_database, 1)
    with fresh_database.unit() as session:
        db.may_work(2)
        staff_id, gone_id = a_staff(session).id, a_friend(session, line_user_id=None).id
        book(salon, gone_id)(session)

    def merge(session: Session) -> None:
        doubles.merge(session, kept_id, gone_id, staff_id=staff_id, now=NOW)

    def cancel(session: Session) -> None:
        mine = session.scalars(sa.select(Reservation)).one()
        ending.cancel_by_staff(session, mine, by=by_staff(None), now=NOW)

    refused = meanwhile(fresh_database, merge, cancel)
    assert ("統合" in refused) != fresh_database.is_sqlite  # there, one unit begins when the other has ended


def test_customers_are_merged_once(fresh_database: Database) -> None:
    with fresh_database.unit() as session:
        staff_id = a_staff(session).id
        kept_id = a_friend(session, memo="火曜がご希望").id
        gone_id = a_friend(session, line_user_id=None, memo="お電話のみ").id

    def merge(session: Session) -> None:
        doubles.merge(session, kept_id, gone_id, staff_id=staff_id, now=NOW)

    assert meanwhile(fresh_database, merge, merge)
    with fresh_database.read() as session:
        assert session.get_one(Friend, kept_id).memo == "火曜がご希望\nお電話のみ"
