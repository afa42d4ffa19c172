"""A range of days as sets of ticks: when the shop is open, who works when, what is taken. Pure, once it is loaded.

One axis of ticks runs through all the days, so that nothing special happens at midnight: hours of one business date
past 24:00 and those of the next are simply the same time.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import facts as facts_
from lstep_lite.engine.reservations.availability import masks, opening
from lstep_lite.engine.reservations.availability.days import DAY_MINUTES, TICK_MINUTES, exists, instant, span, tick
from lstep_lite.engine.reservations.availability.facts import Facts, Hours, Pattern, Person
from lstep_lite.engine.reservations.availability.opening import HOLIDAY, Ranges
from lstep_lite.models import BookingPage, SlotAnchor


class Axis:
    """The ticks from two days before *first* to four days after *last*, counted from 0."""

    def __init__(self, first: date, last: date, zone: tzinfo) -> None:
        self.first, self.last, self.zone = first - timedelta(days=2), last + timedelta(days=4), zone
        self.origin = tick(instant(self.first, 0, zone))
        self.width = tick(instant(self.last, 0, zone)) - self.origin
        days = (self.last - self.first).days
        self._is_plain = self.width == days * DAY_MINUTES // TICK_MINUTES and _has_one_offset(self.first, days, zone)

    def at(self, day: date, minute: int) -> int:
        """Where that minute of the shop's clock is."""
        if self._is_plain:
            return ((day - self.first).days * DAY_MINUTES + minute) // TICK_MINUTES
        return tick(instant(day, minute, self.zone)) - self.origin

    def has(self, day: date, minute: int) -> bool:
        return self._is_plain or exists(day, minute, self.zone)

    def union(self, day: date, ranges: Ranges) -> int:
        return masks.union((self.at(day, start), self.at(day, end)) for start, end in ranges)


def _has_one_offset(first: date, days: int, zone: tzinfo) -> bool:
    starts = (instant(first + timedelta(days=number), 0, zone) for number in range(days + 1))
    return len({moment.astimezone(zone).utcoffset() for moment in starts}) == 1


@dataclass(frozen=True)
class Worker:
    """A provider in a scene."""

    person: Person
    work: int
    """At work: in a shift, no break, the shop open, nothing closed."""
    closed: int
    """The shop or the provider is closed for a while."""
    full: int
    """With as many customers as they take."""


@dataclass(frozen=True)
class Scene:
    facts: Facts
    axis: Axis
    open: int
    """A customer may be there: in the shop's hours and the page's, with nothing closed."""
    starts: Mapping[date, int]
    """By day: the grid of its starts."""
    grid: int
    """All of them."""
    workers: Mapping[int, Worker]
    closed_rooms: Mapping[int, int]
    """By pool: when it is closed."""
    used: Mapping[int, Mapping[int, int]]
    """By pool: how many places are taken at a tick of the axis."""
    own: int
    """The customer has another booking then."""
    memory: dict[tuple[object, ...], int] = field(default_factory=dict)

    @property
    def zone(self) -> tzinfo:
        return self.axis.zone

    @property
    def now(self) -> datetime:
        return self.facts.now

    def days(self) -> Iterator[date]:
        return span(self.facts.first, self.facts.last)

    def place(self, moment: datetime) -> int:
        return tick(moment) - self.axis.origin

    def room_for(self, pool_id: int, quantity: int) -> int:
        """The ticks at which a pool has *quantity* places."""
        key = ("room", pool_id, quantity)
        if key not in self.memory:
            self.memory[key] = self._room_for(pool_id, quantity)
        return self.memory[key]

    def _room_for(self, pool_id: int, quantity: int) -> int:
        room = self.facts.rooms.get(pool_id)
        if room is None or not room.is_active:
            return 0
        over = _over(self.used.get(pool_id, {}), room.capacity - quantity, self.axis.width)
        return masks.between(0, self.axis.width) & ~(over | self.closed_rooms.get(pool_id, 0))

    def starts_until(self, minute: int) -> int:
        """The starts of the grid that are not after *minute* of their business date."""
        key = ("until", minute)
        if key not in self.memory:
            self.memory[key] = masks.join(
                starts & masks.between(0, self.axis.at(day, minute) + 1) for day, starts in self.starts.items()
            )
        return self.memory[key]


def load(
    session: Session,
    first: date,
    last: date,
    *,
    now: datetime,
    page: BookingPage | None = None,
    friend_id: int | None = None,
    except_id: int | None = None,
) -> Scene:
    """The days from *first* to *last*, as *page* narrows them, with what *friend_id* has booked already.

    The reservation *except_id* counts as not there: the one that is being moved.
    """
    found = facts_.load(session, first, last, now=now, page=page, friend_id=friend_id, except_id=except_id)
    return build(found)


