"""Pictures cut out of pictures: the same cut of the same picture is one row, whoever asks for it how often.

A cut has three steps: `plan` (looks), `make` (reads and writes files, never inside a unit), `keep` (the row).
"""

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.media import library
from lstep_lite.engine.media.pictures import ORIGINAL_SIDE, Box
from lstep_lite.engine.media.storage import MediaStore, StoredImage
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError
from lstep_lite.models import Media, MediaKind, MediaState
from lstep_lite.models.names import name_key

SMALLEST_SIDE = 16


@dataclass(frozen=True)
class Plan:
    """A cut that is possible."""

    source_id: int
    source_path: str
    box: Box
    width: int | None

    @property
    def recipe(self) -> str:
        return f"{self.source_id}:{self.box.corners}:{self.width or ''}".replace(" ", "")


def plan(session: Session, media_id: int, box: Box, *, width: int | None = None) -> Plan:
    """To cut *box* out of a picture of the library, made *width* pixels wide if that is given.

    Raises NotFound, and DomainError when the picture has no such part.
    """
    source = library.get(session, media_id)
    if source.kind is not MediaKind.IMAGE or source.state is not MediaState.STORED or source.path is None:
        raise DomainError("切り抜けるのは画像だけです。")
    _check(box, source, width)
    return Plan(source.id, source.path, box, width)


def whole(row: Media) -> Box:
    """All of a picture."""
    return Box(0, 0, row.width or 0, row.height or 0)


def middle(row: Media, ratio: float) -> Box:
    """The largest part of that *ratio* (width by height) around the middle of a picture."""
    width, height = row.width or 0, row.height or 0
    wide, high = min(width, round(height * ratio)), min(height, round(width / ratio))
    return Box((width - wide) // 2, (height - high) // 2, max(wide, 1), max(high, 1))


def find(session: Session, wanted: Plan) -> Media | None:
    """The cut, if it was made before."""
    return session.scalar(sa.select(Media).where(Media.recipe == wanted.recipe))


def make(store: MediaStore, wanted: Plan) -> StoredImage:
    """Cut. Reads, computes and writes: not inside a unit. Raises DomainError when the picture's file is gone."""
    try:
        data = store.path_of(wanted.source_path).read_bytes()
    except FileNotFoundError as error:
        raise DomainError("元の画像のファイルがありません。画像をもう一度アップロードしてください。") from error
    return store.store_cut(data, wanted.box, wanted.width)


def keep(session: Session, wanted: Plan, made: StoredImage, *, now: datetime) -> Media:
    """The cut's row. It has no name, so the library shows it beside its picture only (see `name`)."""
    origin = {"made_from_id": wanted.source_id, "box": asdict(wanted.box)}
    return library.add_made(session, made, wanted.recipe, now=now, **origin)


def name(row: Media, *, name: str) -> None:
    """Show a cut in the library, beside its picture. Raises DomainError."""
    row.name = checked_name(name, library.LONGEST_NAME)
    row.name_key = name_key(row.name)


def made_from(session: Session, source: Media) -> list[Media]:
    """What was cut out of a picture, oldest first."""
    query = sa.select(Media).where(Media.made_from_id == source.id, Media.state == MediaState.STORED)
    return list(session.scalars(query.order_by(Media.id)))


def _check(box: Box, source: Media, width: int | None) -> None:
    left, top, right, bottom = box.corners
    if min(box.width, box.height) < SMALLEST_SIDE:
        raise DomainError(f"切り抜く範囲が小さすぎます。縦も横も{SMALLEST_SIDE}ピクセル以上にしてください。", "width")
    if left < 0 or top < 0 or right > (source.width or 0) or bottom > (source.height or 0):
        raise DomainError("切り抜く範囲が画像からはみ出しています。範囲を選び直してください。", "width")
    if width is not None and not SMALLEST_SIDE <= width <= ORIGINAL_SIDE:
        raise DomainError(f"横幅は{SMALLEST_SIDE}〜{ORIGINAL_SIDE}ピクセルで指定してください。")
