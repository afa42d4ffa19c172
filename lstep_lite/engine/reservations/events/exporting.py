"""The participants of a slot as a file. Like every list of people that leaves, it is written down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import xlsxwriter
from sqlalchemy.orm import Session, joinedload, selectinload

from lstep_lite.db import Database
from lstep_lite.engine.reservations.availability.days import in_words
from lstep_lite.engine.reservations.events import participants
from lstep_lite.engine.transfers import lists
from lstep_lite.engine.transfers.cells import guarded
from lstep_lite.models import Encoding, Event, EventSlot, Export, Reservation

FIRST = (
    "予約番号",
    "状態",
    "日時",
    "お客様",
    "本名",
    "フリガナ",
    "電話番号",
    "内容",
    "席",
    "料金",
    "申込日時",
    "受付日時",
    "ご要望",
)
LONGEST_CELL = 32_767
"""Excel holds no more characters."""
Cell = str | int | datetime


@dataclass(frozen=True)
class Taken:
    """Whose participants go into a file."""

    slot_id: int
    zone: ZoneInfo


def begin(
    session: Session, slot: EventSlot, *, staff_id: int, now: datetime, encoding: Encoding = Encoding.UTF8
) -> Export:
    """Write down that somebody takes this list."""
    count = session.scalar(sa.select(sa.func.count()).select_from(Reservation).where(Reservation.slot_id == slot.id))
    headings = [*FIRST, *_questions(session, slot.id)]
    return lists.begin(session, headings, count or 0, staff_id=staff_id, now=now, encoding=encoding)


def lines(database: Database, taken: Taken, encoding: Encoding = Encoding.UTF8) -> Iterator[bytes]:
    """As CSV in pieces, the oldest booking first."""
    asked = _asked(database, taken)

    def read(session: Session, last_id: int) -> tuple[lists.Rows, int]:
        rows, last_id = _read(session, taken, asked, last_id)
        return [[_written(cell) for cell in row] for row in rows], last_id

    return lists.lines(database, [guarded(heading) for heading in (*FIRST, *asked)], read, encoding)


def workbook(database: Database, taken: Taken) -> bytes:
    """As a workbook of Excel: a slot has some thousand participants at most."""
    asked, file = _asked(database, taken), BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("参加者")
        head, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy/mm/dd hh:mm"})
        sheet.set_column(0, len(FIRST) + len(asked), 16)
        sheet.freeze_panes(1, 0)
        for place, heading in enumerate([*FIRST, *asked]):
            sheet.write_string(0, place, heading, head)
        for at, row in enumerate(_all_rows(database, taken, asked), start=1):
            for place, cell in enumerate(row):
                _put(sheet, at, place, cell, moment)
    return file.getvalue()


def _put(sheet: Any, at: int, place: int, cell: Cell, moment: Any) -> None:
    """Never a formula, never a link: words stay words, whatever they look like."""
    if isinstance(cell, datetime):
        sheet.write_datetime(at, place, cell.replace(tzinfo=None), moment)
    elif isinstance(cell, int):
        sheet.write_number(at, place, cell)
    elif cell:
        sheet.write_string(at, place, cell[:LONGEST_CELL])


def _written(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return guarded(cell) if isinstance(cell, str) else str(cell)


def _all_rows(database: Database, taken: Taken, asked: Sequence[str]) -> Iterator[Sequence[Cell]]:
    last_id = 0
    while True:
        with database.read() as session:
            rows, last_id = _read(session, taken, asked, last_id)
        yield from rows
        if len(rows) < lists.CHUNK:
            return


def _asked(database: Database, taken: Taken) -> list[str]:
    with database.read() as session:
        return _questions(session, taken.slot_id)


def _questions(session: Session, slot_id: int) -> list[str]:
    """What is asked today; answers to what was asked before are found at the bookings."""
    event = sa.select(Event).join(EventSlot, EventSlot.event_id == Event.id).where(EventSlot.id == slot_id)
    document = session.scalars(event).one().document
    parts = [part for page in document.get("pages", ()) for part in page["parts"]]
    return [part["label"] for part in parts if part.get("label")]


def _read(session: Session, taken: Taken, asked: Sequence[str], last_id: int) -> tuple[list[list[Cell]], int]:
    """Up to lists.CHUNK bookings after that id, and the id of the last of them."""
    row = Reservation
    query = sa.select(row).where(row.slot_id == taken.slot_id, row.id > last_id).order_by(row.id).limit(lists.CHUNK)
    found = session.scalars(query.options(joinedload(row.friend), selectinload(row.lines))).all()
    return [_row(each, taken.zone, asked) for each in found], found[-1].id if found else last_id


def _row(each: Reservation, zone: ZoneInfo, asked: Sequence[str]) -> list[Cell]:
    said = {value["label"]: value["text"] for value in each.values}
    return [
        each.number,
        participants.WORDS[each.state],
        in_words(each.business_date, each.start_minute),
        each.friend.name,
        each.friend.real_name or "",
        each.friend.kana or "",
        each.friend.phone or "",
        participants.what(each),
        each.party,
        each.price if each.price is not None else "",
        each.created_at.astimezone(zone),
        each.checked_in_at.astimezone(zone) if each.checked_in_at else "",
        each.customer_note,
        *(said.get(label, "") for label in asked),
    ]
