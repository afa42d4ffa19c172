"""Booking pages (カレンダー): what customers see of the menu, and where they book."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.reservations.availability import opening, policies
from lstep_lite.engine.reservations.availability.opening import Ranges
from lstep_lite.engine.reservations.keeping import answering, courses, saving, words
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import BLOCKING, BookingPage, Course, CourseState, Provider, ProviderState, Reservation

LONGEST = {"name": 50, "title": 50, "lead": 500, "thanks_text": 1000}
COLOR = "#058743"
MOST_PAGES = 50
FEATURE = "booking_pages"
mentions.target_rows(FEATURE, BookingPage.id, BookingPage.name)


@dataclass(frozen=True)
class PageDraft:
    name: str
    title: str
    lead: str = ""
    color: str = COLOR
    course_ids: Sequence[int] | None = None
    provider_ids: Sequence[int] | None = None
    asks_provider: bool = True
    hours: Mapping[str, Ranges] | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)
    thanks_text: str = ""
    thanks_url: str = ""


# Looking -------------------------------------------------------------------------------------------------------------


def get(session: Session, page_id: int) -> BookingPage:
    page = session.get(BookingPage, page_id)
    if page is None:
        raise NotFound("このカレンダーは見つかりませんでした。削除された可能性があります。")
    return page


def in_order(session: Session) -> Sequence[BookingPage]:
    return session.scalars(sa.select(BookingPage).order_by(BookingPage.position, BookingPage.id)).all()


def ahead(session: Session, *, now: datetime) -> dict[int | None, int]:
    """How many bookings lie ahead, by page."""
    row = Reservation
    counts = sa.select(row.page_id, sa.func.count()).where(row.state.in_(BLOCKING), row.starts_at > now)
    return dict(session.execute(counts.group_by(row.page_id)).all())


def problems(session: Session, page: BookingPage) -> list[str]:
    """Why nobody could book on it, though it is open: in words, with what to do."""
    offered = [each for each in courses.in_order(session) if _is_offered(page, each)]
    if not offered:
        return ["お客様に見せるメニューがありません。メニューを追加するか、公開してください。"]
    seen = [each.id for each in _people(session) if page.provider_ids is None or each.id in page.provider_ids]
    if not seen:
        return ["予約を受ける担当者がいません。スタッフを追加してください。"]
    skilled = courses.skilled(session)
    nobody = [each.name for each in offered if not any(one.id in seen for one in skilled.get(each.id, ()))]
    return [
        f"「{name}」を担当できるスタッフがいません。スタッフの「できるメニュー」を確認してください。" for name in nobody
    ]


def _is_offered(page: BookingPage, course: Course) -> bool:
    is_there = course.state is CourseState.ACTIVE and course.is_online
    return is_there and (page.course_ids is None or course.id in page.course_ids)


def _people(session: Session) -> Sequence[Provider]:
    return session.scalars(sa.select(Provider).where(Provider.state == ProviderState.ACTIVE)).all()


# Writing -------------------------------------------------------------------------------------------------------------


def create(session: Session, draft: PageDraft, *, now: datetime) -> BookingPage:
    """Not open yet. Raises DomainError naming the field."""
    every = in_order(session)
    if len(every) >= MOST_PAGES:
        raise DomainError(f"カレンダーは{MOST_PAGES}個までです。", "name")
    position = max((each.position for each in every), default=0) + 1
    page = BookingPage(code=secrets.token_urlsafe(courses.CODE_BYTES), position=position, created_at=now)
    with saving.offering(session, now=now):
        _write(page, draft, now)
        session.add(page)
        answering.check(session, "own_close_minutes")
    return page


def update(session: Session, page: BookingPage, draft: PageDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field."""
    with saving.offering(session, now=now):
        _write(page, draft, now)
        answering.check(session, "own_close_minutes")


def _write(page: BookingPage, draft: PageDraft, now: datetime) -> None:
    page.name = words.named(draft.name, LONGEST["name"], "管理用の名前")
    page.title = words.named(draft.title, LONGEST["title"], "お客様に見せるタイトル", "title")
    page.lead = words.told(draft.lead, LONGEST["lead"], "lead")
    page.color = words.color(draft.color)
    page.course_ids = _chosen(draft.course_ids, "course_ids", "受け付けるメニュー")
    page.provider_ids = _chosen(draft.provider_ids, "provider_ids", "受け付ける担当者")
    page.asks_provider = draft.asks_provider
    page.hours = _hours(draft.hours)
    policies.parse(draft.policy)
    page.policy = dict(draft.policy)
    page.thanks_text = words.told(draft.thanks_text, LONGEST["thanks_text"], "thanks_text")
    page.thanks_url = words.web_address(draft.thanks_url, "thanks_url")
    page.updated_at = now


def _chosen(ids: Sequence[int] | None, field: str, what: str) -> list[int] | None:
    if ids is not None and not ids:
        raise DomainError(f"{what}を1つ以上選んでください。", field)
    return None if ids is None else sorted(set(ids))


def _hours(hours: Mapping[str, Ranges] | None) -> dict[str, Any] | None:
    if hours is None:
        return None
    for ranges in hours.values():
        opening.check_ranges(ranges, "hours")
    if not any(hours.values()):
        raise DomainError("受け付ける時間を1つ以上入力してください。", "hours")
    return {key: [list(each) for each in ranges] for key, ranges in hours.items()}


def switch(session: Session, page: BookingPage, is_open: bool, *, now: datetime) -> None:
    """Raises DomainError for opening one on which nobody could book."""
    if is_open and (wrong := problems(session, page)):
        raise DomainError(f"まだ公開できません。{wrong[0]}")
    with saving.offering(session, now=now):
        page.is_open, page.updated_at = is_open, now


def copy(session: Session, page: BookingPage, *, now: datetime) -> BookingPage:
    """One like it, not open yet."""
    name = f"{page.name[: LONGEST['name'] - 4]}のコピー"
    same = {each: getattr(page, each) for each in PageDraft.__dataclass_fields__ if each not in ("name", "hours")}
    hours = None if page.hours is None else opening.parse_hours(page.hours)
    twin = create(session, PageDraft(name=name, hours=hours, **same), now=now)
    twin.first_document, twin.repeat_document = page.first_document, page.repeat_document
    return twin


def move(session: Session, page: BookingPage, *, by: int) -> None:
    """One step up (-1) or down (1) in the list."""
    in_place = list(in_order(session))
    place = in_place.index(page)
    in_place.insert(max(0, place + by), in_place.pop(place))
    for position, each in enumerate(in_place, 1):
        each.position = position


def remove(session: Session, page: BookingPage, *, now: datetime) -> None:
    """Bookings made on it stay. Raises DomainError while it is open."""
    if page.is_open:
        raise DomainError("公開中のカレンダーは削除できません。先に「公開を止める」を押してください。")
    with saving.offering(session, now=now):
        mentions.forget(session, FEATURE, page.id)
        session.delete(page)
