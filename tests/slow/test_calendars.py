"""A worker that dies while it tells Google of bookings, and a second one that works at the same time."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from lstep_lite import db
from lstep_lite.db import Database
from lstep_lite.engine import registry
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.calendars import keeping, working
from lstep_lite.engine.reservations.calendars.google import Client, Google
from lstep_lite.engine.reservations.calendars.keeping import ClientDraft, LinkDraft
from lstep_lite.engine.reservations.transitions import changing, ending
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.engine.secrets import Vault
from lstep_lite.models import CalendarEvent, ExternalBusy, Reservation
from tests import google as stand_in
from tests.engine.reservations.salon import FRIDAY, NOON, TEN, a_salon
from tests.engine.reservations.test_booking import book
from tests.factories import NOW, a_friend
from tests.google import CLIENT_ID, CLIENT_SECRET, Stand

assert registry
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CALENDAR = "sato@example.com"
EVERY = 4
"""A process dies before each statement, commit and call whose number this divides."""
_forking = multiprocessing.get_context("fork")
KEY = Fernet.generate_key().decode()


@pytest.fixture
def google() -> Iterator[Stand]:
    with stand_in.running(CALENDAR) as stand:
        yield stand


def test_a_worker_killed_at_any_point_leaves_each_calendar_right_in_the_end(
    fresh_database: Database, google: Stand
) -> None:
    staged(fresh_database, google)
    for number in range(7):
        google.put(CALENDAR, f"busy{number}", f"2026-03-07T0{number}:00:00Z", f"2026-03-07T0{number}:30:00Z")
    died_at, wall, deaths = 0, NOW, 0
    is_alive = False
    while not is_alive:
        died_at, wall = died_at + EVERY, wall + timedelta(minutes=6)
        is_alive = work_and_die(fresh_database, google.url, wall, died_at)
        deaths += not is_alive
    assert deaths > 3
    for _ in range(3):
        wall += timedelta(minutes=6)
        work(fresh_database, google.url, wall)
    starts = sorted(each["start"]["dateTime"] for each in google.ours(CALENDAR))
    assert starts == ["2026-03-06T11:00:00+09:00", "2026-03-06T17:00:00+09:00"]
    with fresh_database.read() as session:
        assert session.scalars(sa.select(CalendarEvent.is_due)).all() == [False, False]
        assert session.scalar(sa.select(sa.func.count()).select_from(ExternalBusy)) == 7


def test_two_workers_at_once_tell_of_each_booking_once(fresh_database: Database, google: Stand) -> None:
    staged(fresh_database, google)
    threads = [threading.Thread(target=work, args=(fresh_database, google.url, NOW)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(google.ours(CALENDAR)) == 2
    posts = [each for each in google.requests if each.startswith("POST") and "events" in each]
    assert len(posts) == 2


def staged(database: Database, google: Stand) -> None:
    """Three bookings, of which one was moved and one given up after the calendar was connected."""
    vault, way = Vault([KEY]), way_to(google.url)
    grant = way.exchange(Client(CLIENT_ID, CLIENT_SECRET), "good-code", "https://x.invalid/back", verifier="v")
    way.close()
    with database.unit() as session:
        db.may_work(5)
        salon = a_salon(session)
        keeping.save_client(session, ClientDraft(CLIENT_ID, CLIENT_SECRET), vault=vault, now=NOW)
        made = [
            book(session, a_friend(session), salon, minute=minute, provider_id=salon.sato)
            for minute in (TEN, NOON + 60, NOON + 300)
        ]
        link = keeping.connect(session, f"provider-{salon.sato}", grant, vault=vault, now=NOW, wall=NOW)
        draft = LinkDraft(CALENDAR, "予定", takes_busy=True, shows_names=False)
        keeping.choose(session, link, draft, by=by_staff(None), now=NOW, wall=NOW)
        changing.change(session, made[0], Change(FRIDAY, 660), version=1, now=NOW)
        ending.cancel_by_staff(session, session.get_one(Reservation, made[1].id), by=by_staff(None), now=NOW)


def way_to(url: str) -> Google:
    return Google(login_url=url, token_url=url, api_url=url, timeout_seconds=5)


def work(database: Database, url: str, wall: Any) -> None:
    google = way_to(url)
    args = {"public_url": "https://x.invalid", "now": wall, "wall": wall, "limit": 50}
    working.work_due(database, google, Vault([KEY]), **args)
    google.close()


def work_and_die(database: Database, url: str, wall: Any, at: int) -> bool:
    """Work in a process that dies before its statement, commit or call number *at*. Whether it lived."""
    address = database.engine.url.render_as_string(hide_password=False)
    database.dispose()  # the process makes connections of its own
    process = _forking.Process(target=_mortal, args=(address, url, wall, at))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode == 0


def _mortal(address: str, url: str, wall: Any, at: int) -> None:
    database, left = Database(address, pool_size=1), at

    def die(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(database.engine, "before_cursor_execute", die)
    sa.event.listen(database.engine, "commit", die)
    work(database, url, wall)
