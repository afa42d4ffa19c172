"""A running shop for the stories of a file, on both databases, and what its people use."""

from collections.abc import Iterator

import pytest

from tests.conftest import BACKENDS, salon_url
from tests.world import Browser, Server, World


@pytest.fixture(scope="module", params=BACKENDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("journeys")
    running = Server(folder, DATABASE_URL=salon_url(request, folder, request.param))
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
