"""Photos of the karte. They are re-encoded when they are stored (media), so that nothing of the camera's is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.media import StoredImage, storage
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import KarteEntry, KartePhoto, PhotoPhase

MOST = 20
"""Photos of one entry."""
MOST_AT_ONCE = 10
PHASES = {PhotoPhase.BEFORE: "施術前", PhotoPhase.AFTER: "施術後", PhotoPhase.OTHER: "そのほか"}


@dataclass(frozen=True)
class Sides:
    """Before and after, side by side."""

    before: Sequence[KartePhoto]
    after: Sequence[KartePhoto]
    other: Sequence[KartePhoto]


def sides(entry: KarteEntry) -> Sides:
    by_phase = {phase: [each for each in entry.photos if each.phase is phase] for phase in PhotoPhase}
    return Sides(by_phase[PhotoPhase.BEFORE], by_phase[PhotoPhase.AFTER], by_phase[PhotoPhase.OTHER])


def add(session: Session, entry: KarteEntry, stored: Sequence[StoredImage], phase: PhotoPhase) -> None:
    """Photos that are on disk already. Raises DomainError (`photos`) where they would be too many."""
    held = sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(KartePhoto.position), 0))
    count, last = session.execute(held.where(KartePhoto.karte_entry_id == entry.id)).one()
    if count + len(stored) > MOST:
        raise DomainError(f"写真は1件のカルテに{MOST}枚までです。", "photos")
    for place, image in enumerate(stored, last + 1):
        session.add(_photo(entry, image, phase, place))
    session.flush()
    session.expire(entry, ["photos"])


def _photo(entry: KarteEntry, image: StoredImage, phase: PhotoPhase, place: int) -> KartePhoto:
    return KartePhoto(
        code=image.code,
        karte_entry_id=entry.id,
        phase=phase,
        content_type=image.content_type,
        path=storage.path(image.code),
        preview_path=storage.preview_path(image.code),
        size_bytes=image.size_bytes,
        position=place,
    )


def get(session: Session, entry: KarteEntry, code: str) -> KartePhoto:
    """One of this entry. Raises NotFound for any other."""
    query = sa.select(KartePhoto).where(KartePhoto.code == code, KartePhoto.karte_entry_id == entry.id)
    found = session.scalar(query)
    if found is None:
        raise NotFound("この写真は見つかりませんでした。")
    return found


def remove(session: Session, photo: KartePhoto) -> None:
    """It is nobody's from now on, and is swept."""
    photo.karte_entry_id = None
