"""Due work: every feature in turn, one that fails stops nobody."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.db import UTCDateTime
from lstep_lite.engine import agenda
from lstep_lite.models import Tag
from tests.counting import statements_of
from tests.factories import NOW, a_tag


@pytest.fixture(autouse=True)
def only_these(monkeypatch):
    monkeypatch.setattr(agenda, "_work", agenda.defaultdict(list))
    monkeypatch.setattr(agenda, "_asks", [])


def run(database, lane="timed"):
    return agenda.run(database, lane, now=lambda: NOW, wall=lambda: NOW)


def test_each_is_asked_again_while_it_has_more_and_others_get_their_turns(database):
    done = []
    agenda.work("timed", due=agenda.always)(lambda _, now, wall: done.append("long") or done.count("long") < 3)
    agenda.work("timed", due=agenda.always)(lambda _, now, wall: bool(done.append("short")))
    agenda.work("bulk", due=agenda.always)(lambda _, now, wall: done.append("other lane"))
    assert run(database) is False
    assert done == ["long", "short", "long", "long"]


def test_one_that_fails_waits_and_the_others_go_on(database, caplog):
    done = []

    def failing(_database, *, now, wall):
        raise RuntimeError("broken")

    agenda.work("timed", due=agenda.always)(failing)
    agenda.work("timed", due=agenda.always)(lambda _, now, wall: bool(done.append("well")))
    assert run(database) is False
    assert done == ["well"]
    assert "failing failed" in caplog.text


def test_what_is_not_due_is_not_even_looked_at_and_all_are_asked_in_one_statement(database, session):
    done = []
    for name in ("first", "second"):
        agenda.work("timed", due=lambda now, wall: sa.false())(lambda _, now, wall, name=name: done.append(name))
    statements = statements_of(session)
    assert run(database) is False
    assert (done, len(statements)) == ([], 1)


def test_what_an_earlier_one_makes_due_is_done_in_the_same_turn(database):
    done = []

    def makes_it_due(database, *, now, wall):
        done.append("makes it due")
        with database.unit() as session:
            a_tag(session)
        return False

    agenda.work("timed", due=agenda.always)(makes_it_due)
    agenda.work("timed", due=lambda now, wall: sa.exists(sa.select(Tag.id)))(
        lambda _, now, wall: bool(done.append("does it"))
    )
    run(database)
    assert done == ["makes it due", "does it"]


def test_a_moment_before_now_is_reckoned_anew_each_time(database):
    done = []
    long = timedelta(days=90)

    def is_long_ago(now, wall):
        return sa.literal(NOW - long, UTCDateTime()) < agenda.ago(long)

    agenda.work("timed", due=is_long_ago)(lambda _, now, wall: bool(done.append(now)))
    for now in (NOW, NOW + timedelta(seconds=1)):
        agenda.run(database, "timed", now=lambda now=now: now, wall=lambda: NOW)
    assert done == [NOW + timedelta(seconds=1)]


def test_endless_work_gives_the_lane_back_after_a_while(database, monkeypatch):
    monkeypatch.setattr(agenda, "PASS_SECONDS", 0.02)
    agenda.work("timed", due=agenda.always)(lambda _, now, wall: True)
    assert run(database) is True


def test_what_is_pending_adds_up_and_the_nearest_moment_counts(session):
    agenda.pending(lambda _, now, wall: agenda.Pending(due=2, next_due=NOW + timedelta(hours=2)))
    agenda.pending(lambda _, now, wall: agenda.Pending(due=1, next_due=NOW + timedelta(hours=1)))
    agenda.pending(lambda _, now, wall: agenda.Pending())
    assert agenda.whole(session, now=NOW, wall=NOW) == agenda.Pending(3, NOW + timedelta(hours=1))
