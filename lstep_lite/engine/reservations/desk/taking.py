"""Taking a booking by phone or at the counter (T3): what there is to choose, what it comes to, and writing it down.

Nothing here keeps staff from anything but the places: windows, deadlines and limits are customers'. What stands
against a start is said in words, and staff may book all the same.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.engine.friends import FriendDraft
from lstep_lite.engine.reservations.availability import assigning, choosing, feasibility, plans, scenes
from lstep_lite.engine.reservations.availability.choosing import Wanted
from lstep_lite.engine.reservations.availability.days import clock, full_clock, instant
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.availability.scenes import Scene
from lstep_lite.engine.reservations.customer import offering
from lstep_lite.engine.reservations.desk import callers
from lstep_lite.engine.reservations.transitions import book, booking, refusals
from lstep_lite.engine.reservations.transitions.booking import Visit
from lstep_lite.engine.reservations.transitions.recording import By
from lstep_lite.engine.reservations.transitions.refusals import Refused, Start
from lstep_lite.engine.settings import zone
from lstep_lite.models import (
    Course,
    CourseCategory,
    CourseOption,
    CourseState,
    Friend,
    OptionGroup,
    Provider,
    ProviderState,
    Reservation,
)

SOLD = (CourseState.ACTIVE, CourseState.HIDDEN)
THERE = (ProviderState.ACTIVE, ProviderState.HIDDEN)
SAME_KEY = timedelta(hours=24)
WALK_IN_TICK = 5


# What there is -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shelf:
    """Courses under one heading; the name is empty for those under none."""

    name: str
    courses: Sequence[Course]


def menu(session: Session) -> list[Shelf]:
    """Everything staff can book, what customers don't see too."""
    row = Course
    query = sa.select(row, CourseCategory.name).outerjoin(CourseCategory, CourseCategory.id == row.category_id)
    order = (sa.func.coalesce(CourseCategory.position, 1_000_000), CourseCategory.id, row.position, row.id)
    shelves: dict[str, list[Course]] = {}
    for course, name in session.execute(query.where(row.state.in_(SOLD)).order_by(*order)):
        shelves.setdefault(name or "", []).append(course)
    return [Shelf(name, courses) for name, courses in shelves.items()]


def options(session: Session, course_ids: Collection[int]) -> list[CourseOption]:
    """What can be added to these courses."""
    row = CourseOption
    query = sa.select(OptionGroup.course_ids, row).join(row, row.group_id == OptionGroup.id)
    order = (OptionGroup.position, OptionGroup.id, row.position, row.id)
    chosen = set(course_ids)
    return [
        option
        for only, option in session.execute(query.where(row.state.in_(SOLD)).order_by(*order))
        if chosen and (only is None or chosen & set(only))
    ]


def providers(session: Session) -> Sequence[Provider]:
    row = Provider
    return session.scalars(sa.select(row).where(row.state.in_(THERE)).order_by(row.position, row.id)).all()


# What it comes to ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """What staff have chosen so far."""

    wish: Wish
    day: date
    minute: int | None = None
    is_nominated: bool = False


@dataclass(frozen=True)
class Chip:
    """A start that is free."""

    minute: int
    free: int
    """How many can serve; 1 where one provider was named, or nobody is needed."""


@dataclass(frozen=True)
class Look:
    """What *choice* comes to now; empty while no course is chosen."""

    problem: Refused | None = None
    """What stands against it."""
    is_overlap: bool = False
    """The customer has another booking then."""
    minutes: int = 0
    price: str = ""
    when: str = ""
    """「10:00〜11:00」"""
    chips: Sequence[Chip] = ()
    others: Sequence[tuple[int, str]] = ()
    """Providers who could serve at that time instead."""
    nearest: Sequence[Start] = ()

    @property
    def can_force(self) -> bool:
        return self.is_overlap or (self.problem is not None and self.problem.code is not refusals.Code.BAD_TIME)


