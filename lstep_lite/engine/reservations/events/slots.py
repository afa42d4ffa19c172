"""The slots of an event: single ones, series, and what happens to their bookings when they are moved or called off.

A move or a cancellation is written down in the slot at once. Its bookings follow one by one, each under its friend's
lock (engine/reservations/events/following.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.events import tickets
from lstep_lite.engine.reservations.events.tickets import TicketDraft
from lstep_lite.engine.reservations.transitions import book, event_booking, places
from lstep_lite.engine.reservations.transitions.occupying import EVENT_TICK
from lstep_lite.engine.settings import zone
from lstep_lite.engine.studio import new_code
from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    Event,
    EventSlot,
    Occupancy,
    Pool,
    PoolKind,
    Reservation,
    WaitEntry,
    WaitState,
)

LARGEST_CAPACITY = 5000
MOST_IN_SERIES = 60
LONGEST_PLACE, LONGEST_REASON = 100, 500
LONGEST_SLOT = timedelta(days=31)
LAST_YEAR = 2100
PAGE_SIZE, MOST_OTHERS = 50, 200


@dataclass(frozen=True)
class SlotDraft:
    """What the form of a slot says. Moments are aware."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    place: str = ""
    """Empty: the event's."""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    limit_count: int | None = None
    tickets: Sequence[TicketDraft] = ()


@dataclass(frozen=True)
class Notice:
    """How customers hear of a change, and who made it."""

    staff_id: int | None
    tells: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Page(Paged):
    slots: Sequence[EventSlot]
    taken: Mapping[int, int]
    waiting: Mapping[int, int]
    """How many groups wait."""


# Looking -------------------------------------------------------------------------------------------------------------


def get(session: Session, slot_id: int) -> EventSlot:
    slot = session.get(EventSlot, slot_id)
    if slot is None:
        raise NotFound("この回は見つかりませんでした。削除された可能性があります。")
    return slot


def by_code(session: Session, event: Event, code: str) -> EventSlot:
    slot = session.scalar(sa.select(EventSlot).where(EventSlot.code == code, EventSlot.event_id == event.id))
    if slot is None:
        raise NotFound("この回は見つかりませんでした。")
    return slot


def page(session: Session, event: Event, *, is_past: bool = False, number: int = 1, now: datetime) -> Page:
    """Those to come in their order, or those that are over, the latest first."""
    row = EventSlot
    wanted = sa.and_(row.event_id == event.id, row.ends_at <= now if is_past else row.ends_at > now)
    order = [row.starts_at.desc(), row.id.desc()] if is_past else [row.starts_at, row.id]
    total = session.scalar(sa.select(sa.func.count()).select_from(row).where(wanted)) or 0
    number = nearest(number, total, PAGE_SIZE)
    query = sa.select(row).where(wanted).options(selectinload(row.pool), selectinload(row.tickets)).order_by(*order)
    found = session.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return Page(
        found,
        taken=event_booking.taken(session, found),
        waiting=waiting_counts(session, found),
        total_count=total,
        number=number,
        size=PAGE_SIZE,
    )


def others(session: Session, slot: EventSlot, *, now: datetime) -> Sequence[EventSlot]:
    """Where staff can move its participants to: the slots of the event that are not over, nor called off."""
    row = EventSlot
    mine = sa.select(row).where(row.event_id == slot.event_id, row.id != slot.id, row.cancelled_at.is_(None))
    mine = mine.where(row.ends_at > now).options(selectinload(row.pool)).order_by(row.starts_at, row.id)
    return session.scalars(mine.limit(MOST_OTHERS)).all()


def waiting_counts(session: Session, found: Sequence[EventSlot]) -> dict[int, int]:
    """By slot: how many groups wait for a place."""
    row = WaitEntry
    mine = sa.select(row.slot_id, sa.func.count()).where(
        row.slot_id.in_([slot.id for slot in found]), row.state.in_((WaitState.WAITING, WaitState.OFFERED))
    )
    return {slot_id: count for slot_id, count in session.execute(mine.group_by(row.slot_id)) if slot_id is not None}


def draft_of(slot: EventSlot) -> SlotDraft:
    return SlotDraft(
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        capacity=slot.pool.capacity,
        place=slot.place,
        opens_at=slot.opens_at,
        closes_at=slot.closes_at,
        limit_count=slot.limit_count,
        tickets=[tickets.draft_of(each) for each in slot.tickets if each.is_active],
    )


