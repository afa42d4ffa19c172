"""A worker that dies before any statement while bookings follow their slot and free places are offered."""

import multiprocessing
import os
import signal
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from lstep_lite.db import Database
from lstep_lite.engine.reservations import by_staff, waiting
from lstep_lite.engine.reservations.events import following, slots
from lstep_lite.engine.reservations.events.slots import Notice, SlotDraft
from lstep_lite.engine.reservations.transitions import event_booking
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.engine.reservations.waiting import offering
from lstep_lite.models import (
    EventSlot,
    Occupancy,
    Reservation,
    ReservationEntry,
    ReservationState,
    Vacancy,
    WaitEntry,
    WaitOffer,
    WaitState,
)
from tests.engine.reservations.salon import FRIDAY, a_salon, an_event, at
from tests.factories import NOW, a_friend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

FIRST, STEP = 7, 11
"""It dies before so many statements at first, and lives so many longer each time."""
PEOPLE = 4
_forking = multiprocessing.get_context("fork")


def test_a_worker_killed_again_and_again_does_everything_once(fresh_database: Database) -> None:
    moved, off, freed = staged(fresh_database)
    lives, is_alive = FIRST, False
    deaths = 0
    while not is_alive:
        is_alive = work_and_die(fresh_database, lives)
        lives, deaths = lives + STEP, deaths + (not is_alive)
    assert deaths > 3, "it died"
    with fresh_database.read() as session:
        whats = sa.select(ReservationEntry.reservation_id, ReservationEntry.what)
        written = Counter(tuple(row) for row in session.execute(whats))
        assert set(written.values()) == {1}, "each transition once"
        rows = session.scalars(sa.select(Reservation)).all()
        assert Counter((row.slot_id, row.state) for row in rows) == {
            (moved, ReservationState.CONFIRMED): PEOPLE,
            (off, ReservationState.CANCELLED): PEOPLE,
            (freed, ReservationState.HELD): 2,
        }
        assert {row.starts_at for row in rows if row.slot_id == moved} == {at(FRIDAY, 600)}
        states = Counter(session.scalars(sa.select(WaitEntry.state)))
        assert states == {WaitState.OFFERED: 2, WaitState.WAITING: PEOPLE - 2}
        assert session.scalar(sa.select(sa.func.count()).select_from(WaitOffer)) == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(Occupancy)) == PEOPLE + 2
        assert not session.scalars(sa.select(Vacancy)).all()
        assert not session.scalars(sa.select(EventSlot.due_at).where(EventSlot.due_at.is_not(None))).all()


def staged(database: Database) -> tuple[int, int, int]:
    """A slot that is moved and one that is called off, with bookings; and one with two places that many wait for."""
    with database.unit() as session:
        a_salon(session)
        made = (an_event(session, places, code=f"event{places}") for places in (PEOPLE, PEOPLE + 1, 2))
        moved, off, freed = (slot.id for slot in made)
    for number in range(PEOPLE):
        with database.unit() as session:
            for slot_id in (moved, off):
                order = SlotOrder(slot_id, f"{slot_id}-{number}")
                event_booking.write_down(session, a_friend(session), order, by=by_staff(None), now=NOW)
            waiting.join_slot(session, a_friend(session), session.get_one(EventSlot, freed), party=1, now=NOW)
    with database.unit() as session:
        later = SlotDraft(at(FRIDAY, 600), at(FRIDAY, 660), PEOPLE)
        slots.update(session, session.get_one(EventSlot, moved), later, Notice(None), now=NOW)
        slots.cancel(session, session.get_one(EventSlot, off), Notice(None), now=NOW)
    return moved, off, freed


def work_and_die(database: Database, lives: int) -> bool:
    """Work in a process that dies before its statement number *lives*. Whether it came to the end."""
    url = database.engine.url.render_as_string(hide_password=False)
    database.dispose()  # the process makes connections of its own
    process = _forking.Process(target=_worker, args=(url, lives))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode == 0


def _worker(url: str, lives: int) -> None:
    database = Database(url, pool_size=1)
    left = lives

    def die(*args: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(database.engine, "before_cursor_execute", die)
    sa.event.listen(database.engine, "commit", die)
    while following.run(database, now=NOW, wall=NOW) or offering.run(database, now=NOW, wall=NOW):
        pass
