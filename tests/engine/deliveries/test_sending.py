"""From a waiting row to LINE's answer."""

from datetime import timedelta

import pytest

from lstep_lite.engine import deliveries
from lstep_lite.engine.deliveries.outcomes import Outcome
from lstep_lite.engine.deliveries.start import Attempt
from lstep_lite.engine.line import Answer
from lstep_lite.models import CallState, DeliveryState, Lane
from tests.engine.deliveries.conftest import (
    ALREADY,
    LOST,
    NOT_SENT,
    OK,
    TOO_FAST,
    FakeLine,
    Outbox,
    refused,
)
from tests.factories import NOW


def test_body_and_retry_key_are_committed_before_line_is_called(outbox: Outbox, line: FakeLine) -> None:
    stored = []
    line.before_answer = lambda sent: stored.extend(outbox.calls())
    friend = outbox.friend(display_name="花子")
    delivery_id = outbox.put(friend, "[name]さん、やあ")
    [sent] = outbox.send()
    [call] = stored
    assert call.state is CallState.IN_FLIGHT and call.attempts == 1
    assert call.retry_key == sent.retry_key is not None
    assert call.body == f'{{"to":"{friend.line_user_id}","messages":[{{"type":"text","text":"花子さん、やあ"}}]}}'
    done = outbox.delivery(delivery_id)
    assert done.state is DeliveryState.SENT and done.is_counted and done.finished_at == NOW
    assert done.call is not None and (done.call.request_id, done.call.sent_message_ids) == ("request-1", ["501"])


@pytest.mark.parametrize(
    ("friend", "words"),
    [
        ({"is_following": False}, "ブロックしている"),
        ({"is_blocked": True}, "こちらでブロック"),
        ({"line_user_id": None}, "LINEの友だちではない"),
    ],
)
def test_nothing_is_sent_to_somebody_who_can_not_receive(outbox: Outbox, friend: dict[str, object], words: str) -> None:
    delivery_id = outbox.put(outbox.friend(**friend), "やあ")
    assert outbox.send() == []
    skipped = outbox.delivery(delivery_id)
    assert skipped.state is DeliveryState.SKIPPED and words in (skipped.reason or "")


def test_many_who_can_not_receive_do_not_hold_up_who_can(outbox: Outbox) -> None:
    for _ in range(20):
        outbox.put(outbox.friend(is_following=False), "やあ")
    outbox.put(outbox.friend(), "やあ")
    assert len(outbox.send()) == 1


def test_who_blocks_us_or_is_taken_back_while_a_message_is_prepared_gets_nothing(outbox: Outbox) -> None:
    blocking, cancelled = outbox.friend(), outbox.friend()
    ids = [outbox.put(blocking, "やあ"), outbox.put(cancelled, "やあ")]
    sender = outbox.sender(Lane.CHAT)
    _, groups = sender._claim(4)
    assert len(groups) == 2
    outbox.change(blocking, is_following=False)
    with outbox.database.unit() as session:
        deliveries.cancel_waiting(session, cancelled, now=NOW, reason="取り消し")
    assert sender._start(groups) == []
    assert [outbox.state(id) for id in ids] == [DeliveryState.SKIPPED, DeliveryState.CANCELLED]


def test_a_message_an_hour_late_is_marked_missed_and_not_sent(outbox: Outbox) -> None:
    late, patient = (
        outbox.put(outbox.friend(), "やあ"),
        outbox.put(outbox.friend(), "やあ", tolerance=timedelta(hours=6)),
    )
    outbox.wait(minutes=61)
    assert len(outbox.send()) == 1
    assert deliveries.put_aside_late(outbox.database, now=outbox.time) == 1
    assert [outbox.state(id) for id in (late, patient)] == [DeliveryState.MISSED, DeliveryState.SENT]


def test_a_message_line_would_refuse_fails_with_the_reason_and_the_others_go(outbox: Outbox) -> None:
    broken = outbox.put(outbox.friend(), blocks=[{"kind": "image", "media_id": 4711}])
    fine = outbox.put(outbox.friend(), "やあ")
    assert len(outbox.send()) == 1
    assert outbox.state(fine) is DeliveryState.SENT
    failed = outbox.delivery(broken)
    assert failed.state is DeliveryState.FAILED and "1つ目" in (failed.reason or "")


