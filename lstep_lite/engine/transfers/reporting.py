"""The lines that could not be taken in, as a file: to be mended and handed in again."""

from collections.abc import Iterator

import sqlalchemy as sa

from lstep_lite.db import Database
from lstep_lite.engine.transfers.cells import Writer, guarded
from lstep_lite.engine.transfers.importing import OVER
from lstep_lite.models import Encoding, Import, ImportLine, ImportPart


def report(database: Database, import_id: int) -> Iterator[bytes]:
    """The file in pieces, one a part: the line's number, the reason, and the line as it came."""
    writer, last = Writer(Encoding.UTF8), 0
    with database.read() as session:
        headings = session.get_one(Import, import_id).headings
    yield writer.start() + writer.lines([["行", "理由", *map(guarded, headings)]])
    while True:
        with database.read() as session:
            part = session.scalar(
                sa.select(ImportPart)
                .where(ImportPart.import_id == import_id, ImportPart.last_line > last)
                .order_by(ImportPart.last_line)
                .limit(1)
            )
            if part is None:
                return
            query = sa.select(ImportLine.line, ImportLine.reason).where(
                ImportLine.import_id == import_id,
                ImportLine.outcome.in_(OVER),
                ImportLine.line.between(last + 1, part.last_line),
            )
            reasons = {line: reason or "" for line, reason in session.execute(query)}
            rows = [
                [str(line), guarded(reasons[line]), *map(guarded, cells)]
                for line, cells in part.records
                if line in reasons
            ]
            last = part.last_line
        if rows:
            yield writer.lines(rows)
