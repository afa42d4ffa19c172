"""A running shop for the stories of a file, on both databases, and what its people use."""

from collections.abc import Iterator

import pytest

from tests.conftest import BACKENDS, _new_postgres_database
from tests.world import Browser, Server, World


@pytest.fixture(scope="module", params=BACKENDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environ = {}
    if request.param == "postgresql":
        environ["DATABASE_URL"] = _new_postgres_database(request.getfixturevalue("postgres_url"), "journeys")
    running = Server(tmp_path_factory.mktemp("journeys"), **environ)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def world(server: Server) -> World:
    return World(server)


@pytest.fixture
def browser(server: Server) -> Browser:
    opened = Browser(server)
    opened.sign_in()
    return opened
