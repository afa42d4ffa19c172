"""Bytes go after the rows that named them."""

from sqlalchemy import select, update

from lstep_lite.db import Database
from lstep_lite.engine.media.storage import MediaStore
from lstep_lite.models import Media, MediaState


def sweep(database: Database, store: MediaStore, *, limit: int) -> int:
    """Remove the bytes of up to *limit* deleted files; returns how many. Running it twice is harmless."""
    with database.read() as session:
        deleted = session.execute(
            select(Media.id, Media.code).where(Media.state == MediaState.DELETED, Media.path.is_not(None)).limit(limit)
        ).all()
    for row in deleted:
        store.remove(row.code)
    if deleted:
        with database.unit() as session:
            session.execute(
                update(Media).where(Media.id.in_([row.id for row in deleted])).values(path=None, preview_path=None)
            )
    return len(deleted)
