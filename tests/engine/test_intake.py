"""Webhook events: stored whole and once, then worked through in each friend's own order."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import intake, registry, triggers
from lstep_lite.engine.intake import processing
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    ChatMessage,
    EventState,
    Friend,
    Media,
    MediaState,
    Origin,
    Talk,
    TimelineEntry,
    WebhookEvent,
)
from tests.factories import NOW, a_text_event, an_event

assert registry

ANN, BOB = f"U{'a' * 32}", f"U{'b' * 32}"


def later(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)


def store(database: Database, *events: Any) -> int:
    with database.unit() as session:
        return intake.store(session, {"destination": "Ubot", "events": list(events)}, now=NOW)


def process(database: Database, *, wall: Any = NOW, limit: int = 100) -> int:
    return intake.process_due(database, now=NOW, wall=wall, limit=limit)


def happened(session: Session, friend: Friend) -> list[str]:
    rows = session.scalars(select(TimelineEntry).where(TimelineEntry.friend_id == friend.id).order_by(TimelineEntry.id))
    return [row.kind for row in rows]


def friend_of(session: Session, user_id: str) -> Friend:
    return session.scalars(select(Friend).where(Friend.line_user_id == user_id)).one()


def states(session: Session) -> list[EventState]:
    return [event.state for event in session.scalars(select(WebhookEvent).order_by(WebhookEvent.id))]


def test_an_event_that_comes_again_is_stored_once(database: Database, session: Session) -> None:
    event = a_text_event(ANN, "予約したい")
    again = event | {"deliveryContext": {"isRedelivery": True}}
    assert store(database, event, event) == 1
    assert store(database, again) == 0
    assert process(database) == 1
    assert process(database) == 0
    assert session.scalars(select(ChatMessage.text)).all() == ["予約したい"]


def test_an_event_without_an_id_is_known_by_its_content(database: Database) -> None:
    event = an_event("follow", ANN)
    del event["webhookEventId"]
    assert store(database, event) == 1
    assert store(database, event | {"deliveryContext": {"isRedelivery": True}}) == 0


@pytest.mark.parametrize(
    "odd",
    [
        None,
        17,
        {},
        {"type": "message"},
        {"type": "message", "timestamp": 1, "source": {"type": "user", "userId": ANN}},
        {"type": "message", "timestamp": 1, "message": {"id": 5, "type": "text", "text": "x"}},
        {"type": "message", "timestamp": 1, "message": {"id": "5", "type": "text"}},
        {"type": "unsend", "timestamp": 1, "unsend": []},
        {"type": "postback", "timestamp": 1, "postback": {}},
        {"type": "follow", "timestamp": True},
        {"type": "follow", "timestamp": 10**30},
        {"type": "follow\x00", "timestamp": 1},
        {"type": "follow", "timestamp": 1, "source": None},
        {"type": "follow", "timestamp": 1, "source": {"type": "user", "userId": "U\x00"}},
        {"type": "follow", "timestamp": 1, "replyToken": {}},
        "\ud800",
    ],
)
def test_one_odd_event_is_kept_and_costs_no_other(database: Database, session: Session, odd: Any) -> None:
    assert store(database, odd, an_event("follow", ANN)) == 2
    assert process(database) == 1
    assert states(session) == [EventState.MALFORMED, EventState.DONE]


@pytest.mark.parametrize("body", [None, [], {}, {"events": {}}, {"events": None}])
def test_what_is_no_webhook_is_refused(database: Database, body: Any) -> None:
    with pytest.raises(intake.NotAWebhook), database.unit() as session:
        intake.store(session, body, now=NOW)


def test_groups_and_unknown_kinds_are_kept_and_ignored(database: Database, session: Session) -> None:
    in_group = a_text_event(ANN, "x") | {"source": {"type": "group", "groupId": "C1", "userId": ANN}}
    failed_link = {"type": "accountLink", "timestamp": 1793000000000, "link": {"result": "failed", "nonce": "n"}}
    store(database, in_group, failed_link, an_event("beacon", ANN), an_event("somethingNew", BOB))
    process(database)
    assert states(session) == [EventState.IGNORED] * 4
    assert session.scalars(select(Friend)).all() == []


def test_each_friends_events_are_processed_in_the_order_they_happened(database: Database, session: Session) -> None:
    store(database, a_text_event(ANN, "three", at=later(3)), a_text_event(BOB, "one", at=later(9)))
    store(database, a_text_event(ANN, "two", at=later(2)), a_text_event(ANN, "one", at=later(1)))
    assert process(database) == 4
    ids = select(ChatMessage.text).join(Friend, Friend.id == ChatMessage.friend_id).order_by(ChatMessage.id)
    assert session.scalars(ids.where(Friend.line_user_id == ANN)).all() == ["one", "two", "three"]


def test_a_pass_processes_no_more_than_its_limit(database: Database) -> None:
    store(database, *(a_text_event(ANN, str(number), at=later(number)) for number in range(5)))
    assert process(database, limit=3) == 3
    assert process(database, limit=3) == 2


def test_nobody_waits_for_a_friend_who_sends_a_hundred(database: Database, session: Session) -> None:
    store(database, *(a_text_event(ANN, str(number), at=later(number)) for number in range(9)))
    store(database, a_text_event(BOB, "hello"))
    process(database, limit=3)
    assert session.scalars(select(ChatMessage.text).order_by(ChatMessage.id)).all() == ["0", "hello", "1"]


def test_workers_at_once_never_take_one_event_twice_or_out_of_order(fresh_database: Database) -> None:
    taps = [
        an_event("postback", user, at=later(number), postback={"data": str(number)})
        for number in range(15)
        for user in (ANN, BOB)
    ]
    store(fresh_database, *taps)

    def work() -> None:
        while process(fresh_database, limit=3):
            pass

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    work()  # what one of them left because another had it just then
    with fresh_database.read() as session:
        for user_id in (ANN, BOB):
            entries = select(TimelineEntry).join(Friend, Friend.id == TimelineEntry.friend_id)
            mine = entries.where(Friend.line_user_id == user_id).order_by(TimelineEntry.id)
            facts = [entry.facts.get("data", entry.kind) for entry in session.scalars(mine)]
            assert facts == ["friend.recognised", *map(str, range(15))]


# Following


def test_a_new_friend_is_told_from_one_who_comes_back(database: Database, session: Session) -> None:
    store(database, an_event("follow", ANN, follow={"isUnblocked": False}))
    store(database, an_event("follow", BOB, follow={"isUnblocked": True}))
    process(database)
    entries = session.scalars(select(TimelineEntry).order_by(TimelineEntry.id)).all()
    assert [(entry.kind, entry.facts["kind"]) for entry in entries] == [
        ("friend.followed", "new"),
        ("friend.followed", "returning"),
    ]
    assert friend_of(session, ANN).origin is Origin.ADDED
    assert friend_of(session, ANN).is_following


def test_blocking_and_coming_back_is_news_each_time(database: Database, session: Session) -> None:
    store(
        database,
        an_event("follow", ANN),
        an_event("unfollow", ANN, at=later(1)),
        an_event("follow", ANN, at=later(2), follow={"isUnblocked": True}),
    )
    process(database)
    assert happened(session, friend_of(session, ANN)) == ["friend.followed", "friend.unfollowed", "friend.followed"]


def test_a_follow_older_than_a_known_unfollow_changes_nothing(database: Database, session: Session) -> None:
    store(database, an_event("unfollow", ANN, at=later(5)))
    process(database)
    store(database, an_event("follow", ANN, at=later(1)))
    process(database)
    friend = friend_of(session, ANN)
    assert not friend.is_following
    assert happened(session, friend) == ["friend.unfollowed"]


def test_a_follow_repeated_within_seconds_is_one_arrival(database: Database, session: Session) -> None:
    store(
        database,
        an_event("follow", ANN, follow={"isUnblocked": True}),
        an_event("follow", ANN, at=later(2), follow={"isUnblocked": True}),
    )
    process(database)
    assert happened(session, friend_of(session, ANN)) == ["friend.followed"]


def test_a_follow_that_comes_after_the_first_message_is_still_an_arrival(database: Database, session: Session) -> None:
    store(database, a_text_event(ANN, "hello", at=later(3)))
    process(database)
    store(database, an_event("follow", ANN, at=later(1)))
    process(database)
    friend = friend_of(session, ANN)
    assert happened(session, friend)[:2] == ["friend.recognised", "message.received"]
    assert happened(session, friend)[-1] == "friend.followed"
    assert (friend.origin, friend.followed_at) == (Origin.ADDED, later(1))


# Messages


def test_a_message_from_somebody_unknown_makes_a_friend_from_before(database: Database, session: Session) -> None:
    store(database, a_text_event(ANN, "こんにちは"))
    process(database)
    friend = friend_of(session, ANN)
    assert (friend.origin, friend.is_following, friend.profile_due_at) == (Origin.PREEXISTING, True, NOW)
    assert happened(session, friend)[:2] == ["friend.recognised", "message.received"]


def test_texts_no_database_takes_are_stored_without_the_odd_characters(database: Database, session: Session) -> None:
    store(database, a_text_event(ANN, "a\x00b\ud800c"))
    store(database, an_event("postback", ANN, postback={"data": "x\x00\ud800"}))
    assert process(database) == 2
    assert session.scalars(select(ChatMessage.text)).one() == "ab?c"


def test_a_picture_waits_to_be_fetched_unless_it_lies_elsewhere(database: Database, session: Session) -> None:
    here = {"id": "51", "type": "image", "contentProvider": {"type": "line"}}
    elsewhere = {
        "id": "52",
        "type": "image",
        "contentProvider": {"type": "external", "originalContentUrl": "https://x"},
    }
    document = {"id": "53", "type": "file", "fileName": "予定.pdf", "fileSize": 5}
    for message in (here, elsewhere, document):
        store(database, an_event("message", ANN, message=message))
    process(database)
    media = session.scalars(select(Media).order_by(Media.id)).all()
    assert [(row.line_message_id, row.state, row.file_name) for row in media] == [
        ("51", MediaState.WAITING, None),
        ("53", MediaState.WAITING, "予定.pdf"),
    ]


def test_unsending_forgets_the_text_the_file_and_the_stored_event(database: Database, session: Session) -> None:
    picture = {"id": "61", "type": "image", "contentProvider": {"type": "line"}}
    store(database, a_text_event(ANN, "秘密", message_id="60"), an_event("message", ANN, at=later(1), message=picture))
    process(database)
    store(
        database,
        an_event("unsend", ANN, at=later(8), unsend={"messageId": "60"}),
        an_event("unsend", ANN, at=later(9), unsend={"messageId": "61"}),
    )
    process(database)
    messages = session.scalars(select(ChatMessage)).all()
    assert [(message.text, message.detail, message.unsent_at is not None) for message in messages] == [
        ("", {}, True)
    ] * 2
    assert session.scalars(select(Media.state)).one() is MediaState.DELETED
    raws = session.scalars(select(WebhookEvent.raw).where(WebhookEvent.kind == "message")).all()
    assert raws == ["", ""]
    assert session.scalars(select(Talk.last_text)).one() == "メッセージの送信を取り消しました"
    everything = [json.dumps(entry.facts, ensure_ascii=False) for entry in session.scalars(select(TimelineEntry))]
    assert "秘密" not in "".join(everything)


def test_an_unsend_that_overtakes_its_message_still_hides_it(database: Database, session: Session) -> None:
    store(database, an_event("unsend", ANN, at=later(5), unsend={"messageId": "70"}))
    process(database)
    store(database, a_text_event(ANN, "秘密", message_id="70", at=later(1)))
    process(database)
    message = session.scalars(select(ChatMessage)).one()
    assert (message.text, message.detail) == ("", {})
    assert message.unsent_at is not None
    assert "message.received" not in happened(session, friend_of(session, ANN))
    assert session.scalars(select(WebhookEvent.raw).where(WebhookEvent.kind == "message")).one() == ""


# Failing events


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A kind of event whose handler raises what is put into the returned dict under "error"."""
    fault: dict[str, Any] = {"error": ValueError("odd"), "calls": 0}

    def handler(session: Session, incoming: intake.Incoming) -> None:
        fault["calls"] += 1
        if fault["error"]:
            incoming.event.reason = "half done"
            raise fault["error"]

    monkeypatch.setitem(processing._handlers, "broken", handler)
    return fault


