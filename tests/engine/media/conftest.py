"""A media directory."""

from pathlib import Path

import pytest

from lstep_lite.engine.media import MediaStore


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")
