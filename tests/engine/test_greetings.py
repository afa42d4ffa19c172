"""One greeting an arrival, whatever LINE repeats or reorders."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import greetings, intake, media, registry
from lstep_lite.engine.actions import SetDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import Delivery, GreetingKind, Lane, WebhookEvent
from tests.factories import NOW, a_media, a_text_event, an_event

assert registry

ANN = f"U{'a' * 32}"
HELLO = [{"kind": "text", "text": "[name]さん、ようこそ"}]


@pytest.fixture(autouse=True)
def all_on(session: Session) -> None:
    for kind in GreetingKind:
        greetings.save(session, kind, is_on=True, blocks=HELLO, now=NOW)
    session.commit()


def arrive(database: Database, *events: Any) -> None:
    with database.unit() as session:
        intake.store(session, {"events": list(events)}, now=NOW)
    intake.process_due(database, now=NOW, wall=NOW, limit=100)


def greeted(session: Session) -> list[str]:
    return list(session.scalars(select(Delivery.source_label).order_by(Delivery.id)))


NEW = "あいさつ（新しい友だち）"
RETURNING = "あいさつ（ブロックを解除した友だち）"
PREEXISTING = "あいさつ（連携前からの友だち）"


def test_a_new_friend_gets_one_greeting_as_a_reply(database: Database, session: Session) -> None:
    event = an_event("follow", ANN)
    arrive(database, event, event)
    arrive(database, event | {"deliveryContext": {"isRedelivery": True}})
    delivery = session.scalars(select(Delivery)).one()
    assert (delivery.source_label, delivery.lane, delivery.content.blocks) == (NEW, Lane.REPLY, HELLO)
    assert delivery.event_id == session.scalars(select(WebhookEvent.id)).one()
    assert delivery.cause is not None
    assert delivery.cause.results == [f"{NEW}を用意しました。"]


def test_two_follow_events_within_seconds_greet_once(database: Database, session: Session) -> None:
    arrive(database, an_event("follow", ANN), an_event("follow", ANN, at=NOW + timedelta(seconds=2)))
    assert greeted(session) == [NEW]


def test_each_return_is_greeted(database: Database, session: Session) -> None:
    arrive(database, an_event("follow", ANN))
    for minute in (1, 2):
        arrive(
            database,
            an_event("unfollow", ANN, at=NOW + timedelta(minutes=minute)),
            an_event("follow", ANN, at=NOW + timedelta(minutes=minute, seconds=1), follow={"isUnblocked": True}),
        )
    assert greeted(session) == [NEW, RETURNING, RETURNING]


def test_a_friend_from_before_is_greeted_at_the_first_message_only(database: Database, session: Session) -> None:
    arrive(database, a_text_event(ANN, "hello"), a_text_event(ANN, "again", at=NOW + timedelta(seconds=1)))
    assert greeted(session) == [PREEXISTING]


def test_a_late_follow_does_not_greet_again(database: Database, session: Session) -> None:
    arrive(database, a_text_event(ANN, "hello", at=NOW + timedelta(seconds=3)))
    arrive(database, an_event("follow", ANN, at=NOW + timedelta(seconds=1)))
    assert greeted(session) == [PREEXISTING]


def test_a_greeting_that_is_off_is_not_sent(database: Database, session: Session) -> None:
    greetings.save(session, GreetingKind.NEW, is_on=False, blocks=HELLO, now=NOW)
    session.commit()
    arrive(database, an_event("follow", ANN))
    assert greeted(session) == []


def test_an_empty_greeting_can_not_be_switched_on(session: Session) -> None:
    with pytest.raises(DomainError) as refusal:
        greetings.save(session, GreetingKind.NEW, is_on=True, blocks=[], now=NOW)
    assert refusal.value.field == "blocks"
    assert greetings.save(session, GreetingKind.NEW, is_on=False, blocks=[], now=NOW).blocks == []
    assert [greeting.is_on for greeting in greetings.everyone(session)] == [False, True, True]


def test_six_messages_are_too_many(session: Session) -> None:
    with pytest.raises(DomainError):
        greetings.save(session, GreetingKind.NEW, is_on=True, blocks=HELLO * 6, now=NOW)


def test_a_greeting_with_a_picture_that_is_gone_is_not_kept(session: Session) -> None:
    blocks = [*HELLO, {"kind": "image", "media_id": 99}]
    with pytest.raises(DomainError, match="2つ目のメッセージ（画像）") as refusal:
        greetings.save(session, GreetingKind.NEW, is_on=True, blocks=blocks, now=NOW)
    assert refusal.value.field == "blocks"


TAKE_NOTE = {"id": "a", "kind": "send_text", "data": {"text": "また来てくださいね", "when": "now"}, "segment": None}


def test_the_set_runs_after_the_greeting_and_joins_its_free_reply(database: Database, session: Session) -> None:
    steps = SetDraft([TAKE_NOTE], True)
    greetings.save(session, GreetingKind.NEW, is_on=True, blocks=HELLO, steps=steps, now=NOW)
    session.commit()
    event = an_event("follow", ANN)
    arrive(database, event)
    arrive(database, event | {"deliveryContext": {"isRedelivery": True}})
    sent = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [row.source for row in sent] == ["greetings", "actions"]
    assert {row.event_id for row in sent} == {session.scalars(select(WebhookEvent.id)).one()}
    assert {row.lane for row in sent} == {Lane.REPLY}


def test_a_greeting_may_be_actions_alone(database: Database, session: Session) -> None:
    greetings.save(session, GreetingKind.NEW, is_on=True, blocks=[], steps=SetDraft([TAKE_NOTE], True), now=NOW)
    session.commit()
    arrive(database, an_event("follow", ANN))
    assert session.scalars(select(Delivery.source)).all() == ["actions"]


def test_the_pictures_of_a_greeting_are_known_to_be_used(session: Session) -> None:
    picture = a_media(session)
    greetings.save(session, GreetingKind.NEW, is_on=True, blocks=[{"kind": "image", "media_id": picture.id}], now=NOW)
    assert [place.endpoint for place in media.places(session, picture)] == ["greetings.edit"]
