"""What waits too long: missed, or held (残している) when it was a used-up allowance that kept it from going out.

Held messages go on or are let go when somebody says so, feature by feature or one by one. They go out under the rules
of that moment: guards, conditions and blocks are asked again, and they have the shop's tolerance anew.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite import db
from lstep_lite.db import Database
from lstep_lite.engine import agenda, sending_rules, settings
from lstep_lite.engine.deliveries import conditions, own_limit, pausing, trouble
from lstep_lite.engine.deliveries.claim import CHUNK, SHARED_LANES, TOO_LATE, close, keep
from lstep_lite.engine.deliveries.outbox import wake
from lstep_lite.models import AfterLimit, Channel, Delivery, DeliveryState, Lane

LIMIT_REASONS = {
    pausing.MONTHLY_LIMIT: "今月の通数を使い切ったため、送らずに残しています。",
    pausing.OWN_CAP: "お店で決めた今月の上限に達したため、送らずに残しています。",
}
"""Why a message is held, by what made sending rest."""
HELD_BY_LIMIT = sa.and_(Delivery.state == conditions.HELD, Delivery.reason.in_(LIMIT_REASONS.values()))
DROPPED = "送らないことにしました。"


# What waits too long -------------------------------------------------------------------------------------------------


def put_aside_late(database: Database, *, now: datetime) -> int:
    """Waiting deliveries whose time has passed for good become missed, or held while a limit rests; how many."""
    count = 0
    while True:
        with database.read() as session:
            ids = session.scalars(_LATE, {"now": now}).all()
        if not ids:
            return count
        with database.unit() as session:
            _put_aside(session, ids, now)
        count += len(ids)


def _put_aside(session: Session, ids: Sequence[int], now: datetime) -> None:
    reason = _limit_reason(session)
    late = session.execute(_STILL_LATE, {"now": now, "ids": ids}).all()
    held = [row.id for row in late if reason and row.lane in SHARED_LANES and row.source != trouble.TO_STAFF]
    keep(session, held, reason or "")
    close(session, sorted({row.id for row in late} - set(held)), DeliveryState.MISSED, TOO_LATE, now)


def _limit_reason(session: Session) -> str | None:
    channel = settings.channel(session)
    return LIMIT_REASONS.get(channel.pause_reason or "") if channel and channel.paused_at else None


_LATE = sa.select(Delivery.id).where(conditions.LATE).limit(CHUNK)
_STILL_LATE = (
    sa.select(Delivery.id, Delivery.lane, Delivery.source)
    .where(Delivery.id.in_(sa.bindparam("ids", expanding=True)), conditions.LATE)
    .with_for_update()
)


# Held by a feature ---------------------------------------------------------------------------------------------------


def hold(session: Session, guard: str, *, reason: str) -> int:
    """Stop up to 500 waiting messages of *guard* that nobody is preparing; how many it was, so that one can go on.

    What comes into the outbox later, or is being prepared, is held by the guard itself when it answers `Wait`.
    """
    free = sa.and_(Delivery.state == conditions.WAITING, Delivery.guard == guard, Delivery.lease_owner.is_(None))
    ids = session.scalars(sa.select(Delivery.id).where(free).limit(CHUNK).with_for_update()).all()
    keep(session, ids, reason)
    return len(ids)


def let_go(session: Session, guard: str, *, now: datetime) -> int:
    """Let up to 500 held messages of *guard* wait for their turn again; how many it was."""
    return send(session, _held_of(guard), now=now)


def drop(session: Session, guard: str, *, now: datetime, reason: str = DROPPED) -> int:
    """Cancel up to 500 held messages of *guard*; how many it was."""
    return cancel(session, _held_of(guard), now=now, reason=reason)


def _held_of(guard: str) -> sa.ColumnElement[bool]:
    return sa.and_(Delivery.state == conditions.HELD, Delivery.guard == guard)


# One chunk -----------------------------------------------------------------------------------------------------------


def send(session: Session, which: sa.ColumnElement[bool], *, now: datetime) -> int:
    """Up to 500 of those held or missed wait for their turn again, with the shop's tolerance from now on."""
    rows = session.execute(
        sa.select(Delivery.id, Delivery.lane, Delivery.due_at).where(which).limit(CHUNK).with_for_update()
    ).all()
    if rows:
        again = {"state": DeliveryState.WAITING, "reason": None, "finished_at": None, "call_id": None}
        missed_after = max(now, max(row.due_at for row in rows)) + sending_rules.late(session)
        _change(session, [row.id for row in rows], again | {"missed_after": missed_after})
        for lane in {row.lane for row in rows}:
            db.after_commit(session, wake(lane))
    return len(rows)


def cancel(session: Session, which: sa.ColumnElement[bool], *, now: datetime, reason: str = DROPPED) -> int:
    ids = session.scalars(sa.select(Delivery.id).where(which).limit(CHUNK).with_for_update()).all()
    if ids:
        _change(session, ids, {"state": DeliveryState.CANCELLED, "reason": reason, "finished_at": now})
    return len(ids)


def _change(session: Session, ids: Sequence[int], values: dict[str, Any]) -> None:
    session.execute(sa.update(Delivery).where(Delivery.id.in_(ids)).values(values))


# After a limit -------------------------------------------------------------------------------------------------------


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.or_(_RESTS, _ANY_HELD))
def go_on(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Once a limit is over: sending, then what was held back, if the shop wants that. True when there is more."""
    with database.read() as session:
        if not _can_go_on(session, now):
            return False
    with database.unit() as session:
        if channel := own_limit.lifted(session, now=now):
            settings.resume(channel)
        return _wants_held_to_go(session) and send(session, HELD_BY_LIMIT, now=now) == CHUNK


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(due=int(_can_go_on(session, now)))


def _can_go_on(session: Session, now: datetime) -> bool:
    rests, any_held = session.connection().execute(_LOOK).one()  # mostly neither: one cheap statement a second
    return bool(rests and own_limit.lifted(session, now=now)) or bool(any_held and _wants_held_to_go(session))


def _wants_held_to_go(session: Session) -> bool:
    if settings.is_paused(session):
        return False
    return sending_rules.rules(session).after_limit is AfterLimit.NEXT_MONTH


_RESTS: sa.ColumnElement[bool] = sa.exists().where(Channel.id == 1, Channel.pause_reason == pausing.OWN_CAP)
_ANY_HELD: sa.ColumnElement[bool] = sa.exists().where(HELD_BY_LIMIT)
_LOOK = sa.select(_RESTS, _ANY_HELD)
