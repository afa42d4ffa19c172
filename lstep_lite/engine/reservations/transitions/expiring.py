"""What ends by itself: offers, requests and asked-for changes nobody answered, visits nobody marked, old rows.

Each in a unit of its own, the friend's lock first.
"""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.engine import settings as shop_settings
from lstep_lite.engine.agenda import Pending
from lstep_lite.engine.reservations.availability import opening
from lstep_lite.engine.reservations.availability.days import instant, tick
from lstep_lite.engine.reservations.transitions import changing, ending, idempotency, recording, visiting
from lstep_lite.engine.reservations.transitions.refusals import Refused
from lstep_lite.models import (
    BookingAnswer,
    ChangeRequest,
    ChangeState,
    Lane,
    Occupancy,
    Reservation,
    ReservationSettings,
    ReservationState,
)

MOST = 50
"""Of each kind in one go."""
KEPT = timedelta(days=2)
"""How long places of the past are kept."""
ROWS = 500
AFTER_CLOSING = timedelta(hours=2)
WAITING = (ReservationState.HELD, ReservationState.REQUESTED)
SHOWING = (ReservationState.CONFIRMED, ReservationState.CHECKED_IN)


def _is_due(now: Any, wall: Any) -> sa.ColumnElement[bool]:
    row, request = Reservation, ChangeRequest
    past = sa.select(row.id).where(row.state.in_(SHOWING), row.starts_at < agenda.ago(AFTER_CLOSING))
    first = past.order_by(row.starts_at).limit(1)  # asked for any, PostgreSQL would read all bookings there ever were
    return sa.or_(
        sa.exists().where(row.expires_at <= now, row.state.in_(WAITING)),
        sa.exists().where(request.state == ChangeState.ASKED, request.expires_at <= now),
        sa.and_(sa.exists().where(ReservationSettings.completes_itself), first.scalar_subquery().is_not(None)),
    )


@agenda.work(Lane.TIMED, due=_is_due)
def run(database: Database, *, now: datetime, wall: datetime) -> bool:
    """End what is over. True when there is more."""
    with database.read() as session:
        reservation_ids = session.scalars(_over(now).limit(MOST)).all()
        request_ids = session.scalars(_unanswered(now).limit(MOST)).all()
        visit_ids = _unmarked(session, now)
    for reservation_id in reservation_ids:
        with database.unit() as session:
            ending.expire(session, session.get_one(Reservation, reservation_id), now=now)
    for request_id in request_ids:
        _end_request(database, request_id, now)
    for visit_id in visit_ids:
        _complete(database, visit_id, now)
    return MOST in (len(reservation_ids), len(request_ids), len(visit_ids))


def _over(now: datetime) -> sa.Select[int]:
    row = Reservation
    over = sa.select(row.id).where(row.expires_at <= now, row.state.in_(WAITING))
    return over.order_by(row.expires_at, row.id)


def _unanswered(now: datetime) -> sa.Select[int]:
    row = ChangeRequest
    over = sa.select(row.id).where(row.state == ChangeState.ASKED, row.expires_at <= now)
    return over.order_by(row.expires_at, row.id)


def _end_request(database: Database, request_id: int, now: datetime) -> None:
    try:
        with database.unit() as session:
            request = session.get_one(ChangeRequest, request_id)
            changing.end_change(session, request, ChangeState.EXPIRED, by=recording.AUTOMATION, now=now)
    except Refused:
        return  # the shop was quicker


# Visits nobody marked ------------------------------------------------------------------------------------------------


def _unmarked(session: Session, now: datetime) -> list[int]:
    """Where the shop wants it: the visits of business days that ended two hours ago."""
    if not session.scalar(sa.select(ReservationSettings.completes_itself)):
        return []
    row = Reservation
    past = sa.select(row.id, row.business_date, row.ends_at).where(row.state.in_(SHOWING), row.starts_at < now)
    found = session.execute(past.order_by(row.starts_at, row.id).limit(MOST)).all()
    ends = {each.business_date: _day_end(session, each.business_date) for each in found}
    return [each.id for each in found if max(ends[each.business_date], each.ends_at) + AFTER_CLOSING <= now]


def _day_end(session: Session, day: date) -> datetime:
    """When the shop shuts on *day*."""
    closes = max((end for _, end in opening.load(session).ranges(day)), default=0)
    return instant(day, closes, shop_settings.zone(session))


def _complete(database: Database, reservation_id: int, now: datetime) -> None:
    try:
        with database.unit() as session:
            visit = session.get_one(Reservation, reservation_id)
            visiting.complete(session, visit, by=recording.AUTOMATION, now=now)
    except Refused:
        return  # somebody marked it meanwhile


# Old rows ------------------------------------------------------------------------------------------------------------


@agenda.work("chores", due=agenda.always)
def sweep(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Forget the places of the past, and answers of yesterday. True when there is more."""
    old = sa.and_(Occupancy.tick > 0, Occupancy.tick < tick(now - KEPT))
    with database.read() as session:
        ticks = session.scalars(sa.select(Occupancy.tick).where(old).order_by(Occupancy.tick).limit(ROWS)).all()
        has_answers = session.scalar(
            sa.select(BookingAnswer.key).where(BookingAnswer.made_at < now - idempotency.KEPT).limit(1)
        )
    if not ticks and has_answers is None:
        return False
    with database.unit() as session:
        if ticks:
            session.execute(sa.delete(Occupancy).where(Occupancy.tick.between(ticks[0], ticks[-1])), **_PAST)
        idempotency.forget_old(session, now=now)
    return len(ticks) == ROWS


_PAST: dict[str, Any] = {"execution_options": {"synchronize_session": False}}


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> Pending:
    due = sum(
        session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
        for query in (_over(now), _unanswered(now))
    )
    nexts = [
        session.scalar(sa.select(sa.func.min(Reservation.expires_at)).where(Reservation.state.in_(WAITING))),
        session.scalar(
            sa.select(sa.func.min(ChangeRequest.expires_at)).where(ChangeRequest.state == ChangeState.ASKED)
        ),
        _next_completion(session, now),
    ]
    moments = [each for each in nexts if each is not None]
    return Pending(due + len(_unmarked(session, now)), min(moments, default=None))


def _next_completion(session: Session, now: datetime) -> datetime | None:
    """When the earliest visit that nobody has marked counts as completed."""
    if not session.scalar(sa.select(ReservationSettings.completes_itself)):
        return None
    row = Reservation
    earliest = sa.select(row.business_date, row.ends_at).where(row.state.in_(SHOWING))
    found = session.execute(earliest.order_by(row.starts_at, row.id).limit(1)).first()
    if found is None:
        return None
    ends_at: datetime = max(_day_end(session, found.business_date), found.ends_at)
    return ends_at + AFTER_CLOSING
