"""Today in a few lines, for the first page: who comes next, and what waits for staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations import effects
from lstep_lite.engine.reservations.desk import listing, looks
from lstep_lite.engine.reservations.desk.listing import Show
from lstep_lite.engine.reservations.desk.looks import Booked, Look
from lstep_lite.models import ReservationState as State

FEW = 5


@dataclass(frozen=True)
class Today:
    day: date
    count: int
    here: int
    """Of them: who came, or is here."""
    coming: Sequence[Booked]
    """The next of them."""
    counts: Mapping[Show, int]
    """承認待ち, 要調整 and 未処理, of any day."""
    forecast: effects.Forecast


def load(session: Session, *, now: datetime) -> Today:
    day = looks.day_now(session, now=now)
    found = looks.bookings(session, day, day, Look())
    coming = [each for each in found if each.reservation.state is State.CONFIRMED and each.reservation.ends_at > now]
    return Today(
        day=day,
        count=len(found),
        here=sum(each.reservation.state in (State.CHECKED_IN, State.COMPLETED) for each in found),
        coming=coming[:FEW],
        counts=listing.counts(session, now=now),
        forecast=effects.forecast(session, now=now),
    )
