"""Finding the provider for a booking at one moment, under the lock, or saying why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import assigning, feasibility, masks, policies, reasons, scenes
from lstep_lite.engine.reservations.availability.days import (
    TICK_MINUTES,
    clock,
    day_in_words,
    instant,
    is_aligned,
    tick,
)
from lstep_lite.engine.reservations.availability.plans import Plan
from lstep_lite.engine.reservations.availability.policies import Policy
from lstep_lite.engine.reservations.availability.reasons import Inspection, Reason
from lstep_lite.engine.reservations.availability.scenes import Scene
from lstep_lite.engine.reservations.transitions import refusals
from lstep_lite.engine.reservations.transitions.refusals import Code, Refused, Start
from lstep_lite.models import BLOCKING, BookingHold, BookingPage, Occupancy, Provider, Reservation

BEFORE, AFTER = timedelta(days=3), timedelta(days=10)
"""How far the nearest free starts are looked for."""
ALTERNATIVES = 3


@dataclass(frozen=True)
class Wanted:
    """A plan at a moment; *policy* for a customer online, None for the shop itself."""

    plan: Plan
    day: date
    minute: int
    policy: Policy | None = None
    page: BookingPage | None = None
    friend_id: int | None = None
    except_id: int | None = None
    """The reservation that is being moved."""


def moment(session: Session, wanted: Wanted, scene: Scene) -> datetime:
    """Raises Refused (BAD_TIME) for what is no moment of the grid of ticks."""
    found = instant(wanted.day, wanted.minute, scene.zone)
    if not is_aligned(found) or not scene.axis.has(wanted.day, wanted.minute):
        raise refusals.bad_time()
    return found


def scene_of(session: Session, wanted: Wanted, *, now: datetime) -> Scene:
    """The one day, as the customer sees it."""
    return _scene(session, wanted, wanted.day, wanted.day, now)


def _scene(session: Session, wanted: Wanted, first: date, last: date, now: datetime) -> Scene:
    return scenes.load(
        session,
        first,
        last,
        now=now,
        page=wanted.page,
        friend_id=wanted.friend_id if wanted.policy is not None else None,
        except_id=wanted.except_id,
    )


def candidates(session: Session, scene: Scene, wanted: Wanted) -> Sequence[int | None]:
    """Who can serve, the one the shop prefers first. Raises Refused when nobody can."""
    place = scene.place(moment(session, wanted, scene))
    _check_wish(scene, wanted)
    able = assigning.able(scene, wanted.plan, place) if _is_offered(scene, wanted, place) else []
    if not able:
        raise refusal(session, scene, wanted)
    if len(able) == 1:
        return able
    loads = assigning.loads(session, wanted.day, now=scene.now)
    return assigning.in_turn(scene, [each for each in able if each is not None], loads)


def with_provider(wanted: Wanted, provider_id: int | None) -> Wanted:
    """The same with a provider whom staff chose, at the price it had."""
    wish = replace(wanted.plan.wish, provider_id=provider_id)
    return replace(wanted, plan=replace(wanted.plan, wish=wish)) if provider_id is not None else wanted


def preferred(session: Session, scene: Scene, wanted: Wanted) -> int | None:
    """Whose turn it is among those who do it, free or not; None when nobody does."""
    able = [each for each in scene.workers if each in wanted.plan.by_provider]
    turns = assigning.in_turn(scene, able, assigning.loads(session, wanted.day, now=scene.now))
    return turns[0] if turns else None


def is_free(scene: Scene, wanted: Wanted) -> bool:
    """Whether the provider it is to be can serve."""
    place = scene.place(instant(wanted.day, wanted.minute, scene.zone))
    return bool(assigning.able(scene, wanted.plan, place))


def _check_wish(scene: Scene, wanted: Wanted) -> None:
    plan, asked = wanted.plan, wanted.plan.wish.provider_id
    if asked is None:
        return
    does_it = asked in scene.workers and asked in plan.by_provider
    if not does_it or (wanted.policy is not None and not feasibility.can_be_asked_for(scene, plan, asked)):
        raise refusals.skill_mismatch()


def _is_offered(scene: Scene, wanted: Wanted, place: int) -> bool:
    """Staff book at any five minutes; customers at what the grid and their window have."""
    if wanted.policy is None:
        return True
    offered = scene.starts[wanted.day] & feasibility.online(scene, wanted.policy)
    return bool(offered >> place & 1)


# Refusing ------------------------------------------------------------------------------------------------------------

ORDER = (Code.BAD_TIME, Code.CLOSED, Code.OUT_OF_WINDOW, Code.TOO_LATE)


def refusal(session: Session, scene: Scene, wanted: Wanted) -> Refused:
    """The reason that matters most, as the one who asked may hear it."""
    found = inspect(scene, wanted)
    if wanted.policy is None:
        is_closed = any(reason.code is Code.CLOSED for reason in found.shop) and not conflicts(session, scene, wanted)
        words, near = in_full(session, scene, wanted, found), nearest(session, wanted, now=scene.now)
        return refusals.to_staff(Code.CLOSED if is_closed else Code.SLOT_TAKEN, words, near)
    code = next((code for code in ORDER if any(reason.code is code for reason in found.shop)), Code.SLOT_TAKEN)
    match code:
        case Code.BAD_TIME:
            return refusals.bad_time()
        case Code.CLOSED:
            return refusals.closed()
        case Code.OUT_OF_WINDOW:
            return refusals.out_of_window(policies.release_in_words(wanted.policy.opens))
        case Code.TOO_LATE:
            return refusals.too_late(scene.facts.house.phone)
    return refusals.slot_taken(wanted.day, nearest(session, wanted, now=scene.now))


def inspect(scene: Scene, wanted: Wanted) -> Inspection:
    return reasons.why_not(
        scene,
        wanted.plan,
        wanted.day,
        wanted.minute,
        policy=wanted.policy,
        off_grid=wanted.policy is None,
    )


def in_full(session: Session, scene: Scene, wanted: Wanted, found: Inspection) -> str:
    """For staff: every reason, and whose bookings are met."""
    met = [_in_words(row, wanted.day) for row in conflicts(session, scene, wanted)]
    texts: list[Reason] = found.reasons()
    if met:
        return f"この時間は{'、'.join(met)}と重なります。"
    if until := _held_until(session, scene, wanted):
        return f"ほかのお客様がこの時間のネット予約を入力中です({until:%-H:%M}まで取り置き)。"
    return "".join(dict.fromkeys(reason.text for reason in texts)) or "この時間は空いていません。"


def conflicts(session: Session, scene: Scene, wanted: Wanted) -> Sequence[Any]:
    """The bookings of the provider who was asked for that lie in that time, in order."""
    asked = wanted.plan.wish.provider_id
    if asked is None:
        return []
    begins = instant(wanted.day, wanted.minute, scene.zone)
    shape = wanted.plan.offer_of(asked).shape
    ends = begins + timedelta(minutes=shape.minutes + shape.after)
    row = Reservation
    meeting = sa.select(row, Provider.name).join(Provider, Provider.id == row.provider_id)
    meeting = meeting.where(row.provider_id == asked, row.state.in_(BLOCKING))
    meeting = meeting.where(row.starts_at < ends, row.ends_at > begins - timedelta(minutes=shape.before))
    if wanted.except_id is not None:
        meeting = meeting.where(row.id != wanted.except_id)
    return session.execute(meeting.order_by(row.starts_at, row.id).limit(5)).all()


def _held_until(session: Session, scene: Scene, wanted: Wanted) -> datetime | None:
    """Until when somebody who is typing holds time of the provider who was asked for."""
    asked = wanted.plan.wish.provider_id
    if asked not in scene.workers or asked is None:
        return None
    begins = tick(instant(wanted.day, wanted.minute, scene.zone))
    length = wanted.plan.offer_of(asked).shape.minutes // TICK_MINUTES
    row, place = BookingHold, Occupancy
    held = sa.select(row.expires_at).join(place, place.holder_id == row.friend_id)
    held = held.where(place.pool_id == scene.workers[asked].person.pool_id, row.expires_at > scene.now)
    until = session.scalar(held.where(place.tick.between(begins, begins + length - 1)).limit(1))
    return until.astimezone(scene.zone) if until is not None else None


def _in_words(row: Any, day: date) -> str:
    """「佐藤さんの予約(山田様 10:00–11:00)」, with the date when it is another than *day*."""
    reservation, provider = row
    minutes = int((reservation.ends_at - reservation.starts_at).total_seconds()) // 60
    begins, ends = clock(reservation.start_minute), clock(reservation.start_minute + minutes)
    when = "" if reservation.business_date == day else day_in_words(reservation.business_date) + " "
    return f"{provider}さんの予約({reservation.friend.desk_name}様 {when}{begins}–{ends})"


def nearest(session: Session, wanted: Wanted, *, now: datetime, most: int = ALTERNATIVES) -> list[Start]:
    """The free starts nearest to the one wanted, the nearest first."""
    scene = _scene(session, wanted, wanted.day - BEFORE, wanted.day + AFTER, now)
    good = feasibility.good(scene, wanted.plan, policy=wanted.policy)
    target = scene.place(instant(wanted.day, wanted.minute, scene.zone))
    now_at = scene.place(now)
    found = [
        (abs(place - target), place, day)
        for day in scene.days()
        for place in masks.ticks(good & scene.starts[day])
        if place > now_at
    ]
    return [feasibility.as_start(scene, day, place) for _, place, day in sorted(found)[:most]]
