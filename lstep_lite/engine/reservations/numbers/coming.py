"""How bookings come, and what becomes of them: ways, weekdays, lead times, nominations, cancellations."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.numbers.scopes import KEPT, Scope, percent, seconds, weekday
from lstep_lite.models import BookedBy, CancelledBy, Reservation, ReservationState

State = ReservationState
STEPS = (24, 72, 168, 336, 720)
"""Hours between booking and visit at which the next step of the distribution begins."""


@dataclass(frozen=True)
class Cancelled:
    by: CancelledBy | None
    is_late: bool
    reason: str
    count: int


@dataclass(frozen=True)
class Coming:
    states: Mapping[ReservationState, int] = field(default_factory=dict)
    weekdays: Mapping[int, int] = field(default_factory=dict)
    """Bookings that stand, 0 is Monday."""
    ways: Mapping[BookedBy, int] = field(default_factory=dict)
    nominated: int = 0
    with_provider: int = 0
    late: int = 0
    unpriced: int = 0
    """Completed visits of which no amount is written down."""
    leads: Mapping[int, int] = field(default_factory=dict)
    """Bookings by whole hours between booking and visit; without those who walked in."""
    cancelled: Sequence[Cancelled] = ()

    @property
    def kept(self) -> int:
        return sum(self.states.get(state, 0) for state in KEPT)

    @property
    def nomination(self) -> float | None:
        return percent(self.nominated, self.with_provider)

    @property
    def no_show(self) -> float | None:
        missed = self.states.get(State.NO_SHOW, 0)
        return percent(missed, self.states.get(State.COMPLETED, 0) + missed)

    @property
    def late_cancellation(self) -> float | None:
        came = self.states.get(State.COMPLETED, 0) + self.states.get(State.NO_SHOW, 0)
        return percent(self.late, came + self.late)

    @property
    def lead(self) -> float | None:
        """The median, in hours."""
        return median(self.leads)

    @property
    def lead_steps(self) -> list[int]:
        """How many bookings each step of STEPS and what is longer has."""
        found = [0] * (len(STEPS) + 1)
        for hours, count in self.leads.items():
            found[sum(hours >= step for step in STEPS)] += count
        return found


def of(session: Session, scope: Scope) -> Coming:
    states: Counter[ReservationState] = Counter()
    weekdays: Counter[int] = Counter()
    ways: Counter[BookedBy] = Counter()
    nominated = with_provider = late = unpriced = 0
    for each in _groups(session, scope):
        states[each.state] += each.bookings
        if each.state in KEPT:
            weekdays[each.day] += each.bookings
            ways[each.booked_by] += each.bookings
            with_provider += each.bookings if each.has_provider else 0
            nominated += each.bookings if each.has_provider and each.is_nominated else 0
        late += each.bookings if each.state is State.CANCELLED and each.is_late else 0
        unpriced += each.bookings - each.amounts if each.state is State.COMPLETED else 0
    return Coming(
        states,
        weekdays,
        ways,
        nominated,
        with_provider,
        late,
        unpriced,
        leads=_leads(session, scope),
        cancelled=_cancelled(session, scope),
    )


def _groups(session: Session, scope: Scope) -> sa.Result[*tuple[Any, ...]]:
    """All that is counted one by one, in one statement: a few hundred rows however many bookings there are."""
    row = Reservation
    columns: dict[str, Any] = {
        "day": weekday(row.business_date),
        "state": row.state,
        "booked_by": row.booked_by,
        "has_provider": row.provider_id.is_not(None),
        "is_nominated": row.is_nominated,
        "is_late": row.is_late,
    }
    labelled: list[Any] = [column.label(name) for name, column in columns.items()]
    part = sa.select(*labelled, row.amount.label("amount")).where(scope.holds()).subquery()
    keys = [part.c[name] for name in columns]
    counts = (sa.func.count().label("bookings"), sa.func.count(part.c.amount).label("amounts"))
    return session.execute(sa.select(*keys, *counts).group_by(*keys))


def _leads(session: Session, scope: Scope) -> dict[int, int]:
    row = Reservation
    hours = (seconds(row.starts_at) - seconds(row.created_at)) // sa.literal(3600, sa.Integer)
    each = sa.select(hours.label("hours"))
    each = each.where(scope.holds(), row.state.in_(KEPT), row.booked_by != BookedBy.WALK_IN)
    part = each.subquery()
    found: Counter[int] = Counter()
    for lead, count in session.execute(sa.select(part.c.hours, sa.func.count()).group_by(part.c.hours)):
        found[max(0, int(lead))] += count  # written down afterwards: no time between
    return found


def _cancelled(session: Session, scope: Scope) -> list[Cancelled]:
    row = Reservation
    counts = sa.select(row.cancelled_by, row.is_late, row.reason, sa.func.count().label("count"))
    is_counted = row.cancelled_by.is_distinct_from(CancelledBy.WITHDRAWN)
    counts = counts.where(scope.holds(), row.state == State.CANCELLED, is_counted)
    counts = counts.group_by(row.cancelled_by, row.is_late, row.reason)
    return [Cancelled(*each) for each in session.execute(counts.order_by(sa.desc("count"), row.reason))]


def median(counts: Mapping[int, int]) -> float | None:
    """The middle of values that are there so many times each; of two in the middle, their mean."""
    total = sum(counts.values())
    if not total:
        return None
    return (_nth(counts, (total - 1) // 2) + _nth(counts, total // 2)) / 2


def _nth(counts: Mapping[int, int], number: int) -> int:
    for value in sorted(counts):
        number -= counts[value]
        if number < 0:
            return value
    raise ValueError("fewer values than that")