def next_draft(session: Session, event: Event) -> SlotDraft | None:
    """What a new slot begins with: the latest one, a week on; None for the first."""
    row = EventSlot
    latest = sa.select(row).where(row.event_id == event.id).order_by(row.starts_at.desc(), row.id.desc()).limit(1)
    slot = session.scalar(latest)
    return None if slot is None else shifted(anew(draft_of(slot)), 7, zone(session))


def anew(draft: SlotDraft) -> SlotDraft:
    """The same for another slot, which has tickets of its own."""
    return replace(draft, tickets=[replace(each, ticket_id=None) for each in draft.tickets])


def shifted(draft: SlotDraft, by_days: int, zone: ZoneInfo) -> SlotDraft:
    """The same so many days on, by the shop's clock."""
    opens_at = None if draft.opens_at is None else _days_on(draft.opens_at, by_days, zone)
    closes_at = None if draft.closes_at is None else _days_on(draft.closes_at, by_days, zone)
    starts_at, ends_at = _days_on(draft.starts_at, by_days, zone), _days_on(draft.ends_at, by_days, zone)
    return replace(draft, starts_at=starts_at, ends_at=ends_at, opens_at=opens_at, closes_at=closes_at)


def _days_on(moment: datetime, by_days: int, zone: ZoneInfo) -> datetime:
    wall = moment.astimezone(zone).replace(tzinfo=None) + timedelta(days=by_days)
    return wall.replace(tzinfo=zone)


# Making --------------------------------------------------------------------------------------------------------------


def create(session: Session, event: Event, draft: SlotDraft, *, now: datetime) -> EventSlot:
    """Raises DomainError naming the field."""
    _check(draft)
    pool = Pool(kind=PoolKind.EVENT_SLOT, name=event.name, capacity=draft.capacity)
    slot = EventSlot(code=new_code(), event_id=event.id, pool=pool, version=1)
    _write(session, slot, draft)
    session.add(slot)
    session.flush()  # its tickets hang at its id
    tickets.keep(session, slot, draft.tickets)
    event.updated_at = now
    return slot


def create_series(
    session: Session, event: Event, draft: SlotDraft, *, every_days: int, count: int, now: datetime
) -> list[EventSlot]:
    """*count* slots, each so many days after the one before. Raises DomainError naming the field."""
    if not 1 <= count <= MOST_IN_SERIES:
        raise DomainError(f"作る回数は1〜{MOST_IN_SERIES}の数字で入力してください。", "count")
    if not 1 <= every_days <= 365:
        raise DomainError("間隔は1〜365日で入力してください。", "every_days")
    of_shop = zone(session)
    return [
        create(session, event, shifted(anew(draft), number * every_days, of_shop), now=now) for number in range(count)
    ]


def delete(session: Session, slot: EventSlot) -> None:
    """Raises DomainError once anybody has booked it."""
    book.lock(session)
    if session.scalar(sa.select(sa.exists().where(Reservation.slot_id == slot.id))):
        raise DomainError(
            "予約が入ったことのある回は、記録を残すため削除できません。行わないときは「中止にする」を選んでください。"
        )
    pool = slot.pool
    for ticket in list(slot.tickets):
        session.delete(ticket)
    session.flush()  # before what they hang at
    session.delete(slot)
    session.flush()
    session.delete(pool)
    session.flush()  # whatever asks next finds it gone


# Changing ------------------------------------------------------------------------------------------------------------


def update(session: Session, slot: EventSlot, draft: SlotDraft, notice: Notice, *, now: datetime) -> bool:
    """Whether its time changed, so that its bookings follow. Fewer places than are taken leave all bookings.

    Raises DomainError naming the field.
    """
    _check(draft)
    book.lock(session)
    session.refresh(slot)
    if slot.cancelled_at is not None:
        raise DomainError("この回は中止になっています。新しい回を作ってください。")
    is_moved = (slot.starts_at, slot.ends_at) != (draft.starts_at, draft.ends_at)
    if is_moved and slot.starts_at <= now:
        raise DomainError("始まった回の日時は変えられません。", "starts_at")
    has_room = _resize(session, slot.pool, draft.capacity)
    _write(session, slot, draft)
    has_room = tickets.keep(session, slot, draft.tickets) or has_room
    if is_moved:
        slot.version += 1
        _follow(slot, notice, now)
    if has_room:
        places.free(session, slot.business_date, slot.id, now=now, reason="定員の変更")
    session.flush()  # whatever asks next finds the new places
    return is_moved


