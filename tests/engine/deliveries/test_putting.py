"""Putting messages into the outbox, taking them back, sending them again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lstep_lite.engine import deliveries, messages
from lstep_lite.errors import DomainError
from lstep_lite.models import Delivery, DeliveryState, Friend, Lane
from tests.engine.deliveries.conftest import LOST, NOT_SENT, FakeLine, Outbox
from tests.factories import NOW


def test_putting_the_same_message_twice_keeps_one_and_wakes_its_lane_after_the_commit(
    outbox: Outbox, woken: list[Lane]
) -> None:
    friend = outbox.friend()
    with outbox.database.unit() as session:
        content = messages.freeze(session, [{"kind": "text", "text": "やあ"}], now=NOW)
        how = {"source": "chat", "label": "トーク", "dedupe_key": "one", "lane": Lane.CHAT, "now": NOW}
        first = deliveries.put(session, friend, content, **how)
        again = deliveries.put(session, friend, content, **how)
        assert first is not None and again is None
        assert woken == [], "nothing is committed yet"
    assert woken == [Lane.CHAT]
    assert len(outbox.send()) == 1


def test_a_message_for_later_wakes_nobody_and_waits_for_its_time(outbox: Outbox, woken: list[Lane]) -> None:
    outbox.put(outbox.friend(), "あした", due_at=NOW + timedelta(days=1))
    assert woken == [] and outbox.send() == []
    outbox.wait(days=1)
    assert len(outbox.send()) == 1


def test_a_message_for_many_is_put_in_one_statement_and_once_each(outbox: Outbox) -> None:
    outbox.friend(), outbox.friend()
    for new in (2, 0):
        with outbox.database.unit() as session:
            content = messages.freeze(session, [{"kind": "text", "text": "お知らせ"}], now=NOW)
            put = deliveries.put_many(
                session,
                select(Friend.id),
                content,
                source="broadcasts",
                label="配信",
                key_prefix="broadcast:1",
                lane=Lane.BULK,
                now=NOW,
            )
            assert put == new
    [sent] = outbox.send(Lane.BULK)
    assert sent.way == "multicast" and len(sent.body["to"]) == 2


def test_only_a_waiting_message_can_be_taken_back(outbox: Outbox) -> None:
    friend = outbox.friend()
    waiting = outbox.put(friend, "あした", due_at=NOW + timedelta(days=1))
    sent = outbox.put(friend, "いま")
    outbox.send()
    with outbox.database.unit() as session:
        deliveries.cancel(session, session.get_one(Delivery, waiting), now=NOW)
    assert outbox.state(waiting) is DeliveryState.CANCELLED
    with outbox.database.unit() as session, pytest.raises(DomainError, match="取り消せません"):
        deliveries.cancel(session, session.get_one(Delivery, sent), now=NOW)
    assert outbox.state(sent) is DeliveryState.SENT


def test_everything_that_waits_for_a_friend_can_be_taken_back_at_once(outbox: Outbox) -> None:
    friend, other = outbox.friend(), outbox.friend()
    ids = [outbox.put(friend, "1"), outbox.put(friend, "2", lane=Lane.TIMED), outbox.put(other, "3")]
    with outbox.database.unit() as session:
        assert deliveries.cancel_waiting(session, friend, now=NOW, reason="ブロックしたため") == 2
    assert [outbox.state(id) for id in ids] == [DeliveryState.CANCELLED, DeliveryState.CANCELLED, DeliveryState.WAITING]


def test_a_failed_message_is_sent_again_once_however_often_the_button_is_pressed(
    outbox: Outbox, line: FakeLine
) -> None:
    friend = outbox.friend(is_following=False)
    skipped = outbox.put(friend, "やあ")
    outbox.send()
    assert outbox.state(skipped) is DeliveryState.SKIPPED
    outbox.change(friend, is_following=True)
    with outbox.database.unit() as session:
        again = deliveries.retry(session, session.get_one(Delivery, skipped), staff_id=None, now=NOW)
        assert again.id != skipped
    with outbox.database.unit() as session, pytest.raises(DomainError, match="すでに送り直して"):
        deliveries.retry(session, session.get_one(Delivery, skipped), staff_id=None, now=NOW)
    [sent] = outbox.send()
    assert sent.texts == ["やあ"]


def test_a_message_that_may_have_arrived_is_sent_again_only_when_somebody_says_so(
    outbox: Outbox, line: FakeLine
) -> None:
    line.answers = [LOST] + [NOT_SENT] * 20
    unknown = outbox.put(outbox.friend(), "やあ")
    outbox.send()
    outbox.wait(hours=23)
    outbox.send()
    assert outbox.state(unknown) is DeliveryState.UNKNOWN
    with outbox.database.unit() as session:
        delivery = session.get_one(Delivery, unknown)
        with pytest.raises(DomainError, match="届いている可能性"):
            deliveries.retry(session, delivery, staff_id=None, now=outbox.time)
        deliveries.retry(session, delivery, staff_id=None, now=outbox.time, even_if_unknown=True)
