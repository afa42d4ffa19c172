"""A server that dies while a booking sets things off, and a worker that dies while it tells the customer."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite import db
from lstep_lite.db import Database
from lstep_lite.engine import actions, registry
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.reservations.effects import messaging, rules
from lstep_lite.engine.reservations.transitions import booking
from lstep_lite.models import (
    ActionRun,
    BookingPage,
    BookingWord,
    Countdown,
    Delivery,
    Friend,
    Notification,
    Reservation,
    TimelineEntry,
)
from tests.engine.reservations.salon import FRIDAY, TEN, Salon, a_salon, order
from tests.factories import NOW, a_friend, a_staff, a_tag

assert registry
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

EVERY = 19
"""A process dies before each statement whose number this divides."""
LATER = NOW + timedelta(seconds=6)
_forking = multiprocessing.get_context("fork")
ALL = {"bookings": 1, "words": 1, "goals": 2, "notes": 1, "runs": 1, "happened": 1}
NOTHING = dict.fromkeys(ALL, 0)


def test_a_server_killed_at_any_statement_of_a_booking_has_set_off_all_of_it_or_nothing(
    fresh_database: Database,
) -> None:
    salon = staged(fresh_database)
    died_at, is_alive, deaths = 0, False, 0
    while not is_alive:
        died_at += EVERY
        with fresh_database.unit() as session:
            friend_id = a_friend(session, line_user_id=f"U{died_at}", is_following=True).id
        do = partial(book, salon, friend_id, number=deaths)
        is_alive = do_and_die(fresh_database, do, died_at)
        assert kept(fresh_database, friend_id) == (ALL if is_alive else NOTHING), died_at
        for _ in range(2):
            do(fresh_database)
        assert kept(fresh_database, friend_id) == ALL, died_at
        deaths += not is_alive
    assert deaths > 3
    tell_and_die(fresh_database, people=deaths + 1)


def book(salon: Salon, friend_id: int, database: Database, *, number: int) -> None:
    """The friend books an hour of their own."""
    wanted = order(salon, FRIDAY + timedelta(days=number // 9), TEN + 60 * (number % 9), key="k")
    with database.unit() as session:
        db.may_work(1)  # a process compiles its statements with its first booking
        page = session.get_one(BookingPage, salon.page_id)
        booking.order(session, session.get_one(Friend, friend_id), wanted, page=page, now=NOW)


def tell_and_die(database: Database, people: int) -> None:
    """A worker that dies at one statement after the other tells each customer once in the end."""
    died_at, is_alive = 0, False
    while not is_alive:
        died_at += EVERY
        is_alive = do_and_die(database, lambda found: messaging.push_due(found, now=LATER, wall=LATER), died_at)
    messaging.push_due(database, now=LATER, wall=LATER)
    with database.read() as session:
        told = session.scalars(sa.select(Delivery.friend_id)).all()
    assert len(told) == len(set(told)) == people


def staged(database: Database) -> Salon:
    """A salon with its reminders, and a set that runs with each booking."""
    with database.unit() as session:
        db.may_work(5)
        salon = a_salon(session)
        a_staff(session)
        rules.make_ready(session, now=NOW)
        data = {"way": "attach", "tag_ids": [a_tag(session).id]}
        step = {"id": "s1", "kind": "tags", "data": data, "segment": None}
        actions.keep(session, "reservations.confirmed", "shop", SetDraft([step], repeats=True), now=NOW)
    return salon


def do_and_die(database: Database, do: Callable[[Database], Any], at: int) -> bool:
    """*do* it in a process that dies before its statement number *at*. Whether it lived."""
    url = database.engine.url.render_as_string(hide_password=False)
    database.dispose()  # the process makes connections of its own
    process = _forking.Process(target=_mortal, args=(url, do, at))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode == 0


def _mortal(url: str, do: Callable[[Database], Any], at: int) -> None:
    database = Database(url, pool_size=1)
    left = at

    def die(*args: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(database.engine, "before_cursor_execute", die)
    sa.event.listen(database.engine, "commit", die)
    do(database)


def kept(database: Database, friend_id: int) -> dict[str, int]:
    """How many rows tell of the friend's booking."""
    with database.read() as session:
        mine = sa.select(Reservation.id).where(Reservation.friend_id == friend_id)
        happened = TimelineEntry.kind == "reservation.confirmed"
        return {
            "bookings": _count(session, Reservation, Reservation.friend_id == friend_id),
            "words": _count(session, BookingWord, BookingWord.reservation_id.in_(mine)),
            "goals": _count(session, Countdown, Countdown.friend_id == friend_id),
            "notes": _count(session, Notification, Notification.friend_id == friend_id),
            "runs": _count(session, ActionRun, ActionRun.friend_id == friend_id),
            "happened": _count(session, TimelineEntry, TimelineEntry.friend_id == friend_id, happened),
        }


def _count(session: Session, model: Any, *which: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*which)) or 0
