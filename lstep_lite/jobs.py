"""The timetable: every Huey task, the lanes they run in, and the consumer inside the server.

Truth is in the database's rows; Huey only wakes the lanes up, by a tick every second and by kicks after commits. What
is in its queue may be lost at any moment.
"""

import atexit
import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

import sqlalchemy as sa
from huey import MemoryHuey
from huey.consumer import Consumer, Scheduler
from huey.storage import BaseStorage, PostgresStorage, RedisStorage, SqliteStorage
from sqlalchemy.orm import Session

from lstep_lite import locks
from lstep_lite.config import BadSetting, Settings
from lstep_lite.db import Database
from lstep_lite.engine import agenda, deliveries, intake, media, surveys, workers
from lstep_lite.engine.coupons import at_line
from lstep_lite.engine.deliveries import conditions, pausing
from lstep_lite.engine.line import profiles
from lstep_lite.engine.media import fetching, preparing, sweeping
from lstep_lite.engine.notifications import sending
from lstep_lite.engine.reservations import calendars
from lstep_lite.engine.reservations.karte import sweeping as karte_photos
from lstep_lite.engine.rich_menus import insights, publishing, showing
from lstep_lite.engine.rich_menus.showing import defaults, syncing
from lstep_lite.engine.settings import followers
from lstep_lite.models import Lane
from lstep_lite.runtime import Runtime

log = logging.getLogger(__name__)

CHORES = "chores"
LANES = (*Lane, CHORES)
CHUNK = 100
"""How many rows one pass of intake or of a chore takes."""
SHOWING_LANES = (Lane.TIMED, Lane.BULK)
SHUTDOWN_SECONDS = 20
SILENCE = timedelta(seconds=30)
"""A worker that has not shown itself for so long counts as stopped."""


@dataclass(frozen=True)
class Chore:
    """Small regular work, given `now` and `wall`: a bounded part of what is due."""

    due: agenda.Due
    do: Callable[[Runtime, datetime, datetime], object]


CHORE_LIST = (
    Chore(
        lambda now, wall: sa.exists().where(conditions.LATE),
        lambda it, now, wall: deliveries.put_aside_late(it.database, now=now),
    ),
    Chore(
        lambda now, wall: pausing.is_due(wall),
        lambda it, now, wall: deliveries.recheck(it.database, it.account, now=now, wall=wall),
    ),
    Chore(
        lambda now, wall: followers.is_due(wall),
        lambda it, now, wall: followers.import_due(it.database, it.account, now=now, wall=wall),
    ),
    Chore(
        lambda now, wall: sa.exists(profiles.due(now)),
        lambda it, now, wall: profiles.refresh_due(it.database, it.account, now=now, limit=20),
    ),
    Chore(
        # Asked for the first in its order: asked for any, SQLite would read all that were ever received.
        lambda now, wall: fetching.due(wall).scalar_subquery().is_not(None),
        lambda it, now, wall: media.fetch_due(it.database, it.account, it.media, wall=wall, limit=5),
    ),
    Chore(
        lambda now, wall: sa.exists(preparing.due(wall)),
        lambda it, now, wall: media.prepare_due(it.database, it.media, wall=wall, limit=2),
    ),
    Chore(
        lambda now, wall: sa.exists().where(sweeping.HAS_BYTES_TO_REMOVE),
        lambda it, now, wall: media.sweep(it.database, it.media, limit=CHUNK),
    ),
    Chore(
        lambda now, wall: surveys.is_sweep_due(),
        lambda it, now, wall: surveys.sweep(it.database, it.media, now=now, limit=CHUNK),
    ),
    Chore(
        lambda now, wall: sa.exists().where(karte_photos.LOOSE),
        lambda it, now, wall: karte_photos.sweep(it.database, it.media, limit=CHUNK),
    ),
    Chore(
        lambda now, wall: sa.exists(at_line.due(wall)),
        lambda it, now, wall: at_line.work_due(
            it.database, it.account, public_url=it.settings.public_url, wall=wall, limit=5
        ),
    ),
    Chore(
        lambda now, wall: publishing.is_any_due(wall),
        lambda it, now, wall: publishing.work_due(
            it.database, it.account, it.media, public_url=it.settings.public_url, now=now, wall=wall, limit=20
        ),
    ),
    Chore(
        lambda now, wall: defaults.is_due(wall),
        lambda it, now, wall: defaults.tell_due(it.database, it.account, now=now, wall=wall),
    ),
    Chore(
        lambda now, wall: sa.exists(insights.due(now)),
        lambda it, now, wall: insights.ask_due(it.database, it.account, now=now, limit=5),
    ),
    Chore(
        lambda now, wall: calendars.working.is_any_due(wall),
        lambda it, now, wall: calendars.working.work_due(
            it.database, it.google, it.vault, public_url=it.settings.public_url, now=now, wall=wall, limit=20
        ),
    ),
    Chore(
        lambda now, wall: sa.exists(sending.due_turns(now, wall)),
        lambda it, now, wall: sending.send_due(
            it.database, it.settings.mailer, public_url=it.settings.public_url, now=now, wall=wall
        ),
    ),
    Chore(agenda.always, lambda it, now, wall: media.sweep_strays(it.database, it.media, wall=wall)),
)


