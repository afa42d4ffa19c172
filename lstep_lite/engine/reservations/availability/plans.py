"""What a customer wants, worked out: its stretches of time, what it takes, and what it costs.

Courses stand in the order of the menu, whatever order they were chosen in. An option lengthens the last work of the
last chosen course that it is offered with. A provider's own minutes hold whoever chose them; a provider's own price
only for those who asked for that provider: nobody pays more than was shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.transitions import refusals
from lstep_lite.models import (
    Course,
    CourseCategory,
    CourseOption,
    CourseState,
    OptionGroup,
    PriceKind,
    Provider,
    ProviderSkill,
    Reservation,
)

WORK = "work"


@dataclass(frozen=True)
class Wish:
    course_ids: tuple[int, ...]
    option_ids: tuple[int, ...] = ()
    provider_id: int | None = None
    """Who was asked for; None: whoever is free (指名なし)."""
    party: int = 1
    """How many come together."""


@dataclass(frozen=True)
class Stretch:
    kind: str
    """`work` or `proc`."""
    minutes: int


@dataclass(frozen=True)
class Need:
    pool_id: int
    quantity: int = 1
    after_minutes: int = 0


@dataclass(frozen=True)
class Shape:
    """How a booking lies in time, from its start."""

    stretches: tuple[Stretch, ...]
    before: int = 0
    after: int = 0
    """The provider's minutes of preparation, and of clearing away."""
    needs: tuple[Need, ...] = ()
    last_start: int | None = None

    @property
    def minutes(self) -> int:
        """The customer's."""
        return sum(stretch.minutes for stretch in self.stretches)

    @property
    def takes_provider(self) -> bool:
        return any(stretch.kind == WORK for stretch in self.stretches)

    def work(self) -> list[tuple[int, int]]:
        """(from, to) in minutes from the start: when the provider is at work."""
        spans, at = [], 0
        for stretch in self.stretches:
            if stretch.kind == WORK:
                spans.append((at, at + stretch.minutes))
            at += stretch.minutes
        return spans

    def buffers(self) -> list[tuple[int, int]]:
        length = self.minutes
        spans = [(-self.before, 0), (length, length + self.after)] if self.takes_provider else []
        return [(start, end) for start, end in spans if start < end]


@dataclass(frozen=True)
class Line:
    """A course or option in the words, minutes and yen of now."""

    name: str
    minutes: int
    price: int | None
    course_id: int | None = None
    option_id: int | None = None
    before_minutes: int = 0
    after_minutes: int = 0
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Offer:
    shape: Shape
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Plan:
    wish: Wish
    offer: Offer
    """As the wish has it: the provider's who was asked for, else the menu's."""
    by_provider: Mapping[int, Offer]
    """Of everybody who does all of it."""
    price: int | None
    """Yen, with the fee; None when it is asked at the shop."""
    fee: int = 0
    has_open_price: bool = False
    policies: tuple[Mapping[str, Any], ...] = ()
    audiences: tuple[Mapping[str, Any], ...] = ()
    """Trees of those who may book it; all of them hold."""

    @property
    def is_nominated(self) -> bool:
        return self.wish.provider_id is not None

    def offer_of(self, provider_id: int | None) -> Offer:
        """With that provider; by the menu for nobody in particular, and for who does not do all of it."""
        return self.by_provider.get(provider_id, self.offer) if provider_id is not None else self.offer

    def without_provider(self) -> "Plan":
        """The same for whoever is free."""
        return replace(self, wish=replace(self.wish, provider_id=None))


@dataclass(frozen=True)
class Menu:
    """What a wish names, and who does it. Loaded in a fixed number of queries."""

    courses: Sequence[Course]
    """In the order of the menu."""
    options: Sequence[CourseOption]
    groups: Mapping[int, OptionGroup]
    """All of them."""
    skills: Mapping[tuple[int, int], ProviderSkill]
    """By provider and course."""
    fees: Mapping[int, int] = field(default_factory=dict)


def load(session: Session, wish: Wish) -> Menu:
    """Fresh from the database, whatever the session knew before."""
    fresh = {"populate_existing": True}
    courses = sa.select(Course).outerjoin(CourseCategory, CourseCategory.id == Course.category_id)
    courses = courses.where(Course.id.in_(wish.course_ids))
    order = (sa.func.coalesce(CourseCategory.position, 1_000_000), Course.position, Course.id)
    options = sa.select(CourseOption).where(CourseOption.id.in_(wish.option_ids))
    skills = sa.select(ProviderSkill).where(ProviderSkill.course_id.in_(wish.course_ids))
    return Menu(
        courses=session.scalars(courses.order_by(*order), execution_options=fresh).all(),
        options=session.scalars(
            options.order_by(CourseOption.position, CourseOption.id), execution_options=fresh
        ).all(),
        groups={each.id: each for each in session.scalars(sa.select(OptionGroup), execution_options=fresh)},
        skills={(each.provider_id, each.course_id): each for each in session.scalars(skills, execution_options=fresh)},
        fees={row.id: row.fee for row in session.execute(sa.select(Provider.id, Provider.fee))},
    )


