"""The month's allowance is used up: counted messages rest, free replies go on."""

from datetime import timedelta

from lstep_lite.engine import deliveries, settings
from lstep_lite.engine.line import Quota
from lstep_lite.models import DeliveryState, Lane
from tests.engine.deliveries.conftest import LOST, NO_MORE, NO_TOKEN, FakeLine, Outbox


def pause_reason(outbox: Outbox) -> str | None:
    with outbox.database.read() as session:
        channel = settings.channel(session)
        assert channel
        return channel.pause_reason


def recheck(outbox: Outbox) -> None:
    deliveries.recheck(outbox.database, outbox, now=outbox.time, wall=outbox.machine_time)  # type: ignore[arg-type]


def test_counted_messages_rest_when_the_month_is_used_up_and_go_on_when_line_allows_it(
    outbox: Outbox, line: FakeLine
) -> None:
    line.answers = [NO_MORE]
    line.allowance = Quota(limit=200, used=200)
    first = outbox.put(outbox.friend(), "1", tolerance=timedelta(days=2))
    outbox.send()
    second = outbox.put(outbox.friend(), "2", tolerance=timedelta(days=2))
    outbox.wait(minutes=5)
    assert outbox.send() == [] and "使い切った" in (pause_reason(outbox) or "")
    outbox.wait(minutes=5)
    recheck(outbox)
    assert outbox.send() == [], "LINE still says no"
    line.allowance = Quota(limit=200, used=0)
    outbox.wait(minutes=10)
    recheck(outbox)
    assert pause_reason(outbox) is None
    outbox.send()
    assert [outbox.state(id) for id in (first, second)] == [DeliveryState.SENT, DeliveryState.SENT]


def test_free_replies_go_on_while_counted_messages_rest(outbox: Outbox, line: FakeLine) -> None:
    line.answers = [NO_MORE]
    outbox.put(outbox.friend(), "1")
    outbox.send()
    asking = outbox.friend()
    outbox.put(asking, "お返事", lane=Lane.REPLY, event=outbox.event(asking))
    outbox.put(outbox.friend(), "あいさつ", lane=Lane.REPLY)
    assert [sent.way for sent in outbox.send(Lane.REPLY)] == ["reply"]


def test_a_message_that_rests_too_long_is_missed(outbox: Outbox, line: FakeLine) -> None:
    line.answers = [NO_MORE]
    tried, untried = outbox.put(outbox.friend(), "1"), outbox.put(outbox.friend(), "2")
    sender = outbox.sender(Lane.CHAT)
    _, groups = sender._claim(1)
    sender._submit(line, sender._start(groups))  # type: ignore[arg-type]
    sender.finish()
    outbox.wait(minutes=61)
    deliveries.put_aside_late(outbox.database, now=outbox.time)
    recheck(outbox)
    outbox.send()
    assert [outbox.state(id) for id in (tried, untried)] == [DeliveryState.MISSED, DeliveryState.MISSED]


def test_a_new_month_is_noticed_at_once(outbox: Outbox, line: FakeLine) -> None:
    line.allowance = Quota(limit=200, used=200)
    recheck(outbox)
    line.answers = [NO_MORE]
    outbox.put(outbox.friend(), "1")
    outbox.send()
    line.allowance = Quota(limit=200, used=0)
    outbox.time += timedelta(days=27)
    recheck(outbox)
    assert pause_reason(outbox) is None


def test_a_rejected_access_token_rests_counted_messages_too(outbox: Outbox, line: FakeLine) -> None:
    line.answers = [NO_TOKEN]
    outbox.put(outbox.friend(), "1")
    outbox.send()
    outbox.put(outbox.friend(), "2")
    outbox.wait(minutes=1)
    assert outbox.send() == [] and "接続情報" in (pause_reason(outbox) or "")


def test_what_somebody_stopped_by_hand_does_not_start_by_itself(outbox: Outbox) -> None:
    with outbox.database.unit() as session:
        channel = settings.channel(session)
        assert channel
        channel.paused_at, channel.pause_reason = outbox.time, "復元したため"
    recheck(outbox)
    assert pause_reason(outbox) == "復元したため"


def test_a_push_that_waited_a_day_for_its_first_attempt_has_a_day_for_its_retries(
    outbox: Outbox, line: FakeLine
) -> None:
    line.answers = [NO_MORE]
    outbox.put(outbox.friend(), "x", tolerance=timedelta(days=2))
    outbox.send()
    asking = outbox.friend()
    event = outbox.event(asking)
    outbox.put(asking, *"123456", lane=Lane.REPLY, event=event, tolerance=timedelta(days=2))
    assert [sent.way for sent in outbox.send(Lane.REPLY)] == ["reply"]
    outbox.wait(days=1)
    recheck(outbox)
    line.answers = [LOST]
    assert [sent.texts for sent in outbox.send(Lane.REPLY)] == [["6"]]
    outbox.wait(seconds=2)
    assert [sent.texts for sent in outbox.send(Lane.REPLY)] == [["6"]]
