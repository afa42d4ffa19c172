"""Bytes go after the rows that named them, and those no row ever named go as well."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.media import storage
from lstep_lite.engine.media.storage import MediaStore
from lstep_lite.models import Media, MediaState

STRAY_AFTER = timedelta(days=1)
"""By then whoever wrote a file has written its row, or never will."""
CHUNK = 500
Keeper = Callable[[Session, Collection[str]], Collection[str]]
"""keeper(session, codes): those of the codes whose files are needed though no row of Media names them."""
_keepers: list[Keeper] = []
HAS_BYTES_TO_REMOVE = and_(Media.state == MediaState.DELETED, Media.path.is_not(None))


def keeper(keep: Keeper) -> Keeper:
    """Register the function below as one who knows files of its own in the store."""
    _keepers.append(keep)
    return keep


def sweep(database: Database, store: MediaStore, *, limit: int) -> int:
    """Remove the bytes of up to *limit* deleted files; returns how many. Running it twice is harmless."""
    with database.read() as session:
        deleted = session.execute(select(Media.id, Media.code).where(HAS_BYTES_TO_REMOVE).limit(limit)).all()
    for row in deleted:
        store.remove(row.code)
    if deleted:
        with database.unit() as session:
            session.execute(
                update(Media).where(Media.id.in_([row.id for row in deleted])).values(path=None, preview_path=None)
            )
    return len(deleted)


def sweep_strays(database: Database, store: MediaStore, *, wall: datetime) -> int:
    """Remove what processes left behind that died between a file and its row; returns how many files.

    At the full minute it looks into one folder of the store, so that all are looked through every few days.
    """
    if wall.second:
        return 0
    old = store.old_files(int(wall.timestamp()) // 60, before=wall - STRAY_AFTER)[:CHUNK]
    if not old:
        return 0
    with database.read() as session:
        needed = _needed(session, {_code(file) for file in old})
    strays = [file for file in old if not _is_needed(file, needed)]
    for file in strays:
        file.unlink(missing_ok=True)
    return len(strays)


def _needed(session: Session, codes: Collection[str]) -> dict[str, MediaState]:
    rows = session.execute(select(Media.code, Media.state).where(Media.code.in_(codes), Media.path.is_not(None)))
    kept = {code: MediaState.STORED for keep in _keepers for code in keep(session, codes)}
    return kept | {row.code: row.state for row in rows}


def _is_needed(file: Path, needed: dict[str, MediaState]) -> bool:
    state = needed.get(_code(file))
    if file.name.endswith(storage.UNFINISHED):
        return False
    if file.name.endswith(storage.RAW):
        return state is MediaState.WAITING
    return state is not None


def _code(file: Path) -> str:
    """A code has no dot."""
    return file.name.partition(".")[0]
