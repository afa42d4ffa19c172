"""The rows of files that staff upload."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine.media import storage
from lstep_lite.engine.media.storage import StoredFile, StoredImage
from lstep_lite.errors import NotFound
from lstep_lite.models import Friend, Media, MediaKind, MediaState


def add_file(
    session: Session, stored: StoredImage | StoredFile, friend: Friend, *, file_name: str, now: datetime
) -> Media:
    """The row of a file about *friend*, which the store already keeps; only staff may see it."""
    if isinstance(stored, StoredImage):
        media = add_image(session, stored, file_name=file_name, now=now)
        media.friend_id = friend.id
        return media
    media = Media(
        code=stored.code,
        kind=MediaKind.FILE,
        state=MediaState.STORED,
        friend_id=friend.id,
        file_name=file_name,
        created_at=now,
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        path=storage.path(stored.code),
    )
    session.add(media)
    session.flush()  # fields refer to its id
    return media


def add_image(session: Session, image: StoredImage, *, file_name: str | None = None, now: datetime) -> Media:
    """The row of a picture that staff uploaded and the store already keeps."""
    media = Media(
        code=image.code,
        kind=MediaKind.IMAGE,
        state=MediaState.STORED,
        file_name=file_name,
        created_at=now,
        content_type=image.content_type,
        size_bytes=image.size_bytes,
        width=image.width,
        height=image.height,
        path=storage.path(image.code),
        preview_path=storage.preview_path(image.code),
    )
    session.add(media)
    session.flush()  # blocks refer to its id
    return media


def find(session: Session, code: str) -> Media:
    """The stored file with this code. Raises NotFound, also for one that is deleted or not here yet."""
    media = session.scalar(select(Media).where(Media.code == code, Media.state == MediaState.STORED))
    if media is None:
        raise NotFound
    return media


def delete(session: Session, media: Media) -> None:
    """Unreachable at once; the bytes go with the next `sweep`."""
    media.state = MediaState.DELETED
    media.file_name = None
