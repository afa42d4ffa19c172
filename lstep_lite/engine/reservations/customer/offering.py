"""What a booking page offers one customer, step by step: the menu, what goes with it, who serves, and when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import segments
from lstep_lite.engine.reservations.availability import feasibility, plans, scenes
from lstep_lite.engine.reservations.availability.plans import GONE, Plan, Wish
from lstep_lite.engine.reservations.availability.policies import Policy
from lstep_lite.engine.reservations.availability.scenes import Scene
from lstep_lite.engine.reservations.transitions import book, booking, limits, refusals
from lstep_lite.engine.reservations.transitions.refusals import Start
from lstep_lite.engine.settings import zone
from lstep_lite.errors import NotFound
from lstep_lite.models import (
    BookingCustomer,
    BookingPage,
    Course,
    CourseCategory,
    CourseOption,
    CourseState,
    Friend,
    OptionGroup,
    PriceKind,
    Provider,
    ProviderState,
)

AHEAD = timedelta(days=20)
"""How far the soonest free starts are looked for."""
ANYBODY = "any"
"""Stands for 指名なし where the code of a provider could stand."""


def page_by_code(session: Session, code: str) -> BookingPage:
    found = session.scalar(sa.select(BookingPage).where(BookingPage.code == code))
    if found is None:
        raise NotFound("この予約ページは見つかりませんでした。お店からの新しいご案内をご覧ください。")
    return found


def open_pages(session: Session) -> Sequence[BookingPage]:
    row = BookingPage
    return session.scalars(sa.select(row).where(row.is_open).order_by(row.position, row.id)).all()


def check_online(session: Session, friend: Friend) -> None:
    """Raises Refused for whom the shop asks to call."""
    customer = session.get(BookingCustomer, friend.id)
    if customer is not None and customer.online == "phone_only":
        raise refusals.closed(limits.PHONE_ONLY)


# The menu ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shelf:
    """Courses under one heading; the name is empty for those under none."""

    name: str
    courses: Sequence[Course]


def menu(session: Session, page: BookingPage, friend: Friend, *, now: datetime) -> list[Shelf]:
    """The courses that *friend* may book on *page*, in the order of the menu."""
    row = Course
    query = sa.select(row, CourseCategory.name).outerjoin(CourseCategory, CourseCategory.id == row.category_id)
    query = query.where(row.state == CourseState.ACTIVE, row.is_online.is_(True))
    order = (sa.func.coalesce(CourseCategory.position, 1_000_000), CourseCategory.id, row.position, row.id)
    found = [(course, name or "") for course, name in session.execute(query.order_by(*order))]
    if page.course_ids is not None:
        found = [(course, name) for course, name in found if course.id in page.course_ids]
    closed = _closed_to(session, friend, [course for course, _ in found], now=now)
    shelves: dict[str, list[Course]] = {}
    for course, name in found:
        if course.id not in closed:
            shelves.setdefault(name, []).append(course)
    return [Shelf(name, courses) for name, courses in shelves.items()]


def _closed_to(session: Session, friend: Friend, courses: Collection[Course], *, now: datetime) -> set[int]:
    """The ids of the courses that are for others. One statement decides on all of them."""
    trees = {course.id: course.audience for course in courses if course.audience}
    if not trees:
        return set()
    conditions = [segments.condition(session, tree, now=now) for tree in trees.values()]
    answers = session.execute(sa.select(*conditions).where(Friend.id == friend.id)).one()
    return {course_id for course_id, is_for_them in zip(trees, answers, strict=True) if not is_for_them}


def minutes_of(course: Course) -> int:
    return sum(segment["minutes"] for segment in course.segments)


def price_of(course: Course) -> str:
    """「5,500円」「5,500円〜」; empty when the shop does not show it."""
    if not course.shows_price:
        return ""
    if course.price_kind is PriceKind.ASK:
        return "料金はお店で"
    return yen(course.price) + ("〜" if course.price_kind is PriceKind.FROM else "")


def total_of(plan: Plan) -> str:
    """What all of it costs, in words."""
    if plan.price is None:
        return "料金はお店で"
    return yen(plan.price) + ("〜" if plan.has_open_price else "")


def yen(price: int) -> str:
    return f"{price:,}円"


@dataclass(frozen=True)
class Extras:
    """Options of which so many are taken."""

    group: OptionGroup
    options: Sequence[CourseOption]

    @property
    def is_one_of(self) -> bool:
        """Whether exactly one has to be chosen."""
        return self.group.least == 1 and self.group.most == 1

    @property
    def rule(self) -> str:
        """「1つ以上、3つまで選べます」; empty when anything goes."""
        least, most = self.group.least, self.group.most
        if self.is_one_of:
            return "1つ選んでください"
        parts = [f"{least}つ以上"] if least else []
        parts += [f"{most}つまで"] if most is not None and most < len(self.options) else []
        return f"{'、'.join(parts)}選べます" if parts else ""


def extras(session: Session, course_ids: Collection[int]) -> list[Extras]:
    """What can be added to these courses."""
    row = CourseOption
    query = sa.select(OptionGroup, row).join(row, row.group_id == OptionGroup.id)
    query = query.where(row.state == CourseState.ACTIVE)
    order = (OptionGroup.position, OptionGroup.id, row.position, row.id)
    found: dict[int, Extras] = {}
    for group, option in session.execute(query.order_by(*order)):
        if group.course_ids is None or set(course_ids) & set(group.course_ids):
            before = found[group.id].options if group.id in found else ()
            found[group.id] = Extras(group, [*before, option])
    return list(found.values())


def most_party(session: Session, course_ids: Collection[int]) -> int:
    """How many may come together for all of these courses."""
    return plans.most_party(session.scalars(sa.select(Course).where(Course.id.in_(course_ids))).all())


# A wish --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Codes:
    """A wish as addresses carry it. An empty *staff* is not decided yet; ANYBODY is 指名なし."""

    courses: Sequence[str] = ()
    options: Sequence[str] = ()
    staff: str = ""
    party: int = 1


def wish(session: Session, codes: Codes) -> Wish:
    """Raises Refused for a code that names nothing (any longer)."""
    courses = _ids(session, Course, codes.courses)
    options = _ids(session, CourseOption, codes.options)
    if codes.staff in ("", ANYBODY):
        return Wish(courses, options, party=codes.party)
    return Wish(courses, options, _ids(session, Provider, [codes.staff])[0], codes.party)


def _ids(session: Session, model: type[Course | CourseOption | Provider], codes: Sequence[str]) -> tuple[int, ...]:
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        return ()
    found = dict(session.execute(sa.select(model.code, model.id).where(model.code.in_(wanted))).all())
    if len(found) != len(wanted):
        raise refusals.skill_mismatch() if model is Provider else refusals.closed(GONE)
    return tuple(found[code] for code in wanted)


def codes_of(session: Session, wish: Wish) -> Codes:
    """The way back; without what is gone."""
    staff = None if wish.provider_id is None else session.get(Provider, wish.provider_id)
    return Codes(
        courses=_codes(session, Course, wish.course_ids),
        options=_codes(session, CourseOption, wish.option_ids),
        staff=staff.code if staff is not None else ANYBODY,
        party=wish.party,
    )


def _codes(session: Session, model: type[Course | CourseOption], ids: Collection[int]) -> list[str]:
    if not ids:
        return []
    found = dict(session.execute(sa.select(model.id, model.code).where(model.id.in_(ids))).all())
    return [found[each] for each in ids if each in found]


@dataclass(frozen=True)
class Looking:
    """A plan for which a customer looks for a time."""

    plan: Plan
    policy: Policy
    page: BookingPage | None
    friend_id: int
    except_id: int | None = None
    """Their reservation that is to be moved."""


def looking(session: Session, page: BookingPage, friend: Friend, wish: Wish) -> Looking:
    """Raises Refused for what the page does not offer."""
    plan = booking.plan_for(session, wish, page)
    return Looking(plan, booking.policy_of(book.settings(session), page, plan), page, friend.id)


def scene_of(session: Session, looking: Looking, first: date, last: date, *, now: datetime) -> Scene:
    """Raises Refused (SKILL_MISMATCH) when the one who is asked for can't be."""
    scene = scenes.load(
        session, first, last, now=now, page=looking.page, friend_id=looking.friend_id, except_id=looking.except_id
    )
    asked = looking.plan.wish.provider_id
    if asked is not None and not feasibility.can_be_asked_for(scene, looking.plan, asked):
        raise refusals.skill_mismatch()
    return scene


