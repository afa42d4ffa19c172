"""A file that comes in: its encoding and separator are found out, and its lines are stored as they came.

It is read as a stream and stored in parts, so that its size costs no memory and no unit of work is long.
"""

import codecs
import csv
import io
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO

from sqlalchemy.orm import Session

from lstep_lite.db import Database, storable
from lstep_lite.engine.transfers.cells import unguarded
from lstep_lite.errors import DomainError
from lstep_lite.models import Import, ImportPart, ImportState

KEPT_FOR = timedelta(days=7)
MOST_LINES = 100_000
MOST_COLUMNS = 500
PART_LINES = 250
PART_CHARACTERS = 300_000
"""A part ends at either: so much is in memory at a time, and in one unit."""
PIECE = 1 << 16
UNREADABLE = (
    "文字を読み取れませんでした。Excelで「CSV UTF-8（コンマ区切り）」か「CSV（コンマ区切り）」の形で保存し直してから、"
    "もう一度選んでください。"
)
Record = tuple[int, list[str]]
"""The number of a line, as spreadsheets count, and its cells."""


def receive(database: Database, stream: IO[bytes], file_name: str, *, staff_id: int, now: datetime) -> int:
    """Store the file and answer the id of its import. Raises DomainError for the field `file`. Not inside a unit."""
    try:
        records = _records(stream)
        _, headings = next(records, (0, []))
        if len(headings) > MOST_COLUMNS:
            raise DomainError(f"列が多すぎます（{MOST_COLUMNS}列まで）。")
        with database.unit() as session:
            import_id = _begin(session, headings, file_name, staff_id, now)
        count = _store(database, import_id, records)
    except csv.Error as error:
        raise DomainError(
            'CSVとして読み取れませんでした。「"」で始まって閉じていない欄がないか確認してください。', "file"
        ) from error
    except UnicodeDecodeError as error:
        raise DomainError(UNREADABLE, "file") from error
    except DomainError as error:
        raise DomainError(error.message, "file") from error
    with database.unit() as session:
        received = session.get_one(Import, import_id)
        received.state, received.line_count = ImportState.UPLOADED, count
    return import_id


def _begin(session: Session, headings: list[str], file_name: str, staff_id: int, now: datetime) -> int:
    received = Import(
        file_name=file_name[:200], state=ImportState.RECEIVING, headings=headings, mapping=[], options={},
        staff_id=staff_id, created_at=now, expires_at=now + KEPT_FOR,
    )  # fmt: skip
    session.add(received)
    session.flush()  # its parts are stored under its id
    return received.id


def _store(database: Database, import_id: int, records: Iterator[Record]) -> int:
    count = 0
    for part in _parts(records):
        count += len(part)
        if count > MOST_LINES:
            raise DomainError(
                f"行が多すぎます。一度に取り込めるのは{MOST_LINES:,}行までです。ファイルを分けてください。"
            )
        with database.unit() as session:
            session.add(ImportPart(import_id=import_id, last_line=part[-1][0], records=part))
    if not count:
        raise DomainError("見出しの行のほかに、お客様の行がありません。")
    return count


def _parts(records: Iterator[Record]) -> Iterator[list[Record]]:
    part: list[Record] = []
    size = 0
    for record in records:
        part.append(record)
        size += sum(map(len, record[1]))
        if len(part) == PART_LINES or size > PART_CHARACTERS:
            yield part
            part, size = [], 0
    if part:
        yield part


def _records(stream: IO[bytes]) -> Iterator[Record]:
    """The lines of the file; empty ones only count."""
    text = io.TextIOWrapper(stream, encoding=_encoding(stream), newline=None)
    try:
        first = text.readline()
        delimiter = "\t" if first.count("\t") > first.count(",") else ","
        reader = csv.reader(itertools.chain([first], text), delimiter=delimiter)
        for number, cells in enumerate(reader, 1):
            if any(cells):
                yield number, [unguarded(storable(cell.strip(" \u3000"))) for cell in cells]
    finally:
        text.detach()  # the stream is not ours to close


def _encoding(stream: IO[bytes]) -> str:
    """UTF-8 where all of the file is, else CP932. Raises DomainError for what is neither."""
    stream.seek(0)
    beginning = stream.read(4)
    if beginning.startswith(b"PK"):
        raise DomainError("Excelの形式（.xlsx）は読み込めません。ExcelでCSVの形で保存し直してから、選んでください。")
    if not beginning:
        raise DomainError("ファイルが空です。")
    is_wide = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # 「Unicodeテキスト」 of Excel
    for name in ("utf-16",) if is_wide else ("utf-8-sig", "cp932"):
        if _is_all(stream, name):
            stream.seek(0)
            return name
    raise DomainError(UNREADABLE)


def _is_all(stream: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    try:
        while piece := stream.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
