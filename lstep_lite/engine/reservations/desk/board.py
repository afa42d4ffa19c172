"""The board of one business day: everybody's time and what is booked in it, in a fixed number of queries.

Minutes are those of the business date, past 24:00 up to 36:00.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.reservations import calendars
from lstep_lite.engine.reservations.availability import days, facts, scenes
from lstep_lite.engine.reservations.availability.facts import Facts, Hours
from lstep_lite.engine.reservations.availability.reasons import CLOSURES
from lstep_lite.engine.reservations.desk import bars, holds, spans
from lstep_lite.engine.reservations.desk.bars import Bar, SlotBar
from lstep_lite.engine.reservations.desk.holds import Held
from lstep_lite.engine.reservations.desk.spans import Span
from lstep_lite.engine.reservations.transitions import book
from lstep_lite.models import Closure, ClosureKind, Pool, Provider, ProviderState

USUAL: Span = (540, 1080)
"""What a board shows of a day on which there is nothing."""
SMALLEST_CELL = 15


@dataclass(frozen=True)
class Band:
    """Time in a column that is not simply free."""

    kind: str
    """`off`, `break`, `closure`, or `hold` of a customer who is typing."""
    begins: int
    ends: int
    words: str = ""
    closure_id: int | None = None
    """Of a closure that staff can change."""

    @property
    def time(self) -> str:
        return f"{days.clock(self.begins)}〜{days.clock(self.ends)}"


@dataclass(frozen=True)
class Column:
    key: str
    name: str
    provider_id: int | None = None
    color: str = ""
    hours: str = ""
    """「10:00〜19:00」; empty for somebody who is off."""
    bands: Sequence[Band] = ()
    bars: Sequence[Bar] = ()
    slots: Sequence[SlotBar] = ()


@dataclass(frozen=True)
class Board:
    day: date
    today: date
    begins: int
    ends: int
    step: int
    """Minutes between the cells one can book at."""
    now: int | None
    """The minute it is, on a board of now."""
    hours: str
    """The shop's; empty when it is shut."""
    columns: Sequence[Column]
    rooms: Sequence[str]
    """What is closed of seats and rooms, in words."""
    count: int
    """Bookings that stand."""
    gone: int
    """Cancelled, declined and expired ones."""

    @property
    def yesterday(self) -> date:
        return self.day - timedelta(days=1)

    @property
    def tomorrow(self) -> date:
        return self.day + timedelta(days=1)

    @property
    def marks(self) -> list[tuple[int, str]]:
        """The full hours down the side: (minute, 「24:00」)."""
        return [(minute, days.clock(minute)) for minute in range(self.begins, self.ends, 60)]

    @property
    def cells(self) -> list[tuple[int, str]]:
        return [(minute, days.clock(minute)) for minute in range(self.begins, self.ends, self.step)]


def load(session: Session, day: date | None, *, now: datetime, with_gone: bool = False) -> Board:
    """The board of *day*, without one of today. Raises DomainError before the shop takes bookings at all."""
    step = max(book.settings(session).slot_minutes, SMALLEST_CELL)
    rota, today = _rota(session, day, now)
    opened = rota.opening.ranges(rota.first)
    hours = {each.id: scenes.hours_of(rota, each, rota.first) for each in rota.people}
    work = {provider_id: _at_work(each, opened) for provider_id, each in hours.items()}
    found = bars.booked(session, rota, work, with_gone=with_gone)
    slots, closures = bars.slots(session, rota), _closures(session, rota)
    axis = _axis([*opened, *(span for each in work.values() for span in each)], [*found, *slots])
    people = _providers(session, {bar.reservation.provider_id for bar in found})
    minute = days.minute_on(rota.first, now, rota.zone)
    day_ = _Day(rota, axis, opened, hours, closures, holds.on(session, rota, now=now))
    return Board(
        day=rota.first,
        today=today,
        begins=axis[0],
        ends=axis[1],
        step=step,
        now=minute if rota.first == today and axis[0] <= minute < axis[1] else None,
        hours=_in_words(opened),
        columns=[*(_column(day_, each, found) for each in people), *_further(day_, found, slots)],
        rooms=_of_rooms(session, day_, {each.pool_id for each in people}),
        count=sum(bar.reservation.state in bars.STANDING for bar in found),
        gone=bars.count_gone(session, rota),
    )


def _rota(session: Session, day: date | None, now: datetime) -> tuple[Facts, date]:
    """Hours and shifts of the day, and which one is today's business date."""
    here = now.astimezone(settings.zone(session)).date()
    found = facts.rota(session, day or here - timedelta(days=1), day or here, now=now)
    today = found.opening.business_date(now, found.zone)
    return replace(found, first=day or today, last=day or today), today


def _at_work(hours: Hours, opened: Sequence[Span]) -> list[Span]:
    present = [part for span in hours.ranges for part in spans.without(span, hours.breaks)]
    return spans.shared(present, opened)