def plan(menu: Menu, wish: Wish, *, by_customer: bool = True) -> Plan:
    """Raises Refused for what is not (any longer) offered, and for a provider who does not do it."""
    _check_offered(menu, wish, by_customer)
    if by_customer and wish.party > (most := most_party(menu.courses)):
        raise refusals.limit_exceeded(f"このメニューを一度にご予約いただけるのは{most}名様までです。")
    skilled = _skilled(menu)
    if wish.provider_id is not None and wish.provider_id not in skilled and by_customer:
        raise refusals.skill_mismatch()
    nominated = wish.provider_id if wish.provider_id in skilled else None
    offer = _offer(menu, nominated, nominated, wish.party)
    fee = menu.fees.get(wish.provider_id, 0) if wish.provider_id is not None else 0
    prices = [line.price for line in offer.lines]
    return Plan(
        wish=wish,
        offer=offer,
        by_provider={each: _offer(menu, each, nominated, wish.party) for each in skilled},
        price=None if None in prices else sum(price or 0 for price in prices) + fee,
        fee=fee,
        has_open_price=any(course.price_kind is PriceKind.FROM for course in menu.courses),
        policies=tuple(course.policy for course in menu.courses),
        audiences=tuple(course.audience for course in menu.courses if course.audience),
    )


def most_party(courses: Sequence[Course]) -> int:
    """How many may come together for all of *courses*."""
    return min((course.most_party for course in courses), default=1)


GONE = "選んだメニューは、現在受け付けていません。メニューを選び直してください。"


def _check_offered(menu: Menu, wish: Wish, by_customer: bool) -> None:
    states = (CourseState.ACTIVE,) if by_customer else (CourseState.ACTIVE, CourseState.HIDDEN)
    courses = [each for each in menu.courses if each.state in states and (each.is_online or not by_customer)]
    options = [each for each in menu.options if each.state in states and _course_of(menu, each) is not None]
    if not courses or len(courses) != len(set(wish.course_ids)) or len(options) != len(set(wish.option_ids)):
        raise refusals.closed(GONE)
    for group in menu.groups.values() if by_customer else ():
        if _goes_with(group, menu.courses):
            _check_count(group, sum(each.group_id == group.id for each in options))


def _check_count(group: OptionGroup, count: int) -> None:
    if count < group.least:
        raise refusals.closed(f"「{group.name}」から{group.least}つ以上選んでください。")
    if group.most is not None and count > group.most:
        raise refusals.closed(f"「{group.name}」は{group.most}つまで選べます。")


def _goes_with(group: OptionGroup, courses: Sequence[Course]) -> bool:
    return group.course_ids is None or any(course.id in group.course_ids for course in courses)


def _course_of(menu: Menu, option: CourseOption) -> Course | None:
    """The chosen course that *option* lengthens."""
    group = menu.groups[option.group_id]
    offered = [each for each in menu.courses if group.course_ids is None or each.id in group.course_ids]
    return offered[-1] if offered else None


def _skilled(menu: Menu) -> list[int]:
    """The providers who do all the courses."""
    doing: dict[int, int] = {}
    for provider_id, _ in menu.skills:
        doing[provider_id] = doing.get(provider_id, 0) + 1
    return sorted(each for each, count in doing.items() if count == len(menu.courses))


def _offer(menu: Menu, provider_id: int | None, nominated: int | None, party: int) -> Offer:
    lines: list[Line] = []
    stretches: list[Stretch] = []
    for course in menu.courses:
        skill = menu.skills.get((provider_id, course.id)) if provider_id is not None else None
        own = skill.segments if skill and skill.segments else course.segments
        lines.append(_for_party(_course_line(course, skill, own, nominated), course, party))
        options = [each for each in menu.options if _course_of(menu, each) is course]
        lines += [_for_party(_option_line(option), course, party) for option in options]
        stretches += _lengthened(own, sum(option.minutes for option in options))
    shape = Shape(
        stretches=tuple(stretches),
        before=menu.courses[0].before_minutes,
        after=menu.courses[-1].after_minutes,
        needs=united(need for line in lines for need in line.needs),
        last_start=min((each.last_start for each in menu.courses if each.last_start is not None), default=None),
    )
    return Offer(shape, tuple(lines))


