"""Where the shop decides on a booking it needs time to answer: such a one closes an hour or more before the start."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import policies
from lstep_lite.engine.reservations.availability.policies import Approval, Cut, CutKind, Policy
from lstep_lite.engine.reservations.transitions import book
from lstep_lite.errors import DomainError
from lstep_lite.models import BookingPage, Course, CourseState

LEAST = 60
"""Minutes before the start."""
Named = tuple[str, Mapping[str, Any]]
"""What it is called, and its policy."""


def check(session: Session, field: str) -> None:
    """Raises DomainError for *field* when a course, on some page, leaves no time to answer."""
    shop = book.settings(session).policy
    pages: list[Named] = [("", {}), *_named(session, sa.select(BookingPage.name, BookingPage.policy))]
    sold = sa.select(Course.name, Course.policy).where(Course.state != CourseState.RETIRED)
    courses: list[Named] = [("", {}), *_named(session, sold)]
    for (page, of_page), (course, of_course) in product(pages, courses):
        if not _leaves_time(policies.merged(shop, of_page, [of_course])):
            raise DomainError(_in_words(course or page), field)


def _named(session: Session, query: sa.Select[str, Any]) -> list[Named]:
    return [(name, policy) for name, policy in session.execute(query) if policy]


def _leaves_time(policy: Policy) -> bool:
    return policy.approval is Approval.NONE or any(_is_early(cut) for cut in policy.closes)


def _is_early(cut: Cut) -> bool:
    return cut.days >= 1 if cut.kind is CutKind.DAY_BEFORE else cut.minutes >= LEAST


def _in_words(name: str) -> str:
    what = f"「{name}」は、お店が確認してから予約が確定します。" if name else "お店が確認してから確定する予約には、"
    return f"{what}お返事の時間が必要です。受付の締切を、予約の{LEAST}分以上前にしてください。"