class LaneRunner:
    """One lane in this process: never in two threads at once, and never missing a wake-up."""

    def __init__(self, step: Callable[[], bool], *, wake: Callable[[], None], finish: Callable[[], None]) -> None:
        self._step = step
        self._wake = wake
        self.finish = finish
        self._lock = threading.Lock()
        self._asked = threading.Event()
        self._is_stopping = threading.Event()

    def run(self) -> None:
        """Work until nothing is left to do. When another thread is at it, have that one look again."""
        self._asked.set()
        while self._asked.is_set() and not self._is_stopping.is_set():
            if not self._lock.acquire(blocking=False):
                return self._wake()
            try:
                self._asked.clear()
                while self._step() and not self._is_stopping.is_set():
                    pass
            finally:
                self._lock.release()

    def stop(self) -> None:
        self._is_stopping.set()
        self._wake()


def lane_runner(runtime: Runtime, lane: str, owner: str) -> LaneRunner:
    if lane == CHORES:
        return LaneRunner(lambda: _do_chores(runtime), wake=lambda: None, finish=lambda: None)
    sender = deliveries.Sender(
        runtime.database,
        runtime.account,
        Lane(lane),
        owner=owner,
        threads=runtime.settings.send_threads,
        timeout_seconds=runtime.settings.line_timeout_seconds,
        public_url=runtime.settings.public_url,
        now=runtime.clock.now,
        wall=runtime.clock.wall,
    )
    step = (lambda: _answer(runtime, sender)) if lane == Lane.REPLY else (lambda: _work_and_send(runtime, sender))
    return LaneRunner(step, wake=sender.wake, finish=sender.finish)


def _answer(runtime: Runtime, sender: deliveries.Sender) -> bool:
    """Process what has come in, then send the replies to it."""
    clock = runtime.clock
    processed = intake.process_due(runtime.database, now=clock.now(), wall=clock.wall(), limit=CHUNK)
    if processed:
        kick(CHORES)  # names of who came, and photos that were sent, need not wait for the tick
    return sender.run_pass() or processed == CHUNK


def _work_and_send(runtime: Runtime, sender: deliveries.Sender) -> bool:
    """Do what is due in the sender's lane, then send what came of it."""
    has_more = _do_due(runtime, sender.lane)
    if sender.lane in SHOWING_LANES:
        has_more = _show_menus(runtime, sender.lane) or has_more
    return sender.run_pass() or has_more


def _show_menus(runtime: Runtime, lane: Lane) -> bool:
    """Tell LINE who sees which rich menu: many friends at once delay nobody else."""
    return syncing.work_due(
        runtime.database,
        runtime.account,
        now=runtime.clock.now,
        wall=runtime.clock.wall,
        urgent=lane is Lane.TIMED,
        timeout_seconds=runtime.settings.line_timeout_seconds,
    )


def _do_due(runtime: Runtime, lane: str) -> bool:
    return agenda.run(runtime.database, lane, now=runtime.clock.now, wall=runtime.clock.wall)


def _do_chores(runtime: Runtime) -> bool:
    """Each chore once; one that fails waits for the next tick."""
    works = [agenda.Work(chore.due, _as_work(runtime, chore)) for chore in CHORE_LIST]
    agenda.run_once(runtime.database, works, now=runtime.clock.now, wall=runtime.clock.wall)
    return _do_due(runtime, CHORES)


def _as_work(runtime: Runtime, chore: Chore) -> agenda.Do:
    def do(_: Database, *, now: datetime, wall: datetime) -> bool:
        chore.do(runtime, now, wall)
        return False

    return do


def run_lane(runtime: Runtime, lane: str) -> None:
    """Do all a lane has to do now, in this thread, without Huey."""
    runner = lane_runner(runtime, lane, _new_owner())
    runner.run()
    runner.finish()


# What this process has started


class _Process:
    owner = ""
    is_connected = False
    runtime: Runtime
    consumer: "EmbeddedConsumer"
    lock_file: IO[str]


_process = _Process()
_runners: dict[str, LaneRunner] = {}
_kicked_at: dict[str, float] = {}
KICK_LASTS = 1.0
"""A kick that nobody has taken up after so many seconds is forgotten; the tick has come by then."""

