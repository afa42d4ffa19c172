"""How fast the webhook answers while the worker works through what comes in.

The server is the real one (web threads and worker in one process, SQLite), LINE is the emulator in its own process, the
requests come from a third process over 16 kept connections, each with one signed text message. Three measurements:
an endpoint of the same server that does nothing; the webhook; the webhook while 1,000 personal messages are being sent.

    python benchmarks/intake.py [--full]
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import urllib3

from lstep_lite import config, demo, runtime, schema
from lstep_lite.auth import public
from lstep_lite.emulator import EmulatorConfig
from lstep_lite.engine import deliveries, messages
from lstep_lite.models import Delivery, DeliveryState, Friend, Lane, WebhookEvent
from lstep_lite.runtime import Runtime
from lstep_lite.server import Server

LOAD = str(Path(__file__).parent / "load" / "webhooks.py")
CONNECTIONS = 16
PEOPLE = 1_000
SECONDS, FULL_SECONDS, WARM_UP_SECONDS = 6.0, 30.0, 0.5
TARGET_RATIO, TARGET_P99_MS, TARGET_P99_SENDING_MS = 0.25, 50, 100
LONGEST_WAIT = 120


@dataclass(frozen=True)
class Measured:
    requests: int
    seconds: float
    milliseconds: Sequence[float]
    """How long each answer took, sorted."""

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def percentile(self, percent: float) -> float:
        return self.milliseconds[min(len(self.milliseconds) - 1, int(len(self.milliseconds) * percent / 100))]

    def __str__(self) -> str:
        p50, p99, longest = self.percentile(50), self.percentile(99), self.milliseconds[-1]
        return f"{self.per_second:7.0f} req/s   p50 {p50:5.1f} ms   p99 {p99:5.1f} ms   longest {longest:5.1f} ms"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--full", action="store_true", help=f"measure for {FULL_SECONDS:.0f} s instead of {SECONDS:.0f}"
    )
    seconds = FULL_SECONDS if options.parse_args().full else SECONDS
    with tempfile.TemporaryDirectory(prefix="bench-intake-") as folder:
        return _measure(Path(folder), seconds)


def _measure(folder: Path, seconds: float) -> int:
    with _emulator(folder) as line, _server(line) as bench:
        nothing = bench.load("/nothing", seconds)
        print(f"an endpoint that does nothing        {nothing}")
        bench.make_friends()
        warm_up = bench.load("/line/webhook", WARM_UP_SECONDS)
        webhook = bench.load("/line/webhook", seconds)
        print(f"webhook, worker running              {webhook}")
        bench.wait_until_processed()
        bench.put_messages()
        sending = bench.load("/line/webhook", seconds)
        unsent = bench.unsent()
        print(f"webhook, {PEOPLE - unsent:,} messages sent meanwhile {sending}")
        stored_share = bench.stored() / (warm_up.requests + webhook.requests + sending.requests)
    return _verdict(
        [
            (
                "webhook against an endpoint without a database",
                webhook.per_second / nothing.per_second,
                TARGET_RATIO,
                "",
            ),
            (f"p99 of the webhook at {CONNECTIONS} connections", webhook.percentile(99), -TARGET_P99_MS, " ms"),
            ("p99 of the webhook while messages are sent", sending.percentile(99), -TARGET_P99_SENDING_MS, " ms"),
            ("answered webhooks that were stored", stored_share, 1.0, ""),
        ]
    )


def _verdict(claims: Sequence[tuple[str, float, float, str]]) -> int:
    """One line a claim; a negative target is an upper bound."""
    is_short = False
    for claim, value, target, unit in claims:
        is_ok = value >= target if target > 0 else value <= -target
        is_short = is_short or not is_ok
        bound = f"≥ {target:g}" if target > 0 else f"≤ {-target:g}"
        print(f"{claim}: {value:.2f}{unit} (target {bound}{unit}) {'ok' if is_ok else 'short'}")
    return int(is_short)


# The bench: what is measured, and the load


@dataclass
class Bench:
    port: int
    secret: str
    running: Runtime
    """The same database as the server's, for laying out work and counting results."""

    def load(self, path: str, seconds: float) -> Measured:
        """Send requests for *seconds*, in a process of its own so that it takes no time from ours."""
        command = [sys.executable, LOAD, str(self.port), path, str(seconds), self.secret, str(PEOPLE), str(CONNECTIONS)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        return Measured(**json.loads(done.stdout))

    def make_friends(self) -> None:
        """Have LINE know the people the messages go to: they follow, one request for a hundred of them."""
        moment = int(datetime.now(UTC).timestamp() * 1000)
        follows = [_event("follow", number, moment) for number in range(PEOPLE)]
        bodies = [json.dumps({"destination": "U0", "events": follows[i : i + 100]}) for i in range(0, PEOPLE, 100)]
        _post(f"{self.control_url}/quota", {"limit": 100 * PEOPLE, "used": 0})
        answer = _post(f"{self.control_url}/webhooks", {"bodies": bodies})
        statuses = [response["status"] for response in answer["responses"]]
        if statuses != [200] * len(bodies):
            raise SystemExit(f"the people could not be made known: {statuses}")
        self.wait_until_processed()

    def wait_until_processed(self) -> None:
        waiting = sa.select(sa.func.count()).select_from(WebhookEvent).where(WebhookEvent.state == "waiting")
        give_up_at = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < give_up_at:
            with self.running.database.read() as session:
                if not session.scalar(waiting):
                    return
            time.sleep(0.2)
        raise SystemExit(f"the worker did not get through in {LONGEST_WAIT} s")

    def put_messages(self) -> None:
        """One personal message for each friend, due now."""
        now = self.running.clock.now()
        with self.running.database.unit() as session:
            session.execute(sa.update(Friend).values(display_name="花子", profile_checked_at=now, profile_due_at=None))
            content = messages.freeze(session, [{"kind": "text", "text": "[name]さん、こんにちは"}], now=now)
            friends = sa.select(Friend.id).where(
                Friend.line_user_id.in_([_user_id(number) for number in range(PEOPLE)])
            )
            for half in (friends.order_by(Friend.id), friends.order_by(Friend.id.desc())):
                deliveries.put_many(
                    session, half, content, source="bench", label="bench", key_prefix="bench", lane=Lane.BULK, now=now
                )

    def unsent(self) -> int:
        return self._count(sa.select(Delivery).where(Delivery.state != DeliveryState.SENT))

    def stored(self) -> int:
        return self._count(sa.select(WebhookEvent).where(WebhookEvent.kind == "message"))

    def _count(self, rows: sa.Select[Any]) -> int:
        with self.running.database.read() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0

    @property
    def control_url(self) -> str:
        return os.environ["BENCH_CONTROL_URL"]


def _post(url: str, body: Any) -> Any:
    return urllib3.PoolManager(retries=False, timeout=60).request("POST", url, json=body).json()


def _event(kind: str, number: int, moment: int, **parts: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "mode": "active",
        "timestamp": moment,
        "webhookEventId": f"{kind}{number}-{moment}",
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": _user_id(number % PEOPLE)},
        "replyToken": f"{number:032x}",
        **parts,
    }


def _user_id(number: int) -> str:
    return f"U{number:032x}"


# The processes


@contextmanager
def _emulator(folder: Path) -> Iterator[EmulatorConfig]:
    """LINE in its own process; its account's credentials. The settings of the server point to it."""
    port = _free_port()
    app_url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "lstep_lite.emulator",
        "--data-dir",
        str(folder),
        "--port",
        "0",
        "--app-url",
        app_url,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()  # ready: LINE API http://…, control API http://…
        api_url, control_url = (word.rstrip(",\n") for word in ready.split() if word.startswith("http"))
        given = EmulatorConfig.load(folder, app_url=app_url, public_url=config.DEMO_PUBLIC_URL, port=0)
        os.environ.update(
            LSTEP_MODE="demo",
            DATA_DIR=str(folder),
            PORT=str(port),
            LINE_API_URL=api_url,
            CONTROL_SECRET=given.control_secret,
            BENCH_CONTROL_URL=control_url,
        )
        yield given
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _server(emulator: EmulatorConfig) -> Iterator[Bench]:
    settings = config.load()
    schema.migrate(settings)
    running = runtime.build(settings)
    process = subprocess.Popen([sys.executable, __file__, "--serve"], start_new_session=True)
    try:
        _wait_for_port(settings.port)
        demo.connect(running, emulator)
        yield Bench(settings.port, emulator.channel_secret, running)
    finally:
        process.terminate()
        process.wait(60)
        running.database.dispose()


class BenchServer(Server):
    """The real server, with one more endpoint that does nothing."""

    def load(self) -> Any:
        app = super().load()
        app.add_url_rule("/nothing", "nothing", public(lambda: ""), methods=["POST"])
        app.extensions["csrf"].exempt(f"{__name__}.<lambda>")
        return app


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_port(port: int) -> None:
    give_up_at = time.monotonic() + 40
    while time.monotonic() < give_up_at:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        from lstep_lite.server import Arbiter

        Arbiter(BenchServer(config.load())).run()
    else:
        sys.exit(main())
