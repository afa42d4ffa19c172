"""Free replies: everything put for one event leaves together, and the token decides."""

from collections.abc import Sequence

import pytest

from lstep_lite.models import DeadReply, DeliveryState, Lane, Shop
from tests.engine.deliveries.conftest import DEAD_REPLY, LOST, NOT_SENT, FakeLine, Outbox, refused
from tests.factories import a_shop

SENT, FAILED, MISSED, UNKNOWN = (
    DeliveryState.SENT,
    DeliveryState.FAILED,
    DeliveryState.MISSED,
    DeliveryState.UNKNOWN,
)


@pytest.fixture(autouse=True)
def _the_shop_does_not_pay_for_late_replies(outbox: Outbox) -> None:
    with outbox.database.unit() as session:
        a_shop(session)


def pay_for_late_replies(outbox: Outbox) -> None:
    with outbox.database.unit() as session:
        session.get_one(Shop, 1).dead_reply = DeadReply.PUSH


def put_replies(outbox: Outbox, *messages: Sequence[str]) -> list[int]:
    """One delivery for each of *messages*, all answering one event."""
    friend = outbox.friend()
    event = outbox.event(friend)
    return [outbox.put(friend, *texts, lane=Lane.REPLY, event=event, key=f"{n}") for n, texts in enumerate(messages)]


def states(outbox: Outbox, ids: Sequence[int]) -> list[DeliveryState]:
    return [outbox.state(id) for id in ids]


def test_all_answers_to_one_event_are_one_free_reply_in_put_order(outbox: Outbox) -> None:
    ids = put_replies(outbox, ["あいさつ", "つづき"], ["お返事"])
    [sent] = outbox.send(Lane.REPLY)
    assert sent.way == "reply" and sent.retry_key is None and sent.body["replyToken"] == "token"
    assert sent.texts == ["あいさつ", "つづき", "お返事"]
    assert [(row.state, row.is_counted, row.first_part) for row in map(outbox.delivery, ids)] == [
        (SENT, False, 0),
        (SENT, False, 2),
    ]


def test_what_is_beyond_five_bubbles_follows_as_a_counted_push(outbox: Outbox) -> None:
    ids = put_replies(outbox, ["1", "2", "3"], ["4", "5", "6", "7"], ["8"])
    reply, push = outbox.send(Lane.REPLY)
    assert (reply.way, reply.texts) == ("reply", ["1", "2", "3", "4", "5"])
    assert (push.way, push.texts) == ("push", ["6", "7", "8"])
    assert states(outbox, ids) == [SENT, SENT, SENT]
    assert [(row.content_from, row.content_to, row.is_counted) for row in outbox.all()] == [
        (0, None, False),
        (0, 2, False),
        (0, None, True),
        (2, None, True),
    ], "the delivery that was cut goes on in a row of its own"


def test_a_part_line_refuses_fails_alone_and_the_rest_goes_with_the_same_token(outbox: Outbox, line: FakeLine) -> None:
    line.answers = [refused("messages[1].text")]
    ids = put_replies(outbox, ["1"], ["2"], ["3"])
    _first, second = outbox.send(Lane.REPLY)
    assert (second.way, second.body["replyToken"], second.texts) == ("reply", "token", ["1", "3"])
    assert states(outbox, ids) == [SENT, FAILED, SENT]


def test_what_follows_a_reply_waits_for_its_second_try_as_well(outbox: Outbox, line: FakeLine) -> None:
    line.answers = [refused("messages[0].text"), NOT_SENT]
    put_replies(outbox, ["1"], ["2", "3", "4", "5", "6"])
    assert [sent.way for sent in outbox.send(Lane.REPLY)] == ["reply", "reply"]
    outbox.wait(seconds=2)
    assert [sent.texts for sent in outbox.send(Lane.REPLY)] == [["2", "3", "4", "5"], ["6"]]


