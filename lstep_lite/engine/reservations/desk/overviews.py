"""A week and a month of the shop: what is booked, what is free, how full the days are. A fixed number of queries."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine.reservations.availability import masks, reasons, scenes
from lstep_lite.engine.reservations.availability.days import TICK_MINUTES, clock, minute_on, moment_of, span, tick_after
from lstep_lite.engine.reservations.availability.opening import Ranges
from lstep_lite.engine.reservations.availability.scenes import Scene, Worker, hours_of
from lstep_lite.engine.reservations.desk import looks
from lstep_lite.engine.reservations.desk.looks import FALLEN, Booked, Look
from lstep_lite.engine.reservations.transitions import event_booking
from lstep_lite.models import BLOCKING, Event, EventSlot, Provider, Reservation, ReservationSegment
from lstep_lite.models import ReservationState as State

WEEK = 7
AT_WORK = (*BLOCKING, State.COMPLETED)
"""In these the provider's time is, or was, used."""


@dataclass(frozen=True)
class Fill:
    """How much of the time at work is taken by work, without preparation and waiting times."""

    booked: int
    at_work: int
    """Both in minutes; of a provider with several customers at once, of all of them."""

    @property
    def percent(self) -> int | None:
        """None where nobody works."""
        return round(self.booked * 100 / self.at_work) if self.at_work else None


@dataclass(frozen=True)
class Gathering:
    """A slot of an event."""

    slot: EventSlot
    title: str
    taken: int


@dataclass(frozen=True)
class Day:
    on: date
    holiday: str
    hours: Ranges
    shut: str
    """Why it is no business day; empty when it is."""
    fill: Fill
    gatherings: Sequence[Gathering]

    @property
    def hours_in_words(self) -> str:
        return "、".join(f"{clock(start)}–{clock(end)}" for start, end in self.hours)


# A week --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """What one provider has on one day; without one, bookings that need nobody or have nobody yet."""

    provider: Provider | None
    booked: Sequence[Booked]
    works: bool
    free: str
    """「10:00–11:30、15:00–19:00」; empty where nothing is, or where it is over."""


@dataclass(frozen=True)
class WeekDay:
    day: Day
    columns: Sequence[Column]
    count: int
    """Bookings, those of events too, without those that fell through."""


def week(session: Session, first: date, look: Look, *, now: datetime) -> list[WeekDay]:
    """Seven days from *first*."""
    last = first + timedelta(days=WEEK - 1)
    scene = scenes.load(session, first, last, now=now)
    found = looks.bookings(session, first, last, look, with_events=False)
    people, counts = _people(session, look, found), _counts(session, first, last, look)
    by_day: dict[date, list[Booked]] = defaultdict(list)
    for each in found:
        by_day[each.reservation.business_date].append(each)
    return [
        _week_day(scene, day, people, by_day[day.on], _standing(counts[day.on])) for day in _days(session, scene, look)
    ]


def _people(session: Session, look: Look, found: Sequence[Booked]) -> list[Provider | None]:
    ids = {each.reservation.provider_id for each in found}
    staying = looks.providers(session, with_ids=[each for each in ids if each is not None])
    shown = [each for each in staying if look.provider_id in (None, each.id)]
    return [*shown, None] if None in ids else [*shown]


def _week_day(
    scene: Scene, day: Day, people: Sequence[Provider | None], booked: Sequence[Booked], count: int
) -> WeekDay:
    return WeekDay(day, [_column(scene, day.on, person, booked) for person in people], count)


def _column(scene: Scene, on: date, person: Provider | None, booked: Sequence[Booked]) -> Column:
    person_id = person.id if person is not None else None
    rows = [each for each in booked if each.reservation.provider_id == person_id]
    worker = scene.workers.get(person.id) if person is not None else None
    if worker is None:
        return Column(person, rows, works=False, free="")
    at_work = _at_work(scene, worker, on)
    return Column(person, rows, bool(at_work), _free(scene, worker, at_work, on))


def _at_work(scene: Scene, worker: Worker, on: date) -> int:
    return scene.axis.union(on, hours_of(scene.facts, worker.person, on).ranges) & worker.work


def _free(scene: Scene, worker: Worker, at_work: int, on: date) -> str:
    ahead = at_work & ~worker.full & ~masks.between(0, tick_after(scene.now) - scene.axis.origin)
    spans = []
    while ahead:
        first = (ahead & -ahead).bit_length() - 1
        run = masks.run_within(ahead, first, first + 1) or (first, first + 1)
        spans.append(f"{_clock(scene, on, run[0])}–{_clock(scene, on, run[1])}")
        ahead &= ~masks.between(*run)
    return "、".join(spans)


