"""A shop with friends, an outbox with a scripted stand-in for LINE, and a worker that does broadcasts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine import broadcasts
from lstep_lite.engine.broadcasts import BroadcastDraft, VariantDraft
from lstep_lite.engine.line import Answer
from lstep_lite.models import (
    Broadcast,
    BroadcastState,
    Friend,
    Lane,
    SendingRules,
    Tag,
)
from tests.engine.deliveries.conftest import FakeLine, Outbox, Sent, refused
from tests.factories import NOW, a_friend, a_shop, a_staff

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HELLO: list[Any] = [{"kind": "text", "text": "お知らせ"}]
PERSONAL: list[Any] = [{"kind": "text", "text": "[name]さんへ"}]
ALL_STATES = tuple(BroadcastState)


@pytest.fixture(autouse=True)
def shop(session: Session) -> None:
    a_shop(session)
    session.commit()


@pytest.fixture
def outbox(database: Any) -> Outbox:
    return Outbox(database, Choosy())


class Choosy(FakeLine):
    """Takes nothing for some people."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses: set[str] = set()

    def _answer(self, sent: Sent) -> Answer:
        answer = super()._answer(sent)
        return refused() if sent.way == "push" and sent.body["to"] in self.refuses else answer


@pytest.fixture
def staff_id(session: Session) -> int:
    return kept(session, a_staff(session)).id


def kept(session: Session, row: Any) -> Any:
    session.commit()
    return row


def rules(session: Session, **over: Any) -> None:
    values = {"hold_seconds": 60, "late_minutes": 60, "needs_approval": False, "frequency_days": 30}
    session.add(SendingRules(id=1, **values | over))
    session.commit()


def friends(session: Session, count: int, **over: Any) -> list[Friend]:
    return kept(session, [a_friend(session, **over) for _ in range(count)])


def draft(**over: Any) -> BroadcastDraft:
    return BroadcastDraft(**{"name": "春のお知らせ", "variants": [VariantDraft(HELLO)], **over})


def tagged(tag: Tag) -> dict[str, Any]:
    data = {"tag_ids": [tag.id], "how": "any"}
    return {"all": [{"id": "1", "kind": "tag", "data": data}], "any": []}


def book(session: Session, staff_id: int, **over: Any) -> Broadcast:
    broadcast = broadcasts.create(session, draft(**over), now=NOW)
    broadcasts.submit(session, broadcast, staff_id=staff_id, now=NOW)
    return kept(session, broadcast)


def work(outbox: Outbox) -> list[str]:
    """Let the worker do all it can now; to whom LINE was asked to send."""
    people: list[str] = []
    for _ in range(100):
        has_more = broadcasts.work(outbox.database, now=outbox.time, wall=outbox.machine_time)
        sent = outbox.send(Lane.BULK)
        for each in sent:
            people += each.body["to"] if each.way == "multicast" else [each.body["to"]]
        if not (has_more or sent):
            return people
    raise AssertionError("the worker never comes to an end")


def go(outbox: Outbox, session: Session, broadcast: Broadcast, *, after: timedelta = MINUTE) -> list[str]:
    session.commit()  # what the worker does would go back with what is still open here
    outbox.wait(seconds=after.total_seconds())
    people = work(outbox)
    session.expire_all()
    return people


def do(session: Session, act: Callable[..., None], broadcast: Broadcast, **how: Any) -> None:
    act(session, broadcast, **how)
    session.commit()


def numbers(session: Session, broadcast: Broadcast) -> dict[str, int]:
    return {outcome.value: count for outcome, count in broadcasts.numbers(session, broadcast).by_outcome.items()}


def user_ids(found: list[Friend]) -> list[str | None]:
    return sorted(friend.line_user_id or "" for friend in found)
