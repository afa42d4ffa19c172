"""What availability depends on, as plain values, loaded for a range of days in a fixed number of queries.

Everything but the settings, which the booking lock reads anew, is asked for as columns: it is what the database says
now, whatever the session knew before.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings as shop_settings
from lstep_lite.engine.reservations.availability import opening
from lstep_lite.engine.reservations.availability.days import instant, tick, tick_after
from lstep_lite.engine.reservations.availability.opening import Opening, Ranges, parse_hours, parse_ranges
from lstep_lite.engine.reservations.transitions import book
from lstep_lite.models import (
    BLOCKING,
    AssignPolicy,
    BookingPage,
    CalendarLink,
    Closure,
    ClosureKind,
    ExternalBusy,
    Occupancy,
    Pool,
    PoolKind,
    Provider,
    ProviderPattern,
    ProviderState,
    Reservation,
    Shift,
    SlotAnchor,
)


@dataclass(frozen=True)
class House:
    """The shop's settings."""

    version: int = 1
    slot_minutes: int = 30
    slot_anchor: SlotAnchor = SlotAnchor.CLOCK
    buffers_spill: bool = True
    assign_policy: AssignPolicy = AssignPolicy.BALANCED
    few_left: int = 2
    phone: str = ""
    policy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """What a booking page narrows."""

    id: int
    hours: Mapping[str, Ranges] | None = None
    provider_ids: frozenset[int] | None = None
    course_ids: frozenset[int] | None = None
    asks_provider: bool = True
    policy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """A provider."""

    id: int
    pool_id: int
    name: str = ""
    position: int = 0
    state: ProviderState = ProviderState.ACTIVE
    is_nominatable: bool = True
    takes_free: bool = True
    retires_on: date | None = None


@dataclass(frozen=True)
class Hours:
    """Of a provider's day."""

    ranges: Ranges = ()
    breaks: Ranges = ()


@dataclass(frozen=True)
class Pattern:
    weekday: str
    hours: Hours
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Room:
    """A pool."""

    id: int
    capacity: int
    name: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class Shut:
    """A closure, in whole ticks."""

    start: int
    end: int
    provider_id: int | None = None
    pool_id: int | None = None
    kind: ClosureKind = ClosureKind.OTHER
    note: str = ""


@dataclass(frozen=True)
class Own:
    """A booking that the customer has, from tick to tick."""

    start: int
    end: int
    day: date


@dataclass(frozen=True)
class Facts:
    first: date
    last: date
    """The days looked at."""
    now: datetime
    zone: tzinfo
    house: House = House()
    opening: Opening = field(default_factory=Opening)
    page: Page | None = None
    people: Sequence[Person] = ()
    """In the shop's order."""
    patterns: Mapping[int, Sequence[Pattern]] = field(default_factory=dict)
    shifts: Mapping[tuple[int, date], Hours] = field(default_factory=dict)
    rooms: Mapping[int, Room] = field(default_factory=dict)
    closures: Sequence[Shut] = ()
    taken: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """By pool: the ticks of its occupied places, one for each place."""
    own: Sequence[Own] = ()


def load(
    session: Session,
    first: date,
    last: date,
    *,
    now: datetime,
    page: BookingPage | None = None,
    friend_id: int | None = None,
    except_id: int | None = None,
) -> Facts:
    """For the days from *first* to *last*. The reservation *except_id* counts as not there: the one being moved."""
    house_ = house(session)
    zone = shop_settings.zone(session)
    begins = instant(first - timedelta(days=2), 0, zone)
    ends = instant(last + timedelta(days=4), 0, zone)
    people = _people(session)
    return Facts(
        first=first,
        last=last,
        now=now,
        zone=zone,
        house=house_,
        opening=opening.load(session),
        page=narrowing(page),
        people=people,
        patterns=_patterns(session),
        shifts=_shifts(session, first - timedelta(days=2), last + timedelta(days=4)),
        rooms=_rooms(session),
        closures=_closures(session, begins, ends),
        taken=_taken(session, tick(begins), tick(ends), except_id, friend_id),
        own=_own(session, friend_id, begins, ends, except_id) if friend_id is not None else (),
    )


def rota(session: Session, first: date, last: date, *, now: datetime) -> Facts:
    """When the shop is open and who works, without what is booked or closed."""
    return Facts(
        first=first,
        last=last,
        now=now,
        zone=shop_settings.zone(session),
        opening=opening.load(session),
        people=_people(session),
        patterns=_patterns(session),
        shifts=_shifts(session, first, last),
    )


