"""SQL that several steps of a send share.

States stand in it as literals, never as parameters: only then can both databases use the partial indexes of open rows.
The clocks are parameters, handed in with `clocks`, so that each statement is built once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lstep_lite.db import UTCDateTime
from lstep_lite.engine.deliveries import pausing
from lstep_lite.models import Call, CallKind, CallState, Channel, Delivery, DeliveryState, Lane, WebhookEvent

FIRST_RETRIES = timedelta(seconds=60)
"""How long a friend's newer messages wait for an older one that LINE has not taken yet."""
TURN_LOCK = 5_173_001
"""The number of PostgreSQL's advisory lock under which turns are taken."""


NOW = sa.bindparam("now", type_=UTCDateTime())
WALL = sa.bindparam("wall", type_=UTCDateTime())
YOUNG_SINCE = sa.bindparam("young_since", type_=UTCDateTime())


def clocks(now: datetime, wall: datetime) -> dict[str, Any]:
    """The parameters of everything here."""
    return {"now": now, "wall": wall, "young_since": wall - FIRST_RETRIES}


def literal(value: StrEnum) -> sa.ColumnElement[Any]:
    return sa.literal_column(f"'{value.value}'")


WAITING = literal(DeliveryState.WAITING)
HELD = literal(DeliveryState.HELD)
SENDING = literal(DeliveryState.SENDING)
QUEUED = literal(CallState.QUEUED)
IN_FLIGHT = literal(CallState.IN_FLIGHT)
RETRYING = literal(CallState.RETRYING)
OPEN_CALL = (QUEUED, IN_FLIGHT, RETRYING)


def take_turns(session: Session) -> None:
    """From here to the end of the unit nobody else claims; on SQLite the unit itself sees to that."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN_LOCK)))


@dataclass(frozen=True)
class Look:
    """A first look at a lane."""

    paused: bool
    """Whether counted sends rest, as when the month's allowance is used up."""
    has_calls: bool
    """Whether stored calls are to be made (again)."""
    has_waiting: bool


def look(session: Session, lane: Lane, *, now: datetime, wall: datetime) -> Look:
    """What there is to do, with one cheap statement."""
    paused, calls, replies, waiting = session.connection().execute(_look(lane), clocks(now, wall)).one()
    return Look(bool(paused), bool(replies if paused else calls), bool(waiting))


@cache
def _look(lane: Lane) -> sa.Select[*tuple[Any, ...]]:
    paused = sa.exists().where(Channel.id == 1, Channel.paused_at.is_not(None))
    calls = sa.exists(sa.select(Call.id).where(open_calls(lane, paused=False)))
    replies = sa.exists(sa.select(Call.id).where(open_calls(lane, paused=True)))
    waiting = sa.exists(sa.select(Delivery.id).where(due(lane)))
    return sa.select(paused, calls, replies, waiting)


LATE = sa.and_(Delivery.state == WAITING, Delivery.missed_after < NOW)


def due(lane: Lane) -> sa.ColumnElement[bool]:
    """Deliveries of *lane* that are due, not too late, and that nobody is preparing."""
    return sa.and_(
        Delivery.state == WAITING,
        Delivery.lane == literal(lane),
        Delivery.due_at <= NOW,
        sa.func.coalesce(Delivery.missed_after, NOW) >= NOW,  # never by its index, which holds all that waits
        sa.or_(Delivery.lease_until.is_(None), Delivery.lease_until < WALL),
    )


def can_reply(delivery: Any = Delivery) -> sa.ColumnElement[bool]:
    """Whether *delivery* answers an event whose reply token nobody has used yet."""
    used, call, event = aliased(Delivery), aliased(Call), aliased(WebhookEvent)
    has_token = sa.exists().where(event.id == delivery.event_id, event.reply_token.is_not(None))
    is_used = sa.exists().where(
        used.event_id == delivery.event_id, call.id == used.call_id, call.kind == literal(CallKind.REPLY)
    )
    return sa.and_(delivery.event_id.is_not(None), has_token, ~is_used)


def has_turn(lane: Lane, *, paused: bool) -> sa.ColumnElement[bool]:
    """Whether nothing of the same friend has to go before this delivery.

    One call in flight per friend. A row waits for an older one only while that one is being sent or in its first
    retries; replies, whose tokens die in a minute, wait only for a call in flight.
    """
    other, call = aliased(Delivery), aliased(Call)
    in_flight = call.state == IN_FLIGHT
    young = sa.and_(call.state.in_([QUEUED, RETRYING]), call.first_at > YOUNG_SINCE)
    being_sent = sa.exists().where(call.id == other.call_id, in_flight if lane is Lane.REPLY else in_flight | young)
    older = sa.tuple_(other.due_at, other.id) < sa.tuple_(Delivery.due_at, Delivery.id)
    before = sa.and_(other.lane == literal(lane), other.due_at <= NOW, older)
    if paused:
        before = sa.and_(before, can_reply(other))
    ahead = sa.exists().where(
        other.friend_id == Delivery.friend_id,
        other.id != Delivery.id,
        other.state.in_([WAITING, SENDING]),
        sa.or_(
            sa.and_(other.state == SENDING, being_sent),
            sa.and_(other.state == WAITING, sa.or_(other.lease_until >= WALL, before)),
        ),
    )
    return ~ahead


def open_calls(lane: Lane, *, paused: bool) -> sa.ColumnElement[bool]:
    """Calls of *lane* to make (again): their time has come, or whoever made them is gone."""
    ready = sa.and_(Call.state.in_([QUEUED, RETRYING]), Call.due_at <= WALL)
    abandoned = sa.and_(Call.state == IN_FLIGHT, Call.lease_until < WALL)
    before = aliased(Call)
    follows = sa.exists().where(before.id == Call.after_id, before.state.in_(OPEN_CALL))
    found = sa.and_(Call.lane == literal(lane), Call.state.in_(OPEN_CALL), sa.or_(ready, abandoned), ~follows)
    return sa.and_(found, goes_while_paused()) if paused else found


def goes_while_paused() -> sa.ColumnElement[bool]:
    """Calls that are made while counted sending rests: replies, and what had its place within the shop's own limit."""
    at_own_limit = sa.exists().where(Channel.id == 1, Channel.pause_reason == pausing.OWN_CAP)
    had_place = sa.or_(Call.attempts > 0, Call.lane.in_([literal(Lane.TIMED), literal(Lane.BULK)]))
    return sa.or_(Call.kind == literal(CallKind.REPLY), sa.and_(had_place, at_own_limit))


def friend_is_busy() -> sa.ColumnElement[bool]:
    """Whether another call to a friend of this call is in flight, or being prepared."""
    mine, other, call = aliased(Delivery), aliased(Delivery), aliased(Call)
    in_flight = sa.exists().where(
        call.id == other.call_id, call.state == IN_FLIGHT, call.lease_until >= WALL, call.id != Call.id
    )
    return sa.exists().where(
        mine.call_id == Call.id,
        other.friend_id == mine.friend_id,
        other.state.in_([WAITING, SENDING]),
        sa.or_(sa.and_(other.state == WAITING, other.lease_until >= WALL), sa.and_(other.state == SENDING, in_flight)),
    )
