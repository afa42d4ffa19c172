"""Whose turn it is: takes due deliveries for this worker, and puts aside what must not be sent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.deliveries import conditions, rechecks, trouble
from lstep_lite.models import (
    Call,
    CallKind,
    Content,
    DeadReply,
    Delivery,
    DeliveryState,
    Friend,
    Lane,
    Shop,
    WebhookEvent,
)

CHUNK = 500
"""LINE takes so many people in one multicast; and so many rows are changed at a time."""
ROUNDS = 10
"""How often one claim goes on looking after all it found had to be skipped."""
REPLY_LANES = (Lane.REPLY, Lane.CHAT)
"""Only here may a delivery answer a webhook event."""
SHARED_LANES = (Lane.TIMED, Lane.BULK)
"""Only here do many friends get the same content at once."""

TOO_LATE = "送信予定の時刻を大きく過ぎたため、送信しませんでした。"
REPLY_ENDED = "無料で返信できる時間（約1分）を過ぎたため、送信しませんでした。"
NO_LINE = "LINEの友だちではないため、送信できません。"
BLOCKED_BY_FRIEND = "友だちがこのアカウントをブロックしているため、送信しませんでした。"
BLOCKED_BY_STAFF = "こちらでブロックしている友だちのため、送信しませんでした。"


@dataclass(frozen=True)
class Row:
    """A claimed delivery, as far as sending it needs."""

    id: int
    friend_id: int
    user_id: str
    content_id: int
    content_from: int
    content_to: int | None


@dataclass(frozen=True)
class Group:
    """Deliveries that leave in one request: one alone, all replies to one event, or one content for many friends."""

    kind: CallKind
    lane: Lane
    rows: tuple[Row, ...]
    reply_token: str | None = None


def why_not(user_id: str | None, is_following: bool, is_blocked: bool) -> str | None:
    """The reason why nothing may be sent to this friend, if there is one."""
    if user_id is None:
        return NO_LINE
    if is_blocked:
        return BLOCKED_BY_STAFF
    return None if is_following else BLOCKED_BY_FRIEND


def release(session: Session, owners: Collection[str], *, wall: datetime) -> None:
    """Free at once what workers who are gone had leased."""
    waiting = sa.update(Delivery).where(Delivery.state == conditions.WAITING, Delivery.lease_owner.in_(owners))
    session.execute(waiting.values(lease_owner=None, lease_until=None))
    made = sa.update(Call).where(Call.state == conditions.IN_FLIGHT, Call.lease_owner.in_(owners))
    session.execute(made.values(lease_owner=None, lease_until=wall - timedelta(seconds=1)))


def claim(
    session: Session,
    lane: Lane,
    *,
    limit: int,
    paused: bool,
    owner: str,
    now: datetime,
    wall: datetime,
    lease_until: datetime,
) -> list[Group]:
    """Take up to *limit* requests' worth of due deliveries of *lane*, oldest first, and lease them to *owner*.

    Friends who can't receive are skipped with their reason on the way. A content shared by many friends is taken as
    one chunk, alone after the rows before it.
    """
    turns = _Turns(session, lane, paused, now, conditions.clocks(now, wall))
    for _ in range(ROUNDS):
        found = turns.candidates(limit)
        groups = _groups(turns, found)
        _lease(session, groups, owner, lease_until)
        if groups or len(found) < limit:
            return groups
    return []


@dataclass(frozen=True)
class _Turns:
    """One look at a lane: whose turn it is right now."""

    session: Session
    lane: Lane
    paused: bool
    now: datetime
    clocks: dict[str, Any]

    def candidates(self, limit: int) -> Sequence[Any]:
        query = _candidates(self.lane, self.paused)
        return self._all(query, self.clocks | {"limit": limit})

    def with_same_content(self, head: Any) -> Sequence[Any]:
        shared = {"content_id": head.content_id, "content_from": head.content_from, "content_to": head.content_to}
        return self._all(_candidates_sharing(self.lane, self.paused), self.clocks | shared | {"limit": CHUNK})

    def of_same_event(self, head: Any) -> Sequence[Any]:
        event = {"event_id": head.event_id, "friend_id": head.friend_id}
        return self._all(_answers(self.lane), self.clocks | event)

    def _all(self, query: sa.Select[*tuple[Any, ...]], parameters: dict[str, Any]) -> Sequence[Any]:
        # On the connection: these are plain columns, and the session's own way costs as much again.
        return self.session.connection().execute(query, parameters).all()

    def sendable(self, candidates: Sequence[Any]) -> list[Any]:
        """Those that may go out; the others are skipped, or held, with their reasons."""
        outside = rechecks.reasons(self.session, candidates, now=self.now)
        found: list[Any] = []
        others: dict[str, list[int]] = defaultdict(list)
        for candidate in candidates:
            reason = why_not(candidate.line_user_id, candidate.is_following, candidate.is_blocked)
            reason = reason or outside.get(candidate.id)
            if reason is None:
                found.append(candidate)
            else:
                others[reason].append(candidate.id)
        for reason, ids in others.items():
            self._set_aside(ids, reason)
        return found

    def _set_aside(self, ids: Sequence[int], reason: str) -> None:
        if isinstance(reason, rechecks.Wait):
            keep(self.session, ids, reason)
        else:
            close(self.session, ids, DeliveryState.SKIPPED, reason, self.now)


def _groups(turns: _Turns, candidates: Sequence[Any]) -> list[Group]:
    session, lane = turns.session, turns.lane
    groups: list[Group] = []
    for candidate in turns.sendable(candidates):
        if candidate.can_reply:
            groups.append(_all_of_event(turns, candidate))
        elif lane is Lane.REPLY and candidate.event_id and not pushes_dead_replies(session):
            close(session, [candidate.id], DeliveryState.MISSED, REPLY_ENDED, turns.now)
        elif lane in SHARED_LANES and not candidate.is_personal and not candidate.is_alone:
            groups.append(_all_of_content(turns, candidate))
            break
        else:
            groups.append(Group(CallKind.PUSH, lane, (_row(candidate),)))
    return groups


@cache
def _candidates(lane: Lane, paused: bool) -> sa.Select[*tuple[Any, ...]]:
    can_reply = conditions.can_reply() if lane in REPLY_LANES else sa.false()
    query = (
        sa.select(
            Delivery.id,
            Delivery.friend_id,
            Delivery.content_id,
            Delivery.content_from,
            Delivery.content_to,
            Delivery.event_id,
            Delivery.is_alone,
            Delivery.tree,
            Delivery.guard,
            Content.is_personal,
            Friend.line_user_id,
            Friend.is_following,
            Friend.is_blocked,
            can_reply.label("can_reply"),
        )
        .join(Friend, Friend.id == Delivery.friend_id)
        .join(Content, Content.id == Delivery.content_id)
        .where(conditions.due(lane), conditions.has_turn(lane, paused=paused))
        .order_by(Delivery.due_at, Delivery.id)
        .limit(sa.bindparam("limit"))
    )
    return query.where(can_reply) if paused else query


@cache
def _candidates_sharing(lane: Lane, paused: bool) -> sa.Select[*tuple[Any, ...]]:
    return _candidates(lane, paused).where(
        Delivery.content_id == sa.bindparam("content_id"),
        Delivery.content_from == sa.bindparam("content_from"),
        Delivery.content_to.is_not_distinct_from(sa.bindparam("content_to", type_=sa.Integer)),
        Delivery.is_alone.is_(False),
    )


@cache
def _answers(lane: Lane) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Delivery.id, Delivery.content_id, Delivery.content_from, Delivery.content_to, WebhookEvent.reply_token
        )
        .join(WebhookEvent, WebhookEvent.id == Delivery.event_id)
        .where(conditions.due(lane), Delivery.event_id == sa.bindparam("event_id"))
        .where(Delivery.friend_id == sa.bindparam("friend_id"))
        .order_by(Delivery.id)
    )


def _all_of_event(turns: _Turns, head: Any) -> Group:
    found = turns.of_same_event(head)
    rows = [
        Row(row.id, head.friend_id, head.line_user_id, row.content_id, row.content_from, row.content_to)
        for row in found
    ]
    return Group(CallKind.REPLY, turns.lane, tuple(rows), found[0].reply_token)


def _all_of_content(turns: _Turns, head: Any) -> Group:
    rows = tuple(_row(candidate) for candidate in turns.sendable(turns.with_same_content(head)))
    return Group(CallKind.MULTICAST if len(rows) > 1 else CallKind.PUSH, turns.lane, rows)


def _row(candidate: Any) -> Row:
    return Row(
        candidate.id,
        candidate.friend_id,
        candidate.line_user_id,
        candidate.content_id,
        candidate.content_from,
        candidate.content_to,
    )


def pushes_dead_replies(session: Session) -> bool:
    """Whether an automatic answer may use a counted message when its free reply token is dead."""
    return session.scalar(sa.select(Shop.dead_reply).where(Shop.id == 1)) is DeadReply.PUSH


def _lease(session: Session, groups: Iterable[Group], owner: str, until: datetime) -> None:
    ids = [row.id for group in groups for row in group.rows]
    if ids:
        session.connection().execute(_LEASE, {"ids": ids, "lease_owner": owner, "lease_until": until})


def close(session: Session, ids: Sequence[int], state: DeliveryState, reason: str, now: datetime) -> None:
    """End deliveries without (further) sending."""
    if ids:
        end = {"state": state, "reason": reason, "finished_at": now, "lease_owner": None, "lease_until": None}
        session.execute(sa.update(Delivery).where(Delivery.id.in_(ids)).values(end))
        trouble.tell(session, ids, state, now)


def keep(session: Session, ids: Sequence[int], reason: str) -> None:
    """Hold deliveries that nobody is sending: they go on when somebody says so (holding.py)."""
    if ids:
        held = {"state": DeliveryState.HELD, "reason": reason, "lease_owner": None, "lease_until": None}
        session.execute(sa.update(Delivery).where(Delivery.id.in_(ids)).values(held))


_deliveries = cast(sa.Table, Delivery.__table__)
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_LEASE = (
    sa.update(_deliveries)
    .where(_deliveries.c.id.in_(_IDS))
    .values(lease_owner=sa.bindparam("lease_owner"), lease_until=sa.bindparam("lease_until"))
)