def _course_line(
    course: Course, skill: ProviderSkill | None, segments: Sequence[Mapping[str, Any]], nominated: int | None
) -> Line:
    is_own_price = skill is not None and skill.price is not None and skill.provider_id == nominated
    price = skill.price if skill is not None and is_own_price else course.price
    return Line(
        name=course.name,
        minutes=sum(segment["minutes"] for segment in segments),
        price=None if course.price_kind is PriceKind.ASK else price,
        course_id=course.id,
        before_minutes=course.before_minutes,
        after_minutes=course.after_minutes,
        needs=parse_needs(course.needs),
    )


def _for_party(line: Line, course: Course, party: int) -> Line:
    """Each of a party takes a place of every pool, and pays where *course* is charged so."""
    price = line.price * party if line.price is not None and course.charges_each else line.price
    needs = tuple(replace(need, quantity=need.quantity * party) for need in line.needs)
    return replace(line, price=price, needs=needs)


def _option_line(option: CourseOption) -> Line:
    return Line(option.name, option.minutes, option.price, option_id=option.id, needs=parse_needs(option.needs))


def _lengthened(segments: Sequence[Mapping[str, Any]], minutes: int) -> list[Stretch]:
    """The last work longer by *minutes*; the last stretch of a course without any."""
    stretches = [Stretch(each["kind"], each["minutes"]) for each in segments]
    works = [place for place, each in enumerate(stretches) if each.kind == WORK]
    place = works[-1] if works else len(stretches) - 1
    stretches[place] = replace(stretches[place], minutes=stretches[place].minutes + minutes)
    return stretches


def parse_needs(stored: Sequence[Mapping[str, Any]]) -> tuple[Need, ...]:
    return tuple(Need(each["pool_id"], each.get("quantity", 1), each.get("after_minutes", 0)) for each in stored)


def stored_needs(needs: Sequence[Need]) -> list[dict[str, int]]:
    return [{"pool_id": each.pool_id, "quantity": each.quantity, "after_minutes": each.after_minutes} for each in needs]


def united(needs: Any) -> tuple[Need, ...]:
    """One need a pool: a customer of several courses sits on one seat, from beginning to end."""
    found: dict[int, Need] = {}
    for need in needs:
        other = found.get(need.pool_id, need)
        quantity, after = max(need.quantity, other.quantity), max(need.after_minutes, other.after_minutes)
        found[need.pool_id] = Need(need.pool_id, quantity, after)
    return tuple(found[pool_id] for pool_id in sorted(found))


# A booking that is there ---------------------------------------------------------------------------------------------


def of_reservation(session: Session, reservation: Reservation) -> Plan:
    """The plan of what was agreed, whatever has become of the menu: its stretches and prices, at any time."""
    courses = tuple(line.course_id for line in reservation.lines if line.course_id is not None)
    options = tuple(line.option_id for line in reservation.lines if line.option_id is not None)
    provider_id = reservation.provider_id if reservation.is_nominated else None
    menu = load(session, wish := Wish(courses, options, provider_id, reservation.party))
    offer = Offer(shape_of(reservation), tuple(_kept_line(line) for line in reservation.lines))
    return Plan(
        wish=wish,
        offer=offer,
        by_provider=dict.fromkeys({*_skilled(menu), *_who_has_it(reservation)}, offer),
        price=reservation.price,
        fee=reservation.fee,
        has_open_price=reservation.has_open_price,
        policies=tuple(course.policy for course in menu.courses),
    )


def _who_has_it(reservation: Reservation) -> set[int]:
    return {reservation.provider_id} if reservation.provider_id is not None else set()


def shape_of(reservation: Reservation) -> Shape:
    courses = [line for line in reservation.lines if line.course_id is not None]
    return Shape(
        stretches=tuple(
            Stretch(each.kind, int((each.ends_at - each.starts_at).total_seconds()) // 60)
            for each in reservation.segments
        ),
        before=courses[0].before_minutes if courses else 0,
        after=courses[-1].after_minutes if courses else 0,
        needs=united(need for line in reservation.lines for need in parse_needs(line.needs)),
    )


def _kept_line(line: Any) -> Line:
    return Line(
        line.name,
        line.minutes,
        line.price,
        line.course_id,
        line.option_id,
        line.before_minutes,
        line.after_minutes,
        parse_needs(line.needs),
    )
