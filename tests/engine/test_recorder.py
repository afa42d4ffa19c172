"""Webhook requests that arrive together are written down together, and each is answered after its own commit."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from lstep_lite.db import Database
from lstep_lite.engine import intake
from lstep_lite.engine.intake import Recorder, Signatures
from lstep_lite.engine.secrets import Vault
from lstep_lite.models import WebhookEvent
from tests.factories import NOW, a_text_event

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def recorder(fresh_database: Database) -> Recorder:
    return Recorder(fresh_database, Signatures(fresh_database, Vault([KEY])))


def rows(number: int) -> list[dict[str, Any]]:
    return intake.rows({"events": [a_text_event(f"U{number:032x}", f"こんにちは{number}")]}, now=NOW)


def stored(database: Database, row: dict[str, Any]) -> int:
    with database.read() as session:
        return session.scalar(
            sa.select(sa.func.count()).where(WebhookEvent.webhook_event_id == row["webhook_event_id"])
        )


def test_every_request_returns_after_the_commit_that_holds_its_events(
    recorder: Recorder, fresh_database: Database
) -> None:
    def request(number: int) -> int:
        mine = rows(number)
        recorder.keep(mine, now=NOW, wall=NOW)
        return stored(fresh_database, mine[0])

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(request, range(200))) == [1] * 200


def test_a_request_that_can_not_be_kept_costs_no_other(recorder: Recorder, fresh_database: Database) -> None:
    good, bad = [rows(number) for number in range(8)], rows(99)
    bad[0]["kind"] = None
    held, outcomes = threading.Barrier(9), []

    def request(mine: list[dict[str, Any]]) -> None:
        held.wait()
        try:
            recorder.keep(mine, now=NOW, wall=NOW)
            outcomes.append(mine is not bad)
        except sa.exc.IntegrityError:
            outcomes.append(mine is bad)

    threads = [threading.Thread(target=request, args=(mine,)) for mine in [*good, bad]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [True] * 9
    assert [stored(fresh_database, mine[0]) for mine in good] == [1] * 8
    recorder.keep(rows(100), now=NOW, wall=NOW)  # and the next ones are kept as before
