"""The worker's part: what each open broadcast needs next, one bounded unit at a time.

The broadcast's row is locked meanwhile. All it has done is in its recipients and its cursor, so that a worker killed
anywhere leaves nobody out and nobody twice, and two workers take turns.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, deliveries, sending_rules, settings
from lstep_lite.engine.broadcasts import acting, gathering, pausing, putting, results, telling, winning
from lstep_lite.engine.broadcasts.keeping import IS_THERE
from lstep_lite.engine.deliveries import conditions, holding
from lstep_lite.models import AfterLimit, AudienceAt, Broadcast, BroadcastState, Delivery, Lane

log = logging.getLogger(__name__)

UNDER_WAY = (BroadcastState.SENDING, BroadcastState.PAUSED)
IS_WINDING_UP = sa.and_(
    Broadcast.state == BroadcastState.CANCELLED, Broadcast.started_at.is_not(None), Broadcast.finished_at.is_(None)
)
IS_OPEN = sa.or_(Broadcast.state.in_((BroadcastState.BOOKED, *UNDER_WAY)), IS_WINDING_UP)


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists().where(IS_OPEN, IS_THERE))
def work(database: Database, *, now: datetime, wall: datetime) -> bool:
    """A part of every broadcast that has something to do, the oldest first. True when there is more."""
    with database.read() as session:
        found = [(each.id, needs) for each in _open(session) if (needs := _needs(session, each, now)).anything]
    has_more = [_go_on(database, broadcast_id, needs, now) for broadcast_id, needs in found]
    return any(has_more)


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    found = _open(session)
    due = sum(_needs(session, each, now).anything or _is_ahead(each, now) for each in found)
    running = (BroadcastState.BOOKED, BroadcastState.SENDING)
    moments = [each.due_at for each in found if each.state in running and each.due_at and each.due_at > now]
    return agenda.Pending(due=due, next_due=min(moments, default=None))


def _open(session: Session) -> list[Broadcast]:
    return list(session.scalars(sa.select(Broadcast).where(IS_OPEN, IS_THERE).order_by(Broadcast.id)))


def _is_ahead(broadcast: Broadcast, now: datetime) -> bool:
    """Whether it only waits for the sender to catch up."""
    return broadcast.state is BroadcastState.SENDING and broadcast.due_at is not None and broadcast.due_at <= now


# What is to do -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Needs:
    step: bool = False
    """Whether its own course goes on: starting, putting, holding, ending."""
    gathering: bool = False
    actions: bool = False

    @property
    def anything(self) -> bool:
        return self.step or self.gathering or self.actions


def _needs(session: Session, broadcast: Broadcast, now: datetime) -> _Needs:
    if broadcast.state is BroadcastState.BOOKED:
        starts = _starts(broadcast, now)
        return _Needs(step=starts, gathering=not starts and _gathers_ahead(broadcast))
    acts = acting.is_due(session, broadcast)
    match broadcast.state:
        case BroadcastState.SENDING if _gathers(session, broadcast, now):
            return _Needs(gathering=True)
        case BroadcastState.SENDING:
            return _Needs(step=_moves(session, broadcast, now, acts), actions=acts)
        case BroadcastState.PAUSED:
            moves = _has_free(session, broadcast) or _may_go_on(session, broadcast)
            return _Needs(step=moves, actions=acts)
        case _:
            has_rest = _has_free(session, broadcast) or _has(session, broadcast, conditions.HELD)
            is_over = not (acts or _is_on_the_way(session, broadcast))
            return _Needs(step=has_rest or is_over, actions=acts)


def _starts(broadcast: Broadcast, now: datetime) -> bool:
    return broadcast.due_at is not None and broadcast.due_at <= now


def _gathers_ahead(broadcast: Broadcast) -> bool:
    return broadcast.audience_at is AudienceAt.BOOKING and not broadcast.is_gathered


def _gathers(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    is_interrupted = _is_late(session, broadcast, now) or _must_rest(session, broadcast, now)
    return not broadcast.is_gathered and not is_interrupted


def _is_late(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Whether nobody has looked after it for too long, as after an outage."""
    return broadcast.due_at is not None and now - broadcast.due_at > sending_rules.late(session)


def _moves(session: Session, broadcast: Broadcast, now: datetime, acts: bool) -> bool:
    if _has(session, broadcast, conditions.HELD) or _must_rest(session, broadcast, now):
        return True
    if broadcast.due_at is not None:
        has_room = _is_late(session, broadcast, now) or putting.has_room(session, now=now)
        return broadcast.due_at <= now and has_room
    return not (acts or _is_on_the_way(session, broadcast)) and not winning.waits_for_staff(session, broadcast)


