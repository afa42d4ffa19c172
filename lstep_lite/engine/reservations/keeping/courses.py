"""The menu: categories, and courses of work and waiting."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, segments
from lstep_lite.engine.reservations.availability import policies
from lstep_lite.engine.reservations.availability.days import LAST_MINUTE
from lstep_lite.engine.reservations.availability.plans import WORK, Need, stored_needs
from lstep_lite.engine.reservations.keeping import answering, pools, saving, words
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    Course,
    CourseCategory,
    CourseState,
    OptionGroup,
    PriceKind,
    Provider,
    ProviderSkill,
    ProviderState,
    ReservationLine,
)

FEATURE = "courses"
CODE_BYTES = 9
LONGEST_NAME = 60
LONGEST_TEXT = 500
MOST_SEGMENTS = 9
MOST_DAYS = 730
MOST_PARTY = 20
KINDS = (WORK, "proc")


@dataclass(frozen=True)
class CourseDraft:
    name: str
    segments: Sequence[Mapping[str, Any]]
    """[{"kind": "work" | "proc", "minutes"}]"""
    price: int | None = 0
    price_kind: PriceKind = PriceKind.FIXED
    category_id: int | None = None
    text: str = ""
    media_id: int | None = None
    shows_price: bool = True
    shows_minutes: bool = True
    before_minutes: int | None = 0
    after_minutes: int | None = 0
    needs: Sequence[Need] = ()
    last_start: int | None = None
    most_party: int | None = 1
    charges_each: bool = True
    is_online: bool = True
    audience: Tree | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)
    next_visit_days: int | None = None
    state: CourseState = CourseState.ACTIVE


@dataclass(frozen=True)
class Shelf:
    """A category with its courses, as the menu shows them; None: those without one."""

    category: CourseCategory | None
    courses: Sequence[Course]


# Looking -------------------------------------------------------------------------------------------------------------


def get(session: Session, course_id: int) -> Course:
    course = session.get(Course, course_id)
    if course is None:
        raise NotFound("このメニューは見つかりませんでした。削除された可能性があります。")
    return course


def in_order(session: Session, *, with_retired: bool = False) -> Sequence[Course]:
    """As customers see them: by category, then by their place."""
    query = sa.select(Course).outerjoin(CourseCategory, CourseCategory.id == Course.category_id)
    if not with_retired:
        query = query.where(Course.state != CourseState.RETIRED)
    order = (sa.func.coalesce(CourseCategory.position, 1_000_000), Course.position, Course.id)
    return session.scalars(query.order_by(*order)).all()


def shelves(session: Session) -> list[Shelf]:
    """The menu as staff keep it, with what is retired; empty categories too."""
    every = in_order(session, with_retired=True)
    found = [Shelf(each, [one for one in every if one.category_id == each.id]) for each in categories(session)]
    loose = [each for each in every if each.category_id is None]
    return [*found, Shelf(None, loose)] if loose else found


def categories(session: Session) -> Sequence[CourseCategory]:
    return session.scalars(sa.select(CourseCategory).order_by(CourseCategory.position, CourseCategory.id)).all()


def skilled(session: Session) -> dict[int, list[Provider]]:
    """By course: who does it, in the shop's order."""
    row = ProviderSkill
    query = sa.select(row.course_id, Provider).join(Provider, Provider.id == row.provider_id)
    query = query.where(Provider.state != ProviderState.RETIRED).order_by(Provider.position, Provider.id)
    found: dict[int, list[Provider]] = {}
    for course_id, provider in session.execute(query):
        found.setdefault(course_id, []).append(provider)
    return found


# Writing -------------------------------------------------------------------------------------------------------------


def create(session: Session, draft: CourseDraft, *, provider_ids: Sequence[int], now: datetime) -> Course:
    """Done by *provider_ids*. Raises DomainError naming the field."""
    last = session.scalar(sa.select(sa.func.max(Course.position))) or 0
    course = Course(code=secrets.token_urlsafe(CODE_BYTES), position=last + 1, version=1, created_at=now)
    with saving.offering(session, now=now):
        _write(session, course, draft, now)
        session.add(course)
        session.flush()  # its id
        answering.check(session, "own_close_minutes")
        give(session, course, provider_ids)
        _note(session, course)
    return course


def update(session: Session, course: Course, draft: CourseDraft, *, provider_ids: Sequence[int], now: datetime) -> None:
    """Bookings that are there keep what was agreed. Raises DomainError naming the field."""
    with saving.offering(session, now=now):
        _write(session, course, draft, now)
        answering.check(session, "own_close_minutes")
        give(session, course, provider_ids)
        _note(session, course)
        course.version += 1


def _write(session: Session, course: Course, draft: CourseDraft, now: datetime) -> None:
    course.name = words.named(draft.name, LONGEST_NAME, "メニューの名前")
    course.text = words.told(draft.text, LONGEST_TEXT, "text")
    if draft.category_id is not None and session.get(CourseCategory, draft.category_id) is None:
        raise DomainError("分類を選び直してください。", "category_id")
    course.category_id, course.media_id = draft.category_id, draft.media_id
    is_ask = draft.price_kind is PriceKind.ASK
    course.price_kind, course.price = draft.price_kind, 0 if is_ask else words.price(draft.price)
    course.shows_price, course.shows_minutes = draft.shows_price, draft.shows_minutes
    course.segments = checked_segments(draft.segments)
    course.before_minutes = words.minutes(draft.before_minutes, "before_minutes")
    course.after_minutes = words.minutes(draft.after_minutes, "after_minutes")
    course.needs = checked_needs(session, draft.needs)
    course.most_party = words.count(draft.most_party or 1, "most_party", least=1, most=MOST_PARTY)
    course.charges_each = draft.charges_each
    course.last_start = draft.last_start and words.minutes(draft.last_start, "last_start", most=LAST_MINUTE)
    course.is_online, course.audience, course.state = draft.is_online, draft.audience, draft.state
    policies.parse(draft.policy)
    course.policy = dict(draft.policy)
    days = draft.next_visit_days
    course.next_visit_days = days and words.count(days, "next_visit_days", least=1, most=MOST_DAYS)
    course.updated_at = now


