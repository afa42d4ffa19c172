"""A step whose time has come: its messages go into the outbox, then its actions run, or it is told why not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import actions, deliveries, locking, messages, segments, sending_rules
from lstep_lite.engine.deliveries.claim import why_not
from lstep_lite.engine.pinning import Pins
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.sequences.steps import CONDITION, bare
from lstep_lite.models import Delivery, Friend, Lane, TimelineEntry, WebhookEvent

GONE = "条件で使っていたものが削除されているため、送りませんでした。"
NOTHING_LEFT = "どのメッセージも条件に当てはまらないため、送りませんでした。"
NOTHING_IN_IT = "送るメッセージも、実行するアクションもありませんでした。"


@dataclass(frozen=True)
class Due:
    """A step for one friend."""

    source: str
    """The feature that sends, as Delivery.source."""
    label: str
    """What logs show, for example the scenario's name and the step's."""
    blocks: Sequence[dict[str, Any]]
    """Its messages; one with a condition has it at "if"."""
    tree: Tree | None
    """Who gets it."""
    place: str
    holder: int | str
    """Where its action set hangs."""
    key: str
    """Which time this is, among all friends': what was put with the same key goes out once."""
    occurrence: str
    """Which time this is for the friend: chances are drawn for it, and its action set runs once for it. A rehearsal
    must know it beforehand."""
    guard: str | None
    """What must still run when its messages go out (deliveries.guard)."""
    due_at: datetime | None = None
    """When its messages go out, if not at once."""
    tolerance: timedelta | None = None
    """How late they may, if not as the shop's other automatic ones."""
    pins: Pins = field(default_factory=dict)
    """What the messages of its action set speak of."""


@dataclass(frozen=True)
class Delivered:
    """What became of it."""

    is_sent: bool
    """Whether messages were laid into the outbox, or actions run."""
    reason: str | None
    """Why not, for staff."""
    delivery_id: int | None


def deliver(
    session: Session,
    friend: Friend,
    due: Due,
    *,
    now: datetime,
    event: WebhookEvent | None = None,
    cause: TimelineEntry | None = None,
    staff_id: int | None = None,
) -> Delivered:
    """Do *due* for *friend* in the caller's unit: one delivery, then the action set.

    With an *event* the messages may go out as a free reply. Asking again with the same key does nothing new. Whether
    it is too late, the caller knows.
    """
    locking.lock(session, friend)
    reason = why_not(friend.line_user_id, friend.is_following, friend.is_blocked) or _outside(session, friend, due, now)
    if reason is not None:
        return Delivered(False, reason, None)
    blocks = _meant_for(session, friend, due, now)
    has_actions = _has_actions(session, due)
    if not blocks and not has_actions:
        return Delivered(False, NOTHING_LEFT if due.blocks else NOTHING_IN_IT, None)
    delivery = _put(session, friend, due, blocks, now, event, cause, staff_id) if blocks else None
    trigger = actions.Trigger(
        due.occurrence, now, cause=cause, event=event, staff_id=staff_id, guard=due.guard, pins=due.pins
    )
    actions.run_at(session, due.place, due.holder, friend, trigger)
    return Delivered(True, None, delivery.id if delivery else None)


def _outside(session: Session, friend: Friend, due: Due, now: datetime) -> str | None:
    """Why the step's condition keeps *friend* out, if it does."""
    if due.tree is None or segments.is_empty(due.tree):
        return None
    if segments.broken(session, due.tree):
        return GONE
    if segments.matches(session, due.tree, friend, now=now, occurrence=due.occurrence):
        return None
    return f"条件「{segments.sentence(session, due.tree)}」に当てはまらないため、送りませんでした。"


def _meant_for(session: Session, friend: Friend, due: Due, now: datetime) -> list[dict[str, Any]]:
    """The messages whose own condition holds, without it."""

    def holds(tree: Tree | None) -> bool:
        return tree is None or segments.matches(session, tree, friend, now=now, occurrence=due.occurrence)

    return bare([block for block in due.blocks if holds(block.get(CONDITION))])


def _has_actions(session: Session, due: Due) -> bool:
    action_set = actions.at(session, due.place, due.holder)
    return action_set is not None and bool(action_set.steps)


def _put(
    session: Session,
    friend: Friend,
    due: Due,
    blocks: Sequence[dict[str, Any]],
    now: datetime,
    event: WebhookEvent | None,
    cause: TimelineEntry | None,
    staff_id: int | None,
) -> Delivery | None:
    return deliveries.put(
        session,
        friend,
        messages.freeze(session, blocks, now=now),
        source=due.source,
        label=due.label,
        dedupe_key=f"{due.source}:{due.key}",
        lane=Lane.REPLY if event else Lane.TIMED,
        now=now,
        event=event,
        cause=cause,
        staff_id=staff_id,
        guard=due.guard,
        due_at=due.due_at,
        tolerance=sending_rules.late(session) if due.tolerance is None else due.tolerance,
    )
