"""The worker is killed while it prepares videos: each of them is ready in the end, and nothing is left over."""

import io
import os
import random
import signal
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import lstep_lite.engine.registry  # noqa: F401 - as the worker has it
from lstep_lite.db import Database
from lstep_lite.engine import media
from lstep_lite.engine.media import MediaStore, Upload, preparing, sweeping
from lstep_lite.models import Media, MediaState
from tests.clips import a_video
from tests.factories import NOW

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

VIDEOS = 6
KILLS = preparing.MAX_ATTEMPTS - 1
"""For each: whatever brings down every worker is given up."""


def test_a_worker_killed_at_any_moment_loses_no_video(fresh_database: Database, tmp_path: Path) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance, store, wall, data = random.Random(seed), MediaStore(tmp_path / "media"), NOW, a_video()
    for number in range(VIDEOS):
        stored = media.receive(store, io.BytesIO(data))
        with fresh_database.unit() as session:
            media.add(session, stored, Upload(f"{number}.mp4"), now=NOW)
        for _ in range(KILLS):
            work_and_die(fresh_database, store, wall, chance.uniform(0, 0.5))
            wall += preparing.LEASE
        media.prepare_due(fresh_database, store, wall=wall, limit=VIDEOS)
    time.sleep(2)  # what a killed worker has started goes on for a moment
    sweep_strays(fresh_database, store)
    with fresh_database.read() as session:
        rows = session.execute(sa.select(Media.code, Media.state, Media.size_bytes)).all()
    assert [row.state for row in rows] == [MediaState.STORED] * VIDEOS
    sizes = {path.name: path.stat().st_size for path in store.path_of("").rglob("*") if path.is_file()}
    assert sizes.keys() == {name for row in rows for name in (row.code, f"{row.code}.preview.jpg")}
    assert all(sizes[row.code] == row.size_bytes for row in rows)


def work_and_die(database: Database, store: MediaStore, wall: datetime, seconds: float) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    worker = os.fork()
    if worker == 0:
        media.prepare_due(Database(url), store, wall=wall, limit=VIDEOS)
        os._exit(0)
    time.sleep(seconds)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)


def sweep_strays(database: Database, store: MediaStore) -> None:
    for path in store.path_of("").rglob("*"):
        os.utime(path, (0, 0))
    start = (NOW + sweeping.STRAY_AFTER).replace(second=0)
    for minute in range(2 * VIDEOS):
        media.sweep_strays(database, store, wall=start + timedelta(minutes=minute))
