"""The shop's own limit of counted messages a month: never passed, and nothing is lost at it."""

import pytest

from lstep_lite.engine import deliveries, settings
from lstep_lite.engine.deliveries import holding
from lstep_lite.models import DeliveryState, Lane, SendingRules
from tests.engine.deliveries.conftest import LOST, NOT_SENT, FakeLine, Outbox

SENT, WAITING, SENDING = DeliveryState.SENT, DeliveryState.WAITING, DeliveryState.SENDING


def limit(outbox: Outbox, cap: int | None) -> None:
    with outbox.database.unit() as session:
        session.merge(SendingRules(id=1, monthly_cap=cap))


def lift(outbox: Outbox) -> None:
    holding.go_on(outbox.database, now=outbox.time, wall=outbox.machine_time)


def count(outbox: Outbox, state: DeliveryState) -> int:
    return [delivery.state for delivery in outbox.all()].count(state)


def pause_reason(outbox: Outbox) -> str:
    with outbox.database.read() as session:
        channel = settings.channel(session)
        assert channel
        return channel.pause_reason or ""


def put_to(outbox: Outbox, people: int, lane: Lane = Lane.BULK) -> None:
    for _ in range(people):
        outbox.put(outbox.friend(), "みなさまへ", lane=lane)


def test_a_chunk_that_would_pass_the_limit_is_cut_and_the_rest_waits(outbox: Outbox, line: FakeLine) -> None:
    limit(outbox, 3)
    put_to(outbox, 5)
    assert [len(sent.body["to"]) for sent in outbox.send(Lane.BULK)] == [3]
    assert (count(outbox, SENT), count(outbox, WAITING)) == (3, 2)
    assert "お店で決めた" in pause_reason(outbox)
    asking = outbox.friend()
    outbox.put(asking, "お返事", lane=Lane.REPLY, event=outbox.event(asking))
    assert [sent.way for sent in outbox.send(Lane.REPLY)] == ["reply"], "free replies go on"


@pytest.mark.parametrize("cap", [10, None])
def test_sending_goes_on_when_the_limit_is_raised_or_taken_away(outbox: Outbox, cap: int | None) -> None:
    limit(outbox, 3)
    put_to(outbox, 5)
    outbox.send(Lane.BULK)
    lift(outbox)
    assert outbox.send(Lane.BULK) == []
    limit(outbox, cap)
    lift(outbox)
    outbox.send(Lane.BULK)
    assert count(outbox, SENT) == 5


def test_a_new_month_has_its_own_count_and_what_was_left_is_held_meanwhile(outbox: Outbox) -> None:
    limit(outbox, 3)
    put_to(outbox, 5)
    outbox.send(Lane.BULK)
    outbox.wait(minutes=61)
    deliveries.put_aside_late(outbox.database, now=outbox.time)
    assert count(outbox, DeliveryState.HELD) == 2
    outbox.wait(days=27)
    lift(outbox)
    assert pause_reason(outbox) == ""


def test_what_one_lane_has_on_its_way_takes_room_from_the_others(outbox: Outbox, line: FakeLine) -> None:
    limit(outbox, 3)
    put_to(outbox, 2)
    line.answers = [NOT_SENT]
    outbox.send(Lane.BULK)
    put_to(outbox, 2, Lane.TIMED)
    assert [sent.way for sent in outbox.send(Lane.TIMED)] == ["push"], "two have their place already"
    outbox.wait(seconds=2)
    outbox.send(Lane.BULK)
    assert (count(outbox, SENT), count(outbox, WAITING)) == (3, 1)


def test_what_had_its_place_is_tried_again_while_the_rest_rests(outbox: Outbox, line: FakeLine) -> None:
    limit(outbox, 2)
    line.answers = [LOST]
    put_to(outbox, 3)
    outbox.send(Lane.BULK)
    assert (count(outbox, SENDING), pause_reason(outbox) != "") == (2, True)
    outbox.wait(seconds=2)
    assert [len(sent.body["to"]) for sent in outbox.send(Lane.BULK)] == [2]


def test_a_long_message_takes_as_many_as_it_has_requests(outbox: Outbox) -> None:
    limit(outbox, 3)
    for _ in range(2):
        outbox.put(outbox.friend(), *"123456", lane=Lane.TIMED)
    assert [sent.way for sent in outbox.send(Lane.TIMED)] == ["push", "push"]
    assert (count(outbox, SENT), count(outbox, WAITING)) == (2, 1)


def test_a_long_reply_never_passes_the_limit_with_what_follows_it(outbox: Outbox) -> None:
    limit(outbox, 1)
    asking = outbox.friend()
    outbox.put(asking, *"1234567890ABC", lane=Lane.REPLY, event=outbox.event(asking))
    ways = [sent.way for sent in outbox.send(Lane.REPLY)]
    assert ways == ["reply"] and "お店で決めた" in pause_reason(outbox)


def test_when_the_first_of_two_is_gone_the_message_is_the_others(outbox: Outbox, line: FakeLine) -> None:
    limit(outbox, 10)
    put_to(outbox, 2)
    sender = outbox.sender(Lane.BULK)
    _, groups = sender._claim(10)
    first, second = (outbox.friend_of(delivery.id) for delivery in outbox.all())
    outbox.change(first, is_following=False)
    sender._submit(line, sender._start(groups))  # type: ignore[arg-type]
    sender.finish()
    assert [sent.body["to"] for sent in line.sent] == [second.line_user_id]
    assert [delivery.state for delivery in outbox.all()] == [DeliveryState.SKIPPED, SENT]
