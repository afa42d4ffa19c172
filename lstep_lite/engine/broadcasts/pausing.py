"""Stopping a broadcast on its way, and letting it go on."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, settings
from lstep_lite.engine.broadcasts import keeping
from lstep_lite.engine.broadcasts.keeping import FEATURE
from lstep_lite.errors import DomainError
from lstep_lite.models import Broadcast, BroadcastState

BY_HAND = "一時停止しています。「再開」を押すと、続きから送ります。"
OUTAGE = "送信が途中で長く止まっていたため、一時停止しました。「再開」を押すと、続きから送ります。"
STOPPED = "一斉配信を途中で中止したため、送りませんでした。"
GONE = "一斉配信が削除されたため、送りませんでした。"


def pause(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    """Send nothing more for now; what has left stays sent. Pressing twice does it once. Raises DomainError."""
    keeping.lock(session, broadcast)
    if broadcast.state is BroadcastState.PAUSED:
        return
    if broadcast.state is not BroadcastState.SENDING:
        raise DomainError("送信中の一斉配信だけを一時停止できます。画面を開き直して、今の状態を確かめてください。")
    rest(broadcast, BY_HAND)
    broadcast.updated_at = now


def rest(broadcast: Broadcast, reason: str) -> None:
    """The worker holds what waits in the outbox; what it is about to send is held by the guard."""
    broadcast.state, broadcast.pause_reason = BroadcastState.PAUSED, reason


def resume(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    """Go on where it stopped. Raises DomainError while nothing can be sent anyway."""
    keeping.lock(session, broadcast)
    if broadcast.state is BroadcastState.SENDING:
        return
    if broadcast.state is not BroadcastState.PAUSED:
        raise DomainError("一時停止中の一斉配信だけを再開できます。画面を開き直して、今の状態を確かめてください。")
    channel = settings.channel(session)
    if channel is not None and channel.paused_at is not None:
        raise DomainError(f"まだ再開できません。{channel.pause_reason or '送信を止めています。'}")
    go_on(broadcast, now)
    broadcast.updated_at = now


def go_on(broadcast: Broadcast, now: datetime) -> None:
    broadcast.state, broadcast.pause_reason = BroadcastState.SENDING, None
    if broadcast.due_at is not None:
        broadcast.due_at = max(broadcast.due_at, now)


def stop(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    """「中止」: what has not left by now is never sent. Raises DomainError when it is not on its way."""
    keeping.lock(session, broadcast)
    if broadcast.state is BroadcastState.CANCELLED:
        return
    if broadcast.state not in (BroadcastState.SENDING, BroadcastState.PAUSED):
        raise DomainError("送信中の一斉配信だけを中止できます。予約は「取り消す」から取り消してください。")
    broadcast.state, broadcast.pause_reason = BroadcastState.CANCELLED, None
    broadcast.due_at, broadcast.updated_at = None, now


@deliveries.guard(FEATURE)
def _may_not_go(session: Session, names: Collection[str]) -> dict[str, str]:
    """Why messages of these must not go out, or not now."""
    query = sa.select(Broadcast.id, Broadcast.state).where(Broadcast.id.in_([int(name) for name in names]))
    states = {str(broadcast_id): state for broadcast_id, state in session.execute(query)}
    reasons = {name: _reason(states.get(name)) for name in names}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _reason(state: BroadcastState | None) -> str | None:
    match state:
        case None:
            return GONE
        case BroadcastState.CANCELLED:
            return STOPPED
        case BroadcastState.PAUSED:
            return deliveries.Wait(BY_HAND)
        case _:
            return None
