"""Calls that are stored and still to be made: followers of a finished call, retries, and those a dead worker left."""

from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.deliveries import conditions, parts
from lstep_lite.engine.deliveries.claim import TOO_LATE, close, why_not
from lstep_lite.engine.deliveries.start import Attempt
from lstep_lite.models import Call, CallKind, CallState, Delivery, DeliveryState, Friend, Lane

RETRY_KEY_LIFE = timedelta(hours=23)
"""LINE remembers a retry key for 24 hours; later the same request would be sent again."""
REPLY_LIFE = timedelta(minutes=20)
"""No reply token lives longer."""

MAYBE_ARRIVED = "届いたか確認できません。LINEから応答がありませんでした。"
NEVER_REACHED = "LINEにつながらない状態が続いたため、送信できませんでした。"


def resume(
    session: Session,
    lane: Lane,
    *,
    limit: int,
    paused: bool,
    owner: str,
    now: datetime,
    wall: datetime,
    lease_until: datetime,
) -> list[Attempt]:
    """Take up to *limit* stored calls of *lane* whose turn it is, and lease them to *owner*."""
    found = session.scalars(_turns(lane, paused), conditions.clocks(now, wall) | {"limit": limit}).all()
    attempts = []
    for call in found:
        if call.state is CallState.IN_FLIGHT:
            call.had_unknown_outcome = True  # whoever made it is gone, and its answer with them
        if not _is_over(session, call, now, wall) and (call.attempts or _may_begin(session, call, now, wall)):
            attempts.append(_lease(call, owner, lease_until))
    return attempts


@cache
def _turns(lane: Lane, paused: bool) -> sa.Select[Call]:
    return (
        sa.select(Call)
        .where(conditions.open_calls(lane, paused=paused), ~conditions.friend_is_busy())
        .order_by(Call.due_at, Call.id)
        .limit(sa.bindparam("limit"))
    )


def _is_over(session: Session, call: Call, now: datetime, wall: datetime) -> bool:
    """End a call that is too old to be made (again), or whose people are gone from our records."""
    latest = session.scalar(sa.select(sa.func.max(Delivery.missed_after)).where(Delivery.call_id == call.id))
    life = REPLY_LIFE if call.kind is CallKind.REPLY else RETRY_KEY_LIFE
    is_old = call.attempts > 0 and wall - call.first_at >= life
    if is_old and call.had_unknown_outcome:
        end(session, call, CallState.UNKNOWN, DeliveryState.UNKNOWN, MAYBE_ARRIVED, now)
    elif is_old:
        end(session, call, CallState.REFUSED, DeliveryState.FAILED, NEVER_REACHED, now)
    elif latest is None or (latest < now and not call.had_unknown_outcome):
        end(session, call, CallState.REFUSED, DeliveryState.MISSED, TOO_LATE, now)
    else:
        return False
    return True


def _may_begin(session: Session, call: Call, now: datetime, wall: datetime) -> bool:
    """Check the rules once more before a first attempt, and leave out whoever may not get it."""
    query = (
        sa.select(Delivery.id, Friend.line_user_id, Friend.is_following, Friend.is_blocked)
        .join(Friend, Friend.id == Delivery.friend_id)
        .where(Delivery.call_id == call.id)
        .order_by(Delivery.id)
    )
    remaining: set[str | None] = set()
    recipients = session.execute(query).all()
    for delivery_id, user_id, following, blocked in recipients:
        reason = why_not(user_id, following, blocked)
        if reason:
            close(session, [delivery_id], DeliveryState.SKIPPED, reason, now)
        else:
            remaining.add(user_id)
    if not remaining:
        call.state = CallState.REFUSED
        return False
    if call.kind is CallKind.MULTICAST:
        call.body = parts.addressed_to(call.body, remaining)
    call.first_at = wall
    return True


def _lease(call: Call, owner: str, lease_until: datetime) -> Attempt:
    call.state = CallState.IN_FLIGHT
    call.attempts += 1
    call.lease_owner, call.lease_until = owner, lease_until
    return Attempt(call.id, call.kind, call.body, call.retry_key, lease_until, call.attempts)


def end(
    session: Session, call: Call, state: CallState, delivery_state: DeliveryState, reason: str, now: datetime
) -> None:
    """Finish *call* and all deliveries that still hang on it."""
    call.state, call.reason = state, reason
    call.lease_owner = call.lease_until = None
    hanging = sa.select(Delivery.id).where(Delivery.call_id == call.id, Delivery.state == DeliveryState.SENDING)
    close(session, session.scalars(hanging).all(), delivery_state, reason, now)