def test_a_failing_event_rests_longer_each_time_then_is_parked_and_passed_over(
    database: Database, session: Session, broken: dict[str, Any]
) -> None:
    store(database, an_event("broken", ANN), a_text_event(ANN, "after", at=later(1)), a_text_event(BOB, "other"))
    process(database)
    assert states(session) == [EventState.WAITING, EventState.WAITING, EventState.DONE]
    wall = NOW
    for seconds in (1, 5, 30, 120):
        process(database, wall=wall + timedelta(seconds=seconds) - timedelta(milliseconds=1))
        wall += timedelta(seconds=seconds)
        process(database, wall=wall)
    session.expire_all()
    assert broken["calls"] == 5
    assert states(session) == [EventState.PARKED, EventState.DONE, EventState.DONE]
    parked = intake.parked(session)
    assert intake.parked_count(session) == 1
    assert f"event {parked[0].id}" in (parked[0].reason or ""), "the owner can find it in the server's log"


def test_a_parked_event_can_be_tried_again_once(database: Database, broken: dict[str, Any], session: Session) -> None:
    store(database, an_event("broken", ANN))
    for minute in range(5):
        process(database, wall=NOW + timedelta(minutes=3 * minute))
    broken["error"] = None
    with database.unit() as unit:
        event = intake.parked(unit)[0]
        intake.retry(unit, event)
        with pytest.raises(DomainError):
            intake.retry(unit, event)
    assert process(database) == 1


def test_a_lost_connection_costs_no_attempt(database: Database, session: Session, broken: dict[str, Any]) -> None:
    broken["error"] = OperationalError("SELECT", {}, Exception("gone"))
    store(database, an_event("broken", ANN), a_text_event(BOB, "other"))
    assert process(database) == 1
    event = session.scalars(select(WebhookEvent).where(WebhookEvent.kind == "broken")).one()
    assert (event.attempts, event.next_try_at, event.state) == (0, None, EventState.WAITING)


def test_a_subscriber_that_fails_does_not_lose_the_message(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(session: Session, happening: triggers.Happening) -> str | None:
        raise ValueError("odd")

    monkeypatch.setitem(triggers._subscribers, "message.received", [fail])
    store(database, a_text_event(ANN, "hello"))
    process(database)
    assert states(session) == [EventState.DONE]
    assert session.scalars(select(ChatMessage.text)).one() == "hello"
