"""Starts kept for customers who are typing, as the board shows them: staff don't move them, they end by themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.availability.days import TICK_MINUTES
from lstep_lite.engine.reservations.availability.facts import Facts
from lstep_lite.engine.reservations.desk.spans import Span
from lstep_lite.models import BookingHold, Friend, Occupancy, Provider

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Held:
    provider_id: int
    span: Span
    """Minutes of the board's day."""
    words: str
    """「山田様 入力中（あと8分）」"""


def on(session: Session, rota: Facts, *, now: datetime) -> list[Held]:
    """What is held of the providers' time on the rota's day."""
    row, first = BookingHold, rota.first
    query = sa.select(Provider.id, Friend, row.expires_at, Occupancy.tick)
    query = query.join(Occupancy, Occupancy.holder_id == row.friend_id).join(Friend, Friend.id == row.friend_id)
    query = query.join(Provider, Provider.pool_id == Occupancy.pool_id)
    query = query.where(row.is_open, row.expires_at > now, row.business_date == first)
    found = session.execute(query.order_by(Provider.id, Friend.id, Occupancy.tick)).all()
    return [
        Held(provider_id, span, f"{friend.desk_name}様 入力中（あと{-((now - expires_at) // MINUTE)}分）")
        for (provider_id, friend, expires_at), rows in groupby(found, key=_whose)
        for span in _spans([_minute(rota, each.tick) for each in rows])
    ]


def _whose(row: Any) -> tuple[Any, ...]:
    return tuple(row)[:3]


def _minute(rota: Facts, tick: int) -> int:
    return days.minute_on(rota.first, days.moment_of(tick), rota.zone)


def _spans(ticks: Iterable[int]) -> Sequence[Span]:
    """Ticks one after the other are one stretch."""
    found: list[Span] = []
    for minute in ticks:
        begins = found.pop()[0] if found and found[-1][1] == minute else minute
        found.append((begins, minute + TICK_MINUTES))
    return found
