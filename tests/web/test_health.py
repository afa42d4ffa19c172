"""Whether the program is alive."""

from datetime import timedelta

from lstep_lite.models import Worker
from tests.factories import NOW


def test_it_is_well_while_a_worker_shows_itself(anybody, session):
    session.add(Worker(id="w", started_at=NOW, heartbeat_at=NOW - timedelta(seconds=5)))
    session.commit()
    answer = anybody.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"ok": True})


def test_a_silent_worker_is_named(anybody, session):
    session.add(Worker(id="w", started_at=NOW, heartbeat_at=NOW - timedelta(minutes=2)))
    session.commit()
    answer = anybody.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"ok": False, "dead": ["worker"]})
