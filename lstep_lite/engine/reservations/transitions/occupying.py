"""The places that bookings take: rows whose primary key nobody can have twice.

Of every pool and tick the places are numbered from 0 without gaps. One beyond the pool's capacity is a forced one,
which staff alone may take. Whoever takes or gives back holds the booking lock; without it the key still stands.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine.reservations.availability.days import TICK_MINUTES
from lstep_lite.engine.reservations.availability.plans import Shape
from lstep_lite.engine.reservations.transitions import refusals
from lstep_lite.models import BookingHold, Occupancy, Pool, Reservation, ReservationState

Cell = tuple[int, int]
"""(pool id, tick)"""
EVENT_TICK = 0
"""An event's slot is one place in time, whatever the clock says."""


def cells(shape: Shape, pool_id: int | None, start: int) -> Counter[Cell]:
    """The places a booking takes that begins at the tick *start*; *pool_id* is its provider's."""
    found: Counter[Cell] = Counter()
    if pool_id is not None:
        for begins, ends in [*shape.work(), *shape.buffers()]:
            ticks = range(start + begins // TICK_MINUTES, start + ends // TICK_MINUTES)
            found.update([(pool_id, tick) for tick in ticks])
    for need in shape.needs:
        length = (shape.minutes + need.after_minutes) // TICK_MINUTES
        for tick in range(start, start + length):
            found[need.pool_id, tick] += need.quantity
    return found


def take(session: Session, reservation_id: int, wanted: Mapping[Cell, int], *, force: bool = False) -> bool:
    """Whether any of the places had to be forced. Raises Refused (SLOT_TAKEN) when one is gone."""
    return _take(session, wanted, {"reservation_id": reservation_id}, force=force)


def hold(session: Session, friend_id: int, wanted: Mapping[Cell, int]) -> None:
    """For somebody who has booked nothing yet. Raises Refused (SLOT_TAKEN) when one is gone."""
    _take(session, wanted, {"holder_id": friend_id}, force=False)


def _take(session: Session, wanted: Mapping[Cell, int], whose: dict[str, int], *, force: bool) -> bool:
    if not wanted:
        return False
    used, capacity = _used(session, wanted), _capacities(session, {pool_id for pool_id, _ in wanted})
    rows = [
        {"pool_id": pool_id, "tick": tick, "ord": number, "is_forced": number >= capacity.get(pool_id, 0)}
        for (pool_id, tick), count in sorted(wanted.items())  # in one order everywhere: no deadlocks
        for number in range(used[pool_id, tick], used[pool_id, tick] + count)
    ]
    is_forced = any(row["is_forced"] for row in rows)
    if is_forced and not force:
        raise refusals.slot_taken()
    _insert(session, [row | whose for row in rows])
    return is_forced


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    insert = insert_new(session, Occupancy).returning(Occupancy.tick)
    if len(session.connection().execute(insert, rows).all()) != len(rows):
        raise refusals.slot_taken()


def _used(session: Session, wanted: Iterable[Cell]) -> Counter[Cell]:
    row = Occupancy
    query = sa.select(row.pool_id, row.tick, sa.func.count()).where(*_around(wanted)).group_by(row.pool_id, row.tick)
    return Counter({(pool_id, tick): count for pool_id, tick, count in session.execute(query)})


def _around(cells: Iterable[Cell]) -> list[sa.ColumnElement[bool]]:
    """The rows of those pools from the first to the last of those ticks."""
    pools, ticks = {pool_id for pool_id, _ in cells}, [tick for _, tick in cells]
    return [Occupancy.pool_id.in_(sorted(pools)), Occupancy.tick.between(min(ticks), max(ticks))]


def _capacities(session: Session, pool_ids: Collection[int]) -> dict[int, int]:
    query = sa.select(Pool.id, Pool.capacity).where(Pool.id.in_(pool_ids))
    return {row.id: row.capacity for row in session.execute(query)}


def held(session: Session, reservation_id: int) -> Counter[Cell]:
    """The places a booking has."""
    row = Occupancy
    mine = sa.select(row.pool_id, row.tick, sa.func.count()).where(row.reservation_id == reservation_id)
    found = session.execute(mine.group_by(row.pool_id, row.tick))
    return Counter({(pool_id, tick): count for pool_id, tick, count in found})


def take_more(session: Session, reservation_id: int, wanted: Mapping[Cell, int]) -> Counter[Cell]:
    """What a booking needs beside what it has already, which is taken: a time next to its own meets not itself."""
    extra = Counter(wanted) - held(session, reservation_id)
    take(session, reservation_id, extra)
    return extra


def release(session: Session, reservation_id: int, *, since: int | None = None) -> bool:
    """Give back a booking's places from the tick *since* on (None: all of them). Whether it had any.

    A place that only comes at a tick of an event counts as one of any time.
    """
    row = Occupancy
    mine = [row.reservation_id == reservation_id]
    if since is not None:
        mine.append(row.tick >= since)
    gone = session.execute(sa.delete(row).where(*mine).returning(row.pool_id, row.tick, row.ord), **_PAST)
    return _close_gaps(session, {(pool_id, tick) for pool_id, tick, _ in gone})


def release_some(session: Session, reservation_id: int, cells: Mapping[Cell, int]) -> bool:
    """Give back so many of a booking's places in each cell, the highest first."""
    if not cells:
        return False
    row = Occupancy
    mine = sa.select(row.pool_id, row.tick, row.ord).where(row.reservation_id == reservation_id, *_around(cells))
    left = Counter(cells)
    for pool_id, tick, number in session.execute(mine.order_by(row.ord.desc())).all():
        if left[pool_id, tick] > 0:
            left[pool_id, tick] -= 1
            key = (row.pool_id == pool_id, row.tick == tick, row.ord == number)
            session.execute(sa.delete(row).where(*key), **_PAST)
    return _close_gaps(session, set(cells))


def release_held(session: Session, friend_id: int) -> None:
    """Give back what is held for somebody who has booked nothing."""
    row = Occupancy
    mine = sa.delete(row).where(row.holder_id == friend_id).returning(row.pool_id, row.tick)
    _close_gaps(session, {(pool_id, tick) for pool_id, tick in session.execute(mine, **_PAST)})


def release_expired(session: Session, *, now: datetime) -> None:
    """The places of offers nobody took in time, and of holds, are free at once; the worker writes down that they
    ended."""
    hold, row = BookingHold, Reservation
    holders = sa.select(sa.literal("hold"), hold.friend_id).where(hold.is_open, hold.expires_at <= now)
    offers = sa.select(sa.literal("offer"), row.id).where(row.state == ReservationState.HELD, row.expires_at <= now)
    both = sa.union_all(holders, offers)  # in one statement: every booking asks, and nearly always there is none
    for what, found_id in sorted((str(each[0]), int(each[1])) for each in session.execute(both)):
        if what == "hold":
            release_held(session, found_id)
        else:
            release(session, found_id)


_PAST: dict[str, Any] = {"execution_options": {"synchronize_session": False}}


def _close_gaps(session: Session, cells: Collection[Cell]) -> bool:
    """The highest numbers move down into the holes, so that a forced place becomes a proper one as soon as it can."""
    if not cells:
        return False
    numbers: dict[Cell, list[int]] = defaultdict(list)
    row = Occupancy
    for pool_id, tick, number in session.execute(sa.select(row.pool_id, row.tick, row.ord).where(*_around(cells))):
        numbers[pool_id, tick].append(number)
    capacity = _capacities(session, {pool_id for pool_id, _ in cells})
    for (pool_id, tick), found in sorted(numbers.items()):
        for old, new in _moves(found) if (pool_id, tick) in cells else ():
            key = (row.pool_id == pool_id, row.tick == tick, row.ord == old)
            values = {"ord": new, "is_forced": new >= capacity[pool_id]}
            session.execute(sa.update(row).where(*key).values(values), **_PAST)
    return True


def _moves(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """From which number to which."""
    holes = sorted(set(range(len(numbers))) - set(numbers))
    too_high = sorted((each for each in numbers if each >= len(numbers)), reverse=True)
    return list(zip(too_high, holes, strict=True))
