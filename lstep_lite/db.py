"""The database: typed base, UTC times, and the only two ways to open a session.

`Database.read()` gives a read-only session; `Database.unit()` gives one unit of work that commits at its end and rolls
back on an error. On SQLite every unit holds one in-process lock and opens with BEGIN IMMEDIATE, because SQLite has a
single writer and its own waiting is unfair. A second unit in a thread that already holds one raises at once: it would
wait for itself.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Session,
    SessionTransaction,
    make_transient_to_detached,
    mapped_column,
    sessionmaker,
)
from sqlalchemy.types import TypeDecorator

log = logging.getLogger(__name__)

Loaded = TypeVar("Loaded")
MEMORY = "memory"

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Primary and foreign keys: 64 bits on PostgreSQL, the row id on SQLite."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. Naive values are refused, so that no zone is ever guessed."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime reached the database: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def storable(text: str) -> str:
    """*text* without what a database refuses: NUL characters and halves of surrogate pairs."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode(errors="replace").decode()


class PlainText(TypeDecorator[str]):
    """Text that any database takes, whatever a customer, a browser or an address held."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Thousandths(TypeDecorator[Decimal]):
    """A number with up to three decimals, stored as an exact integer that both databases compare and add alike."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        return None if value is None else round(Decimal(value) * 1000)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        number = Decimal(value) / 1000
        return number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize()


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it once, as a class attribute
        datetime: UTCDateTime,
        dict[str, Any]: sa.JSON,
        list[Any]: sa.JSON,
        str: PlainText,
        int: BigInt,
    }


def primary_key() -> Any:
    return mapped_column(BigInt, primary_key=True, autoincrement=True)


