"""Other lists of people that leave as a CSV file: written down when they are asked for, read while they are fetched."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.transfers.cells import Writer
from lstep_lite.models import Encoding, Export

CHUNK = 500
"""Rows in memory at a time."""
Rows = list[list[str]]
Read = Callable[[Session, int], tuple[Rows, int]]
"""Up to CHUNK rows of guarded cells after the row of that id, and the id of the last of them."""


def begin(
    session: Session,
    headings: Sequence[str],
    row_count: int,
    *,
    staff_id: int,
    now: datetime,
    encoding: Encoding = Encoding.UTF8,
) -> Export:
    """Write down that somebody takes a list."""
    export = Export(staff_id=staff_id, at=now, columns=list(headings), encoding=encoding)
    export.row_count, export.replaced_count, export.finished_at = row_count, 0, now
    session.add(export)
    return export


def lines(
    database: Database, headings: Sequence[str], read: Read, encoding: Encoding = Encoding.UTF8
) -> Iterator[bytes]:
    """The file in pieces, each read when the one before has been taken."""
    writer, last_id = Writer(encoding), 0
    yield writer.start() + writer.lines([headings])
    while True:
        with database.read() as session:
            rows, last_id = read(session, last_id)
        if rows:
            yield writer.lines(rows)
        if len(rows) < CHUNK:
            return
