"""What waits for staff, beside the board: a few of each and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.effects import calling
from lstep_lite.models import (
    BLOCKING,
    ChangeRequest,
    ChangeState,
    Friend,
    Reservation,
    ReservationState,
    WaitEntry,
    WaitState,
)

FEW = 5
ABOUT_TO_COME = timedelta(minutes=30)
LOOKS_BACK = timedelta(days=30)
"""Visits older than that can't be marked any more."""


@dataclass(frozen=True)
class Line:
    reservation: Reservation
    when: str
    more: str = ""


@dataclass(frozen=True)
class Pile:
    lines: Sequence[Line] = ()
    count: int = 0

    @property
    def others(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True)
class Rail:
    requests: Pile
    """Those who asked for a booking, the first to expire first."""
    changes: Pile
    """Those who asked for another time."""
    here: Pile
    """Those who are here, or about to come."""
    misfits: Pile
    """要調整"""
    calls: Pile
    """Those who come in the next days and have cut themselves off from our messages: to be phoned."""
    unmarked: Pile
    """Past visits nobody marked, the latest first."""
    waiting: int
    """キャンセル待ち"""


def load(session: Session, *, now: datetime) -> Rail:
    row = Reservation
    requests = sa.select(row, row.expires_at).where(row.state == ReservationState.REQUESTED)
    changes = sa.select(row, ChangeRequest.expires_at).join(ChangeRequest, ChangeRequest.reservation_id == row.id)
    changes = changes.where(ChangeRequest.state == ChangeState.ASKED)
    others = sa.select(row, sa.null())
    misfits = others.where(row.needs_look, row.state.in_(BLOCKING), row.ends_at > now)
    calls = others.join(row.friend).where(*calling.near(now), Friend.line_user_id.is_not(None))
    open_ = others.where(row.state.in_((ReservationState.CONFIRMED, ReservationState.CHECKED_IN)))
    here = open_.where(row.starts_at <= now + ABOUT_TO_COME, row.ends_at > now)
    unmarked = open_.where(row.ends_at <= now, row.starts_at > now - LOOKS_BACK)
    return Rail(
        requests=_pile(session, requests.order_by(row.expires_at, row.id), now),
        changes=_pile(session, changes.order_by(ChangeRequest.expires_at, row.id), now),
        here=_pile(session, here.order_by(row.starts_at, row.id), now),
        misfits=_pile(session, misfits.order_by(row.starts_at, row.id), now),
        calls=_pile(session, calls.order_by(row.starts_at, row.id), now),
        unmarked=_pile(session, unmarked.order_by(row.starts_at.desc(), row.id.desc()), now),
        waiting=_waiting(session),
    )


def _pile(session: Session, query: sa.Select[*tuple[Any, ...]], now: datetime) -> Pile:
    counted = query.add_columns(sa.func.count().over()).options(joinedload(Reservation.friend)).limit(FEW)
    rows = session.execute(counted).all()
    lines = [Line(booking, _when(booking), left_in_words(ends_at, now=now)) for booking, ends_at, _ in rows]
    return Pile(lines, rows[0][2] if rows else 0)


def _when(reservation: Reservation) -> str:
    return days.in_words(reservation.business_date, reservation.start_minute)


def left_in_words(ends_at: datetime | None, *, now: datetime) -> str:
    """「あと3時間で期限切れ」; empty for what never ends."""
    if ends_at is None:
        return ""
    minutes = max(int((ends_at - now).total_seconds()) // 60, 0)
    left = f"{minutes}分" if minutes < 60 else f"{minutes // 60}時間" if minutes < 2880 else f"{minutes // 1440}日"
    return f"あと{left}で期限切れ" if minutes else "まもなく期限切れ"


def _waiting(session: Session) -> int:
    here = WaitEntry.state.in_((WaitState.WAITING, WaitState.OFFERED))
    return session.scalar(sa.select(sa.func.count()).select_from(WaitEntry).where(here)) or 0