# The tasks. Their storage is opened by `connect`.

huey = MemoryHuey("lstep", results=False)


@huey.task()
def wake(lane: str) -> None:
    """Have a lane look for work."""
    _kicked_at.pop(lane, None)
    if lane in _runners:
        _runners[lane].run()


@huey.periodic_task(lambda _: True, expires=2)
def tick() -> None:
    """Once a second: show that this worker lives, and have every lane look for work."""
    with _process.runtime.database.unit() as session:
        workers.beat(session, _process.owner, wall=_process.runtime.clock.wall())
    kick_all()


def kick(lane: str) -> None:
    """Wake *lane* up soon. Kicks that nobody has taken up yet are not repeated."""
    now = time.monotonic()
    if _process.is_connected and _kicked_at.get(lane, -KICK_LASTS) <= now - KICK_LASTS:
        _kicked_at[lane] = now
        wake(lane)


def kick_all() -> None:
    for lane in LANES:
        kick(lane)


def connect(runtime: Runtime) -> None:
    """Open the queue of wake-ups and kick the lanes after commits. Once a process, after the fork."""
    if not _process.is_connected:
        huey.storage = _open_storage(runtime.settings)
        _process.is_connected = True
        deliveries.on_put(kick)
        showing.on_wish(lambda: kick(Lane.TIMED))
        intake.on_stored(lambda: kick(Lane.REPLY))


def _open_storage(settings: Settings) -> BaseStorage:
    url = settings.huey_url
    if not url:
        return SqliteStorage("lstep", filename=str(settings.data_dir / "huey.db"), fsync=False)
    if url.startswith(("redis://", "rediss://")):
        return RedisStorage("lstep", url=url)
    if url.startswith(("postgres://", "postgresql://")):
        return PostgresStorage("lstep", dsn=url)
    raise BadSetting("HUEY_URL must begin with redis:// or postgresql://, or be empty.")


# The consumer


class EverySecond(Scheduler):
    periodic_task_seconds = 1


class EmbeddedConsumer(Consumer):
    """Threads inside another program, which keeps its own signal handlers."""

    scheduler_class = EverySecond

    def _set_signal_handlers(self) -> None:
        pass

    def supervise(self) -> None:
        while not self.stop_flag.wait(10):
            self.check_worker_health()


def start_consumer(runtime: Runtime) -> bool:
    """Start the worker's threads in this process. False when another process of this data directory has them."""
    lock_file = locks.hold(runtime.settings.data_dir / "worker.lock")
    if lock_file is None:
        log.info("another process is the worker of this data directory")
        return False
    connect(runtime)
    _process.runtime, _process.lock_file, _process.owner = runtime, lock_file, _new_owner()
    with runtime.database.unit() as session:
        wall = runtime.clock.wall()
        workers.tell_of_outage(session, now=runtime.clock.now(), wall=wall)
        workers.beat(session, _process.owner, wall=wall)
        if runtime.database.is_sqlite:  # nobody else can be working on this file
            workers.bury_others(session, _process.owner, wall=wall)
    _runners.update({lane: lane_runner(runtime, lane, _process.owner) for lane in LANES})
    _process.consumer = EmbeddedConsumer(
        huey,
        workers=len(LANES) + 2,
        initial_delay=0.1,
        max_delay=0.3,
        scheduler_interval=1,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    _process.consumer.start()
    threading.Thread(target=_process.consumer.supervise, name="supervisor", daemon=True).start()
    atexit.register(stop_consumer)
    return True


def stop_consumer() -> None:
    """Begin nothing more, let what is on its way end, and say goodbye."""
    atexit.unregister(stop_consumer)
    for runner in _runners.values():
        runner.stop()
    _process.consumer.stop(graceful=True)
    for runner in _runners.values():
        runner.finish()
    _runners.clear()
    runtime = _process.runtime
    with runtime.database.unit() as session:
        workers.leave(session, _process.owner, wall=runtime.clock.wall())
    _process.lock_file.close()


def _new_owner() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def run_worker(runtime: Runtime) -> None:
    """Be nothing but the worker until SIGTERM or SIGINT."""
    if not start_consumer(runtime):
        raise BadSetting(f"Another process is already the worker of {runtime.settings.data_dir}.")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    stop_consumer()


# Health


def worker_problem(session: Session, *, wall: datetime) -> str | None:
    """What is wrong with the worker, in words for the owner; None when it lives."""
    seen = workers.last_beat(session)
    if seen is None:
        return "ワーカーがまだ動いていません。サーバーを起動し直してください。"
    if wall - seen > SILENCE:
        return "ワーカーが止まっています。サーバーを起動し直してください。"
    return None