def cancel(session: Session, slot: EventSlot, notice: Notice, *, now: datetime) -> None:
    """Call it off: nobody books it any more, and its bookings are cancelled. Raises DomainError."""
    if len(notice.reason) > LONGEST_REASON:
        raise DomainError(f"理由は{LONGEST_REASON}文字以内で入力してください。", "reason")
    book.lock(session)
    session.refresh(slot)
    if slot.cancelled_at is not None:
        return
    if slot.ends_at <= now:
        raise DomainError("終わった回は中止にできません。")
    slot.cancelled_at = now
    slot.version += 1
    _follow(slot, notice, now)
    waits = sa.update(WaitEntry).where(WaitEntry.slot_id == slot.id, WaitEntry.state == WaitState.WAITING)
    session.execute(waits.values(state=WaitState.LAPSED), execution_options={"synchronize_session": False})


def finish(session: Session, slot: EventSlot, notice: Notice, *, now: datetime) -> None:
    """It is over: the visits of all who were checked in are completed. Twice is once. Raises DomainError."""
    book.lock(session)
    session.refresh(slot)
    if slot.cancelled_at is not None or slot.starts_at > now:
        raise DomainError("まだ始まっていない回と、中止になった回は終えられません。")
    slot.finished_at = slot.finished_at or now
    slot.version += 1
    _follow(slot, notice, now)


def _follow(slot: EventSlot, notice: Notice, now: datetime) -> None:
    slot.due_at, slot.changed_by_id = now, notice.staff_id
    slot.tells, slot.reason = notice.tells, storable(notice.reason).strip()


def _resize(session: Session, pool: Pool, capacity: int) -> bool:
    """Whether there is room that was not there before. Places beyond the new number count as forced ones."""
    before, pool.capacity = pool.capacity, capacity
    session.flush()  # the database compares with it
    row = Occupancy
    mine = sa.update(row).where(row.pool_id == pool.id, row.tick == EVENT_TICK, row.is_forced != (row.ord >= capacity))
    session.execute(mine.values(is_forced=row.ord >= capacity), execution_options={"synchronize_session": False})
    return capacity > before


def _write(session: Session, slot: EventSlot, draft: SlotDraft) -> None:
    of_shop = zone(session)
    slot.starts_at, slot.ends_at = draft.starts_at, draft.ends_at
    slot.business_date = draft.starts_at.astimezone(of_shop).date()
    slot.start_minute = days.minute_on(slot.business_date, draft.starts_at, of_shop)
    slot.place = storable(draft.place).strip()
    slot.opens_at, slot.closes_at, slot.limit_count = draft.opens_at, draft.closes_at, draft.limit_count


def _check(draft: SlotDraft) -> None:
    if not days.is_aligned(draft.starts_at):
        raise DomainError("開始は5分きざみの時刻にしてください。", "starts_at")
    if not days.is_aligned(draft.ends_at):
        raise DomainError("終了は5分きざみの時刻にしてください。", "ends_at")
    if draft.ends_at.year > LAST_YEAR:
        raise DomainError(f"{LAST_YEAR}年までの日時を入力してください。", "starts_at")
    if not draft.starts_at < draft.ends_at <= draft.starts_at + LONGEST_SLOT:
        raise DomainError("終了は、開始よりあと、31日以内にしてください。", "ends_at")
    if not 1 <= draft.capacity <= LARGEST_CAPACITY:
        raise DomainError(f"定員は1〜{LARGEST_CAPACITY:,}の数字で入力してください。", "capacity")
    if len(draft.place) > LONGEST_PLACE:
        raise DomainError(f"場所は{LONGEST_PLACE}文字以内で入力してください。", "place")
    if draft.closes_at is not None and draft.closes_at > draft.ends_at:
        raise DomainError("受付の締め切りは、終了より前にしてください。", "closes_at")
    if draft.opens_at is not None and draft.opens_at >= (draft.closes_at or draft.starts_at):
        raise DomainError("受付の開始は、締め切りより前にしてください。", "opens_at")
    if draft.limit_count is not None and not 1 <= draft.limit_count <= 100:
        raise DomainError("1人が予約できる回数は1〜100の数字で入力してください。", "limit_count")


def left(slot: EventSlot, taken: int) -> int:
    """How many places are free; below 0 when more are taken than there are."""
    return slot.pool.capacity - taken