# Who serves ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Somebody who can be asked for, with what that changes."""

    provider: Provider
    plan: Plan
    minutes: int | None
    """Where it takes another time with them than the menu says."""
    soonest: Start | None


@dataclass(frozen=True)
class People:
    soonest: Start | None
    """With whoever is free."""
    persons: Sequence[Person]
    takes_free: bool
    """Whether anybody serves customers without a wish."""


def people(session: Session, looking: Looking, *, now: datetime) -> People:
    """Who can be asked for, and when each is free first. *looking* is without a provider."""
    today = now.astimezone(zone(session)).date()
    scene = scene_of(session, looking, today, today + AHEAD, now=now)
    ids = [each for each in scene.workers if feasibility.can_be_asked_for(scene, looking.plan, each)]
    providers = _providers(session, ids)
    menu = plans.load(session, looking.plan.wish)
    persons = []
    for provider_id in ids:
        plan = plans.plan(menu, replace(looking.plan.wish, provider_id=provider_id))
        soonest = feasibility.first_free(scene, plan, provider_id, policy=looking.policy)
        minutes = plan.offer.shape.minutes
        is_usual = minutes == looking.plan.offer.shape.minutes
        persons.append(Person(providers[provider_id], plan, None if is_usual else minutes, soonest))
    soonest = feasibility.first_free(scene, looking.plan, policy=looking.policy)
    return People(soonest, persons, bool(feasibility.anybody(scene, looking.plan)))


