"""Broadcasts that are paused, stopped, out of allowance, or late."""

from datetime import timedelta

import pytest

from lstep_lite.engine import agenda, broadcasts, deliveries
from lstep_lite.engine.broadcasts import Outcome, VariantDraft, pausing, putting
from lstep_lite.engine.deliveries.pausing import MONTHLY_LIMIT
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    AfterLimit,
    BroadcastState,
    Channel,
    Lane,
    Verdict,
)
from tests.engine.broadcasts.conftest import DAY, HOUR, PERSONAL, book, do, friends, go, numbers, rules, user_ids, work
from tests.engine.deliveries.conftest import NO_MORE
from tests.factories import NOW


def test_pausing_holds_what_waits_and_resuming_loses_nothing(session, outbox, staff_id, monkeypatch):
    monkeypatch.setattr(putting, "CHUNK", 2)
    reached = friends(session, 5)
    broadcast = book(session, staff_id)
    outbox.wait(minutes=1)
    for _ in range(3):  # start, gather, put two
        broadcasts.work(outbox.database, now=outbox.time, wall=outbox.machine_time)
    do(session, broadcasts.pause, broadcast, now=outbox.time)
    assert work(outbox) == []
    assert numbers(session, broadcast) == {"held": 2, "waiting": 3}
    assert go(outbox, session, broadcast, after=DAY) == []
    do(session, broadcasts.resume, broadcast, now=outbox.time)
    assert sorted(go(outbox, session, broadcast, after=timedelta(0))) == user_ids(reached)
    assert broadcast.totals == {"sent": 5}


def test_stopping_on_the_way_sends_no_more(session, outbox, staff_id):
    friends(session, 4)
    broadcast = book(session, staff_id, per_minute=1)
    assert len(go(outbox, session, broadcast)) == 1
    do(session, broadcasts.stop, broadcast, now=outbox.time)
    assert go(outbox, session, broadcast, after=DAY) == []
    assert (broadcast.state, broadcast.totals) == (BroadcastState.CANCELLED, {"sent": 1, "cancelled": 3})
    assert broadcasts.members(session, broadcast, outcome=Outcome.CANCELLED, now=outbox.time).total_count == 3
    assert broadcasts.members(session, broadcast, outcome=Outcome.WAITING, now=outbox.time).total_count == 0


@pytest.mark.parametrize("after_limit", AfterLimit)
def test_a_used_up_allowance_pauses_it_and_nothing_is_lost(session, outbox, staff_id, after_limit):
    rules(session, after_limit=after_limit)
    reached = friends(session, 3)
    broadcast = book(session, staff_id, variants=[VariantDraft(PERSONAL)])
    outbox.fake.answers = [NO_MORE] * 3
    go(outbox, session, broadcast)
    assert (broadcast.state, broadcast.pause_reason) == (BroadcastState.PAUSED, MONTHLY_LIMIT)
    with pytest.raises(DomainError, match="まだ再開できません"):
        broadcasts.resume(session, broadcast, now=outbox.time)
    session.rollback()
    [left] = deliveries.left_over(session, now=outbox.time)
    assert (left.kind, left.leftover.people) == ("broadcasts", 3)
    outbox.fake.sent.clear()
    channel = session.get_one(Channel, 1)
    channel.paused_at = channel.pause_reason = None
    session.commit()
    people = go(outbox, session, broadcast, after=20 * DAY)
    if after_limit is AfterLimit.BY_HAND:
        assert people == []
        deliveries.decide(session, left.kind, left.leftover.key, Verdict.SEND, staff_id=staff_id, now=outbox.time)
        session.commit()
        agenda.run(outbox.database, Lane.BULK, now=lambda: outbox.time, wall=lambda: outbox.machine_time)
        people = go(outbox, session, broadcast, after=timedelta(0))
    assert sorted(people) == user_ids(reached)
    assert broadcast.totals == {"sent": 3}


def test_after_a_long_outage_it_is_missed_until_somebody_says_what_to_do(session, outbox, staff_id):
    friends(session, 2)
    sent, dropped = book(session, staff_id), book(session, staff_id)
    assert go(outbox, session, sent, after=2 * HOUR) == []
    session.refresh(dropped)
    assert (sent.state, dropped.state) == (BroadcastState.MISSED, BroadcastState.MISSED)
    do(session, broadcasts.send_missed, sent, now=outbox.time)
    do(session, broadcasts.drop_missed, dropped, now=outbox.time)
    assert len(go(outbox, session, sent, after=timedelta(0))) == 2
    session.refresh(dropped)
    assert dropped.state is BroadcastState.CANCELLED


def test_an_outage_on_the_way_pauses_it_instead_of_bursting(session, outbox, staff_id):
    friends(session, 3)
    broadcast = book(session, staff_id, per_minute=1)
    go(outbox, session, broadcast)
    assert go(outbox, session, broadcast, after=3 * HOUR) == []
    assert (broadcast.state, broadcast.pause_reason) == (BroadcastState.PAUSED, pausing.OUTAGE)
    do(session, broadcasts.resume, broadcast, now=outbox.time)
    assert len(go(outbox, session, broadcast, after=timedelta(0))) == 1


def test_the_clock_of_the_demo_stops_when_it_goes_out(session, outbox, staff_id):
    friends(session, 1)
    broadcast = book(session, staff_id, planned_at=NOW + HOUR)
    assert agenda.whole(session, now=NOW, wall=NOW).next_due == NOW + HOUR
    go(outbox, session, broadcast, after=HOUR)
    assert agenda.whole(session, now=outbox.time, wall=outbox.machine_time) == agenda.Pending(0, None)