def _axis(times: Collection[Span], booked: Sequence[Bar | SlotBar]) -> Span:
    """From the first to the last full hour of all that is to be seen."""
    found = [*times, *((each.begins, each.ends) for each in booked)] or [USUAL]
    begins, ends = min(start for start, _ in found), max(end for _, end in found)
    return begins // 60 * 60, -(-ends // 60) * 60


def _providers(session: Session, booked: Collection[int | None]) -> Sequence[Provider]:
    """Everybody who is still here, and who has left but has bookings that day."""
    row = Provider
    here = sa.or_(row.state != ProviderState.RETIRED, row.id.in_([each for each in booked if each is not None]))
    return session.scalars(sa.select(row).where(here).order_by(row.position, row.id)).all()


# Columns -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Day:
    rota: Facts
    axis: Span
    opened: Sequence[Span]
    hours: Mapping[int, Hours]
    closures: Sequence[Closure]
    held: Sequence[Held]


def _column(day: _Day, provider: Provider, found: Sequence[Bar]) -> Column:
    hours = day.hours.get(provider.id, Hours())
    present = spans.shared(hours.ranges, day.opened)
    return Column(
        key=f"provider-{provider.id}",
        name=provider.name,
        provider_id=provider.id,
        color=provider.color.value,
        hours=_in_words(present),
        bands=[
            *_off(day, present),
            *(Band("break", *span, "休憩") for span in spans.shared(hours.breaks, present)),
            *_shut(day, provider),
            *(Band("hold", *each.span, each.words) for each in day.held if each.provider_id == provider.id),
        ],
        bars=bars.abreast([bar for bar in found if bar.reservation.provider_id == provider.id]),
    )


def _further(day: _Day, found: Sequence[Bar], slots: Sequence[SlotBar]) -> list[Column]:
    """Bookings that are nobody's, and events."""
    bands = [*_off(day, day.opened), *_shut(day, None)]
    loose = bars.abreast([bar for bar in found if bar.reservation.provider_id is None])
    columns = [Column("none", "未割当", bands=bands, bars=loose)] if loose else []
    return [*columns, Column("events", "イベント", bands=bands, slots=slots)] if slots else columns


def _off(day: _Day, present: Sequence[Span]) -> list[Band]:
    return [Band("off", *span) for span in spans.without(day.axis, present)]


def _shut(day: _Day, provider: Provider | None) -> list[Band]:
    """The closures of the shop, and of one provider."""
    bands = []
    for closure in day.closures:
        is_shops = closure.provider_id is None and closure.pool_id is None
        is_theirs = provider is not None and _concerns(closure, provider)
        if is_shops or is_theirs:
            bands += [_band(closure, span) for span in spans.within(day.axis, [_span(day.rota, closure)])]
    return bands


def _concerns(closure: Closure, provider: Provider) -> bool:
    return closure.provider_id == provider.id or closure.pool_id == provider.pool_id


def _span(rota: Facts, closure: Closure) -> Span:
    begins, ends = (days.minute_on(rota.first, each, rota.zone) for each in (closure.starts_at, closure.ends_at))
    return begins, ends


def _band(closure: Closure, span: Span) -> Band:
    is_ours = closure.kind is not ClosureKind.EXTERNAL
    return Band("closure", *span, _why(closure), closure.id if is_ours else None)


def _why(closure: Closure) -> str:
    words = CLOSURES[closure.kind]
    return f"{words}：{closure.note}" if closure.note else words


def _closures(session: Session, rota: Facts) -> Sequence[Closure]:
    begins, ends = (days.instant(rota.first, minute, rota.zone) for minute in (0, days.LAST_MINUTE))
    query = sa.select(Closure).where(Closure.ends_at > begins, Closure.starts_at < ends)
    ours = session.scalars(query.order_by(Closure.starts_at, Closure.id)).all()
    return [*ours, *calendars.busy.between(session, begins, ends)]


def _of_rooms(session: Session, day: _Day, providers_pools: Collection[int]) -> list[str]:
    """「席A 13:00〜15:00 メンテナンス」"""
    shut = [each for each in day.closures if each.pool_id is not None and each.pool_id not in providers_pools]
    names = _names(session, {each.pool_id for each in shut})
    return [
        f"{names[each.pool_id]} {_in_words([span])} {_why(each)}"
        for each in shut
        for span in spans.within(day.axis, [_span(day.rota, each)])
        if each.pool_id in names
    ]


def _names(session: Session, pool_ids: Collection[Any]) -> dict[Any, str]:
    if not pool_ids:
        return {}
    rows = session.execute(sa.select(Pool.id, Pool.name).where(Pool.id.in_(pool_ids)))
    return {row.id: row.name for row in rows}


def _in_words(ranges: Sequence[Span]) -> str:
    return "、".join(f"{days.clock(start)}〜{days.clock(end)}" for start, end in ranges)
