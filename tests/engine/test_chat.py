"""The talk: who wrote, who answered, who still waits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import chat, intake, registry
from lstep_lite.engine.chat import Position, TalkFilters
from lstep_lite.engine.friends import Shown
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Call,
    CallKind,
    CallState,
    ChatMessage,
    Delivery,
    DeliveryState,
    Friend,
    Lane,
    Talk,
    TalkMark,
    WebhookEvent,
)
from tests.counting import statements_of
from tests.factories import NOW, a_friend, a_staff, a_text_event, an_event

assert registry

ANN, BOB = f"U{'a' * 32}", f"U{'b' * 32}"
HELLO = [{"kind": "text", "text": "ありがとう"}]
PUBLIC_URL = "https://shop.example"


def later(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)


def receive(database: Database, *events: Any) -> None:
    with database.unit() as session:
        intake.store(session, {"events": list(events)}, now=NOW)
    intake.process_due(database, now=NOW, wall=NOW, limit=100)


def friend_of(session: Session, user_id: str = ANN) -> Friend:
    session.flush()
    session.expire_all()  # another session may have written
    return session.scalars(select(Friend).where(Friend.line_user_id == user_id)).one()


def send(session: Session, friend: Friend, **over: Any) -> Delivery | None:
    values: dict[str, Any] = {"staff_id": a_staff(session).id, "form_token": "t", "now": later(10)}
    return chat.send(session, friend, HELLO, **values | over)


# Sending


def test_a_double_click_sends_once(session: Session) -> None:
    friend = a_friend(session)
    staff_id = a_staff(session).id
    assert send(session, friend, staff_id=staff_id) is not None
    assert send(session, friend, staff_id=staff_id) is None
    assert send(session, friend, staff_id=staff_id, form_token="u") is not None
    delivery = session.scalars(select(Delivery)).first()
    assert delivery is not None
    assert (delivery.lane, delivery.source, delivery.staff_id) == (Lane.CHAT, "chat", staff_id)


def test_a_message_is_planned_for_a_year_at_most(session: Session) -> None:
    friend = a_friend(session)
    never = datetime.max.replace(tzinfo=UTC)
    for due_at, field in ((NOW, "due_at"), (NOW + timedelta(days=400), "due_on"), (never, "due_on")):
        with pytest.raises(DomainError) as refusal:
            send(session, friend, due_at=due_at)
        assert refusal.value.field == field


def test_answering_clears_the_mark_and_the_unread_count(database: Database, session: Session) -> None:
    receive(database, a_text_event(ANN, "相談です"))
    talk = session.get_one(Talk, friend_of(session).id)
    assert (talk.mark, talk.unread_count, talk.last_text) == (TalkMark.OPEN, 1, "相談です")
    send(session, friend_of(session))
    assert (talk.mark, talk.unread_count, talk.last_text, talk.last_at) == (TalkMark.NONE, 0, "ありがとう", later(10))


def test_a_planned_message_answers_but_does_not_show_in_the_list_yet(database: Database, session: Session) -> None:
    receive(database, a_text_event(ANN, "相談です"))
    delivery = send(session, friend_of(session), due_at=later(3600))
    talk = session.get_one(Talk, friend_of(session).id)
    assert delivery is not None
    assert (delivery.due_at, delivery.event_id) == (later(3600), None)
    assert (talk.mark, talk.last_text) == (TalkMark.NONE, "相談です")
    with pytest.raises(DomainError):
        send(session, friend_of(session), form_token="u", due_at=NOW)


@pytest.mark.parametrize("over", [{"line_user_id": None}, {"is_blocked": True}, {"is_following": False}])
def test_who_can_not_be_reached_is_not_written_to(session: Session, over: dict[str, Any]) -> None:
    friend = a_friend(session, **over)
    with pytest.raises(DomainError):
        send(session, friend)
    assert session.scalars(select(Delivery)).all() == []


def test_an_answer_within_a_minute_is_free_once(database: Database, session: Session) -> None:
    receive(database, a_text_event(ANN, "相談です"))
    friend, event_id = friend_of(session), session.scalars(select(WebhookEvent.id)).one()
    assert chat.is_free_now(session, friend, now=later(10))
    first, second = send(session, friend), send(session, friend, form_token="u")
    assert first is not None
    assert second is not None
    assert (first.event_id, second.event_id) == (event_id, None)
    assert not chat.is_free_now(session, friend, now=later(11))


def test_a_late_answer_is_a_counted_one(database: Database, session: Session) -> None:
    receive(database, a_text_event(ANN, "相談です"))
    delivery = send(session, friend_of(session), now=later(50))
    assert delivery is not None
    assert delivery.event_id is None


# The list


def test_the_inbox_shows_the_newest_talks_first_and_filters(database: Database, session: Session) -> None:
    receive(
        database,
        a_text_event(ANN, "old", at=later(1)),
        a_text_event(BOB, "new", at=later(5)),
        a_text_event(ANN, "late and older", at=later(0)),
    )
    page = chat.talks(session, TalkFilters())
    assert [(talk.last_text, talk.unread_count) for talk in page.talks] == [("new", 1), ("old", 2)]
    chat.mark_read(session, friend_of(session, BOB), seen_id=10**9)
    chat.set_mark(session, friend_of(session, ANN), TalkMark.WORKING)
    session.flush()
    assert [talk.last_text for talk in chat.talks(session, TalkFilters(unread_only=True)).talks] == ["old"]
    assert [talk.last_text for talk in chat.talks(session, TalkFilters(mark=TalkMark.WORKING)).talks] == ["old"]
    assert chat.unread_total(session) == 1
    friend_of(session, ANN).is_hidden = True
    session.flush()
    assert chat.unread_total(session) == 0
    assert [talk.last_text for talk in chat.talks(session, TalkFilters()).talks] == ["new"]
    assert [talk.last_text for talk in chat.talks(session, TalkFilters(shelved=Shown.ONLY)).talks] == ["old"]


def test_the_inbox_is_read_page_by_page_in_one_query(database: Database, session: Session) -> None:
    receive(database, *(a_text_event(f"U{number:032x}", str(number), at=later(number)) for number in range(5)))
    statements = statements_of(session)
    page = chat.talks(session, TalkFilters(), size=3)
    assert [(talk.last_text, talk.friend.line_user_id is None) for talk in page.talks] == [
        ("4", False),
        ("3", False),
        ("2", False),
    ]
    assert len(statements) == 1
    rest = chat.talks(session, TalkFilters(), before=page.next_before, size=3)
    assert [talk.last_text for talk in rest.talks] == ["1", "0"] and rest.next_before is None
    assert chat.Place.parse(str(page.next_before)) == page.next_before


def test_what_came_in_while_reading_stays_unread(database: Database, session: Session) -> None:
    receive(database, a_text_event(ANN, "one"), a_text_event(ANN, "two", at=later(1)))
    seen_id = session.scalars(select(ChatMessage.id).order_by(ChatMessage.id)).all()[0]
    chat.mark_read(session, friend_of(session), seen_id=seen_id)
    assert session.get_one(Talk, friend_of(session).id).unread_count == 1


# The conversation


def sent(session: Session, friend: Friend, at: Any, text: str, **over: Any) -> Delivery:
    delivery = chat.send(
        session,
        friend,
        [{"kind": "text", "text": text}],
        staff_id=a_staff(session, name="佐藤").id,
        form_token=text,
        now=at,
    )
    assert delivery is not None
    for name, value in over.items():
        setattr(delivery, name, value)
    session.flush()
    return delivery


def words(conversation: chat.Conversation) -> list[str]:
    return [bubble.received.text if bubble.received else bubble.objects[0]["text"] for bubble in conversation.bubbles]


def test_both_sides_stand_by_time_and_are_read_backwards(database: Database, session: Session) -> None:
    for number in (1, 3, 5):
        receive(database, a_text_event(ANN, str(number), at=later(number)))
    friend = friend_of(session)
    for number in (2, 4, 5):
        sent(session, friend, later(number), f"ours {number}")
    everything = ["1", "ours 2", "3", "ours 4", "5", "ours 5"]
    assert words(chat.conversation(session, friend, public_url=PUBLIC_URL, now=NOW)) == everything
    seen: list[str] = []
    before: Position | None = None
    while True:
        part = chat.conversation(session, friend, public_url=PUBLIC_URL, now=NOW, before=before, limit=2)
        seen = words(part) + seen
        if part.earlier is None:
            break
        before = Position.parse(str(part.earlier))
        assert before == part.earlier
    assert seen == everything


@pytest.mark.parametrize("text", ["", "x", "2026-03-05_0_1", "2026-03-05T00:00:00+00:00_0_x", "_" * 9])
def test_a_broken_link_into_a_conversation_is_no_position(text: str) -> None:
    assert Position.parse(text) is None


def test_what_was_sent_is_shown_as_it_was_sent(session: Session) -> None:
    friend = a_friend(session)
    body = '{"to": "U", "messages": [{"type": "text", "text": "他の部分"}, {"type": "text", "text": "花子さんへ"}]}'
    call = Call(kind=CallKind.PUSH, lane=Lane.CHAT, body=body, state=CallState.ACCEPTED, first_at=NOW, due_at=NOW)
    session.add(call)
    session.flush()
    sent(
        session,
        friend,
        NOW,
        "[name]さんへ",
        call_id=call.id,
        first_part=1,
        part_count=1,
        finished_at=NOW,
        state=DeliveryState.SENT,
        is_counted=True,
    )
    bubble = chat.conversation(session, friend, public_url=PUBLIC_URL, now=NOW).bubbles[0]
    assert (bubble.objects[0]["text"], bubble.staff_name) == ("花子さんへ", "佐藤")


def test_a_conversation_costs_the_same_queries_however_long_it_is(database: Database, session: Session) -> None:
    receive(database, *(a_text_event(ANN, str(number), at=later(number)) for number in range(8)))
    friend = friend_of(session)
    for number in range(8):
        sent(session, friend, later(number), f"ours {number}")
    session.commit()
    session.refresh(friend)
    statements = statements_of(session)
    chat.conversation(session, friend, public_url=PUBLIC_URL, now=NOW)
    assert len(statements) <= 5


def test_a_message_of_a_kind_not_known_yet_still_has_a_name(database: Database, session: Session) -> None:
    receive(database, an_event("message", ANN, message={"id": "1", "type": "hologram"}))
    assert session.scalars(select(Talk.last_text)).one() == "新しい種類のメッセージ"
