"""Bookings as a file. Like every list of people that leaves, it is written down; what is in a karte stays here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from lstep_lite.db import Database
from lstep_lite.engine.reservations.availability.days import full_clock, minute_on
from lstep_lite.engine.reservations.desk import looks
from lstep_lite.engine.reservations.desk.looks import Look
from lstep_lite.engine.reservations.transitions.states import WORDS
from lstep_lite.engine.transfers import lists, workbooks
from lstep_lite.engine.transfers.cells import Writer, guarded
from lstep_lite.engine.transfers.workbooks import Cell
from lstep_lite.models import BookedBy, BookingPage, Encoding, Event, EventSlot, Export, Provider, Reservation
from lstep_lite.models import ReservationState as State

HEADINGS = (
    "予約番号",
    "状態",
    "日付",
    "開始",
    "終了",
    "お客様",
    "本名",
    "フリガナ",
    "電話番号",
    "内容",
    "スタッフ",
    "指名",
    "人数",
    "料金",
    "うち指名料",
    "会計金額",
    "予約の方法",
    "カレンダー",
    "申込日時",
    "来店日時",
    "キャンセル日時",
    "直前キャンセル",
    "理由",
    "ご要望",
    "質問への回答",
    "スタッフのメモ",
)
WAYS = {
    BookedBy.LINE: "LINE",
    BookedBy.PHONE: "電話",
    BookedBy.WALK_IN: "店頭",
    BookedBy.WEB: "そのほか",
    BookedBy.AUTOMATION: "自動",
}
SHEET = "予約"


@dataclass(frozen=True)
class Taken:
    """Which bookings go into a file."""

    first: date
    last: date
    look: Look
    states: Sequence[State]
    zone: ZoneInfo

    def wanted(self) -> sa.ColumnElement[bool]:
        row = Reservation
        in_time = row.business_date.between(self.first, self.last)
        return sa.and_(in_time, row.state.in_(self.states), *self.look.narrowed())


def begin(
    session: Session, taken: Taken, *, staff_id: int, now: datetime, encoding: Encoding = Encoding.UTF8
) -> Export:
    """Write down that somebody takes this list."""
    count = session.scalar(sa.select(sa.func.count()).select_from(Reservation).where(taken.wanted())) or 0
    return lists.begin(session, HEADINGS, count, staff_id=staff_id, now=now, encoding=encoding)


def lines(database: Database, taken: Taken, encoding: Encoding = Encoding.UTF8) -> Iterator[bytes]:
    """As CSV in pieces, by the time of the booking."""
    writer = Writer(encoding)
    yield writer.start() + writer.lines([[guarded(heading) for heading in HEADINGS]])
    for rows in _read(database, taken):
        yield writer.lines([[workbooks.written(cell) for cell in row] for row in rows])


def workbook(database: Database, taken: Taken) -> Iterator[bytes]:
    rows = (row for piece in _read(database, taken) for row in piece)
    return workbooks.pieces(SHEET, HEADINGS, rows)


def _read(database: Database, taken: Taken) -> Iterator[list[list[Cell]]]:
    """Which they are is settled at once; what they say is read piece by piece."""
    row = Reservation
    with database.read() as session:
        ids = session.scalars(sa.select(row.id).where(taken.wanted()).order_by(row.starts_at, row.id)).all()
    for start in range(0, len(ids), lists.CHUNK):
        with database.read() as session:
            yield _rows(session, ids[start : start + lists.CHUNK], taken.zone)


def _rows(session: Session, ids: Sequence[int], zone: ZoneInfo) -> list[list[Cell]]:
    row = Reservation
    query = sa.select(row, Event.title, Provider.name, BookingPage.name)
    query = query.outerjoin(EventSlot, EventSlot.id == row.slot_id).outerjoin(Event, Event.id == EventSlot.event_id)
    query = query.outerjoin(Provider, Provider.id == row.provider_id)
    query = query.outerjoin(BookingPage, BookingPage.id == row.page_id).where(row.id.in_(ids))
    query = query.options(joinedload(row.friend), selectinload(row.lines)).order_by(row.starts_at, row.id)
    return [_row(each, event, provider, page, zone) for each, event, provider, page in session.execute(query)]


def _row(each: Reservation, event: str | None, provider: str | None, page: str | None, zone: ZoneInfo) -> list[Cell]:
    friend = each.friend
    return [
        each.number,
        WORDS[each.state],
        each.business_date.isoformat(),
        full_clock(each.start_minute),
        full_clock(minute_on(each.business_date, each.ends_at, zone)),
        friend.name,
        friend.real_name or "",
        friend.kana or "",
        friend.phone or "",
        looks.what(each, event),
        provider or "",
        "指名" if each.is_nominated else "",
        each.party,
        _number(each.price),
        each.fee,
        _number(each.amount),
        WAYS[each.booked_by],
        page or "",
        each.created_at.astimezone(zone),
        _moment(each.checked_in_at or each.completed_at, zone),
        _moment(each.cancelled_at, zone),
        "直前" if each.is_late else "",
        each.reason,
        each.customer_note,
        "\n".join(f"{value['label']}：{value['text']}" for value in each.values),
        each.staff_note,
    ]


def _number(yen: int | None) -> Cell:
    return "" if yen is None else yen


def _moment(moment: datetime | None, zone: ZoneInfo) -> Cell:
    return moment.astimezone(zone) if moment is not None else ""
