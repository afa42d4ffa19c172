"""Broadcasts that did not go out, or stopped on the way by themselves: staff send them after all, or let them go."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, settings
from lstep_lite.engine.broadcasts import audience, keeping, pausing, results
from lstep_lite.engine.broadcasts.keeping import FEATURE, IS_THERE
from lstep_lite.engine.deliveries import Leftover
from lstep_lite.errors import DomainError
from lstep_lite.models import Broadcast, BroadcastState, Friend

TOO_LATE = "サーバーが止まっていたなどで、予定の時刻を大きく過ぎたため、送りませんでした。"


def send_missed(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    """「今送る」. Pressing twice does it once. Raises DomainError."""
    keeping.lock(session, broadcast)
    if broadcast.state in (BroadcastState.BOOKED, BroadcastState.SENDING, BroadcastState.DONE):
        return
    _check(broadcast)
    broadcast.state, broadcast.due_at, broadcast.updated_at = BroadcastState.BOOKED, now, now


def drop_missed(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    """「送らない」. Pressing twice does it once. Raises DomainError."""
    keeping.lock(session, broadcast)
    if broadcast.state is BroadcastState.CANCELLED:
        return
    _check(broadcast)
    broadcast.state, broadcast.due_at = BroadcastState.CANCELLED, None
    broadcast.finished_at = broadcast.updated_at = now


def _check(broadcast: Broadcast) -> None:
    if broadcast.state is not BroadcastState.MISSED:
        raise DomainError("この一斉配信は、送らずに残っているものではありません。画面を開き直してください。")


@deliveries.leftovers(FEATURE)
class Stopped:
    """For the list of all that did not go out; what staff paused themselves is no news."""

    def groups(self, session: Session, *, now: datetime) -> Sequence[Leftover]:
        found = session.scalars(sa.select(Broadcast).where(IS_THERE, _IS_STOPPED).order_by(Broadcast.id))
        return [_described(session, broadcast, now) for broadcast in found]

    def send(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int:
        broadcast = _stopped(session, key)
        if broadcast is None or settings.is_paused(session):
            return 0
        if broadcast.state is BroadcastState.MISSED:
            send_missed(session, broadcast, now=now)
        else:
            pausing.resume(session, broadcast, now=now)
        return 1

    def drop(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int:
        broadcast = _stopped(session, key)
        if broadcast is None:
            return 0
        if broadcast.state is BroadcastState.MISSED:
            drop_missed(session, broadcast, now=now)
        else:
            pausing.stop(session, broadcast, now=now)
        return 1


_IS_STOPPED = sa.or_(
    Broadcast.state == BroadcastState.MISSED,
    sa.and_(Broadcast.state == BroadcastState.PAUSED, Broadcast.pause_reason != pausing.BY_HAND),
)


def _stopped(session: Session, key: str) -> Broadcast | None:
    return session.scalar(sa.select(Broadcast).where(Broadcast.id == int(key), IS_THERE, _IS_STOPPED))


def _described(session: Session, broadcast: Broadcast, now: datetime) -> Leftover:
    if broadcast.state is BroadcastState.PAUSED:
        people = results.numbers(session, broadcast).open
    else:
        within = audience.condition(session, broadcast, now=now)
        people = session.scalar(sa.select(sa.func.count()).select_from(Friend).where(within)) or 0
    return Leftover(
        key=str(broadcast.id),
        source=FEATURE,
        label=f"一斉配信「{broadcast.name}」",
        reason=broadcast.pause_reason or TOO_LATE,
        people=people,
        messages=people,
        since=broadcast.due_at or broadcast.started_at or broadcast.updated_at,
    )
