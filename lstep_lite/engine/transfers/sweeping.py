"""Files that came in don't stay: after some days, or when somebody in them is forgotten, their lines are removed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.engine.friends.erasing import NotYet, Traces, erases
from lstep_lite.engine.transfers.importing import OPEN
from lstep_lite.models import Import, ImportLine, ImportPart, ImportState

PARTS = 10
LINES = 500


@agenda.work("chores", due=lambda now, wall: sa.exists().where(_is_over(now)))
def sweep(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One small step. True when there is more."""
    with database.unit() as session:
        return remove_some(session, _is_over(now), now) > 0


def _is_over(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Import.expires_at <= now, Import.state.not_in(OPEN))


def remove_some(session: Session, which: sa.ColumnElement[bool], now: datetime) -> int:
    """Some lines of one of these imports; how many rows that changed. What was counted stays."""
    job = session.scalars(sa.select(Import).where(which).order_by(Import.id).limit(1).with_for_update()).one_or_none()
    if job is None:
        return 0
    parts = sa.select(ImportPart.last_line).where(ImportPart.import_id == job.id).limit(PARTS)
    lines = sa.select(ImportLine.line).where(ImportLine.import_id == job.id).limit(LINES)
    removed = [
        *session.scalars(_delete(ImportPart, ImportPart.last_line, job, parts)),
        *session.scalars(_delete(ImportLine, ImportLine.line, job, lines)),
    ]
    if not removed:
        job.expires_at = None
        if job.state is not ImportState.DONE:
            job.state, job.finished_at = ImportState.CANCELLED, job.finished_at or now
    return len(removed) or 1


def _delete(model: type[ImportPart | ImportLine], column: Any, job: Import, some: sa.Select[int]) -> Any:
    return sa.delete(model).where(model.import_id == job.id, column.in_(some)).returning(column)


@erases(Import)
def _forget_files(session: Session, traces: Traces) -> int:
    """Nobody can tell which lines are about this person, so none stay. A file being read is waited for."""
    earlier = sa.and_(Import.created_at <= traces.until, Import.expires_at.is_not(None))
    removed = remove_some(session, sa.and_(earlier, Import.state.not_in(OPEN)), traces.until)
    if not removed and session.scalar(sa.select(sa.exists().where(earlier))):
        raise NotYet
    return removed