def build(facts: Facts) -> Scene:
    axis = Axis(facts.first, facts.last, facts.zone)
    shop_closed = _closed(facts, axis, provider_id=None, pool_id=None)
    shop_open = _shop_open(facts, axis) & ~shop_closed
    starts = {day: _starts(facts, axis, day) for day in span(facts.first, facts.last)}
    used = {pool_id: Counter(each - axis.origin for each in ticks) for pool_id, ticks in facts.taken.items()}
    return Scene(
        facts=facts,
        axis=axis,
        open=shop_open & _page_open(facts, axis),
        starts=starts,
        grid=masks.join(starts.values()),
        workers={each.id: _worker(facts, axis, each, shop_open, shop_closed, used) for each in facts.people},
        closed_rooms={
            shut.pool_id: _closed(facts, axis, provider_id=None, pool_id=shut.pool_id)
            for shut in facts.closures
            if shut.pool_id is not None
        },
        used=used,
        own=masks.union((each.start - axis.origin, each.end - axis.origin) for each in facts.own),
    )


def _around(facts: Facts) -> Iterator[date]:
    """The days whose hours can matter: those looked at, and where a booking of theirs can reach."""
    return span(facts.first - timedelta(days=2), facts.last + timedelta(days=3))


def _shop_open(facts: Facts, axis: Axis) -> int:
    return masks.join(axis.union(day, facts.opening.ranges(day)) for day in _around(facts))


def _page_open(facts: Facts, axis: Axis) -> int:
    if facts.page is None or facts.page.hours is None:
        return masks.between(0, axis.width)
    hours, calendar = facts.page.hours, facts.opening.calendar
    return masks.join(axis.union(day, opening.of_day(hours, calendar, day)) for day in _around(facts))


def _starts(facts: Facts, axis: Axis, day: date) -> int:
    """The grid of a day: it stands still, whatever is booked."""
    house = facts.house
    mask = 0
    for begins, ends in facts.opening.ranges(day):
        step = house.slot_minutes
        first = begins if house.slot_anchor is SlotAnchor.OPENING else -(-begins // step) * step
        for minute in range(first, ends, step):
            if axis.has(day, minute):
                mask |= 1 << axis.at(day, minute)
    return mask


def _worker(
    facts: Facts, axis: Axis, person: Person, shop_open: int, shop_closed: int, used: Mapping[int, Counter[int]]
) -> Worker:
    own_closed = _closed(facts, axis, provider_id=person.id, pool_id=None)
    own_closed |= _closed(facts, axis, provider_id=None, pool_id=person.pool_id)
    room = facts.rooms.get(person.pool_id)
    capacity = room.capacity if room is not None and room.is_active else 0
    shifts = masks.join(_at_work(facts, axis, person, day) for day in _around(facts))
    return Worker(
        person=person,
        work=shifts & shop_open & ~own_closed,
        closed=shop_closed | own_closed,
        full=_over(used.get(person.pool_id, {}), capacity - 1, axis.width),
    )


def _at_work(facts: Facts, axis: Axis, person: Person, day: date) -> int:
    hours = hours_of(facts, person, day)
    return axis.union(day, hours.ranges) & ~axis.union(day, hours.breaks)


def hours_of(facts: Facts, person: Person, day: date) -> Hours:
    """When a provider works on *day*: by the shift of that date, else by the pattern."""
    if person.retires_on is not None and day >= person.retires_on:
        return Hours()
    if (person.id, day) in facts.shifts:
        return facts.shifts[person.id, day]
    patterns = [each for each in facts.patterns.get(person.id, ()) if _is_valid(each, day)]
    by_weekday = _newest([each for each in patterns if each.weekday == str(day.weekday())])
    if facts.opening.calendar.is_holiday(day):
        return (_newest([each for each in patterns if each.weekday == HOLIDAY]) or by_weekday or NO_PATTERN).hours
    return (by_weekday or NO_PATTERN).hours


NO_PATTERN = Pattern("", Hours())


def _is_valid(pattern: Pattern, day: date) -> bool:
    return (pattern.valid_from or date.min) <= day <= (pattern.valid_to or date.max)


def _newest(patterns: Sequence[Pattern]) -> Pattern | None:
    """The one that holds since the latest day; of several, the one made last."""
    return max(reversed(patterns), key=lambda each: each.valid_from or date.min, default=None)


def _closed(facts: Facts, axis: Axis, *, provider_id: int | None, pool_id: int | None) -> int:
    return masks.union(
        (shut.start - axis.origin, min(shut.end - axis.origin, axis.width))
        for shut in facts.closures
        if (shut.provider_id, shut.pool_id) == (provider_id, pool_id)
    )


def _over(used: Mapping[int, int], most: int, width: int) -> int:
    """The ticks at which more than *most* places are taken."""
    if most < 0:
        return masks.between(0, width)
    return masks.of_ticks((tick for tick, count in used.items() if count > most and 0 <= tick < width), width)
