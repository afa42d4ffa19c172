"""Which bookings are counted, and the few expressions that both databases need."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from lstep_lite.models import Reservation, ReservationLine, ReservationState

State = ReservationState
KEPT = (State.CONFIRMED, State.CHECKED_IN, State.COMPLETED, State.NO_SHOW)
"""Bookings that stand, or stood until the day came."""
WORKED = (State.HELD, State.REQUESTED, State.CONFIRMED, State.CHECKED_IN, State.COMPLETED)
"""Bookings whose time is, or was, somebody's work."""
LONGEST_DAYS = 731
"""Two years: what a page counts at once."""


@dataclass(frozen=True)
class Scope:
    """Business days from *first* to *last*, both included; of one provider, course or booking page where one is set."""

    first: date
    last: date
    provider_id: int | None = None
    course_id: int | None = None
    page_id: int | None = None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def holds(self) -> sa.ColumnElement[bool]:
        return sa.and_(Reservation.business_date.between(self.first, self.last), self.narrows())

    def narrows(self) -> sa.ColumnElement[bool]:
        """What it asks of a booking besides the day."""
        row = Reservation
        asked: list[sa.ColumnElement[bool]] = [sa.true()]
        if self.provider_id is not None:
            asked.append(row.provider_id == self.provider_id)
        if self.page_id is not None:
            asked.append(row.page_id == self.page_id)
        if self.course_id is not None:
            line = ReservationLine
            asked.append(row.id.in_(sa.select(line.reservation_id).where(line.course_id == self.course_id)))
        return sa.and_(*asked)


def seconds(column: Any) -> sa.ColumnElement[int]:
    """A moment as whole seconds since 1970."""
    return sa.cast(sa.extract("epoch", column), sa.BigInteger)


def weekday(column: Any) -> sa.ColumnElement[int]:
    """0 is Monday."""
    return (sa.cast(sa.extract("dow", column), sa.Integer) + 6) % 7


def percent(part: float, whole: float) -> float | None:
    """With one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None