def checked_segments(segments: Sequence[Mapping[str, Any]], field: str = "segments") -> list[dict[str, Any]]:
    """As stored. Raises DomainError naming *field*."""
    found = [each for each in segments if each["minutes"]]
    if not found:
        raise DomainError("所要時間を入力してください。", field)
    if len(found) > MOST_SEGMENTS or any(each["kind"] not in KINDS for each in found):
        raise DomainError("所要時間の分け方を確認してください。", field)
    for each in found:
        words.minutes(each["minutes"], field, least=5)
    words.minutes(sum(each["minutes"] for each in found), field)
    return [{"kind": each["kind"], "minutes": each["minutes"]} for each in found]


def checked_needs(session: Session, needs: Sequence[Need]) -> list[dict[str, int]]:
    capacities = {each.id: each.capacity for each in pools.in_order(session)}
    for need in needs:
        if not 1 <= need.quantity <= capacities.get(need.pool_id, 0):
            raise DomainError("席・部屋の数を確認してください。ある数より多くは使えません。", "needs")
        words.minutes(need.after_minutes, "needs")
    return stored_needs(needs)


def give(session: Session, course: Course, provider_ids: Sequence[int]) -> None:
    """Exactly these do it; whoever did already keeps their own time and price."""
    row = ProviderSkill
    there = set(session.scalars(sa.select(row.provider_id).where(row.course_id == course.id)))
    gone = there - set(provider_ids)
    if gone:
        session.execute(sa.delete(row).where(row.course_id == course.id, row.provider_id.in_(gone)))
    known = set(session.scalars(sa.select(Provider.id).where(Provider.id.in_(provider_ids))))
    session.add_all(row(provider_id=each, course_id=course.id) for each in sorted(known - there))


def move(session: Session, course: Course, *, by: int, now: datetime) -> None:
    """One step up (-1) or down (1) within its category; at either end nothing changes."""
    row = Course
    beside = sa.select(row).where(row.category_id.is_not_distinct_from(course.category_id))
    in_place = list(session.scalars(beside.order_by(row.position, row.id)))
    place = in_place.index(course)
    in_place.insert(max(0, place + by), in_place.pop(place))
    with saving.offering(session, now=now):
        for position, each in enumerate(in_place, 1):
            each.position = position


def set_state(session: Session, course: Course, state: CourseState, *, now: datetime) -> None:
    with saving.offering(session, now=now):
        course.state, course.updated_at = state, now


def remove(session: Session, course: Course, *, now: datetime) -> bool:
    """Whether it is gone; one that bookings refer to is retired instead."""
    with saving.offering(session, now=now):  # from here on nobody books
        used = sa.select(ReservationLine.id).where(ReservationLine.course_id == course.id).limit(1)
        if session.scalar(used) is not None:
            course.state, course.updated_at = CourseState.RETIRED, now
            return False
        for group in session.scalars(sa.select(OptionGroup)):
            if group.course_ids is not None:
                group.course_ids = [each for each in group.course_ids if each != course.id]
        session.delete(course)
        mentions.forget(session, FEATURE, course.id)
    return True


def _note(session: Session, course: Course) -> None:
    """Write down what it refers to: 「使われている場所」."""
    picture = [("media", course.media_id)] if course.media_id else []
    mentions.write(session, FEATURE, course.id, [*picture, *segments.mentioned(course.audience)])


@mentions.owner(FEATURE)
def _described(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    named = mentions.names(session, FEATURE, ids)
    return {
        key: mentions.Place(f"メニュー「{name}」", "courses.edit", {"course_id": int(key)})
        for key, name in named.items()
    }


# Categories ----------------------------------------------------------------------------------------------------------


def get_category(session: Session, category_id: int) -> CourseCategory:
    category = session.get(CourseCategory, category_id)
    if category is None:
        raise NotFound("この分類は見つかりませんでした。削除された可能性があります。")
    return category


def create_category(session: Session, name: str, *, now: datetime) -> CourseCategory:
    last = session.scalar(sa.select(sa.func.max(CourseCategory.position))) or 0
    category = CourseCategory(name=checked_name(name, LONGEST_NAME, "分類の名前"), position=last + 1)
    with saving.offering(session, now=now):
        session.add(category)
    return category


def rename_category(session: Session, category: CourseCategory, name: str, *, now: datetime) -> None:
    with saving.offering(session, now=now):
        category.name = checked_name(name, LONGEST_NAME, "分類の名前")


def move_category(session: Session, category: CourseCategory, *, by: int, now: datetime) -> None:
    in_place = list(categories(session))
    place = in_place.index(category)
    in_place.insert(max(0, place + by), in_place.pop(place))
    with saving.offering(session, now=now):
        for position, each in enumerate(in_place, 1):
            each.position = position


def remove_category(session: Session, category: CourseCategory, *, now: datetime) -> None:
    """Its courses stay, without one."""
    with saving.offering(session, now=now):
        session.delete(category)
        session.flush()  # the database takes it out of its courses
        session.expire_all()
