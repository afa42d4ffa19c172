"""Pictures in the five widths in which LINE asks for those of imagemaps.

https://developers.line.biz/en/reference/messaging-api/#base-url
They lie beside their picture and go with it. All are made when the first is asked for, which the editor's preview does.
"""

from sqlalchemy.orm import Session

from lstep_lite.engine.media import library, pictures
from lstep_lite.engine.media.storage import MediaStore
from lstep_lite.errors import NotFound
from lstep_lite.models import Media, MediaKind

WIDTHS = (240, 300, 460, 700, 1040)
PNG_SIGNATURE = b"\x89PNG"


def find(session: Session, code: str, width: int) -> Media:
    """The picture, or the video whose picture it is. Raises NotFound."""
    row = library.find(session, code)
    if width not in WIDTHS or row.friend_id is not None or _source(row) is None:
        raise NotFound
    return row


def ensure(store: MediaStore, row: Media, width: int) -> str:
    """The path of the file of this width. Reads, computes and writes: not inside a unit. Raises NotFound."""
    wanted = _path(row, width)
    if not store.path_of(wanted).is_file():
        _make(store, row)
    return wanted


def _make(store: MediaStore, row: Media) -> None:
    try:
        data = store.path_of(_source(row) or "").read_bytes()
    except OSError as error:
        raise NotFound from error
    for width, scaled in pictures.scaled(data, WIDTHS):
        store.store_file(_path(row, width), [scaled.data])


def _source(row: Media) -> str | None:
    return row.path if row.kind is MediaKind.IMAGE else row.preview_path


def _path(row: Media, width: int) -> str:
    """A name the store removes, and the sweep keeps, together with the picture's own files."""
    return f"{row.path}.{width}"


def content_type(head: bytes) -> str:
    return "image/png" if head.startswith(PNG_SIGNATURE) else "image/jpeg"