@pytest.mark.parametrize(("name", "text"), [("太郎", "太郎さん"), (None, "お客様さん")], ids=["known", "hidden"])
def test_a_name_that_is_not_known_yet_is_asked_for(outbox: Outbox, line: FakeLine, name: str | None, text: str) -> None:
    friend = outbox.friend(display_name=None)
    if name:
        line.names = {str(friend.line_user_id): name}
    outbox.put(friend, "[name]さん")
    assert [sent.texts for sent in outbox.send()] == [[text]]


def test_without_a_connected_account_messages_wait(outbox: Outbox) -> None:
    outbox.is_connected = False
    delivery_id = outbox.put(outbox.friend(), "やあ")
    assert outbox.send() == [] and outbox.state(delivery_id) is DeliveryState.WAITING


@pytest.mark.parametrize("trouble", [LOST, NOT_SENT, TOO_FAST], ids=lambda answer: answer.kind)
def test_trouble_is_tried_again_later_with_the_same_body_and_key(outbox: Outbox, line: FakeLine, trouble) -> None:
    line.answers = [trouble, trouble, ALREADY]
    delivery_id = outbox.put(outbox.friend(), "やあ")
    outbox.send()
    assert outbox.send() == [], "not before a second has passed"
    outbox.wait(seconds=1.5)
    assert len(outbox.send()) == 1
    outbox.wait(seconds=1.5)
    assert outbox.send() == [], "the pause doubles"
    outbox.wait(seconds=1.5)
    outbox.send()
    assert len(line.sent) == 3 and len({str(sent) for sent in line.sent}) == 1
    assert outbox.state(delivery_id) is DeliveryState.SENT


def test_a_refusal_is_final_and_shown_in_lines_own_words(outbox: Outbox, line: FakeLine) -> None:
    line.answers = [refused("messages[0].text")]
    delivery_id = outbox.put(outbox.friend(), "やあ")
    outbox.send()
    outbox.wait(hours=1)
    assert outbox.send() == []
    failed = outbox.delivery(delivery_id)
    assert failed.state is DeliveryState.FAILED and "messages[0].text: May not be empty" in (failed.reason or "")


@pytest.mark.parametrize(
    ("trouble", "state"), [(LOST, DeliveryState.UNKNOWN), (NOT_SENT, DeliveryState.FAILED)], ids=["unknown", "failed"]
)
def test_a_retry_key_is_never_used_after_23_hours(outbox: Outbox, line: FakeLine, trouble, state) -> None:
    line.answers = [trouble]
    delivery_id = outbox.put(outbox.friend(), "やあ", tolerance=timedelta(days=2))
    outbox.send()
    outbox.wait(hours=23)
    assert outbox.send() == [] and outbox.state(delivery_id) is state


def test_what_never_reached_line_is_missed_when_its_time_is_over(outbox: Outbox, line: FakeLine) -> None:
    line.answers = [NOT_SENT]
    delivery_id = outbox.put(outbox.friend(), "やあ")
    outbox.send()
    outbox.wait(minutes=61)
    assert outbox.send() == [] and outbox.state(delivery_id) is DeliveryState.MISSED


def test_a_call_whose_worker_died_is_made_again_by_another_when_the_lease_ends(outbox: Outbox, line: FakeLine) -> None:
    delivery_id = outbox.put(outbox.friend(), "やあ")
    dead = outbox.sender(Lane.CHAT, owner="dead")
    _, groups = dead._claim(1)
    [attempt] = dead._start(groups)
    outbox.wait(seconds=29)
    assert outbox.send() == [], "it may still be working"
    outbox.wait(seconds=2)
    [sent] = outbox.send()
    assert sent.retry_key == attempt.retry_key
    assert outbox.state(delivery_id) is DeliveryState.SENT


