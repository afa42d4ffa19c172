"""Due work: every feature in turn, one that fails stops nobody."""

from datetime import timedelta

import pytest

from lstep_lite.engine import agenda
from tests.factories import NOW


@pytest.fixture(autouse=True)
def only_these(monkeypatch):
    monkeypatch.setattr(agenda, "_work", agenda.defaultdict(list))
    monkeypatch.setattr(agenda, "_asks", [])


def run(database, lane="timed"):
    return agenda.run(database, lane, now=lambda: NOW, wall=lambda: NOW)


def test_each_is_asked_again_while_it_has_more_and_others_get_their_turns(database):
    done = []
    agenda.work("timed")(lambda _, now, wall: done.append("long") or done.count("long") < 3)
    agenda.work("timed")(lambda _, now, wall: bool(done.append("short")))
    agenda.work("bulk")(lambda _, now, wall: done.append("other lane"))
    assert run(database) is False
    assert done == ["long", "short", "long", "long"]


def test_one_that_fails_waits_and_the_others_go_on(database, caplog):
    done = []

    def failing(_database, *, now, wall):
        raise RuntimeError("broken")

    agenda.work("timed")(failing)
    agenda.work("timed")(lambda _, now, wall: bool(done.append("well")))
    assert run(database) is False
    assert done == ["well"]
    assert "failing failed" in caplog.text


def test_endless_work_gives_the_lane_back_after_a_while(database, monkeypatch):
    monkeypatch.setattr(agenda, "PASS_SECONDS", 0.02)
    agenda.work("timed")(lambda _, now, wall: True)
    assert run(database) is True


def test_what_is_pending_adds_up_and_the_nearest_moment_counts(session):
    agenda.pending(lambda _, now, wall: agenda.Pending(due=2, next_due=NOW + timedelta(hours=2)))
    agenda.pending(lambda _, now, wall: agenda.Pending(due=1, next_due=NOW + timedelta(hours=1)))
    agenda.pending(lambda _, now, wall: agenda.Pending())
    assert agenda.whole(session, now=NOW, wall=NOW) == agenda.Pending(3, NOW + timedelta(hours=1))
