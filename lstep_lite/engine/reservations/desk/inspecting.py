"""なぜ×?: what stands against a booking at some moment, asked as a customer's page or as the desk would ask."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import segments
from lstep_lite.engine.reservations.availability import feasibility, masks, plans, reasons, scenes
from lstep_lite.engine.reservations.availability.days import instant
from lstep_lite.engine.reservations.availability.plans import Plan, Wish
from lstep_lite.engine.reservations.availability.policies import Policy
from lstep_lite.engine.reservations.availability.reasons import Inspection, Reason, Where
from lstep_lite.engine.reservations.availability.scenes import Scene
from lstep_lite.engine.reservations.transitions import book, booking, limits
from lstep_lite.engine.reservations.transitions.refusals import Code, Refused, Start
from lstep_lite.engine.settings import zone
from lstep_lite.models import BookingCustomer, BookingPage, Course, CourseState, Friend


@dataclass(frozen=True)
class Question:
    wish: Wish
    day: date
    minute: int | None = None
    """None: only how the day is."""
    page: BookingPage | None = None
    """The page a customer books on; None: the shop itself writes it down."""
    friend: Friend | None = None


@dataclass(frozen=True)
class Cell:
    start: Start
    is_free: bool


@dataclass(frozen=True)
class Answer:
    terms: Sequence[Reason]
    """What stands against it at any time: the menu, the page, who was asked for, how often the customer may book."""
    cells: Sequence[Cell]
    """The starts of the day."""
    minutes: int
    """How long it takes."""
    overlap: Sequence[Reason] = ()
    """Another booking of the customer at that moment."""
    inspection: Inspection | None = None
    """Of the moment; None when no moment was asked about, or where nothing can be booked at all."""

    @property
    def is_free(self) -> bool:
        is_found = self.inspection is not None and self.inspection.is_free
        return is_found and not self.terms and not self.overlap


def look(session: Session, question: Question, *, now: datetime) -> Answer:
    """Raises DomainError before the shop takes bookings at all."""
    settings = book.settings(session)
    try:
        plan = plans.plan(plans.load(session, question.wish), question.wish, by_customer=False)
    except Refused as refusal:
        return Answer([Reason(refusal.code, refusal.message, Where.COURSE)], [], 0)
    policy = booking.policy_of(settings, question.page, plan) if question.page is not None else None
    friend_id = question.friend.id if question.friend is not None else None
    scene = scenes.load(
        session,
        question.day,
        question.day,
        now=now,
        page=question.page,
        friend_id=friend_id if policy is not None else None,
    )
    asked = question.wish.provider_id
    terms = [*_terms(session, question, plan, scene), *_limits(session, question, plan, policy, now=now)]
    return Answer(
        terms,
        _cells(scene, plan, question, policy, is_possible=not terms),
        plan.offer_of(asked).shape.minutes,
        list(_overlap(session, question, plan)),
        _inspection(scene, plan, question, policy),
    )


def _cells(scene: Scene, plan: Plan, question: Question, policy: Policy | None, *, is_possible: bool) -> list[Cell]:
    free = feasibility.good(scene, plan, question.wish.provider_id, policy=policy) if is_possible else 0
    places = masks.ticks(scene.starts[question.day])
    return [Cell(feasibility.as_start(scene, question.day, place), bool(free >> place & 1)) for place in places]


def _inspection(scene: Scene, plan: Plan, question: Question, policy: Policy | None) -> Inspection | None:
    if question.minute is None:
        return None
    asked, is_desk = question.wish.provider_id, policy is None
    return reasons.why_not(scene, plan, question.day, question.minute, asked, policy=policy, off_grid=is_desk)


# At any time ---------------------------------------------------------------------------------------------------------


def _terms(session: Session, question: Question, plan: Plan, scene: Scene) -> Iterator[Reason]:
    found = [*_about_page(session, question), *_about_wish(question, plan, scene)]
    yield from found
    if question.page is None or found:
        return
    try:
        booking.plan_for(session, question.wish, question.page)
    except Refused as refusal:
        yield Reason(refusal.code, refusal.message, Where.COURSE)


def _about_page(session: Session, question: Question) -> Iterator[Reason]:
    page = question.page
    if page is None:
        return
    if not page.is_open:
        yield Reason(Code.CLOSED, f"カレンダー「{page.name}」は公開していません。", Where.PAGE)
    for course in session.scalars(sa.select(Course).where(Course.id.in_(question.wish.course_ids))):
        if course.state is not CourseState.ACTIVE or not course.is_online:
            yield Reason(Code.CLOSED, f"「{course.name}」は、お客様からの予約を受け付けていません。", Where.COURSE)
        elif page.course_ids is not None and course.id not in page.course_ids:
            yield Reason(Code.CLOSED, f"「{course.name}」は、カレンダー「{page.name}」にありません。", Where.PAGE)


def _about_wish(question: Question, plan: Plan, scene: Scene) -> Iterator[Reason]:
    asked = question.wish.provider_id
    if not plan.offer_of(asked).shape.takes_provider:
        return
    if not scene.workers:
        yield Reason(Code.SKILL_MISMATCH, "スタッフがまだ登録されていません。", Where.PROVIDER)
    elif asked is not None and asked not in scene.workers:
        yield Reason(Code.SKILL_MISMATCH, "選んだスタッフは、もう予約を受けていません。", Where.PROVIDER)
    elif asked is not None and asked in plan.by_provider and question.page is not None:
        yield from _about_asking(question.page, plan, scene, asked)


def _about_asking(page: BookingPage, plan: Plan, scene: Scene, asked: int) -> Iterator[Reason]:
    person = scene.workers[asked].person
    if not page.asks_provider:
        yield Reason(Code.SKILL_MISMATCH, f"カレンダー「{page.name}」では、スタッフを指名できません。", Where.PAGE)
    elif not person.is_nominatable:
        yield Reason(Code.SKILL_MISMATCH, f"{person.name}さんは指名を受けません。", Where.PROVIDER)


# The customer --------------------------------------------------------------------------------------------------------


def _limits(
    session: Session, question: Question, plan: Plan, policy: Policy | None, *, now: datetime
) -> Iterator[Reason]:
    friend = question.friend
    if friend is None or policy is None:
        return
    customer = session.get(BookingCustomer, friend.id)
    if customer is not None and customer.online == "phone_only":
        yield Reason(Code.CLOSED, f"{friend.desk_name}様の予約は、お電話だけで受ける設定です。", Where.CUSTOMER)
    if not all(segments.matches(session, dict(tree), friend, now=now) for tree in plan.audiences):
        yield Reason(Code.CLOSED, "このメニューを予約できるお客様の条件に、当てはまりません。", Where.COURSE)
    try:
        limits.check_counts(session, friend, policy, question.day, now=now)
    except Refused as refusal:
        yield Reason(refusal.code, refusal.message, Where.WINDOW)


def _overlap(session: Session, question: Question, plan: Plan) -> Iterator[Reason]:
    if question.friend is None or question.minute is None:
        return
    starts_at = instant(question.day, question.minute, zone(session))
    ends_at = starts_at + timedelta(minutes=plan.offer_of(question.wish.provider_id).shape.minutes)
    try:
        limits.check_no_overlap(session, question.friend, starts_at, ends_at)
    except Refused as refusal:
        who = question.friend.desk_name
        yield Reason(refusal.code, f"{who}様は、同じ時間帯に別のご予約があります。", Where.CUSTOMER)
