"""Desks that book at once, clicks that come twice, customers who hold one start: processes, not threads."""

import os
from collections.abc import Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa

from lstep_lite.db import Database
from lstep_lite.engine.friends import FriendDraft
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.desk import taking
from lstep_lite.engine.reservations.desk.taking import Caller
from lstep_lite.engine.reservations.transitions import holding
from lstep_lite.models import BookingHold, BookingPage, Friend, Occupancy, Reservation
from tests.engine.reservations.salon import FRIDAY, TEN, Salon, visit
from tests.factories import NOW
from tests.slow.test_booking_races import at_once, staged, until_answered

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

DESKS = 8


class Call:
    """A new customer calls and wants 佐藤 at ten; with a *key* all desks send the same page."""

    def __init__(self, salon: Salon, key: str = "") -> None:
        self.visit, self.key = visit(salon, FRIDAY, TEN, provider_id=salon.sato), key

    def __call__(self, database: Database, number: int) -> str:
        return until_answered(lambda: self._take(database, number))

    def _take(self, database: Database, number: int) -> None:
        caller = Caller(0, FriendDraft(real_name=f"お客様{'' if self.key else number}"))
        with database.unit() as session:
            wanted = replace(self.visit, key=self.key or f"{os.getpid()}-{number}")
            taking.take(session, caller, wanted, by=by_staff(None), now=NOW)


class Hold:
    """A customer opens the last page for 佐藤 at ten."""

    def __init__(self, salon: Salon) -> None:
        self.wish, self.page_id = Wish((salon.cut,), (), salon.sato), salon.page_id

    def __call__(self, database: Database, friend_id: int) -> str:
        return until_answered(lambda: self._hold(database, friend_id))

    def _hold(self, database: Database, friend_id: int) -> None:
        with database.unit() as session:
            friend, page = session.get_one(Friend, friend_id), session.get_one(BookingPage, self.page_id)
            holding.hold(session, friend, self.wish, FRIDAY, TEN, page=page, now=NOW)


def each_alone(friend_ids: Sequence[int]) -> list[list[int]]:
    return [[each] for each in friend_ids]


def counted(database: Database, *models: type) -> list[int]:
    with database.read() as session:
        return [session.scalar(sa.select(sa.func.count()).select_from(model)) or 0 for model in models]


def test_of_many_desks_one_gets_the_hour(fresh_database: Database) -> None:
    salon, _, ids = staged(fresh_database, DESKS)
    said = at_once(fresh_database, Call(salon), each_alone(ids))
    assert said == {"taken": 1, "SLOT_TAKEN": DESKS - 1}
    assert counted(fresh_database, Reservation, Friend) == [1, DESKS + 1], "whom the others refused left nothing behind"


def test_one_page_sent_many_times_is_one_customer_and_one_booking(fresh_database: Database) -> None:
    salon, _, ids = staged(fresh_database, DESKS)
    assert at_once(fresh_database, Call(salon, key="one"), each_alone(ids)) == {"taken": DESKS}
    assert counted(fresh_database, Reservation, Friend) == [1, DESKS + 1]


def test_of_many_who_type_one_holds_the_hour(fresh_database: Database) -> None:
    salon, _, ids = staged(fresh_database, DESKS)
    said = at_once(fresh_database, Hold(salon), each_alone(ids))
    assert said == {"taken": 1, "SLOT_TAKEN": DESKS - 1}
    assert counted(fresh_database, BookingHold, Occupancy) == [1, 24]
