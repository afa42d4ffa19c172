"""Bookings whose customers no message reaches: staff phone them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from lstep_lite.engine.reservations.effects import messaging, wording
from lstep_lite.models import Friend, Reservation

AHEAD = timedelta(days=2)


@dataclass(frozen=True)
class Call:
    reservation: Reservation
    reason: str
    """Why no message reaches them, for staff."""


def to_call(session: Session, *, now: datetime, ahead: timedelta = AHEAD) -> Sequence[Call]:
    """The bookings from now on whose customers have no LINE, have blocked the account, or are blocked by the shop."""
    row = Reservation
    mine = sa.select(row).join(row.friend).options(contains_eager(row.friend))
    found = session.scalars(mine.where(*near(now, ahead)).order_by(row.starts_at, row.id)).all()
    return [Call(each, messaging.unreachable(each.friend) or "") for each in found]


def near(now: datetime, ahead: timedelta = AHEAD) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions on bookings joined with their friends."""
    row = Reservation
    reaches = sa.and_(Friend.line_user_id.is_not(None), Friend.is_following, ~Friend.is_blocked)
    return row.state.in_(wording.AHEAD), row.starts_at > now, row.starts_at <= now + ahead, ~reaches
