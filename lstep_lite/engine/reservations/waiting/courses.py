"""What of a day suits somebody who waits for courses."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import choosing, feasibility, policies
from lstep_lite.engine.reservations.availability.choosing import Wanted
from lstep_lite.engine.reservations.transitions import book, booking
from lstep_lite.engine.reservations.waiting import deadlines, entries
from lstep_lite.engine.settings import zone
from lstep_lite.models import BookingPage, Reservation, WaitEntry


def hold(session: Session, entry: WaitEntry, day: date, *, now: datetime) -> Reservation | None:
    """Keep the first start on *day* within the wish. Raises Refused for what is not offered any more."""
    wish = entries.wish_of(entry)
    if wish is None or day.weekday() not in wish.weekdays:
        return None
    page = session.get(BookingPage, entry.page_id) if entry.page_id is not None else None
    plan = booking.plan_for(session, wish.visit, page)
    policy = booking.policy_of(book.settings(session), page, plan)
    scene = choosing.scene_of(session, Wanted(plan, day, 0, policy, page, entry.friend_id), now=now)
    found = feasibility.starts(scene, plan, day, wish.provider_id, policy=policy)
    start = next((each for each in found if wish.from_minute <= each.minute <= wish.to_minute), None)
    if start is None:
        return None
    last = min(cut.moment(day, start.starts_at, zone(session)) for cut in (*policy.closes, policies.Cut()))
    ends_at = deadlines.ends_at(now, last, zone(session))
    return booking.hold(session, entry.friend, wish.visit, day, start.minute, page=page, expires_at=ends_at, now=now)