def _clock(scene: Scene, on: date, place: int) -> str:
    return clock(minute_on(on, moment_of(scene.axis.origin + place), scene.zone))


# A month -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MonthDay:
    day: Day
    count: int
    """Bookings, without those that fell through."""
    requested: int
    misfits: int
    """Those that no longer fit (要調整)."""
    cancelled: int


def month(session: Session, first: date, look: Look, *, now: datetime) -> list[MonthDay]:
    """The days of the month that begins on *first*."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    scene = scenes.load(session, first, last, now=now)
    counts = _counts(session, first, last, look)
    return [_month_day(day, counts[day.on]) for day in _days(session, scene, look)]


def _counts(session: Session, first: date, last: date, look: Look) -> Mapping[date, Sequence[tuple[State, bool, int]]]:
    row = Reservation
    query = sa.select(row.business_date, row.state, row.needs_look, sa.func.count())
    query = query.where(row.business_date.between(first, last), *look.narrowed())
    found: dict[date, list[tuple[State, bool, int]]] = defaultdict(list)
    for on, state, needs_look, count in session.execute(query.group_by(row.business_date, row.state, row.needs_look)):
        found[on].append((state, needs_look, count))
    return found


def _month_day(day: Day, counts: Sequence[tuple[State, bool, int]]) -> MonthDay:
    return MonthDay(
        day=day,
        count=_standing(counts),
        requested=sum(count for state, _, count in counts if state is State.REQUESTED),
        misfits=sum(count for state, needs_look, count in counts if needs_look and state in BLOCKING),
        cancelled=sum(count for state, _, count in counts if state in FALLEN),
    )


def _standing(counts: Sequence[tuple[State, bool, int]]) -> int:
    return sum(count for state, _, count in counts if state in looks.STANDING)


# Days of both --------------------------------------------------------------------------------------------------------


def _days(session: Session, scene: Scene, look: Look) -> list[Day]:
    booked = _booked_minutes(session, scene, look)
    gatherings = _gatherings(session, scene) if look.is_whole else {}
    opening = scene.facts.opening
    return [
        Day(
            on=on,
            holiday=opening.calendar.name(on) or "",
            hours=(hours := opening.ranges(on)),
            shut="" if hours else reasons.why_shut(scene, on),
            fill=Fill(booked.get(on, 0), _minutes_at_work(scene, look, on)),
            gatherings=gatherings.get(on, ()),
        )
        for on in span(scene.facts.first, scene.facts.last)
    ]


def _booked_minutes(session: Session, scene: Scene, look: Look) -> Mapping[date, int]:
    """By day, on whichever page it was booked: a provider is as busy as that."""
    row, segment = Reservation, ReservationSegment
    query = sa.select(row.business_date, segment.starts_at, segment.ends_at).join(row, row.id == segment.reservation_id)
    query = query.where(row.business_date.between(scene.facts.first, scene.facts.last), row.state.in_(AT_WORK))
    query = query.where(segment.kind == "work", segment.provider_id.is_not(None))
    if look.provider_id is not None:
        query = query.where(segment.provider_id == look.provider_id)
    found: dict[date, int] = defaultdict(int)
    for on, starts_at, ends_at in session.execute(query):
        found[on] += int((ends_at - starts_at).total_seconds()) // 60
    return found


def _minutes_at_work(scene: Scene, look: Look, on: date) -> int:
    shown = [each for each in scene.workers.values() if look.provider_id in (None, each.person.id)]
    rooms = scene.facts.rooms
    ticks = (
        _at_work(scene, each, on).bit_count() * rooms[each.person.pool_id].capacity
        for each in shown
        if each.person.pool_id in rooms
    )
    return sum(ticks) * TICK_MINUTES


def _gatherings(session: Session, scene: Scene) -> Mapping[date, Sequence[Gathering]]:
    row = EventSlot
    query = sa.select(row, Event.title).join(Event, Event.id == row.event_id).options(joinedload(row.pool))
    query = query.where(row.business_date.between(scene.facts.first, scene.facts.last), row.cancelled_at.is_(None))
    rows = session.execute(query.order_by(row.starts_at, row.id)).all()
    taken = event_booking.taken(session, [slot for slot, _ in rows])
    found: dict[date, list[Gathering]] = defaultdict(list)
    for slot, title in rows:
        found[slot.business_date].append(Gathering(slot, title, taken[slot.id]))
    return found
