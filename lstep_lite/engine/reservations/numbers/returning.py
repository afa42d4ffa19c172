"""新規再来率: of those who came for the first time in a month, how many came again within 90 days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lstep_lite.engine.reservations.numbers.scopes import Scope, percent, seconds
from lstep_lite.models import BookingCustomer, Reservation, ReservationState

WITHIN = timedelta(days=90)
MONTHS = 12
"""How many months are shown."""


@dataclass(frozen=True)
class Cohort:
    month: date
    """Its first day."""
    newcomers: int
    returned: int

    @property
    def percent(self) -> float | None:
        return percent(self.returned, self.newcomers)


def cohorts(session: Session, scope: Scope, zone: ZoneInfo, *, now: datetime) -> list[Cohort]:
    """The last months up to the scope's that are 90 days over, so that everybody had the time to come again."""
    months = _months(scope.last, now.astimezone(zone).date())
    counts = _counts(session, scope, months, zone)
    begins = min(counts, default=len(months))  # not the months before the shop's first customer
    return [Cohort(month, *counts.get(number, (0, 0))) for number, month in enumerate(months) if number >= begins]


def _months(last: date, today: date) -> list[date]:
    month = last.replace(day=1)
    while following(month) + WITHIN > today:
        month = before(month)
    found = [month]
    while len(found) < MONTHS:
        found.append(before(found[-1]))
    return found[::-1]


def following(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _counts(session: Session, scope: Scope, months: Sequence[date], zone: ZoneInfo) -> dict[int, tuple[int, int]]:
    """By the month's place in *months*."""
    row, customer, again = Reservation, BookingCustomer, aliased(Reservation)
    edges = [datetime.combine(each, time(), zone) for each in (*months, following(months[-1]))]
    place = sa.case(*((customer.first_visit_at < edge, number) for number, edge in enumerate(edges[1:])))
    came_again = sa.exists().where(
        again.friend_id == customer.friend_id,
        again.state == ReservationState.COMPLETED,
        again.starts_at > customer.first_visit_at,
        seconds(again.starts_at) - seconds(customer.first_visit_at) <= int(WITHIN.total_seconds()),
    )
    came_so = sa.exists().where(
        row.friend_id == customer.friend_id,
        row.starts_at == customer.first_visit_at,
        row.state == ReservationState.COMPLETED,
        scope.narrows(),
    )
    is_new = sa.and_(customer.first_visit_at >= edges[0], customer.first_visit_at < edges[-1], came_so)
    each = sa.select(place.label("place"), sa.case((came_again, 1), else_=0).label("again")).where(is_new).subquery()
    counted = sa.select(each.c.place, sa.func.count(), sa.func.sum(each.c.again)).group_by(each.c.place)
    return {number: (newcomers, int(returned)) for number, newcomers, returned in session.execute(counted)}
