"""A day's bookings on paper: by the clock, and by who serves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import opening
from lstep_lite.engine.reservations.availability.days import clock
from lstep_lite.engine.reservations.desk import looks
from lstep_lite.engine.reservations.desk.looks import Booked, Look
from lstep_lite.models import Friend, Reservation
from lstep_lite.models import ReservationState as State

NOBODY = "担当なし"


@dataclass(frozen=True)
class Line:
    booked: Booked
    name: str
    visit: str
    """「新規」「3回目」"""
    provider: str


@dataclass(frozen=True)
class Sheet:
    day: date
    hours: str
    """「10:00–19:00」; empty when the shop is shut."""
    lines: Sequence[Line]

    @property
    def by_provider(self) -> list[tuple[str, list[Line]]]:
        """In the order in which their first customers come; who serves nobody is left out."""
        order: dict[str, int] = {}
        for line in self.lines:
            order.setdefault(line.provider, len(order))
        ranked = sorted(self.lines, key=lambda line: order[line.provider])
        return [(name, list(lines)) for name, lines in groupby(ranked, key=lambda line: line.provider)]


def sheet(session: Session, day: date, look: Look, *, initials: bool = False) -> Sheet:
    """With *initials* nobody who sees the paper reads a name."""
    found = looks.bookings(session, day, day, look)
    visits = _visits(session, [each.reservation for each in found])
    ids = {each.reservation.provider_id for each in found} - {None}
    names = {each.id: each.name for each in looks.providers(session, with_ids=[one for one in ids if one is not None])}
    hours = "、".join(f"{clock(start)}–{clock(end)}" for start, end in opening.load(session).ranges(day))
    return Sheet(day, hours, [_line(each, names, visits, initials) for each in found])


def _line(booked: Booked, names: Mapping[int, str], visits: Mapping[int, Sequence[datetime]], initials: bool) -> Line:
    row = booked.reservation
    before = sum(starts_at < row.starts_at for starts_at in visits.get(row.friend_id, ()))
    name = in_initials(row.friend) if initials else row.friend.desk_name
    provider = names.get(row.provider_id, NOBODY) if row.provider_id is not None else NOBODY
    return Line(booked, name, f"{before + 1}回目" if before else "新規", provider)


def _visits(session: Session, rows: Sequence[Reservation]) -> dict[int, list[datetime]]:
    """When each of these customers was here."""
    row, found = Reservation, dict[int, list[datetime]]()
    mine = sa.select(row.friend_id, row.starts_at)
    mine = mine.where(row.friend_id.in_({each.friend_id for each in rows}), row.state == State.COMPLETED)
    for friend_id, starts_at in session.execute(mine):
        found.setdefault(friend_id, []).append(starts_at)
    return found


def in_initials(friend: Friend) -> str:
    """「ヤ・ハ」 of ヤマダ ハナコ; without a reading, the first letter of the name."""
    parts = (friend.kana or friend.desk_name).split()
    return "・".join(part[0] for part in parts) if friend.kana else f"{parts[0][0]}…"
