"""Lists of friends that leave as a CSV file. Every one is written down: who took it, when, and how many people."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.db import Database
from lstep_lite.engine.friends import Audience
from lstep_lite.engine.transfers.cells import Writer
from lstep_lite.engine.transfers.columns import Column, Sheet, chosen
from lstep_lite.errors import DomainError
from lstep_lite.models import Encoding, Export, Friend

CHUNK = 500
"""Friends in memory at a time."""


def begin(session: Session, keys: Sequence[str], encoding: Encoding, *, staff_id: int, now: datetime) -> Export:
    """Write down that somebody takes a list. Raises DomainError for the field `columns`."""
    columns = chosen(session, keys)
    if not columns:
        raise DomainError("書き出す項目を1つ以上選んでください。", "columns")
    headings = [column.heading for column in columns]
    export = Export(staff_id=staff_id, at=now, columns=headings, encoding=encoding)
    session.add(export)
    session.flush()  # the file is written under its id
    return export


def lines(
    database: Database, export_id: int, audience: Audience, keys: Sequence[str], encoding: Encoding, *, now: datetime
) -> Iterator[bytes]:
    """The file in pieces, each read when the one before has been taken: any number of friends in little memory."""
    writer, count, is_whole = Writer(encoding), 0, False
    try:
        with database.read() as session:
            columns = chosen(session, keys)
        yield writer.start() + writer.lines([[column.heading for column in columns]])
        for rows in _chunks(database, audience, columns, now):
            count += len(rows)
            yield writer.lines(rows)
        is_whole = True
    finally:
        with database.unit() as session:
            _note(session, export_id, count, writer.replaced_count, now if is_whole else None)


def _chunks(
    database: Database, audience: Audience, columns: Sequence[Column], now: datetime
) -> Iterator[list[list[str]]]:
    last_id = 0
    while True:
        with database.read() as session:
            condition = audience.condition(session, now=now)
            query = sa.select(Friend).where(condition, Friend.id > last_id).order_by(Friend.id).limit(CHUNK)
            friends = session.scalars(query).all()
            rows = Sheet(session, columns).rows(session, friends) if friends else []
            last_id = friends[-1].id if friends else 0
        if rows:
            yield rows
        if len(rows) < CHUNK:
            return


def _note(session: Session, export_id: int, count: int, replaced_count: int, finished_at: datetime | None) -> None:
    export = session.get_one(Export, export_id)
    export.row_count, export.replaced_count, export.finished_at = count, replaced_count, finished_at


def exports(session: Session, *, limit: int = 30) -> Sequence[Export]:
    """Who took what, the newest first."""
    query = sa.select(Export).options(joinedload(Export.staff)).order_by(Export.id.desc()).limit(limit)
    return session.scalars(query).all()