def test_a_reply_whose_worker_died_may_have_arrived(outbox: Outbox, line: FakeLine) -> None:
    pay_for_late_replies(outbox)
    [id] = put_replies(outbox, ["お返事"])
    dead = outbox.sender(Lane.REPLY, owner="dead")
    dead._start(dead._claim(1)[1])
    outbox.wait(seconds=31)
    line.answers = [DEAD_REPLY]
    assert [sent.way for sent in outbox.send(Lane.REPLY)] == ["reply"]
    assert outbox.send(Lane.REPLY) == [] and outbox.state(id) is UNKNOWN


def test_a_reply_without_answer_is_tried_again_with_the_same_token(outbox: Outbox, line: FakeLine) -> None:
    line.answers = [LOST]
    ids = put_replies(outbox, ["お返事"])
    outbox.send(Lane.REPLY)
    outbox.wait(seconds=2)
    [again] = outbox.send(Lane.REPLY)
    assert again == line.sent[0] and states(outbox, ids) == [SENT]


def test_a_token_dead_after_an_unknown_attempt_ends_as_unknown_and_is_never_pushed(
    outbox: Outbox, line: FakeLine
) -> None:
    pay_for_late_replies(outbox)
    line.answers = [LOST, DEAD_REPLY]
    ids = put_replies(outbox, ["お返事"])
    outbox.send(Lane.REPLY)
    outbox.wait(seconds=2)
    outbox.send(Lane.REPLY)
    outbox.wait(hours=1)
    assert outbox.send(Lane.REPLY) == [] and states(outbox, ids) == [UNKNOWN]
    assert "届いたか確認できません" in (outbox.delivery(ids[0]).reason or "")


def test_a_token_dead_before_any_attempt_could_succeed_is_missed_with_all_that_follows(
    outbox: Outbox, line: FakeLine
) -> None:
    line.answers = [NOT_SENT, DEAD_REPLY]
    put_replies(outbox, ["1", "2", "3"], ["4", "5", "6"])
    outbox.send(Lane.REPLY)
    outbox.wait(seconds=2)
    outbox.send(Lane.REPLY)
    assert outbox.send(Lane.REPLY) == []
    assert {row.state for row in outbox.all()} == {MISSED}


def test_a_dead_token_is_replaced_by_one_push_if_the_shop_pays_for_it(outbox: Outbox, line: FakeLine) -> None:
    pay_for_late_replies(outbox)
    line.answers = [DEAD_REPLY]
    ids = put_replies(outbox, ["1"], ["2"])
    _, push = outbox.send(Lane.REPLY)
    assert (push.way, push.texts) == ("push", ["1", "2"]) and push.retry_key
    assert [(row.state, row.is_counted) for row in map(outbox.delivery, ids)] == [(SENT, True)] * 2


def test_who_blocks_us_before_that_push_gets_nothing(outbox: Outbox, line: FakeLine) -> None:
    pay_for_late_replies(outbox)
    line.answers = [DEAD_REPLY]
    [id] = put_replies(outbox, ["1"])
    line.before_answer = lambda sent: outbox.change(outbox.friend_of(id), is_following=False)
    outbox.send(Lane.REPLY)
    assert len(line.sent) == 1 and outbox.state(id) is DeliveryState.SKIPPED


def test_what_staff_write_is_pushed_when_the_free_reply_is_over(outbox: Outbox, line: FakeLine) -> None:
    line.answers = [DEAD_REPLY]
    friend = outbox.friend()
    outbox.put(friend, "ただいま確認します", event=outbox.event(friend))
    reply, push = outbox.send()
    assert (reply.way, push.way, push.texts) == ("reply", "push", ["ただいま確認します"])


def test_a_token_is_used_once(outbox: Outbox, line: FakeLine) -> None:
    friend = outbox.friend()
    event = outbox.event(friend)
    outbox.put(friend, "自動", lane=Lane.REPLY, event=event)
    assert [sent.way for sent in outbox.send(Lane.REPLY)] == ["reply"]
    outbox.put(friend, "スタッフより", event=event)
    assert [sent.way for sent in outbox.send()] == ["push"]
    late = outbox.put(friend, "遅れた自動", lane=Lane.REPLY, event=event)
    assert outbox.send(Lane.REPLY) == [] and outbox.state(late) is MISSED
