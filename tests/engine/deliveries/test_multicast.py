"""One request for many: the same content goes by multicast, personal content by pushes."""

from lstep_lite.engine import settings
from lstep_lite.models import CallKind, Channel, DeliveryState, Lane
from tests.engine.deliveries.conftest import LOST, NO_MORE, OK, FakeLine, Outbox, refused


def put_for(outbox: Outbox, count: int, text: str = "お知らせ") -> tuple[list[str], list[int]]:
    friends = [outbox.friend() for _ in range(count)]
    return [str(friend.line_user_id) for friend in friends], [outbox.put(f, text, lane=Lane.BULK) for f in friends]


def test_the_same_content_for_many_is_one_request_with_one_key(outbox: Outbox) -> None:
    users, ids = put_for(outbox, 3)
    [sent] = outbox.send(Lane.BULK)
    assert (sent.way, sent.body["to"], sent.texts) == ("multicast", users, ["お知らせ"]) and sent.retry_key
    assert [(row.state, row.is_counted) for row in map(outbox.delivery, ids)] == [(DeliveryState.SENT, True)] * 3


def test_personal_content_goes_by_a_push_each(outbox: Outbox) -> None:
    put_for(outbox, 3, "[name]さん")
    assert {sent.way for sent in outbox.send(Lane.BULK)} == {"push"}


def test_a_friend_with_an_older_message_on_its_way_leaves_the_chunk_and_follows_later(
    outbox: Outbox, line: FakeLine
) -> None:
    users, _ids = put_for(outbox, 3)
    busy = outbox.friend()
    line.answers = [LOST]
    outbox.put(busy, "トーク")
    outbox.send()
    last = outbox.put(busy, "お知らせ", lane=Lane.BULK)
    [sent] = outbox.send(Lane.BULK)
    assert sent.body["to"] == users
    outbox.wait(seconds=2)
    outbox.send()
    [sent] = outbox.send(Lane.BULK)
    assert (sent.way, sent.body["to"]) == ("push", busy.line_user_id) and outbox.state(last) is DeliveryState.SENT


def test_a_person_line_does_not_know_is_left_out_of_a_new_request_with_a_new_key(
    outbox: Outbox, line: FakeLine
) -> None:
    users, ids = put_for(outbox, 3)
    line.answers = [refused(message="The property, to[1], in the request body is invalid")]
    first, second = outbox.send(Lane.BULK)
    assert second.body["to"] == [users[0], users[2]] and second.retry_key != first.retry_key
    assert [outbox.state(id) for id in ids] == [DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SENT]


def test_after_three_such_answers_everyone_gets_a_push(outbox: Outbox, line: FakeLine) -> None:
    _, ids = put_for(outbox, 6)
    line.answers = [refused("to[0]")] * 3
    sent = outbox.send(Lane.BULK)
    assert [request.way for request in sent] == ["multicast"] * 3 + ["push"] * 3
    assert [outbox.state(id) for id in ids] == [DeliveryState.FAILED] * 3 + [DeliveryState.SENT] * 3


def test_a_chunk_without_answer_goes_to_the_same_people_again(outbox: Outbox, line: FakeLine) -> None:
    _, ids = put_for(outbox, 3)
    line.answers = [LOST]
    outbox.send(Lane.BULK)
    outbox.change(outbox.friend_of(ids[0]), is_following=False)
    outbox.wait(seconds=2)
    [again] = outbox.send(Lane.BULK)
    assert again == line.sent[0], "the first attempt is recorded: nothing about it changes any more"


def test_a_content_of_more_than_five_bubbles_goes_on_in_a_second_request(outbox: Outbox) -> None:
    texts = [str(n) for n in range(1, 8)]
    for _ in range(2):
        outbox.put(outbox.friend(), *texts, lane=Lane.BULK)
    first, second = outbox.send(Lane.BULK)
    assert (first.texts, second.texts) == (texts[:5], texts[5:])
    assert first.body["to"] == second.body["to"]
    assert {(call.kind, call.after_id is None) for call in outbox.calls()} == {
        (CallKind.MULTICAST, True),
        (CallKind.MULTICAST, False),
    }


def test_what_is_left_of_a_long_message_goes_apart_from_the_whole_of_it(outbox: Outbox, line: FakeLine) -> None:
    """The month ended between its two requests: those people need the rest, others need all."""
    line.answers = [OK, NO_MORE]
    for _ in range(2):
        outbox.put(outbox.friend(), *"123456", lane=Lane.BULK)
    outbox.send(Lane.BULK)
    with outbox.database.unit() as session:
        settings.resume(session.get_one(Channel, 1))
    for _ in range(2):
        outbox.put(outbox.friend(), *"123456", lane=Lane.BULK)
    sent = outbox.send(Lane.BULK)
    assert sorted((len(each.body["to"]), "".join(each.texts)) for each in sent) == [(2, "12345"), (2, "6"), (2, "6")]
