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
from lstep_lite.models import Export, Survey, SurveyAnswer

FIRST = ("回答日時", "変更日時", "お客様", "本名", "対応", "メモ", "点数", "診断結果")
LONGEST_CELL = 32_767
"""Excel holds no more characters."""
PIECE = 64 * 1024
"""Bytes at a time."""


@dataclass(frozen=True)
class Taken:
    """Which answers go into a file."""

    survey_id: int
    filters: Filters
    address: str
    """Of the list of answers: an answer's files are below it."""
    zone: ZoneInfo
    now: datetime


def begin(session: Session, survey: Survey, taken: Taken, *, staff_id: int, now: datetime) -> Export:
    """Write down that somebody takes these answers."""
    wanted = answers.condition(session, survey, taken.filters, now=now)
    count = session.scalar(sa.select(sa.func.count()).select_from(SurveyAnswer).where(wanted)) or 0
    return lists.begin(session, _headings(columns.of(session, survey)), count, staff_id=staff_id, now=now)


def lines(database: Database, taken: Taken) -> Iterator[bytes]:
    """As CSV in pieces, the oldest answer first."""
    asked = _asked(database, taken)

    def read(session: Session, last_id: int) -> tuple[lists.Rows, int]:
        rows, last_id = _read(session, taken, asked, last_id)
        return [[guarded(cell) for cell in row] for row in rows], last_id

    return lists.lines(database, [guarded(heading) for heading in _headings(asked)], read)


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
        sheet.freeze_panes(1, 0)
        for at, row in enumerate(_all_rows(database, taken, asked)):
            for place, cell in enumerate(row):
                sheet.write_string(at, place, cell[:LONGEST_CELL])  # never a formula, never a link


def _all_rows(database: Database, taken: Taken, asked: Sequence[Column]) -> Iterator[Sequence[str]]:
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


def _read(session: Session, taken: Taken, asked: Sequence[Column], last_id: int) -> tuple[lists.Rows, int]:
    """Up to lists.CHUNK answers after that id, and the id of the last of them."""
    survey = session.get_one(Survey, taken.survey_id)
    wanted = answers.condition(session, survey, taken.filters, now=taken.now)
    query = sa.select(SurveyAnswer).where(wanted, SurveyAnswer.id > last_id)
    query = query.options(joinedload(SurveyAnswer.friend)).order_by(SurveyAnswer.id).limit(lists.CHUNK)
    found = session.scalars(query).all()
    return [_row(answer, taken, asked) for answer in found], found[-1].id if found else last_id


def _row(answer: SurveyAnswer, taken: Taken, asked: Sequence[Column]) -> list[str]:
    values = {value["code"]: value for value in answer.values}
    friend = answer.friend
    return [
        _moment(answer.submitted_at, taken.zone),
        _moment(answer.edited_at, taken.zone),
        friend.name if friend else "",
        (friend.real_name or "") if friend else "",
        STATES[answer.state],
        answer.memo,
        "" if answer.score is None else str(answer.score),
        answer.result_label or "",
        *(cell for column in asked for cell in _cells(column, values.get(column.code), answer, taken)),
    ]


def _cells(column: Column, value: Mapping[str, Any] | None, answer: SurveyAnswer, taken: Taken) -> list[str]:
    text = value["text"] if value else ""
    if value and value["files"]:
        text = "\n".join(f"{taken.address}/{answer.id}/files/{code}" for code in value["files"])
    return [text, value["other"] if value else ""] if _has_other(column) else [text]


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""