def one_of(values: type, name: str) -> sa.Enum:
    """A closed set (a StrEnum) stored as text with a check constraint called *name*."""
    return sa.Enum(
        values,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class FairLock:
    """A lock that threads get in the order in which they asked for it, urgent ones before the others.

    The interpreter's own lock is often taken again by the thread that has just released it: a worker going from unit
    to unit would keep requests waiting for seconds. However many urgent threads there are, one of the others gets a
    turn every PATIENCE seconds.
    """

    PATIENCE = 0.05

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._urgent: deque[threading.Lock] = deque()
        self._others: deque[threading.Lock] = deque()
        self._others_turn_at = 0.0
        self._is_held = False

    @contextmanager
    def held(self, *, urgent: bool) -> Iterator[None]:
        self._acquire(urgent)
        try:
            yield
        finally:
            self._release()

    def _acquire(self, urgent: bool) -> None:
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return
            turn = threading.Lock()
            turn.acquire()
            (self._urgent if urgent else self._others).append(turn)
        turn.acquire()  # until the thread before us hands the lock over

    def _release(self) -> None:
        with self._guard:
            turn = self._next_turn()
            self._is_held = turn is not None
            if turn:
                turn.release()

    def _next_turn(self) -> "threading.Lock | None":  # a function, not a type, before Python 3.13
        now = time.monotonic()
        if self._others and (not self._urgent or now - self._others_turn_at >= self.PATIENCE):
            self._others_turn_at = now
            return self._others.popleft()
        return self._urgent.popleft() if self._urgent else None


class Rush:
    """Requests that somebody outside waits for. While they come one upon another, the worker lets them pass.

    Threads of one process share one processor: without this the worker's computing would add to every answer. It goes
    on after PATIENCE seconds at the latest, so that a flood slows it down and never stops it.
    """

    PATIENCE = 0.05
    CALM = 0.005
    """Seconds without such a request that end a rush."""
    STEP = 0.002

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._count = 0
        self._last_at = 0.0

    @contextmanager
    def joined(self) -> Iterator[None]:
        """The time of one such request."""
        with self._guard:
            self._count += 1
        try:
            yield
        finally:
            with self._guard:
                self._count -= 1
                self._last_at = time.monotonic()

    def let_pass(self) -> None:
        """Wait for a calm moment, for up to PATIENCE seconds."""
        give_up_at = time.monotonic() + self.PATIENCE
        while self._is_on() and time.monotonic() < give_up_at:
            time.sleep(self.STEP)

    def _is_on(self) -> bool:
        return self._count > 0 or time.monotonic() - self._last_at < self.CALM


class Database:
    """One database, as the whole process uses it."""

    def __init__(self, url: str, *, sqlite_synchronous: str = "NORMAL", pool_size: int = 40) -> None:
        self.engine = _create_engine(url, pool_size)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.rush = Rush()
        self._lock = FairLock()
        self._read = sessionmaker(self.engine.execution_options(begin="DEFERRED"), autoflush=False)
        self._write = sessionmaker(self.engine.execution_options(begin="IMMEDIATE", synchronous=sqlite_synchronous))
        self._durable = sessionmaker(self.engine.execution_options(begin="IMMEDIATE", synchronous="FULL"))

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking only; it takes no lock and keeps nothing."""
        with self._read() as session:
            session.info["read_only"] = True
            yield session

    @contextmanager
    def unit(self, *, durable: bool = False, urgent: bool = False) -> Iterator[Session]:
        """One unit of work. *durable* makes SQLite flush to disk, so that what was written survives a power cut.

        *urgent* units, for which somebody waits, go before the worker's.
        """
        if not urgent:
            self.rush.let_pass()
        with self._exclusive(urgent), (self._durable if durable else self._write).begin() as session:
            yield session

    @contextmanager
    def _exclusive(self, urgent: bool) -> Iterator[None]:
        if in_unit():
            raise RuntimeError("a second unit of work in one thread: hand the open session down instead")
        _unit.open, _unit.seconds = True, 0.0
        try:
            with self._lock.held(urgent=urgent) if self.is_sqlite else nullcontext():
                started = time.thread_time()
                try:
                    yield
                finally:
                    _watch_duration(time.thread_time() - started)
        finally:
            _unit.open = False

    def dispose(self) -> None:
        self.engine.dispose()


_unit = threading.local()
slow_unit_seconds = 0.2
"""A unit may not work longer than this (seconds of its thread's own CPU time, so that a busy machine is no excuse)."""


def on_slow_unit(seconds: float) -> None:
    log.warning("a unit of work took %.0f ms", seconds * 1000)


def may_work(seconds: float) -> None:
    """The unit that is open in this thread may work so long: for the rare thing that can't be done in parts."""
    _unit.seconds = seconds


def in_unit() -> bool:
    """Whether this thread is inside a unit of work, where network, hashing and pictures are forbidden."""
    return getattr(_unit, "open", False)


def _watch_duration(seconds: float) -> None:
    if seconds > max(slow_unit_seconds, getattr(_unit, "seconds", 0.0)):
        on_slow_unit(seconds)


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Run *call* once the outermost transaction of *session* is committed; drop it on rollback.

    Calls are wake-ups without data: a spare one is harmless.
    """
    waiting: list[Callable[[], None]] = session.info.setdefault("after_commit", [])
    if call not in waiting:
        waiting.append(call)


@event.listens_for(Session, "after_commit")
def _run_after_commit(session: Session) -> None:
    waiting: list[Callable[[], None]] = session.info.get("after_commit", [])
    calls, waiting[:] = waiting[:], []
    for call in calls:
        call()


@event.listens_for(Session, "after_soft_rollback")
def _forget_after_commit(session: Session, previous: SessionTransaction) -> None:
    # A savepoint going back must not drop what was queued outside it.
    if not previous.nested:
        session.info.get("after_commit", []).clear()


@contextmanager
def memory(session: Session) -> Iterator[None]:
    """Within, `remembered` asks once: for a unit that does the same thing to many rows."""
    outer = session.info.get(MEMORY)
    session.info[MEMORY] = {}
    try:
        yield
    finally:
        session.info[MEMORY] = outer


def remembered(session: Session, key: tuple[object, ...], load: Callable[[], Loaded]) -> Loaded:
    """What *load* answers; within `memory` the answer is kept for *key*."""
    known: dict[tuple[object, ...], Loaded] | None = session.info.get(MEMORY)
    if known is None:
        return load()
    if key not in known:
        known[key] = load()
    return known[key]


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Within, what fails goes back alone, and what was remembered meanwhile is forgotten: its rows may be gone."""
    before = dict(session.info.get(MEMORY) or {})
    try:
        with session.begin_nested():
            yield
    except BaseException:
        if session.info.get(MEMORY) is not None:
            session.info[MEMORY] = before
        raise


def know(session: Session, key: tuple[object, ...], answer: object) -> None:
    """Within `memory`: what `remembered` answers for *key*."""
    session.info[MEMORY][key] = answer


def is_alone(session: Session) -> bool:
    """Whether nobody else can write until this unit ends, so that there is nothing to lock: SQLite has one writer."""
    return session.get_bind().dialect.name == "sqlite"


def insert_new(session: Session, model: type[Base]) -> sa.Insert:
    """An INSERT into *model*'s table that passes over rows whose key is already taken (ON CONFLICT DO NOTHING)."""
    return insert_new_on(session.get_bind().dialect.name, model)


@cache
def insert_new_on(dialect: str, model: type[Base]) -> sa.Insert:
    """`insert_new` for a kind of database."""
    if dialect == "sqlite":
        return sqlite.insert(model).on_conflict_do_nothing()
    return postgresql.insert(model).on_conflict_do_nothing()


def add_new(session: Session, model: type[Base], row: dict[str, Any], *, returning: str = "id") -> Any:
    """Insert one *row*, past the session's own bookkeeping: its *returning* column, or None when its key is taken."""
    insert = _insert_one(session.get_bind().dialect.name, model, returning)
    return session.connection().execute(insert, row).scalar()


def known_row(session: Session, row: Loaded) -> Loaded:
    """A *row* that was just inserted as an object of the session, without asking for it."""
    make_transient_to_detached(row)
    session.add(row)
    return row


@cache
def _insert_one(dialect: str, model: type[Base], returning: str) -> sa.Executable:
    return insert_new_on(dialect, model).returning(getattr(model, returning))


def _create_engine(url: str, pool_size: int) -> Engine:
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 10}
    engine = sa.create_engine(url, hide_parameters=True, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    # SQLAlchemy's pysqlite driver begins transactions by itself and too late; we begin them in _begin_sqlite.
    dbapi_connection.isolation_level = None
    # Mapped into memory, a large database is read without copying every page (measured: a third of the time saved).
    speed = ("temp_store=MEMORY", "mmap_size=1073741824")
    for pragma in ("journal_mode=WAL", "busy_timeout=15000", "foreign_keys=ON", *speed):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("begin", "IMMEDIATE") == "DEFERRED":
        connection.exec_driver_sql("BEGIN DEFERRED")
        return
    wanted = options.get("synchronous", "NORMAL")
    if connection.info.get("synchronous") != wanted:  # it stays with the pooled connection
        connection.exec_driver_sql(f"PRAGMA synchronous={wanted}")
        connection.info["synchronous"] = wanted
    connection.exec_driver_sql("BEGIN IMMEDIATE")
