"""Availability, told once more minute by minute, by code that shares nothing with the engine's but its input."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from lstep_lite.engine.reservations.availability.facts import Facts, Hours, Person
from lstep_lite.engine.reservations.availability.plans import Shape
from lstep_lite.models import SlotAnchor

TOKYO = ZoneInfo("Asia/Tokyo")
DAY = 24 * 60


class Brute:
    """Minute 0 is 00:00 two days before the first day."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.zero = facts.first - timedelta(days=2)
        self.length = ((facts.last - facts.first).days + 6) * DAY
        self.days = [self.zero + timedelta(days=number) for number in range(self.length // DAY)]
        closed = self.closed(None, None)
        shop = self.covered((day, facts.opening.ranges(day)) for day in self.days)
        self.shop_open = [inside and not shut for inside, shut in zip(shop, closed, strict=True)]
        self.open = list(self.shop_open)
        if facts.page is not None and facts.page.hours is not None:
            hours = facts.page.hours
            page = self.covered((day, hours.get(str(day.weekday()), ())) for day in self.days)
            self.open = [both and narrow for both, narrow in zip(self.open, page, strict=True)]
        self.used = {pool_id: self.counted(ticks) for pool_id, ticks in facts.taken.items()}

    def minute(self, day: date, minute: int) -> int:
        return (day - self.zero).days * DAY + minute

    def covered(self, each: object) -> list[bool]:
        inside = [False] * self.length
        for day, ranges in each:  # type: ignore[attr-defined]
            for start, end in ranges:
                for minute in range(self.minute(day, start), min(self.minute(day, end), self.length)):
                    inside[minute] = True
        return inside

    @lru_cache(maxsize=100)  # noqa: B019 - it lives as long as one example
    def closed(self, provider_id: int | None, pool_id: int | None) -> list[bool]:
        shut = [False] * self.length
        for closure in self.facts.closures:
            if (closure.provider_id, closure.pool_id) == (provider_id, pool_id):
                for minute in range(self.of_tick(closure.start), self.of_tick(closure.end)):
                    if 0 <= minute < self.length:
                        shut[minute] = True
        return shut

    def of_tick(self, tick: int) -> int:
        local = datetime.fromtimestamp(tick * 300, UTC).astimezone(TOKYO).replace(tzinfo=None)
        return int((local - datetime.combine(self.zero, datetime.min.time())).total_seconds() // 60)

    def counted(self, ticks: object) -> Counter[int]:
        return Counter(self.of_tick(tick) + part for tick in ticks for part in range(5))  # type: ignore[attr-defined]

    def hours(self, person: Person, day: date) -> Hours:
        if person.retires_on and day >= person.retires_on:
            return Hours()
        if (person.id, day) in self.facts.shifts:
            return self.facts.shifts[person.id, day]
        for wanted in ("holiday", str(day.weekday())):
            if wanted == "holiday" and not self.facts.opening.calendar.is_holiday(day):
                continue
            valid = [
                each
                for each in self.facts.patterns.get(person.id, ())
                if each.weekday == wanted
                and (each.valid_from is None or each.valid_from <= day)
                and (each.valid_to is None or day <= each.valid_to)
            ]
            if valid:
                return sorted(valid, key=lambda each: each.valid_from or date.min)[-1].hours
        return Hours()

    @lru_cache(maxsize=100)  # noqa: B019
    def working(self, person: Person) -> list[bool]:
        working = [False] * self.length
        for day in self.days:
            hours = self.hours(person, day)
            pauses = {minute for first, last in hours.breaks for minute in range(first, last)}
            for start, end in hours.ranges:
                for minute in range(start, end):
                    at = self.minute(day, minute)
                    if minute not in pauses and 0 <= at < self.length:
                        working[at] = True
        return working

    def starts(self, shape: Shape, person: Person, day: date) -> list[int]:
        """The minutes of *day* at which a booking can begin."""
        working = self.working(person)
        closed = [
            shop or own or pool
            for shop, own, pool in zip(
                self.closed(None, None),
                self.closed(person.id, None),
                self.closed(None, person.pool_id),
                strict=True,
            )
        ]
        return [minute for minute in self.grid(day) if self.is_free(shape, person, day, minute, working, closed)]

    def grid(self, day: date) -> list[int]:
        step, found = self.facts.house.slot_minutes, []
        for start, end in self.facts.opening.ranges(day):
            for minute in range(start, end):
                from_anchor = minute - start if self.facts.house.slot_anchor is SlotAnchor.OPENING else minute
                if from_anchor % step == 0:
                    found.append(minute)
        return found

    def is_free(
        self, shape: Shape, person: Person, day: date, minute: int, working: list[bool], closed: list[bool]
    ) -> bool:
        if shape.last_start is not None and minute > shape.last_start:
            return False
        start = self.minute(day, minute)
        end = start + sum(stretch.minutes for stretch in shape.stretches)
        if not all(self.open[start:end]):
            return False
        for own in self.facts.own:
            if self.of_tick(own.start) < end and start < self.of_tick(own.end):
                return False
        for need in shape.needs:
            room, used = self.facts.rooms[need.pool_id], self.used.get(need.pool_id, Counter())
            shut = self.closed(None, need.pool_id)
            for at in range(start, end + need.after_minutes):
                if not room.is_active or shut[at] or used[at] + need.quantity > room.capacity:
                    return False
        return self.serves(shape, person, start, end, working, closed)

    def serves(
        self, shape: Shape, person: Person, start: int, end: int, working: list[bool], closed: list[bool]
    ) -> bool:
        used, capacity = self.used.get(person.pool_id, Counter()), self.facts.rooms[person.pool_id].capacity
        at, at_work = start, []
        for stretch in shape.stretches:
            if stretch.kind == "work":
                at_work += range(at, at + stretch.minutes)
            at += stretch.minutes
        if not at_work:
            return True
        beside = [*range(start - shape.before, start), *range(end, end + shape.after)]
        for minute in [*at_work, *beside]:
            if used[minute] + 1 > capacity or closed[minute]:
                return False
        strict = at_work if self.facts.house.buffers_spill else [*at_work, *beside]
        return all(working[minute] and self.shop_open[minute] for minute in strict)
