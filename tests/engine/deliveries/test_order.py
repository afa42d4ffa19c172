"""Who has to wait for whom."""

from datetime import timedelta

from lstep_lite.models import DeliveryState, Lane
from tests.engine.deliveries.conftest import LOST, FakeLine, Outbox
from tests.factories import NOW


def test_messages_for_one_friend_leave_one_after_the_other_in_the_order_they_were_put(
    outbox: Outbox, line: FakeLine
) -> None:
    friend, other = outbox.friend(), outbox.friend()
    for text in ("1", "2", "3"):
        outbox.put(friend, text)
    outbox.put(other, "x")
    sender = outbox.sender(Lane.CHAT)
    _, groups = sender._claim(4)
    assert len(groups) == 2, "one for each friend"
    attempts = sender._start(groups)
    assert sender._claim(4) == ([], []), "the friend's call is in flight"
    sender._submit(line, attempts)  # type: ignore[arg-type]
    while sender.run_pass():
        pass
    sender.finish()
    assert [sent.texts for sent in line.sent if sent.body["to"] == friend.line_user_id] == [["1"], ["2"], ["3"]]


def test_the_older_by_time_goes_first_whatever_was_put_first(outbox: Outbox, line: FakeLine) -> None:
    friend = outbox.friend()
    outbox.put(friend, "予約した分", due_at=NOW + timedelta(minutes=5))
    outbox.put(friend, "その前の分", due_at=NOW + timedelta(minutes=4))
    outbox.wait(minutes=5)
    assert [sent.texts for sent in outbox.send()] == [["その前の分"], ["予約した分"]]


def test_newer_messages_wait_for_one_in_trouble_for_a_minute_and_then_go_ahead(outbox: Outbox, line: FakeLine) -> None:
    friend = outbox.friend()
    line.answers = [LOST] * 6
    stuck = outbox.put(friend, "1")
    outbox.send()
    newer = outbox.put(friend, "2")
    for _ in range(59):
        outbox.wait(seconds=1)
        assert all(sent.texts == ["1"] for sent in outbox.send())
    assert outbox.state(newer) is DeliveryState.WAITING
    line.answers = [LOST] * 10
    outbox.wait(seconds=2)
    outbox.fake.answers = []
    outbox.send()
    assert outbox.state(newer) is DeliveryState.SENT
    outbox.wait(minutes=6)
    outbox.send()
    assert outbox.state(stuck) is DeliveryState.SENT


def test_a_reply_waits_only_for_a_call_in_flight(outbox: Outbox, line: FakeLine) -> None:
    friend = outbox.friend()
    line.answers = [LOST]
    outbox.put(friend, "予約の確認")
    outbox.send()
    event = outbox.event(friend)
    outbox.put(friend, "お返事", lane=Lane.REPLY, event=event)
    outbox.put(friend, "スタッフより")
    assert outbox.send() == [], "what staff write keeps its place"
    [reply] = outbox.send(Lane.REPLY)
    assert reply.way == "reply"


def test_a_retry_waits_while_a_newer_message_is_in_flight(outbox: Outbox, line: FakeLine) -> None:
    friend = outbox.friend()
    line.answers = [LOST]
    outbox.put(friend, "1")
    outbox.send()
    [call] = outbox.calls()
    outbox.change(call, first_at=NOW - timedelta(minutes=2))
    outbox.put(friend, "2", lane=Lane.TIMED)
    timed = outbox.sender(Lane.TIMED)
    attempts = timed._start(timed._claim(1)[1])
    assert len(attempts) == 1
    outbox.wait(seconds=5)
    assert outbox.send() == []
    timed._submit(line, attempts)  # type: ignore[arg-type]
    timed.finish()
    assert [sent.texts for sent in outbox.send()] == [["1"]]


def test_each_lane_sends_its_own(outbox: Outbox) -> None:
    outbox.put(outbox.friend(), "一斉", lane=Lane.BULK)
    outbox.put(outbox.friend(), "トーク", lane=Lane.CHAT)
    assert [sent.texts for sent in outbox.send(Lane.CHAT)] == [["トーク"]]
    assert [sent.texts for sent in outbox.send(Lane.BULK)] == [["一斉"]]


def test_a_message_being_prepared_in_one_lane_holds_back_the_friends_messages_in_the_others(outbox: Outbox) -> None:
    friend = outbox.friend()
    outbox.put(friend, "トーク")
    outbox.put(friend, "一斉", lane=Lane.BULK)
    assert len(outbox.sender(Lane.CHAT)._claim(1)[1]) == 1
    assert outbox.send(Lane.BULK) == []