def test_a_call_that_waited_too_long_for_a_thread_is_left_for_the_next_turn(outbox: Outbox, line: FakeLine) -> None:
    delivery_id = outbox.put(outbox.friend(), "やあ")
    sender = outbox.sender(Lane.CHAT)
    attempts = sender._start(sender._claim(1)[1])
    outbox.wait(seconds=21)  # ten seconds for the call itself, and the lease is over
    sender._submit(line, attempts)  # type: ignore[arg-type]
    sender.finish()
    assert line.sent == [] and outbox.state(delivery_id) is DeliveryState.SENDING
    outbox.wait(seconds=2)
    assert len(outbox.send()) == 1


def test_what_a_dead_worker_was_preparing_or_sending_is_free_as_soon_as_its_death_is_known(outbox: Outbox) -> None:
    for _ in range(2):
        outbox.put(outbox.friend(), "やあ")
    dead = outbox.sender(Lane.CHAT, owner="dead")
    _, groups = dead._claim(2)
    dead._start(groups[:1])
    assert outbox.send() == []
    with outbox.database.unit() as session:
        deliveries.release(session, ["dead"], wall=outbox.machine_time)
    assert len(outbox.send()) == 2


def test_the_answer_of_a_worker_believed_dead_still_counts(outbox: Outbox, line: FakeLine) -> None:
    delivery_id = outbox.put(outbox.friend(), "やあ")
    slow = outbox.sender(Lane.CHAT, owner="slow")
    _, groups = slow._claim(1)
    attempts = slow._start(groups)
    line.answers = [LOST]
    outbox.wait(seconds=31)
    outbox.send()
    assert outbox.state(delivery_id) is DeliveryState.SENDING
    hear(slow, attempts[0], OK)
    assert outbox.state(delivery_id) is DeliveryState.SENT
    outbox.wait(minutes=1)
    assert outbox.send() == []


def test_an_answer_is_written_down_however_many_wake_ups_stand_before_it(outbox: Outbox) -> None:
    delivery_id = outbox.put(outbox.friend(), "やあ")
    sender = outbox.sender(Lane.CHAT)
    for _ in range(200):
        sender.wake()
    passes = 0
    while outbox.state(delivery_id) is not DeliveryState.SENT and passes < 100:
        sender.run_pass()
        passes += 1
    assert outbox.state(delivery_id) is DeliveryState.SENT
    sender.finish()


def test_trouble_told_late_changes_nothing_about_a_call_that_somebody_else_makes_or_has_made(
    outbox: Outbox, line: FakeLine
) -> None:
    outbox.put(outbox.friend(), "やあ")
    slow, next_one = outbox.sender(Lane.CHAT, owner="slow"), outbox.sender(Lane.CHAT, owner="next")
    first = slow._start(slow._claim(1)[1])
    outbox.wait(seconds=31)
    second, _ = next_one._claim(1)
    for sender, attempt, answer, state in (
        (slow, first[0], LOST, CallState.IN_FLIGHT),
        (next_one, second[0], OK, CallState.ACCEPTED),
        (slow, first[0], LOST, CallState.ACCEPTED),
    ):
        hear(sender, attempt, answer)
        assert [call.state for call in outbox.calls()] == [state]


def hear(sender: deliveries.Sender, attempt: Attempt, answer: Answer) -> None:
    """LINE's *answer* reaches *sender*, however late."""
    sender._answered = [Outcome(attempt, answer)]
    sender._record()


def test_a_call_that_waited_here_too_long_is_made_soon_however_often_that_happens(
    outbox: Outbox, line: FakeLine
) -> None:
    delivery_id = outbox.put(outbox.friend(), "こんにちは")
    for _ in range(5):
        sender = outbox.sender(Lane.CHAT)
        again, groups = sender._claim(1)
        attempts = again or sender._start(groups)
        outbox.wait(seconds=25)  # the lease of thirty is nearly over
        sender._submit(line, attempts)  # type: ignore[arg-type]
        sender.finish()
        outbox.wait(seconds=1)
    assert line.sent == []
    outbox.send()
    assert [sent.texts for sent in line.sent] == [["こんにちは"]]
    assert outbox.state(delivery_id) is DeliveryState.SENT
