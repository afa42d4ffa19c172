"""LINE as a process of its own, and a shop connected to it whose friends it knows."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from lstep_lite.emulator import EmulatorConfig
from lstep_lite.models import Channel, Friend, Origin, Purpose, Role, SendingRules, Shop, Staff
from lstep_lite.runtime import Runtime


@contextmanager
def emulator(folder: Path) -> Iterator[tuple[str, str]]:
    """The addresses of its API and of its control."""
    command = [sys.executable, "-m", "lstep_lite.emulator", "--data-dir", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        api_url, control_url = re.findall(r"http://[^\s,]+", process.stdout.readline())
        yield api_url, control_url
    finally:
        process.terminate()
        process.wait()


def open_shop(it: Runtime) -> None:
    now, data_dir, public_url = it.clock.now(), it.settings.data_dir, it.settings.public_url
    account = EmulatorConfig.load(data_dir, app_url="http://127.0.0.1:9", public_url=public_url, port=0)
    channel = Channel(
        id=1,
        messaging_channel_id=account.channel_id,
        messaging_secret=it.vault.seal(account.channel_secret),
        login_channel_id=account.login_channel_id,
        login_secret=it.vault.seal(account.login_channel_secret),
        connected_at=now,
    )
    owner = Staff(id=1, name="店長", email="owner@example.com", password_hash="", role=Role.OWNER, created_at=now)
    shop = Shop(id=1, name="サロン", purpose=Purpose.SALON, created_at=now)
    with it.database.unit() as session:
        session.add_all([channel, owner, shop, SendingRules(id=1, hold_seconds=0)])


def make_people(it: Runtime, count: int) -> None:
    """Straight into both databases: one by one they would take longer than what is measured."""
    user_ids = [f"U{number:032x}" for number in range(count)]
    with closing(sqlite3.connect(it.settings.data_dir / "emulator.db")) as line, line:
        rows = [(user_id, "お客様", "friend") for user_id in user_ids]
        line.executemany("INSERT INTO user (user_id, name, relation) VALUES (?, ?, ?)", rows)
    now = it.clock.now()
    for start in range(0, count, 10_000):
        rows_of_ours = [_row(number, user_ids[number], now) for number in range(start, min(start + 10_000, count))]
        with it.database.engine.begin() as connection:
            connection.execute(sa.insert(Friend), rows_of_ours)


def _row(number: int, user_id: str, now: datetime) -> dict[str, object]:
    return {
        "code": f"code{number}",
        "line_user_id": user_id,
        "origin": Origin.ADDED,
        "lot_number": number * 7919 % 2**31,
        "display_name": f"お客様{number}",
        "is_following": True,
        "followed_at": now,
        "profile_checked_at": now,
        "created_at": now,
    }
