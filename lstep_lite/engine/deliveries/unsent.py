"""What the outbox itself has left over: messages a limit held back, and messages whose time had passed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.deliveries import conditions, holding, trouble
from lstep_lite.engine.deliveries.claim import SHARED_LANES, TOO_LATE
from lstep_lite.engine.deliveries.deciding import Leftover, leftovers
from lstep_lite.models import Delivery, DeliveryState

OFFERED_FOR = timedelta(days=7)
"""A missed message is news for so long; later it stands in the log alone."""


@leftovers("held")
class Held:
    def groups(self, session: Session, *, now: datetime) -> Sequence[Leftover]:
        return _groups(session, holding.HELD_BY_LIMIT)

    def send(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int:
        return holding.send(session, sa.and_(holding.HELD_BY_LIMIT, _named(key)), now=now)

    def drop(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int:
        return holding.cancel(session, sa.and_(holding.HELD_BY_LIMIT, _named(key)), now=now)


@leftovers("missed")
class Missed:
    def groups(self, session: Session, *, now: datetime) -> Sequence[Leftover]:
        return _groups(session, _missed(now))

    def send(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int:
        return holding.send(session, sa.and_(_missed(now), _named(key)), now=now)

    def drop(self, session: Session, key: str, *, staff_id: int | None, now: datetime) -> int:
        return holding.cancel(session, sa.and_(_missed(now), _named(key)), now=now)


def _missed(now: datetime) -> sa.ColumnElement[bool]:
    """What was to go out to customers by itself. An answer that came too late is of no use any more."""
    return sa.and_(
        Delivery.state == DeliveryState.MISSED,
        Delivery.finished_at >= now - OFFERED_FOR,
        Delivery.lane.in_([conditions.literal(lane) for lane in SHARED_LANES]),
        Delivery.reason == TOO_LATE,
        Delivery.source != trouble.TO_STAFF,
    )


def _groups(session: Session, which: sa.ColumnElement[bool]) -> list[Leftover]:
    """By feature and by what the log calls them."""
    query = (
        sa.select(
            Delivery.source,
            Delivery.source_label,
            sa.func.min(Delivery.reason),
            sa.func.count(Delivery.friend_id.distinct()),
            sa.func.count(),
            sa.func.min(Delivery.due_at),
        )
        .where(which)
        .group_by(Delivery.source, Delivery.source_label)
    )
    return [
        Leftover(f"{source}:{label}", source, label, reason or "", people, messages, since)
        for source, label, reason, people, messages, since in session.execute(query)
    ]


def _named(key: str) -> sa.ColumnElement[bool]:
    source, _, label = key.partition(":")
    return sa.and_(Delivery.source == source, Delivery.source_label == label)
