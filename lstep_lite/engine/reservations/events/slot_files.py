"""Slots as a file (CSV): those to come are written for spreadsheets; new ones are read, all of them or none."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from lstep_lite.engine.reservations.availability.days import LAST_MINUTE, clock, instant, is_near, minute_on
from lstep_lite.engine.reservations.events import slots
from lstep_lite.engine.reservations.events.slots import SlotDraft
from lstep_lite.engine.reservations.keeping import tables
from lstep_lite.engine.settings import zone
from lstep_lite.errors import DomainError
from lstep_lite.models import Event, EventSlot

HEADINGS = ("日付", "開始", "終了", "定員", "場所", "受付の開始", "受付の締め切り")
MOST_ROWS = 60
"""They are kept in one unit."""
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")


def lines(session: Session, event: Event, *, now: datetime) -> Iterator[bytes]:
    """The slots to come, a line each; the headings alone show what a file looks like."""
    of_shop = zone(session)
    yield tables.BYTE_ORDER
    yield tables.line(HEADINGS)
    for slot in _ahead(session, event, now):
        yield tables.line(_cells(slot, of_shop))


def _ahead(session: Session, event: Event, now: datetime) -> Sequence[EventSlot]:
    row = EventSlot
    coming = sa.select(row).where(row.event_id == event.id, row.starts_at > now, row.cancelled_at.is_(None))
    return session.scalars(coming.options(selectinload(row.pool)).order_by(row.starts_at, row.id)).all()


def _cells(slot: EventSlot, of_shop: ZoneInfo) -> list[str]:
    day = slot.business_date
    ends = minute_on(day, slot.ends_at, of_shop)
    return [
        day.isoformat(),
        clock(slot.start_minute),
        clock(ends) if ends <= LAST_MINUTE else _written(slot.ends_at, of_shop),
        str(slot.pool.capacity),
        slot.place,
        _written(slot.opens_at, of_shop),
        _written(slot.closes_at, of_shop),
    ]


def _written(moment: datetime | None, of_shop: ZoneInfo) -> str:
    return "" if moment is None else f"{moment.astimezone(of_shop):%Y-%m-%d %H:%M}"


# Reading -------------------------------------------------------------------------------------------------------------


def take(session: Session, event: Event, content: bytes, *, now: datetime) -> int:
    """Add the slots of a file that are not there yet, with the plans of the latest one: how many.

    Raises DomainError for `file`, naming the line.
    """
    wanted = parse(session, content)
    there = set(session.scalars(sa.select(EventSlot.starts_at).where(EventSlot.event_id == event.id)))
    like = slots.next_draft(session, event)
    new = {number: draft for number, draft in wanted.items() if draft.starts_at not in there}
    for number, draft in new.items():
        if draft.starts_at <= now:
            raise DomainError(f"{number}行目：もう過ぎた日時です。これからの日時にしてください。", "file")
        _add(session, event, draft, like, number, now)
    if not new:
        raise DomainError("新しい回がありません。同じ日時に始まる回は、もうあります。", "file")
    return len(new)


def _add(session: Session, event: Event, draft: SlotDraft, like: SlotDraft | None, number: int, now: datetime) -> None:
    if like is not None:
        draft = replace(draft, tickets=like.tickets, limit_count=like.limit_count)
    try:
        slots.create(session, event, draft, now=now)
    except DomainError as wrong:
        raise DomainError(f"{number}行目：{wrong.message}", "file") from wrong


def parse(session: Session, content: bytes) -> dict[int, SlotDraft]:
    """By the number of the line."""
    of_shop = zone(session)
    rows = {number: cells for number, cells in enumerate(tables.lines(content), 1) if number > 1 and any(cells)}
    if not rows:
        raise DomainError("回の行がありません。書き出したCSVと同じ形にしてください。", "file")
    if len(rows) > MOST_ROWS:
        raise DomainError(f"一度に読み込めるのは{MOST_ROWS}回分までです。ファイルを分けてください。", "file")
    return {number: _draft(cells, number, of_shop) for number, cells in rows.items()}


def _draft(cells: Sequence[str], number: int, of_shop: ZoneInfo) -> SlotDraft:
    day_text, starts, ends, capacity, place, opens, closes = [*cells, *[""] * len(HEADINGS)][: len(HEADINGS)]
    day = tables.day(day_text, number)
    starts_at, ends_at = (_moment(typed, day, number, of_shop) for typed in (starts, ends))
    if starts_at is None or ends_at is None:
        raise DomainError(f"{number}行目：開始と終了を 10:00 の形で入力してください。", "file")
    return SlotDraft(
        starts_at,
        ends_at,
        _capacity(capacity, number),
        place,
        _moment(opens, day, number, of_shop),
        _moment(closes, day, number, of_shop),
    )


def _capacity(typed: str, number: int) -> int:
    plain = unicodedata.normalize("NFKC", typed)
    if not (plain.isascii() and plain.isdigit() and len(plain) < 7):
        raise DomainError(f"{number}行目：定員を数字で入力してください。", "file")
    return int(plain)


def _moment(typed: str, day: date, number: int, of_shop: ZoneInfo) -> datetime | None:
    """「10:00」 of *day*, up to 36:00, or of the day before it: 「2026-03-05 18:00」; None where nothing stands."""
    parts = unicodedata.normalize("NFKC", typed).split()
    if not parts:
        return None
    on = tables.day(parts[0], number) if len(parts) > 1 else day
    match = CLOCK.fullmatch(parts[-1])
    minute = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else LAST_MINUTE + 1
    if len(parts) > 2 or minute > LAST_MINUTE or not is_near(on):
        forms = "時刻は 10:00、日時は 2026-03-05 18:00 の形にしてください。"
        raise DomainError(f"{number}行目：「{typed[:30]}」を読み取れません。{forms}", "file")
    return instant(on, minute, of_shop)
