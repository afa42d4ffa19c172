"""What stands between one customer and a booking: how many they have, and how they may book."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import segments
from lstep_lite.engine.reservations.availability.plans import GONE, Plan
from lstep_lite.engine.reservations.availability.policies import Approval, Policy
from lstep_lite.engine.reservations.transitions import refusals
from lstep_lite.models import BLOCKING, BookingCustomer, Friend, Reservation

PHONE_ONLY = "オンラインでのご予約を承れません。お手数ですが、お電話かトークでご連絡ください。"


def check_who(session: Session, friend: Friend, customer: BookingCustomer, plan: Plan, *, now: datetime) -> None:
    """Raises Refused for who may not book online, or not this."""
    if customer.online == "phone_only":
        raise refusals.closed(PHONE_ONLY)
    for tree in plan.audiences:
        if not segments.matches(session, dict(tree), friend, now=now):
            raise refusals.closed(GONE)


def check_no_overlap(
    session: Session,
    friend: Friend,
    starts_at: datetime,
    ends_at: datetime,
    *,
    except_id: int | None = None,
    slot_id: int | None = None,
) -> None:
    """Raises Refused (OVERLAPS_OWN): nobody is at two places at a time.

    Bookings of the same slot of an event are at one place: how often it may be booked, the event says.
    """
    row = Reservation
    meeting = _blocking(friend, except_id).where(row.starts_at < ends_at, row.ends_at > starts_at)
    if slot_id is not None:
        meeting = meeting.where(row.slot_id.is_distinct_from(slot_id))
    if session.scalar(meeting.limit(1)) is not None:
        raise refusals.overlaps_own()


def check_counts(
    session: Session, friend: Friend, policy: Policy, day: date, *, now: datetime, except_id: int | None = None
) -> None:
    """Raises Refused (LIMIT_EXCEEDED). A booking that is being moved does not count."""
    courses = _blocking(friend, except_id).where(Reservation.slot_id.is_(None))
    ahead, same_day = Reservation.ends_at > now, Reservation.business_date == day
    if policy.max_open is not None and _count(session, courses.where(ahead)) >= policy.max_open:
        raise refusals.too_many_open(policy.max_open)
    if policy.max_per_day is not None and _count(session, courses.where(same_day)) >= policy.max_per_day:
        raise refusals.too_many_a_day(policy.max_per_day)


def needs_approval(session: Session, friend: Friend, policy: Policy) -> bool:
    """Whether the shop decides on a booking of theirs."""
    customer = session.get(BookingCustomer, friend.id)
    if customer is None:
        return policy.approval is not Approval.NONE
    if policy.approval is Approval.ALL or customer.online == "approval_only":
        return True
    return policy.approval is Approval.NEW and customer.visits == 0


def _blocking(friend: Friend, except_id: int | None) -> sa.Select[Any]:
    row = Reservation
    mine = sa.select(row.id).where(row.friend_id == friend.id, row.state.in_(BLOCKING))
    return mine if except_id is None else mine.where(row.id != except_id)


def _count(session: Session, query: sa.Select[Any]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
