"""Bookings as a list: some of them, in the order in which staff work them off, a page at a time."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from lstep_lite.engine.friends.search import named
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.reservations.desk import looks, wording
from lstep_lite.engine.reservations.transitions.visiting import CORRECTABLE
from lstep_lite.engine.settings import zone
from lstep_lite.engine.text import normalise
from lstep_lite.models import (
    BLOCKING,
    BookedBy,
    ChangeRequest,
    ChangeState,
    Course,
    Event,
    EventSlot,
    Friend,
    Provider,
    Reservation,
    ReservationLine,
)
from lstep_lite.models import ReservationState as State

PAGE_SIZE = 50
NUMBER = re.compile(r"R-?\d{6}(-\d*)?|\d{6}-\d*", re.IGNORECASE)
"""What is the number of a booking, or the beginning of one; digits alone may be of a phone number too."""
DAY_OF_NUMBER = re.compile(r"\d{6}")
WHOLE_NUMBER = re.compile(r"R-\d{6}-\d{3,}", re.IGNORECASE)


class Show(StrEnum):
    AHEAD = "ahead"
    REQUESTED = "requested"
    """What waits for the shop: requests, and changes that were asked for."""
    MISFITS = "misfits"
    UNMARKED = "unmarked"
    """Over, and nobody said whether they came."""
    VISITED = "visited"
    CANCELLED = "cancelled"
    LATE = "late"
    NO_SHOW = "no_show"
    ALL = "all"


WORDS = {
    Show.AHEAD: "今後",
    Show.REQUESTED: "承認待ち",
    Show.MISFITS: "要調整",
    Show.UNMARKED: "未処理",
    Show.ALL: "すべて",
    Show.VISITED: "来店済み",
    Show.CANCELLED: "キャンセル・お断り",
    Show.LATE: "直前キャンセル",
    Show.NO_SHOW: "無断キャンセル",
}
TO_DO = (Show.REQUESTED, Show.MISFITS, Show.UNMARKED)
"""What staff work off; the list says how many there are."""


@dataclass(frozen=True)
class Filters:
    show: Show = Show.AHEAD
    first: date | None = None
    last: date | None = None
    provider_id: int | None = None
    course_id: int | None = None
    page_id: int | None = None
    booked_by: BookedBy | None = None
    text: str = ""
    """In the name, kana or phone number, or the booking's number."""

    @property
    def are_any(self) -> bool:
        """Whether something is left out beside what `show` leaves out."""
        return self != Filters(self.show)


@dataclass(frozen=True)
class Row:
    reservation: Reservation
    when: str
    what: str
    provider: str
    left: str
    """「あと3時間で期限切れ」; empty for what does not end by itself."""
    asks_to_change: bool


@dataclass(frozen=True)
class Page(Paged):
    rows: Sequence[Row]


def page(session: Session, filters: Filters, *, now: datetime, number: int = 1) -> Page:
    """What waits comes in the order in which it came, what lies ahead by its time, all else the latest first."""
    wanted = sa.and_(sa.true(), *_conditions(filters, now))
    total = session.scalar(sa.select(sa.func.count()).select_from(Reservation).where(wanted)) or 0
    number = nearest(number, total, PAGE_SIZE)
    order = _order(filters.show)
    shown = sa.select(Reservation.id).where(wanted).order_by(*order)  # the ids alone: whole rows are slow to sort
    shown = shown.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    query = sa.select(Reservation).where(Reservation.id.in_(shown)).order_by(*order)
    found = session.scalars(query.options(joinedload(Reservation.friend), selectinload(Reservation.lines))).all()
    return Page(_rows(session, found, now), total_count=total, number=number, size=PAGE_SIZE)


def counts(session: Session, *, now: datetime) -> Mapping[Show, int]:
    """How many there are of each of TO_DO."""
    row = Reservation
    each = [
        sa.select(sa.func.count()).select_from(row).where(*_shown(show, now)).scalar_subquery().label(show)
        for show in TO_DO
    ]
    found = session.execute(sa.select(*each)).one()
    return dict(zip(TO_DO, found, strict=True))


def courses(session: Session) -> Sequence[Course]:
    """All that can have been booked."""
    return session.scalars(sa.select(Course).order_by(Course.position, Course.id)).all()


def _conditions(filters: Filters, now: datetime) -> list[sa.ColumnElement[bool]]:
    row, text = Reservation, filters.text.strip()
    is_number = NUMBER.fullmatch(normalise(text)) is not None
    found = [] if is_number else _shown(filters.show, now)  # it is looked for whatever has become of it
    if filters.first is not None:
        found.append(row.business_date >= filters.first)
    if filters.last is not None:
        found.append(row.business_date <= filters.last)
    if filters.provider_id is not None:
        found.append(row.provider_id == filters.provider_id)
    if filters.page_id is not None:
        found.append(row.page_id == filters.page_id)
    if filters.booked_by is not None:
        found.append(row.booked_by == filters.booked_by)
    if filters.course_id is not None:
        of_course = sa.select(ReservationLine.reservation_id).where(ReservationLine.course_id == filters.course_id)
        found.append(row.id.in_(of_course))
    if text:
        found.append(_named(text))
    return found


