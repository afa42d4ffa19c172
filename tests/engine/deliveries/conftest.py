"""An outbox with its worker, two clocks that stand still, and a scripted stand-in for LINE."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lstep_lite.db import Database
from lstep_lite.engine import deliveries, messages
from lstep_lite.engine.line import Answer, AnswerKind, Detail, NotConnected, Profile, Quota
from lstep_lite.models import Call, Channel, Delivery, DeliveryState, EventState, Friend, Lane, WebhookEvent
from tests.factories import NOW, a_friend

OK = Answer(AnswerKind.ACCEPTED, 200, request_id="request-1", sent_message_ids=("501",))
ALREADY = Answer(AnswerKind.ALREADY_ACCEPTED, 409, "The retry key is already accepted", request_id="request-0")
LOST = Answer(AnswerKind.UNKNOWN, message="ReadTimeoutError")
NOT_SENT = Answer(AnswerKind.NOT_SENT, message="NewConnectionError")
TOO_FAST = Answer(AnswerKind.RATE_LIMITED, 429, "The API rate limit has been exceeded. Try again later.")
NO_MORE = Answer(AnswerKind.MONTHLY_LIMIT, 429, "You have reached your monthly limit.")
NO_TOKEN = Answer(AnswerKind.TOKEN_REJECTED, 401, "Authentication failed")
DEAD_REPLY = Answer(AnswerKind.BAD_REPLY_TOKEN, 400, "Invalid reply token")


def refused(place: str = "", message: str = "The request body has 1 error(s)") -> Answer:
    details = (Detail(place, "May not be empty"),) if place else ()
    return Answer(AnswerKind.REFUSED, 400, message, details)


@dataclass(frozen=True)
class Sent:
    way: str
    body: dict[str, Any]
    retry_key: str | None

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.body["messages"]]


@dataclass
class FakeLine:
    """Answers as scripted, then accepts everything."""

    answers: list[Answer] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    before_answer: Callable[[Sent], None] = lambda sent: None
    names: dict[str, str] = field(default_factory=dict)
    allowance: Quota = field(default_factory=lambda: Quota(limit=200, used=0))

    def reply(self, body: str) -> Answer:
        return self._answer(Sent("reply", json.loads(body), None))

    def push(self, body: str, retry_key: str) -> Answer:
        return self._answer(Sent("push", json.loads(body), retry_key))

    def multicast(self, body: str, retry_key: str) -> Answer:
        return self._answer(Sent("multicast", json.loads(body), retry_key))

    def profile(self, user_id: str, *, timeout_seconds: float) -> Profile | None:
        name = self.names.get(user_id)
        return Profile(name, None, None, None) if name else None

    def quota(self) -> Quota:
        return self.allowance

    def _answer(self, sent: Sent) -> Answer:
        self.sent.append(sent)
        self.before_answer(sent)
        return self.answers.pop(0) if self.answers else OK


class Outbox:
    """What the tests do: put, send, look, and let time pass."""

    def __init__(self, database: Database, line: FakeLine) -> None:
        self.database = database
        self.fake = line
        self.is_connected = True
        self.time = NOW
        self.machine_time = NOW
        with database.unit() as session:
            session.add(
                Channel(
                    id=1,
                    messaging_channel_id="1",
                    messaging_secret="s",
                    login_channel_id="2",
                    login_secret="s",
                    connected_at=NOW,
                )
            )

    def line(self) -> FakeLine:
        """The account's client; the outbox stands for the account as well."""
        if not self.is_connected:
            raise NotConnected
        return self.fake

    def friend(self, **over: Any) -> Friend:
        with self.database.unit() as session:
            return _detached(session, a_friend(session, **over))

    def event(self, friend: Friend, *, reply_token: str | None = "token") -> WebhookEvent:
        with self.database.unit() as session:
            event = WebhookEvent(
                webhook_event_id=f"event of {friend.id} {reply_token}",
                kind="message",
                user_id=friend.line_user_id,
                occurred_at=NOW,
                received_at=NOW,
                raw="{}",
                reply_token=reply_token,
                state=EventState.DONE,
            )
            session.add(event)
            return _detached(session, event)

    def put(
        self,
        friend: Friend,
        *texts: str,
        lane: Lane = Lane.CHAT,
        blocks: list[Any] | None = None,
        key: str | None = None,
        **how: Any,
    ) -> int:
        """Put one message with a bubble for each of *texts*; the delivery's id."""
        blocks = blocks or [{"kind": "text", "text": text} for text in texts]
        with self.database.unit() as session:
            content = messages.freeze(session, blocks, now=self.time)
            put = deliveries.put(
                session,
                friend,
                content,
                source="chat",
                label="個別トーク",
                lane=lane,
                now=self.time,
                dedupe_key=key or f"{friend.id} {texts} {self.time}",
                **how,
            )
            assert put is not None
            return put.id

    def sender(self, lane: Lane, owner: str = "worker") -> deliveries.Sender:
        return deliveries.Sender(
            self.database,
            self,
            lane,
            owner=owner,
            threads=4,
            timeout_seconds=10,  # type: ignore[arg-type]
            public_url="https://shop.example",
            now=lambda: self.time,
            wall=lambda: self.machine_time,
        )

    def send(self, lane: Lane = Lane.CHAT) -> list[Sent]:
        """Let the lane do all it can do now; what LINE was sent."""
        before = len(self.fake.sent)
        sender = self.sender(lane)
        while sender.run_pass():
            pass
        sender.finish()
        return self.fake.sent[before:]

    def wait(self, **time: float) -> None:
        self.time += timedelta(**time)
        self.machine_time += timedelta(**time)

    def delivery(self, delivery_id: int) -> Delivery:
        with self.database.read() as session:
            found = session.get_one(Delivery, delivery_id, options=[joinedload(Delivery.call)])
            session.expunge_all()
            return found

    def state(self, delivery_id: int) -> DeliveryState:
        return self.delivery(delivery_id).state

    def all(self) -> list[Delivery]:
        with self.database.read() as session:
            return [_detached(session, row) for row in session.scalars(select(Delivery).order_by(Delivery.id)).all()]

    def calls(self) -> list[Call]:
        with self.database.read() as session:
            return [_detached(session, row) for row in session.scalars(select(Call).order_by(Call.id)).all()]

    def friend_of(self, delivery_id: int) -> Friend:
        with self.database.read() as session:
            return _detached(session, session.get_one(Delivery, delivery_id).friend)

    def change(self, row: Any, **values: Any) -> None:
        with self.database.unit() as session:
            found = session.get_one(type(row), row.id)
            for name, value in values.items():
                setattr(found, name, value)


def _detached(session: Session, row: Any) -> Any:
    """*row* with all its values, to be read after the unit."""
    session.flush()
    session.refresh(row)
    session.expunge(row)
    return row


@pytest.fixture
def line() -> FakeLine:
    return FakeLine()


@pytest.fixture
def outbox(database: Database, line: FakeLine) -> Outbox:
    return Outbox(database, line)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[Lane]:
    """The lanes that were woken by commits."""
    found: list[Lane] = []
    monkeypatch.setattr("lstep_lite.engine.deliveries.outbox._listeners", [found.append])
    return found
