"""Taking away what friends had in deleted fields and options, in steps that hold nobody up."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.models import FieldLeftover, FieldPick, FieldValue, Lane, Media, MediaState

CHUNK = 500


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists(sa.select(FieldLeftover.id)))
def sweep(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One step of up to 500 rows; running it twice is harmless. True when there is more."""
    with database.unit() as session:
        leftover = session.scalar(sa.select(FieldLeftover).order_by(FieldLeftover.id).limit(1).with_for_update())
        if leftover is None:
            return False
        if _take_away(session, leftover) < CHUNK:
            session.delete(leftover)
        return True


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(due=session.scalar(sa.select(sa.func.count()).select_from(FieldLeftover)) or 0)


def _take_away(session: Session, leftover: FieldLeftover) -> int:
    """How many rows went."""
    if leftover.option_id is not None:
        return _take_picks(session, FieldPick.option_id == leftover.option_id)
    return _take_values(session, leftover.field_id)


def _take_picks(session: Session, which: sa.ColumnElement[bool]) -> int:
    found = session.execute(sa.select(FieldPick.friend_id, FieldPick.option_id).where(which).limit(CHUNK)).all()
    friend_ids = [row.friend_id for row in found]
    session.execute(_bare(sa.delete(FieldPick).where(which, FieldPick.friend_id.in_(friend_ids))))
    return len(found)


def _take_values(session: Session, field_id: int) -> int:
    found = session.execute(
        sa.select(FieldValue.friend_id, FieldValue.media_id).where(FieldValue.field_id == field_id).limit(CHUNK)
    ).all()
    of_these = sa.and_(FieldValue.field_id == field_id, FieldValue.friend_id.in_([row.friend_id for row in found]))
    if files := [row.media_id for row in found if row.media_id is not None]:
        gone = {"state": MediaState.DELETED, "file_name": None}
        session.execute(_bare(sa.update(Media).where(Media.id.in_(files)).values(gone)))
    session.execute(_bare(sa.delete(FieldValue).where(of_these)))
    return len(found)


def _bare(statement: sa.Delete | sa.Update) -> sa.Executable:
    return statement.execution_options(synchronize_session=False)
