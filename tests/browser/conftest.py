"""One browser and one demo for the stories of a file."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import launched
from tests.conftest import empty_url
from tests.world import Server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("browser")
    running = Server(folder, DATABASE_URL=empty_url(request, folder, "sqlite"))
    running.start()
    yield running
    running.stop()
