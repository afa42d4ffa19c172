"""Messages that did not go out and of which staff may still say what becomes of them: 「今送る」 or 「送らない」.

The outbox keeps those that a used-up allowance held back and those whose time had passed; features register what never
came into the outbox. A decision is written down and carried out in the background, chunk by chunk: pressing twice, or a
worker killed on the way, changes nothing.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite import db
from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.engine.deliveries.outbox import wake
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Decision, Lane, Verdict

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Leftover:
    """One group of them."""

    key: str
    """Names the group within its kind."""
    source: str
    """The feature, as in Delivery.source."""
    label: str
    reason: str
    people: int
    messages: int
    """Counted ones it takes to send them all, at most."""
    since: datetime
    """When the first of them was to go out."""


class Kind(Protocol):
    """What a feature can do with its groups. *send* and *drop* do a bounded part (≤ 200 ms of computing) in the open
    unit and answer how many that was; 0 when nothing of the group is left."""

    def groups(self, session: Session, *, now: datetime) -> Sequence[Leftover]: ...
    def send(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int: ...
    def drop(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int: ...


_kinds: dict[str, Kind] = {}
Made = TypeVar("Made", bound=type)


def leftovers(name: str) -> Callable[[Made], Made]:
    """Register a class like `Kind` whose groups are shown as *name*, for example "scenarios"."""

    def register(made: Made) -> Made:
        _kinds[name] = made()
        return made

    return register


@dataclass(frozen=True)
class Group:
    """A group as it is shown."""

    kind: str
    leftover: Leftover
    verdict: Verdict | None
    """What is being done with it."""

    @property
    def html_id(self) -> str:
        return f"{self.kind}-{crc32(self.leftover.key.encode())}"


def left_over(session: Session, *, now: datetime) -> list[Group]:
    """All groups, the oldest first."""
    verdicts = {(kind, key): verdict for kind, key, verdict in session.execute(_DECIDED)}
    found = [
        Group(name, each, verdicts.get((name, each.key)))
        for name, kind in _kinds.items()
        for each in kind.groups(session, now=now)
    ]
    return sorted(found, key=lambda group: (group.leftover.since, group.kind, group.leftover.key))


_DECIDED = sa.select(Decision.kind, Decision.key, Decision.verdict)


def decide(session: Session, kind: str, key: str, verdict: Verdict, *, staff_id: int | None, now: datetime) -> None:
    """Have a group sent or let go in the background. Raises NotFound when it is settled already."""
    if kind not in _kinds or all(each.key != key for each in _kinds[kind].groups(session, now=now)):
        raise NotFound("このメッセージは、もう残っていません。すでに送ったか、送らないことにしたものです。")
    row = {"kind": kind, "key": key, "verdict": verdict, "staff_id": staff_id, "decided_at": now}
    if db.add_new(session, Decision, row) is None:
        raise DomainError("このメッセージは、いま処理しているところです。少し待ってから画面を開き直してください。")
    db.after_commit(session, wake(Lane.BULK))


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists(sa.select(Decision.id)))
def work(database: Database, *, now: datetime, wall: datetime) -> bool:
    """A part of every decision. True when there is more."""
    with database.read() as session:
        ids = session.scalars(sa.select(Decision.id).order_by(Decision.id)).all()
    has_more = [_go_on(database, decision_id, now) for decision_id in ids]
    return any(has_more)


def _go_on(database: Database, decision_id: int, now: datetime) -> bool:
    try:
        with database.unit() as session:
            return _carry_out(session, decision_id, now)
    except Exception:
        log.exception("decision %s could not go on; it is tried again", decision_id)
        return False


def _carry_out(session: Session, decision_id: int, now: datetime) -> bool:
    """The next part; whether it was one. A decision with nothing left to do is over."""
    decision = session.get(Decision, decision_id, with_for_update=True)
    if decision is None:
        return False
    kind = _kinds[decision.kind]
    do = kind.send if decision.verdict is Verdict.SEND else kind.drop
    has_done = do(session, decision.key, staff_id=decision.staff_id, now=now) > 0
    if not has_done:
        session.delete(decision)
    return has_done


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(due=session.scalar(sa.select(sa.func.count(Decision.id))) or 0)
