"""The stage for killing workers."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstep_lite import db
from tests.conftest import BACKENDS, empty_url
from tests.slow.crashing import Crashing


@pytest.fixture(params=BACKENDS)
def crashing(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crashing]:
    """With as many friends as the constant FRIENDS of the test's module says."""
    monkeypatch.setattr(db, "slow_unit_seconds", 2.0)  # this process only sets the stage, on a machine kept busy
    url = empty_url(request, tmp_path, request.param)
    command = [sys.executable, "-m", "lstep_lite.emulator", "--data-dir", str(tmp_path), "--port", "0"]
    line = subprocess.Popen([*command, "--app-url", "http://127.0.0.1:9"], stdout=subprocess.PIPE, text=True)
    try:
        assert line.stdout is not None
        api_url, control_url = re.findall(r"http://[^\s,]+", line.stdout.readline())
        made = Crashing(tmp_path, url, api_url, control_url, request.module.FRIENDS)
        try:
            yield made
        finally:
            made.close()
    finally:
        line.kill()
        line.wait()
        if line.stdout:
            line.stdout.close()