def _shown(show: Show, now: datetime) -> list[sa.ColumnElement[bool]]:
    row = Reservation
    match show:
        case Show.AHEAD:
            return [row.state.in_((State.REQUESTED, State.CONFIRMED, State.CHECKED_IN)), row.ends_at > now]
        case Show.REQUESTED:
            asked_for = sa.select(ChangeRequest.reservation_id).where(ChangeRequest.state == ChangeState.ASKED)
            requested = sa.select(row.id).where(row.state == State.REQUESTED)
            return [row.id.in_(sa.union_all(requested, asked_for))]
        case Show.MISFITS:
            return [row.state.in_(BLOCKING), row.needs_look.is_(True), row.ends_at > now]
        case Show.UNMARKED:
            over = (row.starts_at > now - CORRECTABLE, row.starts_at < now, row.ends_at <= now)
            return [row.state.in_((State.CONFIRMED, State.CHECKED_IN)), *over]
        case Show.VISITED:
            return [row.state == State.COMPLETED]
        case Show.CANCELLED:
            return [row.state.in_(looks.FALLEN)]
        case Show.LATE:
            return [row.state == State.CANCELLED, row.is_late.is_(True)]
        case Show.NO_SHOW:
            return [row.state == State.NO_SHOW]
        case Show.ALL:
            return []


def _named(text: str) -> sa.ColumnElement[bool]:
    row, number = Reservation, normalise(text).upper()
    if WHOLE_NUMBER.fullmatch(number):
        return row.number == number
    if NUMBER.fullmatch(number):
        return row.number.contains(number, autoescape=True)
    found = row.friend_id.in_(sa.select(Friend.id).where(named(text)))
    return sa.or_(found, row.number.startswith(f"R-{number}-")) if DAY_OF_NUMBER.fullmatch(number) else found


def _order(show: Show) -> Sequence[Any]:
    row = Reservation
    if show is Show.REQUESTED:
        return (row.created_at, row.id)
    if show in (Show.AHEAD, Show.MISFITS):
        return (row.starts_at, row.id)
    return (row.business_date.desc(), row.start_minute.desc(), row.id.desc())


# The rows ------------------------------------------------------------------------------------------------------------


def _rows(session: Session, found: Sequence[Reservation], now: datetime) -> list[Row]:
    of_shop = zone(session)
    today = now.astimezone(of_shop).date()
    providers, events = _providers(session, found), titles(session, [each.slot_id for each in found])
    asked = _asked(session, [each.id for each in found])
    return [
        Row(
            reservation=each,
            when=wording.when(each, of_shop, today),
            what=looks.what(each, events.get(each.slot_id or 0)),
            provider=providers.get(each.provider_id or 0, ""),
            left=left(each.expires_at or asked.get(each.id), now),
            asks_to_change=each.id in asked,
        )
        for each in found
    ]


def _providers(session: Session, found: Sequence[Reservation]) -> dict[int, str]:
    ids = {each.provider_id for each in found if each.provider_id is not None}
    rows = session.execute(sa.select(Provider.id, Provider.name).where(Provider.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}


def titles(session: Session, slot_ids: Collection[int | None]) -> dict[int, str]:
    """Of the events, by slot."""
    ids = {each for each in slot_ids if each is not None}
    query = sa.select(EventSlot.id, Event.title).join(Event, Event.id == EventSlot.event_id)
    rows = session.execute(query.where(EventSlot.id.in_(ids))) if ids else ()
    return {row.id: row.title for row in rows}


def _asked(session: Session, ids: Sequence[int]) -> dict[int, datetime | None]:
    """Until when the shop can answer the change that was asked for, by booking."""
    row = ChangeRequest
    query = sa.select(row.reservation_id, row.expires_at).where(row.state == ChangeState.ASKED)
    rows = session.execute(query.where(row.reservation_id.in_(ids))) if ids else ()
    return {each.reservation_id: each.expires_at for each in rows}


def left(expires_at: datetime | None, now: datetime) -> str:
    """「あと3時間で期限切れ」"""
    if expires_at is None:
        return ""
    remaining = expires_at - now
    if remaining <= timedelta():
        return "まもなく期限切れ"
    hours, minutes = int(remaining.total_seconds()) // 3600, -(-int(remaining.total_seconds()) // 60)
    return f"あと{hours}時間で期限切れ" if hours else f"あと{minutes}分で期限切れ"
