"""Drafts that nobody came back to, and files that neither a draft nor an answer holds."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, media
from lstep_lite.engine.media import MediaStore
from lstep_lite.models import SurveyDraft, SurveyFile

KEPT_FOR = timedelta(days=30)


def sweep(database: Database, store: MediaStore, *, now: datetime, limit: int) -> int:
    """Remove up to *limit* of each; how many there were. Running it twice is harmless."""
    return _sweep_drafts(database, now, limit) + _sweep_files(database, store, limit)


def is_sweep_due() -> sa.ColumnElement[bool]:
    old = sa.exists().where(SurveyDraft.updated_at < agenda.ago(KEPT_FOR))
    return sa.or_(old, sa.exists().where(_IS_LOOSE))


def _sweep_drafts(database: Database, now: datetime, limit: int) -> int:
    """The database lets go of their files."""
    old = sa.select(SurveyDraft.id).where(SurveyDraft.updated_at < now - KEPT_FOR).limit(limit)
    with database.read() as session:
        ids = session.scalars(old).all()
    if ids:
        with database.unit() as session:
            still_old = SurveyDraft.updated_at < now - KEPT_FOR  # somebody may just have come back
            session.execute(sa.delete(SurveyDraft).where(SurveyDraft.id.in_(ids), still_old))
    return len(ids)


def _sweep_files(database: Database, store: MediaStore, limit: int) -> int:
    with database.read() as session:
        loose = session.execute(sa.select(SurveyFile.id, SurveyFile.code).where(_IS_LOOSE).limit(limit)).all()
    for row in loose:
        store.remove(row.code)
    if loose:
        with database.unit() as session:
            session.execute(sa.delete(SurveyFile).where(SurveyFile.id.in_([row.id for row in loose])))
    return len(loose)


_IS_LOOSE = sa.and_(SurveyFile.answer_id.is_(None), SurveyFile.draft_id.is_(None))


@media.keeper
def _own(session: Session, codes: Collection[str]) -> Collection[str]:
    return session.scalars(sa.select(SurveyFile.code).where(SurveyFile.code.in_(codes))).all()