def house(session: Session) -> House:
    """Raises DomainError before the shop takes bookings at all."""
    row = book.settings(session)
    return House(
        version=row.version,
        slot_minutes=row.slot_minutes,
        slot_anchor=row.slot_anchor,
        buffers_spill=row.buffers_spill,
        assign_policy=row.assign_policy,
        few_left=row.few_left,
        phone=row.phone,
        policy=row.policy,
    )


def narrowing(page: BookingPage | None) -> Page | None:
    if page is None:
        return None
    return Page(
        id=page.id,
        hours=None if page.hours is None else parse_hours(page.hours),
        provider_ids=None if page.provider_ids is None else frozenset(page.provider_ids),
        course_ids=None if page.course_ids is None else frozenset(page.course_ids),
        asks_provider=page.asks_provider,
        policy=page.policy,
    )


def _people(session: Session) -> list[Person]:
    row = Provider
    columns = (row.id, row.pool_id, row.name, row.position, row.state, row.is_nominatable, row.takes_free)
    present = sa.select(*columns, row.retires_on).where(row.state != ProviderState.RETIRED)
    return [Person(*each) for each in session.execute(present.order_by(row.position, row.id))]


def _patterns(session: Session) -> dict[int, list[Pattern]]:
    row = ProviderPattern
    columns = (row.provider_id, row.weekday, row.ranges, row.breaks, row.valid_from, row.valid_to)
    found: dict[int, list[Pattern]] = defaultdict(list)
    for provider_id, weekday, ranges, breaks, valid_from, valid_to in session.execute(
        sa.select(*columns).order_by(row.id)
    ):
        hours = Hours(parse_ranges(ranges), parse_ranges(breaks))
        found[provider_id].append(Pattern(weekday, hours, valid_from, valid_to))
    return found


def _shifts(session: Session, first: date, last: date) -> dict[tuple[int, date], Hours]:
    row = Shift
    query = sa.select(row.provider_id, row.day, row.ranges, row.breaks).where(row.day.between(first, last))
    return {
        (provider_id, day): Hours(parse_ranges(ranges), parse_ranges(breaks))
        for provider_id, day, ranges, breaks in session.execute(query)
    }


def _rooms(session: Session) -> dict[int, Room]:
    row = Pool
    query = sa.select(row.id, row.capacity, row.name, row.is_active).where(row.kind != PoolKind.EVENT_SLOT)
    return {each.id: Room(*each) for each in session.execute(query)}


def _closures(session: Session, begins: datetime, ends: datetime) -> list[Shut]:
    """Also what calendars outside say: a provider's own, or the shop's."""
    row, busy, link = Closure, ExternalBusy, CalendarLink
    columns = (row.starts_at, row.ends_at, row.provider_id, row.pool_id, row.kind, row.note)
    ours = sa.select(*columns).where(row.ends_at > begins, row.starts_at < ends)
    external = (sa.null(), sa.literal(ClosureKind.EXTERNAL, row.kind.type), sa.literal(""))
    theirs = sa.select(busy.starts_at, busy.ends_at, link.provider_id, *external).join(link, link.id == busy.link_id)
    both = ours.union_all(theirs.where(busy.ends_at > begins, busy.starts_at < ends))
    found = [
        Shut(tick(starts_at), tick_after(ends_at), provider_id, pool_id, kind, note)
        for starts_at, ends_at, provider_id, pool_id, kind, note in session.execute(both)
    ]
    return sorted(found, key=lambda shut: shut.start)


def _taken(
    session: Session, first: int, last: int, except_id: int | None, friend_id: int | None
) -> dict[int, list[int]]:
    """Also what is held for customers who are typing, others than *friend_id*."""
    row = Occupancy
    query = sa.select(row.pool_id, row.tick).where(row.tick.between(first, last))
    if except_id is not None:
        query = query.where(sa.or_(row.reservation_id.is_(None), row.reservation_id != except_id))
    if friend_id is not None:
        query = query.where(sa.or_(row.holder_id.is_(None), row.holder_id != friend_id))
    found: dict[int, list[int]] = defaultdict(list)
    for pool_id, at in session.connection().execute(query):
        found[pool_id].append(at)
    return found


def _own(session: Session, friend_id: int, begins: datetime, ends: datetime, except_id: int | None) -> list[Own]:
    row = Reservation
    query = sa.select(row.starts_at, row.ends_at, row.business_date).where(
        row.friend_id == friend_id, row.state.in_(BLOCKING), row.ends_at > begins, row.starts_at < ends
    )
    if except_id is not None:
        query = query.where(row.id != except_id)
    return [Own(tick(start), tick_after(end), day) for start, end, day in session.execute(query)]
