"""Photos that no entry holds any more: the bytes go, then the rows."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import media
from lstep_lite.engine.media import MediaStore
from lstep_lite.models import KartePhoto

LOOSE = KartePhoto.karte_entry_id.is_(None)


def sweep(database: Database, store: MediaStore, *, limit: int) -> int:
    """Remove up to *limit*; how many there were. Running it twice is harmless."""
    with database.read() as session:
        loose = session.execute(sa.select(KartePhoto.id, KartePhoto.code).where(LOOSE).limit(limit)).all()
    for row in loose:
        store.remove(row.code)
    if loose:
        with database.unit() as session:
            session.execute(sa.delete(KartePhoto).where(KartePhoto.id.in_([row.id for row in loose])))
    return len(loose)


@media.keeper
def _own(session: Session, codes: Collection[str]) -> Collection[str]:
    return session.scalars(sa.select(KartePhoto.code).where(KartePhoto.code.in_(codes))).all()
