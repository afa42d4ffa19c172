"""What the guided path keeps of several rows at once: the menu in short, the places, somebody new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability.opening import Ranges
from lstep_lite.engine.reservations.availability.plans import Need
from lstep_lite.engine.reservations.keeping import courses, pages, pools, providers, saving, shifts, words
from lstep_lite.engine.reservations.keeping.courses import CourseDraft
from lstep_lite.engine.reservations.keeping.pages import PageDraft
from lstep_lite.engine.reservations.keeping.providers import ProviderDraft, SkillDraft
from lstep_lite.engine.reservations.transitions.recording import By
from lstep_lite.errors import DomainError
from lstep_lite.models import BookingPage, Course, CourseState, PriceKind, Provider

FIRST_PAGE = "ネット予約"


@dataclass(frozen=True)
class CourseRow:
    """One course in a line; without an id it is new."""

    id: int | None
    name: str
    minutes: int | None
    """Of one that has several parts: the whole, which is then left alone."""
    price: int | None
    is_used: bool = True


@dataclass(frozen=True)
class Step:
    name: str
    label: str
    is_done: bool


def steps(session: Session) -> list[Step]:
    """How far the guided path has come."""
    people = providers.in_order(session)
    menu = [each for each in courses.in_order(session) if each.state is CourseState.ACTIVE]
    is_begun = bool(courses.in_order(session, with_retired=True))
    return [
        Step("preset", "業種", is_begun),
        Step("hours", "営業時間", is_begun),
        Step("people", "スタッフ", bool(people)),
        Step("menu", "メニュー", bool(menu) and bool(people)),
        Step("places", "席・連絡先", bool(people)),
        Step("check", "確認", any(each.is_open for each in pages.in_order(session))),
    ]


def add_person(
    session: Session, draft: ProviderDraft, *, day_off: Sequence[int], breaks: Ranges, by: By, now: datetime
) -> Provider:
    """Somebody who works the shop's hours and does the whole menu, in a colour of their own on the board.

    Raises DomainError naming the field.
    """
    provider = providers.create(session, replace(draft, color=providers.next_color(session)), now=now)
    every = courses.in_order(session)
    providers.teach(session, provider, {each.id: SkillDraft() for each in every}, now=now)
    shifts.put_week(session, provider, shifts.of_shop(session, day_off, breaks), by=by, now=now)
    return provider


def put_menu(session: Session, rows: Sequence[CourseRow], *, now: datetime) -> None:
    """Raises DomainError for the input `rows`, naming the course."""
    people = [each.id for each in providers.in_order(session)]
    skilled, needs = courses.skilled(session), _usual_needs(session)
    with saving.offering(session, now=now):
        for row in rows:
            try:
                course = _put_course(session, row, needs, now)
            except DomainError as wrong:
                raise DomainError(f"「{row.name or '名前のないメニュー'}」：{wrong.message}", "rows") from wrong
            if not skilled.get(course.id):
                courses.give(session, course, people)


def _put_course(session: Session, row: CourseRow, needs: Sequence[Need], now: datetime) -> Course:
    if row.id is None:
        segments = [{"kind": "work", "minutes": row.minutes or 0}]
        draft = CourseDraft(row.name, segments, row.price, needs=needs)
        return courses.create(session, draft, provider_ids=(), now=now)
    course = courses.get(session, row.id)
    course.name = words.named(row.name, courses.LONGEST_NAME)
    course.state = CourseState.ACTIVE if row.is_used else CourseState.HIDDEN
    if course.price_kind is not PriceKind.ASK:
        course.price = words.price(row.price)
    if len(course.segments) == 1:
        segment: Mapping[str, Any] = {"kind": course.segments[0]["kind"], "minutes": row.minutes or 0}
        course.segments = courses.checked_segments([segment])
    course.version, course.updated_at = course.version + 1, now
    return course


def _usual_needs(session: Session) -> list[Need]:
    """What most of the menu needs, for a new course."""
    every = pools.in_order(session)
    return [Need(every[0].id)] if len(every) == 1 else []


def put_places(session: Session, counts: Mapping[int, int | None], *, by: By, now: datetime) -> None:
    """How many there are of each pool. Raises DomainError for the input `rows`."""
    with saving.fitting(session, by=by, now=now, anyway=True):
        for pool_id, count in counts.items():
            pools.get(session, pool_id).capacity = words.count(count, "rows", least=1, most=pools.MOST)


def open_first(session: Session, *, now: datetime) -> BookingPage:
    """The first booking page, made if there is none, and open. Raises DomainError with what is missing."""
    every = pages.in_order(session)
    page = every[0] if every else pages.create(session, PageDraft(FIRST_PAGE, "ご予約"), now=now)
    pages.switch(session, page, True, now=now)
    return page


def minutes_of(course: Course) -> int:
    return sum(each["minutes"] for each in course.segments)
