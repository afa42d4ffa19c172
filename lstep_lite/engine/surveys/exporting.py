"""Answers that leave as a file, one column a question. Like every list of people that leaves, it is written down."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import xlsxwriter
from sqlalchemy.orm import Session, joinedload

from lstep_lite.db import Database
from lstep_lite.engine.surveys import answers, columns
from lstep_lite.engine.surveys.answers import STATES, Filters
from lstep_lite.engine.surveys.columns import Column
from lstep_lite.engine.transfers import lists
from lstep_lite.engine.transfers.cells import guarded
from lstep_lite.models import Encoding, Export, Survey, SurveyAnswer

FIRST = ("回答日時", "変更日時", "お客様", "本名", "対応", "メモ", "点数", "診断結果")
LONGEST_CELL = 32_767
"""Excel holds no more characters."""
LARGEST = 10**15
"""Excel counts exactly below it."""
WIDTH, WIDE = 16, 32
"""Of a column, in characters."""
PIECE = 64 * 1024
"""Bytes at a time."""


Cell = str | int | datetime
"""Words, a number to count with, or a moment in the shop's zone."""


@dataclass(frozen=True)
class Taken:
    """Which answers go into a file."""

    survey_id: int
    filters: Filters
    address: str
    """Of the list of answers: an answer's files are below it."""
    zone: ZoneInfo
    now: datetime


def begin(
    session: Session,
    survey: Survey,
    taken: Taken,
    *,
    staff_id: int,
    now: datetime,
    encoding: Encoding = Encoding.UTF8,
) -> Export:
    """Write down that somebody takes these answers."""
    wanted = answers.condition(session, survey, taken.filters, now=now)
    count = session.scalar(sa.select(sa.func.count()).select_from(SurveyAnswer).where(wanted)) or 0
    headings = _headings(columns.of(session, survey))
    return lists.begin(session, headings, count, staff_id=staff_id, now=now, encoding=encoding)


def lines(database: Database, taken: Taken, encoding: Encoding = Encoding.UTF8) -> Iterator[bytes]:
    """As CSV in pieces, the oldest answer first."""
    asked = _asked(database, taken)

    def read(session: Session, last_id: int) -> tuple[lists.Rows, int]:
        rows, last_id = _read(session, taken, asked, last_id)
        return [[_written(cell) for cell in row] for row in rows], last_id

    return lists.lines(database, [guarded(heading) for heading in _headings(asked)], read, encoding)


def _written(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return guarded(cell) if isinstance(cell, str) else str(cell)


def workbook(database: Database, taken: Taken) -> Iterator[bytes]:
    """As a workbook of Excel in pieces. It is made on disk row by row: any number of answers in little memory."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answers.xlsx"
        _write(database, taken, path)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _write(database: Database, taken: Taken, path: Path) -> None:
    asked = _asked(database, taken)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)}) as book:
        sheet = book.add_worksheet("回答")
        head, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy/mm/dd hh:mm"})
        headings = _headings(asked)
        sheet.set_column(0, len(FIRST) - 1, WIDTH)
        sheet.set_column(len(FIRST), len(headings), WIDE)
        sheet.set_row(0, None, head)
        sheet.freeze_panes(1, 0)
        for at, row in enumerate(_all_rows(database, taken, asked)):
            for place, cell in enumerate(row):
                _put(sheet, at, place, cell, moment)


def _put(sheet: Any, at: int, place: int, cell: Cell, moment: Any) -> None:
    """Never a formula, never a link: words stay words, whatever they look like."""
    if isinstance(cell, datetime):
        sheet.write_datetime(at, place, cell.replace(tzinfo=None), moment)
    elif isinstance(cell, int):
        sheet.write_number(at, place, cell)
    elif cell:
        sheet.write_string(at, place, cell[:LONGEST_CELL])


def _all_rows(database: Database, taken: Taken, asked: Sequence[Column]) -> Iterator[Sequence[Cell]]:
    yield _headings(asked)
    last_id = 0
    while True:
        with database.read() as session:
            rows, last_id = _read(session, taken, asked, last_id)
        yield from rows
        if len(rows) < lists.CHUNK:
            return


def _asked(database: Database, taken: Taken) -> list[Column]:
    with database.read() as session:
        return columns.of(session, session.get_one(Survey, taken.survey_id))


def _headings(asked: Sequence[Column]) -> list[str]:
    return [*FIRST, *(heading for column in asked for heading in _headings_of(column))]


def _headings_of(column: Column) -> list[str]:
    label = f"{column.label}（削除した質問）" if column.is_gone else column.label
    return [label, f"{label}：その他の内容"] if _has_other(column) else [label]


def _has_other(column: Column) -> bool:
    choices = (column.part or {}).get("choices") or ()
    return any(choice.get("is_other") for choice in choices)


def _read(session: Session, taken: Taken, asked: Sequence[Column], last_id: int) -> tuple[list[list[Cell]], int]:
    """Up to lists.CHUNK answers after that id, and the id of the last of them."""
    survey = session.get_one(Survey, taken.survey_id)
    wanted = answers.condition(session, survey, taken.filters, now=taken.now)
    query = sa.select(SurveyAnswer).where(wanted, SurveyAnswer.id > last_id)
    query = query.options(joinedload(SurveyAnswer.friend)).order_by(SurveyAnswer.id).limit(lists.CHUNK)
    found = session.scalars(query).all()
    return [_row(answer, taken, asked) for answer in found], found[-1].id if found else last_id


def _row(answer: SurveyAnswer, taken: Taken, asked: Sequence[Column]) -> list[Cell]:
    values = {value["code"]: value for value in answer.values}
    friend = answer.friend
    return [
        answer.submitted_at.astimezone(taken.zone),
        answer.edited_at.astimezone(taken.zone) if answer.edited_at else "",
        friend.name if friend else "",
        (friend.real_name or "") if friend else "",
        STATES[answer.state],
        answer.memo,
        "" if answer.score is None else answer.score,
        answer.result_label or "",
        *(cell for column in asked for cell in _cells(column, values.get(column.code), answer, taken)),
    ]


def _cells(column: Column, value: Mapping[str, Any] | None, answer: SurveyAnswer, taken: Taken) -> list[Cell]:
    cell: Cell = value["text"] if value else ""
    if value and value["files"]:
        cell = "\n".join(f"{taken.address}/{answer.id}/files/{code}" for code in value["files"])
    elif value and value["number"] is not None and abs(value["number"]) < LARGEST:
        cell = int(value["number"])  # scales and whole numbers; phone numbers and postal codes are words
    return [cell, value["other"] if value else ""] if _has_other(column) else [cell]