def _must_rest(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Whether sending rests for all while this one has something to send."""
    has_rest = _is_ahead(broadcast, now) or _has(session, broadcast, conditions.WAITING)
    return has_rest and settings.is_paused(session)


def _may_go_on(session: Session, broadcast: Broadcast) -> bool:
    """Whether it was a used-up allowance that stopped it, there is one again, and the shop wants it to go on."""
    is_by_limit = broadcast.pause_reason in holding.LIMIT_REASONS
    wants_to = sending_rules.rules(session).after_limit is AfterLimit.NEXT_MONTH
    return is_by_limit and wants_to and not settings.is_paused(session)


def _has(session: Session, broadcast: Broadcast, state: sa.ColumnElement[str]) -> bool:
    """Whether a message of it is in *state*, one of those with an index by guard."""
    mine = sa.select(Delivery.id).where(Delivery.guard == putting.guard_of(broadcast.id), Delivery.state == state)
    return session.scalar(mine.limit(1)) is not None


def _has_free(session: Session, broadcast: Broadcast) -> bool:
    """Whether a message of it waits that nobody is about to send."""
    free = sa.and_(Delivery.state == conditions.WAITING, Delivery.lease_owner.is_(None))
    mine = sa.select(Delivery.id).where(Delivery.guard == putting.guard_of(broadcast.id), free)
    return session.scalar(mine.limit(1)) is not None


def _is_on_the_way(session: Session, broadcast: Broadcast) -> bool:
    return any(_has(session, broadcast, state) for state in (conditions.WAITING, conditions.SENDING))


# Doing it ------------------------------------------------------------------------------------------------------------


def _go_on(database: Database, broadcast_id: int, needs: _Needs, now: datetime) -> bool:
    """False when another worker is at it, or it failed: then the next pass looks again."""
    try:
        has_gathered = needs.gathering and gathering.gather(database, broadcast_id, now=now)
        has_acted = needs.actions and acting.act(database, broadcast_id, now=now)
        return (needs.step and _step(database, broadcast_id, now)) or has_gathered or has_acted
    except Exception:
        log.exception("broadcast %s could not go on; it is tried again", broadcast_id)
        return False


def _step(database: Database, broadcast_id: int, now: datetime) -> bool:
    with database.unit() as session:
        locked = sa.select(Broadcast).where(Broadcast.id == broadcast_id, IS_THERE, IS_OPEN)
        broadcast = session.scalar(locked.with_for_update(skip_locked=True))
        if broadcast is None:
            return False
        is_over = _advance(session, broadcast, now)
    if is_over:
        _finish(database, broadcast_id, now)
    return True


def _advance(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """One unit's worth; whether nothing is left to do."""
    guard = putting.guard_of(broadcast.id)
    match broadcast.state:
        case BroadcastState.BOOKED:
            if _starts(broadcast, now):
                _start(session, broadcast, now)
        case BroadcastState.PAUSED if _may_go_on(session, broadcast):
            pausing.go_on(broadcast, now)
        case BroadcastState.PAUSED:
            deliveries.hold(session, guard, reason=broadcast.pause_reason or pausing.BY_HAND)
        case BroadcastState.SENDING:
            return _send(session, broadcast, now)
        case _:
            held = deliveries.hold(session, guard, reason=pausing.STOPPED)
            dropped = deliveries.drop(session, guard, now=now, reason=pausing.STOPPED)
            return not (held or dropped or _is_on_the_way(session, broadcast))
    return False


def _start(session: Session, broadcast: Broadcast, now: datetime) -> None:
    if _is_late(session, broadcast, now):
        broadcast.state = BroadcastState.MISSED
        telling.missed(session, broadcast, now=now)
    else:
        broadcast.state, broadcast.started_at, broadcast.due_at = BroadcastState.SENDING, now, now
    broadcast.updated_at = now


def _send(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    if _must_rest(session, broadcast, now):
        channel = settings.channel(session)
        pausing.rest(broadcast, (channel and channel.pause_reason) or pausing.BY_HAND)
    elif deliveries.let_go(session, putting.guard_of(broadcast.id), now=now):
        return False
    elif broadcast.due_at is None:
        return not winning.waits_for_staff(session, broadcast)
    elif _is_late(session, broadcast, now):
        pausing.rest(broadcast, pausing.OUTAGE)
        telling.interrupted(session, broadcast, now=now)
    elif broadcast.due_at <= now and broadcast.is_gathered and putting.has_room(session, now=now):
        _put(session, broadcast, now)
    return False


def _put(session: Session, broadcast: Broadcast, now: datetime) -> None:
    broadcast.due_at = now  # how late it is counts from the last look
    if putting.put(session, broadcast, now=now):
        return
    if winning.is_on_trial(broadcast):
        winning.trial_is_over(session, broadcast, now=now)
    else:
        broadcast.due_at = None


def _finish(database: Database, broadcast_id: int, now: datetime) -> None:
    """All messages have come to their end, and what follows from them is done."""
    with database.read() as session:
        broadcast = session.get(Broadcast, broadcast_id)
        if broadcast is None or not _is_out(session, broadcast):
            return
        counted = results.numbers(session, broadcast)
    with database.unit() as session:
        broadcast = session.get_one(Broadcast, broadcast_id, with_for_update=True)
        if broadcast.finished_at is not None or not _is_out(session, broadcast):
            return
        if broadcast.state is BroadcastState.SENDING:
            broadcast.state = BroadcastState.DONE
        broadcast.totals = {outcome.value: count for outcome, count in counted.by_outcome.items()}
        broadcast.finished_at = broadcast.updated_at = now
        telling.finished(session, broadcast, counted, now=now)


def _is_out(session: Session, broadcast: Broadcast) -> bool:
    is_ending = broadcast.state is BroadcastState.CANCELLED or (
        broadcast.state is BroadcastState.SENDING and broadcast.due_at is None
    )
    is_open = _is_on_the_way(session, broadcast) or _has(session, broadcast, conditions.HELD)
    return is_ending and not is_open and not acting.is_due(session, broadcast)
