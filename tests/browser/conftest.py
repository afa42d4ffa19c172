"""One demo for the stories of all files here."""

from collections.abc import Iterator

import pytest

from tests.conftest import empty_url
from tests.world import Server


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Made once a process, as starting takes longer than any story: bring people and things of your own."""
    folder = tmp_path_factory.mktemp("browser")
    running = Server(folder, DATABASE_URL=empty_url(request, folder, "sqlite"))
    running.start()
    yield running
    running.stop()
