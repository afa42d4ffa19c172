"""A start kept for a customer who is typing: nobody else gets it meanwhile, and booking it makes it theirs.

Nobody can keep the shop's book shut with it: a customer holds one start at a time, under the limits of bookings, and
after LONGEST of holding one after the other there is a rest.
"""

from dataclasses import asdict
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, locking
from lstep_lite.engine.agenda import Pending
from lstep_lite.engine.reservations.availability import choosing
from lstep_lite.engine.reservations.availability.choosing import Wanted
from lstep_lite.engine.reservations.availability.days import instant
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.transitions import book, booking, counting, idempotency, limits, occupying, places
from lstep_lite.engine.settings import zone
from lstep_lite.models import BookingHold, BookingPage, Friend, Lane

LONGEST = timedelta(minutes=30)
REST = timedelta(hours=1)
"""From when they began to hold until they can begin anew."""
MOST = 50


def hold(
    session: Session, friend: Friend, wish: Wish, day: date, minute: int, *, page: BookingPage, now: datetime
) -> datetime | None:
    """Keep a start, instead of what they held before; the same once more stays as it is.

    Until when; None where the shop keeps none, or they have held long enough. Raises Refused when it is not free, or
    not for them; whoever calls then rolls back.
    """
    locking.lock(session, friend)
    settings = book.lock(session)
    occupying.release_expired(session, now=now)
    plan = booking.plan_for(session, wish, page)
    policy = booking.policy_of(settings, page, plan)
    if policy.hold_minutes is None:
        return None
    request = idempotency.digest("hold", asdict(wish), day, minute)
    held = session.get(BookingHold, friend.id, populate_existing=True)
    if held is not None and held.is_open and held.request_hash == request and held.expires_at > now:
        return held.expires_at
    limits.check_who(session, friend, counting.customer_anew(session, friend.id), plan, now=now)
    wanted = Wanted(plan, day, minute, policy, page, friend.id)
    booking.check_customer(session, friend, wanted, now=now)
    places.let_hold_go(session, friend, now=now)
    began_at = held.began_at if held is not None and now < held.began_at + REST else now
    until = min(now + timedelta(minutes=policy.hold_minutes), began_at + LONGEST)
    if until <= now:
        return None
    provider_id = choosing.candidates(session, choosing.scene_of(session, wanted, now=now), wanted)[0]
    starts_at = instant(day, minute, zone(session))
    cells = places.at(session, plan.offer_of(provider_id).shape, provider_id, starts_at)
    held = held or BookingHold(friend_id=friend.id)
    held.request_hash, held.business_date, held.is_open = request, day, True
    held.began_at, held.expires_at = began_at, until
    session.add(held)
    session.flush()  # its places hang at it
    occupying.hold(session, friend.id, cells)
    return until


def end(session: Session, friend: Friend, *, now: datetime) -> bool:
    """Its time is over: somebody who waits may fit in. False when it is not so."""
    locking.lock(session, friend)
    book.lock(session)
    held = session.get(BookingHold, friend.id, populate_existing=True)
    if held is None or not held.is_open or held.expires_at > now:
        return False
    places.let_hold_go(session, friend, now=now)
    return True


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists().where(BookingHold.is_open, BookingHold.expires_at <= now))
def run(database: Database, *, now: datetime, wall: datetime) -> bool:
    """End what is over. True when there is more."""
    with database.read() as session:
        friend_ids = session.scalars(_over(now).limit(MOST)).all()
    for friend_id in friend_ids:
        with database.unit() as session:
            end(session, session.get_one(Friend, friend_id), now=now)
    return len(friend_ids) == MOST


def _over(now: datetime) -> sa.Select[int]:
    row = BookingHold
    return sa.select(row.friend_id).where(row.is_open, row.expires_at <= now).order_by(row.expires_at, row.friend_id)


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> Pending:
    due = session.scalar(sa.select(sa.func.count()).select_from(_over(now).subquery())) or 0
    soonest = sa.select(sa.func.min(BookingHold.expires_at)).where(BookingHold.is_open)
    return Pending(due, session.scalar(soonest))
