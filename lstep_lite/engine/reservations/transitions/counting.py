"""What the shop knows of a customer's visits: always what a recount of their bookings says."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.models import (
    BookingCustomer,
    CancelledBy,
    Course,
    Reservation,
    ReservationLine,
    ReservationState,
)

AHEAD = (ReservationState.REQUESTED, ReservationState.CONFIRMED, ReservationState.CHECKED_IN)


def customer(session: Session, friend_id: int) -> BookingCustomer:
    """Of a friend who is locked; a row is made for who has none."""
    return session.get(BookingCustomer, friend_id) or _new(session, friend_id)


def customer_anew(session: Session, friend_id: int) -> BookingCustomer:
    """As the database has it, once the friend is locked."""
    found = session.get(BookingCustomer, friend_id, populate_existing=True) or _new(session, friend_id)
    session.info["booking customer"] = found  # held, so that it is asked for once
    return found


def _new(session: Session, friend_id: int) -> BookingCustomer:
    made = BookingCustomer(friend_id=friend_id)
    session.add(made)
    session.flush()  # others of the unit look for it
    return made


def recount(session: Session, friend_id: int) -> BookingCustomer:
    """Written down after every transition of theirs; the friend is locked."""
    found = customer(session, friend_id)
    for name, value in counts(session, friend_id).items():
        setattr(found, name, value)
    return found


def counts(session: Session, friend_id: int) -> dict[str, Any]:
    """The values of the columns of BookingCustomer that are counted."""
    row = Reservation
    is_completed = row.state == ReservationState.COMPLETED
    is_cancelled = sa.and_(row.state == ReservationState.CANCELLED, row.cancelled_by == CancelledBy.CUSTOMER)
    visited_at = sa.case((is_completed, row.starts_at))
    columns = {
        "visits": _how_many(is_completed),
        "no_shows": _how_many(row.state == ReservationState.NO_SHOW),
        "cancellations": _how_many(is_cancelled),
        "late_cancellations": _how_many(sa.and_(is_cancelled, row.is_late)),
        "first_visit_at": sa.func.min(visited_at),
        "last_visit_at": sa.func.max(visited_at),
        "ahead": _how_many(row.state.in_(AHEAD)),
    }
    asked = sa.select(*(column.label(name) for name, column in columns.items())).where(row.friend_id == friend_id)
    found = dict(session.execute(asked).one()._mapping)
    ahead = found.pop("ahead")
    found["next_due_on"] = _next_due(session, friend_id) if found["visits"] and not ahead else None
    return found


def _how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _next_due(session: Session, friend_id: int) -> date | None:
    """The last visit, and the shortest cycle of what was done then."""
    row = Reservation
    last = sa.select(row.id, row.business_date).where(
        row.friend_id == friend_id, row.state == ReservationState.COMPLETED, row.slot_id.is_(None)
    )
    visit = session.execute(last.order_by(row.starts_at.desc(), row.id.desc()).limit(1)).first()
    if visit is None:
        return None
    cycle = sa.select(sa.func.min(Course.next_visit_days)).join(ReservationLine, ReservationLine.course_id == Course.id)
    days = session.scalar(cycle.where(ReservationLine.reservation_id == visit.id))
    return None if days is None else visit.business_date + timedelta(days=days)
