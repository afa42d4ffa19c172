"""Files as LINE and customers fetch them."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lstep_lite.models import Media, MediaKind, MediaState


@dataclass(frozen=True)
class PublicFile:
    """A stored file of the library with its public addresses. Sides are pixels; 0 where nobody knows them."""

    id: int
    kind: MediaKind
    url: str
    preview_url: str
    """Empty for a sound."""
    width: int = 0
    height: int = 0
    duration_ms: int = 0


def public(session: Session, ids: Collection[int], public_url: str) -> dict[int, PublicFile]:
    """Those of *ids* that are there to be shown, by id; what customers sent is never published. One statement."""
    if not ids:
        return {}
    chosen = aliased(Media)
    query = (
        sa.select(Media, chosen.code)
        .outerjoin(chosen, sa.and_(chosen.id == Media.preview_media_id, chosen.state == MediaState.STORED))
        .where(Media.id.in_(ids), Media.state == MediaState.STORED, Media.friend_id.is_(None))
    )
    return {row.id: _public(row, preview_code, f"{public_url}/media") for row, preview_code in session.execute(query)}


def _public(row: Media, preview_code: str | None, base: str) -> PublicFile:
    preview = f"{base}/{preview_code or row.code}/preview" if row.preview_path else ""
    return PublicFile(
        row.id, row.kind, f"{base}/{row.code}", preview, row.width or 0, row.height or 0, row.duration_ms or 0
    )
