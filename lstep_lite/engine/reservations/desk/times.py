"""Times staff can move a booking to, or propose."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import choosing, feasibility, plans, scenes
from lstep_lite.engine.reservations.availability.choosing import Wanted
from lstep_lite.engine.reservations.availability.plans import Plan
from lstep_lite.engine.reservations.transitions import booking, changing
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.engine.reservations.transitions.refusals import Start
from lstep_lite.models import Reservation

PROPOSED = 9
NEAR, APART = 200, timedelta(hours=1)


def plan_of(session: Session, reservation: Reservation, change: Change) -> Plan:
    """What it comes to with *change*. Raises Refused for what the menu does not have any more."""
    if change.wish is None:
        plan = plans.of_reservation(session, reservation)
        if not changing.gives_over(reservation, change):
            return plan
        fee = changing.fee_of(session, change)
        return replace(plan, fee=fee, price=None if plan.price is None else plan.price - plan.fee + fee)
    return booking.plan_for_staff(session, change.wish, is_nominated=change.wish.provider_id is not None)


def free(session: Session, reservation: Reservation, change: Change, plan: Plan, *, now: datetime) -> Sequence[Start]:
    """The starts of that day with the provider it is to be, or with whoever is free; its own place counts as free."""
    scene = scenes.load(session, change.day, change.day, now=now, except_id=reservation.id)
    whom = plan if change.provider_id is not None else plan.without_provider()
    found = feasibility.starts(scene, whom, change.day, change.provider_id)
    return [each for each in found if each.starts_at > now]


def proposals(session: Session, reservation: Reservation, *, now: datetime) -> Sequence[Start]:
    """What is free near the time that was asked for."""
    if reservation.slot_id is not None:
        return []
    plan, day, minute = plans.of_reservation(session, reservation), reservation.business_date, reservation.start_minute
    wanted = Wanted(plan if reservation.is_nominated else plan.without_provider(), day, minute)
    near = choosing.nearest(session, wanted, now=now, most=NEAR)
    others = [each for each in near if (each.day, each.minute) != (day, minute)]
    return sorted(_apart(others)[:PROPOSED], key=lambda each: each.starts_at)


def _apart(starts: Sequence[Start]) -> list[Start]:
    """Those that are an hour away from those before them."""
    found: list[Start] = []
    for start in starts:
        if all(abs(start.starts_at - each.starts_at) >= APART for each in found):
            found.append(start)
    return found