def asks_for_people(session: Session, looking: Looking) -> bool:
    """Whether there is somebody to choose."""
    page, by_provider = looking.page, looking.plan.by_provider
    if (page is not None and not page.asks_provider) or not looking.plan.offer.shape.takes_provider:
        return False
    on_page = set(by_provider) if page is None or page.provider_ids is None else set(by_provider) & {*page.provider_ids}
    row = Provider
    open_ = sa.select(row.id).where(row.id.in_(on_page), row.state == ProviderState.ACTIVE, row.is_nominatable)
    return session.scalar(open_.limit(1)) is not None


def _providers(session: Session, ids: Collection[int]) -> Mapping[int, Provider]:
    return {each.id: each for each in session.scalars(sa.select(Provider).where(Provider.id.in_(ids)))}


def soonest(session: Session, looking: Looking, count: int, *, now: datetime) -> list[Start]:
    """The first free starts, each on a day of its own."""
    today = now.astimezone(zone(session)).date()
    scene = scene_of(session, looking, today, today + AHEAD, now=now)
    return soonest_of(scene, looking, count)


def soonest_of(scene: Scene, looking: Looking, count: int) -> list[Start]:
    good = feasibility.good(scene, looking.plan, looking.plan.wish.provider_id, policy=looking.policy)
    days = [day for day in scene.days() if good & scene.starts[day]][:count]
    return [_first_of(scene, good, day) for day in days]


def _first_of(scene: Scene, good: int, day: date) -> Start:
    starts = good & scene.starts[day]
    return feasibility.as_start(scene, day, (starts & -starts).bit_length() - 1)
