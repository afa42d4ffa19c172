"""売上: what completed visits paid, by provider and by what was done."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.numbers.scopes import Scope
from lstep_lite.models import (
    Course,
    CourseOption,
    EventTicket,
    Provider,
    Reservation,
    ReservationLine,
    ReservationState,
)

EVENTS, OTHERS = "イベント・担当なし", "イベント・そのほか"


@dataclass(frozen=True)
class Earned:
    label: str
    visits: int
    amount: int
    owner_id: int | None = None
    """The provider, or the course."""


def by_provider(session: Session, scope: Scope) -> list[Earned]:
    row = Reservation
    sums = sa.select(row.provider_id, Provider.name, sa.func.count(), sa.func.sum(row.amount))
    sums = sums.outerjoin(Provider, Provider.id == row.provider_id).where(_is_paid(scope))
    found = [
        Earned(name or EVENTS, visits, int(amount or 0), provider_id)
        for provider_id, name, visits, amount in session.execute(sums.group_by(row.provider_id, Provider.name))
    ]
    return _richest(found)


def by_menu(session: Session, scope: Scope) -> list[Earned]:
    """What was paid at once for several things is divided as their prices are; evenly when these are unknown."""
    row, line = Reservation, ReservationLine
    weight = sa.func.coalesce(line.price, 0) * sa.func.coalesce(line.quantity, 1)
    whole = sa.func.sum(weight).over(partition_by=row.id)
    pieces = sa.func.count().over(partition_by=row.id)
    columns: tuple[Any, ...] = (line.course_id, line.option_id, line.ticket_id, row.amount.label("amount"))
    parts = sa.select(*columns, weight.label("weight"), whole.label("whole"), pieces.label("pieces"))
    part = parts.select_from(row).outerjoin(line, line.reservation_id == row.id).where(_is_paid(scope)).subquery()
    of_price = 1.0 * part.c.amount * part.c.weight / part.c.whole
    share = sa.case((part.c.whole > 0, of_price), else_=1.0 * part.c.amount / part.c.pieces)
    keys = (part.c.course_id, part.c.option_id, part.c.ticket_id)
    summed = sa.select(*keys, sa.func.count().label("visits"), sa.func.sum(share).label("amount")).group_by(*keys)
    return _richest(_named(session, summed.subquery()))


def _named(session: Session, summed: sa.Subquery) -> list[Earned]:
    """By today's names: what was renamed is the same thing."""
    name = sa.func.coalesce(Course.name, CourseOption.name, EventTicket.name, OTHERS)
    query = sa.select(summed.c.course_id, name, summed.c.visits, summed.c.amount)
    query = query.outerjoin(Course, Course.id == summed.c.course_id)
    query = query.outerjoin(CourseOption, CourseOption.id == summed.c.option_id)
    query = query.outerjoin(EventTicket, EventTicket.id == summed.c.ticket_id)
    return [
        Earned(label, visits, round(amount), course_id) for course_id, label, visits, amount in session.execute(query)
    ]


def _is_paid(scope: Scope) -> sa.ColumnElement[bool]:
    row = Reservation
    return sa.and_(scope.holds(), row.state == ReservationState.COMPLETED, row.amount.is_not(None))


def _richest(found: list[Earned]) -> list[Earned]:
    return sorted(found, key=lambda each: (-each.amount, each.label))
