"""How fast the outbox sends personal messages, against a bare thread pool that only posts the same bodies.

LINE is the emulator in a process of its own. The bare pool knows the finished bodies and does nothing but HTTP; the
outbox claims, renders, checks, stores body and retry key, calls LINE through the SDK and records every answer.

    python benchmarks/outbox.py [--full]
"""

import argparse
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import sqlalchemy as sa
import urllib3
from load import line

from lstep_lite import config, db, jobs, runtime
from lstep_lite.emulator import EmulatorConfig
from lstep_lite.engine import deliveries, messages
from lstep_lite.models import Call, Channel, Delivery, DeliveryState, Friend, Lane, Origin
from lstep_lite.runtime import Runtime

PEOPLE = 1_000
ROUNDS, FULL_ROUNDS = 3, 9
TARGET_RATIO = 0.6
R = TypeVar("R")
TEXT = "[name]さん、いつもありがとうございます。今週の空き時間をお知らせします。"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL_ROUNDS} rounds instead of {ROUNDS}")
    rounds = FULL_ROUNDS if options.parse_args().full else ROUNDS
    with (
        tempfile.TemporaryDirectory(prefix="bench-outbox-") as folder,
        line.emulator(Path(folder)) as (api_url, control_url),
    ):
        bench = Bench(Path(folder), api_url, control_url)
        ratios = [bench.round(number) for number in range(rounds)]
    return _verdict("outbox against a bare pool", median(ratios))


def _verdict(claim: str, ratio: float) -> int:
    is_ok = ratio >= TARGET_RATIO
    print(f"{claim}: {ratio:.2f} (target ≥ {TARGET_RATIO:g}) {'ok' if is_ok else 'short'}")
    return int(not is_ok)


class Bench:
    def __init__(self, folder: Path, api_url: str, control_url: str) -> None:
        self.api_url = api_url
        self.control_url = control_url
        self.runtime = _runtime(folder, api_url)
        self.threads = self.runtime.settings.send_threads
        self.http = urllib3.PoolManager(maxsize=self.threads, retries=False, timeout=30)
        self._control("/quota", {"limit": 1_000_000, "used": 0})
        user_ids = _in_threads(self._make_person, range(PEOPLE), self.threads)
        _make_friends(self.runtime, user_ids)
        self.token = f"Bearer {self.runtime.account.line().token}"

    def _make_person(self, number: int) -> str:
        user_id: str = self._control("/users", {"name": f"お客様{number}"})["user_id"]
        self._control(f"/users/{user_id}/follow", {})
        return user_id

    def _control(self, path: str, body: dict[str, object]) -> dict[str, str]:
        answer = self.http.request("POST", f"{self.control_url}{path}", json=body)
        assert answer.status < 300, (path, answer.status, answer.data)
        found: dict[str, str] = answer.json()
        return found

    def round(self, number: int) -> float:
        """How many times as fast the outbox is as the bare pool; both in turns, so that both see the same machine."""
        _put(self.runtime, number)
        ours = _seconds(lambda: jobs.run_lane(self.runtime, Lane.TIMED))
        bodies = _sent_bodies(self.runtime, number)
        assert len(bodies) == PEOPLE, f"only {len(bodies)} of {PEOPLE} were sent"
        bare = _seconds(lambda: _in_threads(self._post, bodies, self.threads))
        print(f"bare pool {PEOPLE / bare:6.0f}/s   outbox {PEOPLE / ours:6.0f}/s")
        return bare / ours

    def _post(self, body: str) -> None:
        headers = {
            "Authorization": self.token,
            "Content-Type": "application/json",
            "X-Line-Retry-Key": str(uuid.uuid4()),
        }
        answer = self.http.request("POST", f"{self.api_url}/v2/bot/message/push", body=body.encode(), headers=headers)
        assert answer.status == 200, answer.data


def _runtime(folder: Path, api_url: str) -> Runtime:
    environ = {"LSTEP_MODE": "demo", "DATA_DIR": str(folder), "LINE_API_URL": api_url}
    built = runtime.build(config.load(environ))
    db.Base.metadata.create_all(built.database.engine)
    return built


def _make_friends(it: Runtime, user_ids: Sequence[str]) -> None:
    now = it.clock.now()
    account = EmulatorConfig.load(
        it.settings.data_dir, app_url="http://127.0.0.1:9", public_url=it.settings.public_url, port=0
    )
    with it.database.unit() as session:
        session.add(
            Channel(
                id=1,
                messaging_channel_id=account.channel_id,
                messaging_secret=it.vault.seal(account.channel_secret),
                login_channel_id=account.login_channel_id,
                login_secret=it.vault.seal(account.login_channel_secret),
                connected_at=now,
            )
        )
        rows = [
            {
                "code": f"code{number}",
                "line_user_id": user_id,
                "origin": Origin.ADDED,
                "lot_number": number,
                "display_name": f"お客様{number}",
                "is_following": True,
                "followed_at": now,
                "created_at": now,
            }
            for number, user_id in enumerate(user_ids)
        ]
        session.execute(sa.insert(Friend), rows)


def _put(it: Runtime, number: int) -> None:
    now = it.clock.now()
    with it.database.unit() as session:
        content = messages.freeze(session, [{"kind": "text", "text": f"{TEXT}（{number}）"}], now=now)
        for start in range(0, PEOPLE, deliveries.CHUNK):
            friend_ids = sa.select(Friend.id).order_by(Friend.id).where(Friend.id > start)
            deliveries.put_many(
                session,
                friend_ids,
                content,
                source="benchmark",
                label="benchmark",
                key_prefix=f"round:{number}",
                lane=Lane.TIMED,
                now=now,
            )


def _sent_bodies(it: Runtime, number: int) -> Sequence[str]:
    with it.database.read() as session:
        sent = sa.select(Call.body).join(Delivery, Delivery.call_id == Call.id)
        sent = sent.where(Delivery.state == DeliveryState.SENT, Delivery.dedupe_key.startswith(f"round:{number}:"))
        return session.scalars(sent).all()


def _in_threads(work: Callable[[Any], R], items: Iterable[Any], threads: int) -> list[R]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
