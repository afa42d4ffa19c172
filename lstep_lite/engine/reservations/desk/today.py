"""Today in a few lines, for the first page: who comes next, and what waits for staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations import effects
from lstep_lite.engine.reservations.desk import listing, looks
from lstep_lite.engine.reservations.desk.listing import Show
from lstep_lite.engine.reservations.desk.looks import Booked
from lstep_lite.models import Reservation
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
    row = Reservation
    states = sa.select(row.state, sa.func.count()).where(row.business_date == day, row.state.in_(looks.STANDING))
    found = dict(session.execute(states.group_by(row.state)).all())
    return Today(
        day=day,
        count=sum(found.values()),
        here=found.get(State.CHECKED_IN, 0) + found.get(State.COMPLETED, 0),
        coming=looks.coming(session, day, now=now, most=FEW),
        counts=listing.counts(session, now=now),
        forecast=effects.forecast(session, now=now),
    )
