"""How fast broadcasts go out: from the booking to the last answer, on SQLite.

Personal messages are measured against a bare thread pool that knows the finished bodies and does nothing but post them;
identical ones by how many requests and how long they take, and how much memory grows meanwhile. LINE is the emulator in
a process of its own.

    python benchmarks/broadcast.py [--full]
"""

import argparse
import re
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
import urllib3
from load import line

from lstep_lite import config, db, jobs, runtime
from lstep_lite.engine import broadcasts, registry
from lstep_lite.engine.broadcasts import BroadcastDraft, VariantDraft
from lstep_lite.models import Broadcast, BroadcastState, Call, Delivery, Lane
from lstep_lite.runtime import Runtime

assert registry

PERSONAL, FULL_PERSONAL = 3_000, 10_000
SAME, FULL_SAME = 20_000, 100_000
TARGET_RATIO = 0.6
A_CALL = 500
"""People."""
SECONDS_FOR_FULL = 30.0
MOST_GROWTH = 60.0
"""In MB."""


@dataclass(frozen=True)
class Claim:
    text: str
    value: str
    target: str
    is_ok: bool

    def __str__(self) -> str:
        return f"{self.text}: {self.value} (target {self.target}) {'ok' if self.is_ok else 'short'}"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL_PERSONAL:,} personal and {FULL_SAME:,} same ones")
    is_full = options.parse_args().full
    with (
        tempfile.TemporaryDirectory(prefix="bench-broadcast-") as folder,
        line.emulator(Path(folder)) as (api_url, control_url),
    ):
        bench = Bench(Path(folder), api_url, control_url, people=FULL_SAME if is_full else SAME)
        claims = [*bench.same(), bench.personal(FULL_PERSONAL if is_full else PERSONAL)]
    print("\n".join(map(str, claims)))
    return int(not all(claim.is_ok for claim in claims))


class Bench:
    def __init__(self, folder: Path, api_url: str, control_url: str, *, people: int) -> None:
        self.api_url, self.people = api_url, people
        environ = {"LSTEP_MODE": "demo", "DATA_DIR": str(folder), "LINE_API_URL": api_url}
        self.runtime: Runtime = runtime.build(config.load(environ))
        db.Base.metadata.create_all(self.runtime.database.engine)
        self.threads = self.runtime.settings.send_threads
        self.http = urllib3.PoolManager(maxsize=self.threads, retries=False, timeout=30)
        self.http.request("POST", f"{control_url}/quota", json={"limit": 10_000_000, "used": 0})
        line.open_shop(self.runtime)
        line.make_people(self.runtime, people)

    def same(self) -> list[Claim]:
        with Memory() as memory:
            seconds = self._send("お知らせです。", self.people)
        with self.runtime.database.read() as session:
            calls = session.scalar(sa.select(sa.func.count(Call.id))) or 0
        most_calls, most_seconds = self.people // A_CALL + 1, SECONDS_FOR_FULL * self.people / FULL_SAME
        name = f"{self.people:,} identical messages"
        return [
            Claim(f"requests for {name}", f"{calls}", f"≤ {most_calls}", calls <= most_calls),
            Claim(f"time for {name}", f"{seconds:.1f} s", f"≤ {most_seconds:g} s", seconds <= most_seconds),
            Claim("memory growth", f"{memory.growth:.0f} MB", f"< {MOST_GROWTH:g} MB", memory.growth < MOST_GROWTH),
        ]

    def personal(self, count: int) -> Claim:
        ours = self._send("[name]さん、今週の空き時間をお知らせします。", count)
        bodies = self._bodies(count)
        token = f"Bearer {self.runtime.account.line().token}"
        started = time.perf_counter()
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(lambda body: self._post(body, token), bodies))
        bare = time.perf_counter() - started
        print(f"bare pool {count / bare:.0f}/s   broadcast {count / ours:.0f}/s")
        ratio = bare / ours
        text = f"{count:,} personal messages against a bare pool"
        return Claim(text, f"{ratio:.2f}", f"≥ {TARGET_RATIO:g}", ratio >= TARGET_RATIO)

    def _send(self, text: str, count: int) -> float:
        """How long it takes from its moment to the last answer."""
        now = self.runtime.clock.now
        with self.runtime.database.unit() as session:
            variants = [VariantDraft([{"kind": "text", "text": text}])]
            at_most = count if count < self.people else None
            broadcast = broadcasts.create(session, BroadcastDraft("測定", variants, at_most=at_most), now=now())
            broadcasts.submit(session, broadcast, staff_id=1, now=now())
            broadcast_id = broadcast.id
        started = time.perf_counter()
        while not self._is_done(broadcast_id):
            jobs.run_lane(self.runtime, Lane.BULK)
        return time.perf_counter() - started

    def _is_done(self, broadcast_id: int) -> bool:
        with self.runtime.database.read() as session:
            return session.get_one(Broadcast, broadcast_id).state is BroadcastState.DONE

    def _bodies(self, count: int) -> Sequence[str]:
        with self.runtime.database.read() as session:
            last = sa.select(sa.func.max(Broadcast.id)).scalar_subquery()
            mine = Delivery.guard == sa.literal("broadcasts:") + sa.cast(last, sa.Text)
            bodies = session.scalars(sa.select(Call.body).join(Delivery, Delivery.call_id == Call.id).where(mine)).all()
        assert len(bodies) == count, f"only {len(bodies)} of {count} were sent"
        return bodies

    def _post(self, body: str, token: str) -> None:
        headers = {"Authorization": token, "Content-Type": "application/json", "X-Line-Retry-Key": str(uuid.uuid4())}
        answer = self.http.request("POST", f"{self.api_url}/v2/bot/message/push", body=body.encode(), headers=headers)
        assert answer.status == 200, answer.data


class Memory:
    """By how many MB this process grew at most, looked at ten times a second."""

    def __enter__(self) -> "Memory":
        self._before = self._peak = _resident()
        self._is_over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._is_over.wait(0.1):
            self._peak = max(self._peak, _resident())

    @property
    def growth(self) -> float:
        return self._peak - self._before


def _resident() -> float:
    """Without the database's file, which is mapped into memory and leaves it when others need the room."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"RssAnon:\s+(\d+) kB", status)[0]) / 1024


if __name__ == "__main__":
    sys.exit(main())
