"""How a change of the set-up is kept: under the booking lock, noticed by whoever is choosing, bookings looked over."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability.days import in_words
from lstep_lite.engine.reservations.keeping import freeing
from lstep_lite.engine.reservations.transitions import book, looking_over
from lstep_lite.engine.reservations.transitions.recording import By
from lstep_lite.errors import DomainError
from lstep_lite.models import BLOCKING, Reservation, ReservationSettings

NAMED = 3
"""So many bookings are named, the others counted."""


class WouldNotFit(DomainError):
    """Bookings would lie outside the new hours; nothing is kept unless it is said that this is meant."""

    def __init__(self, bookings: Sequence[Reservation]) -> None:
        named = "、".join(_in_words(each) for each in bookings[:NAMED])
        more = f"ほか{len(bookings) - NAMED}件" if len(bookings) > NAMED else ""
        super().__init__(
            f"この変更で、{named}{more}の予約が時間の外になります。予約は取り消されません。"
            "「要調整」のしるしを付けて保存するときは、下にチェックを入れて、もう一度保存してください。",
            "anyway",
        )


def _in_words(reservation: Reservation) -> str:
    return f"{in_words(reservation.business_date, reservation.start_minute)} {reservation.friend.desk_name}様"


@contextmanager
def offering(session: Session, *, now: datetime) -> Iterator[ReservationSettings]:
    """Around a change of what is offered, or of what it costs. Raises DomainError before the shop takes bookings."""
    settings = book.lock(session)
    yield settings
    book.changed(settings, now=now)
    session.flush()  # what follows is judged by what the database says


@contextmanager
def fitting(session: Session, *, by: By, now: datetime, anyway: bool = False) -> Iterator[ReservationSettings]:
    """Around a change of hours, shifts, closures or pools: bookings that no longer fit are flagged (要調整).

    Raises WouldNotFit when there are any and it is not said that they may stay so (*anyway*).
    """
    with offering(session, now=now) as settings:
        before = freeing.look(session, now=now)
        yield settings
    freeing.tell(session, before, now=now)
    flagged = _looked_over(session, by, now)
    if flagged and not anyway:
        raise WouldNotFit(flagged)


def _looked_over(session: Session, by: By, now: datetime) -> Sequence[Reservation]:
    row = Reservation
    ahead = sa.select(sa.func.min(row.business_date), sa.func.max(row.business_date)).where(
        row.state.in_(BLOCKING), row.slot_id.is_(None), row.ends_at > now
    )
    first, last = session.execute(ahead).one()
    if first is None:
        return []
    flagged, _ = looking_over.look_over(session, first, last, by=by, now=now)
    return flagged