def look(session: Session, friend: Friend | None, choice: Choice, *, now: datetime) -> Look:
    """Nothing is refused here: what is wrong is told in the answer."""
    if not choice.wish.course_ids:
        return Look()
    try:
        plan = booking.plan_for_staff(session, choice.wish, is_nominated=choice.is_nominated)
    except Refused as refusal:
        return Look(problem=refusal)
    wanted = Wanted(plan, choice.day, choice.minute or 0)
    chosen = choosing.with_provider(wanted, choice.wish.provider_id)
    scene = scenes.load(session, choice.day, choice.day, now=now)
    minutes = chosen.plan.offer_of(choice.wish.provider_id).shape.minutes
    found = Look(minutes=minutes, price=offering.total_of(plan), chips=_chips(scene, chosen, now))
    return found if choice.minute is None else _at(session, scene, friend, chosen, found)


def _chips(scene: Scene, wanted: Wanted, now: datetime) -> list[Chip]:
    asked, plan = wanted.plan.wish.provider_id, wanted.plan
    if asked is not None and asked not in plan.by_provider:
        return []
    whom = feasibility.anybody(scene, plan)
    free = [feasibility.feasible(scene, plan.offer_of(each).shape, each) for each in whom]
    since = now - timedelta(minutes=scene.facts.house.slot_minutes)
    starts = feasibility.starts(scene, plan, wanted.day, asked)
    return [
        Chip(start.minute, sum(mask >> scene.place(start.starts_at) & 1 for mask in free))
        for start in starts
        if start.starts_at > since
    ]


def _at(session: Session, scene: Scene, friend: Friend | None, wanted: Wanted, found: Look) -> Look:
    """With what is said of that start."""
    begins = instant(wanted.day, wanted.minute, scene.zone)
    ends = begins + timedelta(minutes=found.minutes)
    overlaps = friend is not None and callers.has_overlap(session, friend, begins, ends)
    when = f"{full_clock(wanted.minute)}〜{clock(wanted.minute + found.minutes)}"
    found = replace(found, when=when, is_overlap=overlaps)
    try:
        choosing.candidates(session, scene, wanted)
    except Refused as refusal:
        is_time = refusal.code is not refusals.Code.BAD_TIME
        others = _others(scene, wanted) if is_time else []
        return replace(found, problem=refusal, others=others, nearest=refusal.alternatives)
    return found


def _others(scene: Scene, wanted: Wanted) -> list[tuple[int, str]]:
    asked = wanted.plan.wish.provider_id
    place = scene.place(instant(wanted.day, wanted.minute, scene.zone))
    able = assigning.able(scene, wanted.plan.without_provider(), place) if asked is not None else []
    return [(each, scene.workers[each].person.name) for each in able if each is not None and each != asked]


def most_party(session: Session, course_ids: Collection[int]) -> int:
    """How many may come together; more than one only where all the courses take more."""
    found = session.scalars(sa.select(Course).where(Course.id.in_(course_ids))).all()
    return plans.most_party(found)


def this_minute(session: Session, *, now: datetime) -> tuple[date, int]:
    """Today and the five minutes we are in, for who has just walked in."""
    local = now.astimezone(zone(session))
    minute = local.hour * 60 + local.minute
    return local.date(), minute - minute % WALK_IN_TICK


# Writing it down -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Caller:
    """Somebody the shop knows by *friend_id*, or 0 and who it is."""

    friend_id: int
    draft: FriendDraft = field(default_factory=FriendDraft)
    is_other: bool = False
    """That somebody else has the same number is known."""


def take(session: Session, caller: Caller, visit: Visit, *, by: By, now: datetime, force: bool = False) -> Reservation:
    """Book it, for a new customer too. The same key once more is the same booking.

    Raises Refused for what is not free unless staff *force* it, and DomainError naming a field; whoever calls then
    rolls back.
    """
    if caller.friend_id:
        friend = friends.get(session, caller.friend_id)
        return booking.write_down(session, friend, visit, by=by, now=now, force=force)
    book.lock(session)  # before anybody new is added: nobody else knows, or locks, that friend yet
    if visit.key and (made := _made(session, visit.key, now)) is not None:
        return made
    friend = callers.add(session, caller.draft, is_other=caller.is_other, now=now)
    return booking.write_down(session, friend, visit, by=by, now=now, force=force)


def _made(session: Session, key: str, now: datetime) -> Reservation | None:
    """What a page sent twice has made already, with its new customer."""
    row = Reservation
    mine = sa.select(row).where(row.idempotency_key == key, row.created_at > now - SAME_KEY)
    return session.scalar(mine.limit(1))
