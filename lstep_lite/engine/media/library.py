"""The rows of files: what staff upload, what is in the library, and what goes."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.db import insert_new
from lstep_lite.engine import folders, mentions
from lstep_lite.engine.media import storage
from lstep_lite.engine.media.storage import RawClip, StoredFile, StoredImage
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name, storable
from lstep_lite.errors import NotFound
from lstep_lite.models import Friend, Media, MediaKind, MediaState
from lstep_lite.models.names import name_key

FEATURE = "media"
LONGEST_NAME = 100
PAGE_SIZE = 48
KINDS = (MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO)
_SHOWN = (MediaState.STORED, MediaState.WAITING, MediaState.FAILED)
IN_LIBRARY = sa.and_(Media.friend_id.is_(None), Media.name.is_not(None), Media.state.in_(_SHOWN))
"""What customers sent never is."""

folders.shelf(FEATURE, Media, Permission.MESSAGES_EDIT, only=IN_LIBRARY)


@dataclass(frozen=True)
class Upload:
    """Who put a file into the library, and where."""

    file_name: str
    staff_id: int | None = None
    folder_id: int | None = None


@dataclass(frozen=True)
class Page(Paged):
    """One page of the library, newest first."""

    files: Sequence[Media]


# Keeping -------------------------------------------------------------------------------------------------------------


def add(session: Session, stored: StoredImage | RawClip, upload: Upload, *, now: datetime) -> Media:
    """Put into the library what the store already keeps; a clip is still to be prepared. Raises NotFound (folder)."""
    row = _picture(stored) if isinstance(stored, StoredImage) else _clip(stored)
    row.name = _title(upload.file_name)
    row.name_key = name_key(row.name)
    row.file_name = storable(upload.file_name)[:200]
    row.uploaded_by_id = upload.staff_id
    row.folder_id = folders.checked(session, FEATURE, upload.folder_id)
    return _added(session, row, now)


def add_image(session: Session, image: StoredImage, *, file_name: str | None = None, now: datetime) -> Media:
    """The row of a picture that is sent to one friend: LINE may fetch it, but the library does not show it."""
    row = _picture(image)
    row.file_name = file_name
    return _added(session, row, now)


def add_file(
    session: Session, stored: StoredImage | StoredFile, friend: Friend, *, file_name: str, now: datetime
) -> Media:
    """The row of a file about *friend*, which the store already keeps; only staff may see it."""
    row = _picture(stored) if isinstance(stored, StoredImage) else _document(stored)
    row.friend_id, row.file_name = friend.id, file_name
    return _added(session, row, now)


def add_made(session: Session, image: StoredImage, recipe: str, *, now: datetime, **more: Any) -> Media:
    """The row of a picture that the product made by *recipe*; *more* of its columns.

    When somebody else was faster, theirs; our file is swept then.
    """
    row = {**_columns(image), "recipe": recipe, "attempts": 0, "created_at": now, **more}
    session.execute(insert_new(session, Media).values(row))
    return session.scalars(sa.select(Media).where(Media.recipe == recipe)).one()


def _added(session: Session, row: Media, now: datetime) -> Media:
    row.created_at = now
    session.add(row)
    session.flush()  # whatever shows the file refers to its id
    return row


def _title(file_name: str) -> str:
    """What a new file is called: its file's name without the ending."""
    stem = re.sub(r"\.[0-9A-Za-z]{1,5}$", "", storable(file_name)).strip()
    return stem[:LONGEST_NAME] or "名前のないファイル"


def _picture(image: StoredImage) -> Media:
    return Media(**_columns(image))


def _columns(image: StoredImage) -> dict[str, Any]:
    return {
        "code": image.code,
        "kind": MediaKind.IMAGE,
        "state": MediaState.STORED,
        "content_type": image.content_type,
        "size_bytes": image.size_bytes,
        "width": image.width,
        "height": image.height,
        "path": storage.path(image.code),
        "preview_path": storage.preview_path(image.code),
    }


def _clip(raw: RawClip) -> Media:
    return Media(
        code=raw.code,
        kind=raw.kind,
        state=MediaState.WAITING,
        container_format=raw.container_format,
        path=storage.path(raw.code),
    )


def _document(stored: StoredFile) -> Media:
    return Media(
        code=stored.code,
        kind=MediaKind.FILE,
        state=MediaState.STORED,
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        path=storage.path(stored.code),
    )


# Looking -------------------------------------------------------------------------------------------------------------


def page(
    session: Session,
    *,
    kind: MediaKind | None = None,
    folder_id: int | None = None,
    text: str = "",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page:
    """The library, or what of it is of one kind, in a folder, or has *text* in its name."""
    wanted = [IN_LIBRARY]
    if kind is not None:
        wanted.append(Media.kind == kind)
    if folder_id is not None:
        wanted.append(Media.folder_id == folder_id)
    if key := name_key(text):
        wanted.append(Media.name_key.contains(key, autoescape=True))
    total = session.scalar(sa.select(sa.func.count()).select_from(Media).where(*wanted)) or 0
    number = nearest(number, total, size)
    query = sa.select(Media).where(*wanted).options(joinedload(Media.preview_media)).order_by(Media.id.desc())
    rows = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    return Page(rows, total_count=total, number=number, size=size)


def get(session: Session, media_id: int) -> Media:
    """A file of the library, or one cut from it. Raises NotFound."""
    row = session.get(Media, media_id)
    if row is None or row.friend_id is not None or row.state not in _SHOWN or not (row.name or row.made_from_id):
        raise NotFound("このファイルは見つかりませんでした。削除された可能性があります。")
    return row


def find(session: Session, code: str) -> Media:
    """The stored file with this code. Raises NotFound, also for one that is deleted or not here yet."""
    row = session.scalar(sa.select(Media).where(Media.code == code, Media.state == MediaState.STORED))
    if row is None:
        raise NotFound
    return row


@mentions.target(FEATURE)
def _names(session: Session, ids: Collection[str]) -> dict[str, str]:
    wanted = [int(each) for each in ids]
    rows = session.execute(
        sa.select(Media.id, Media.name, Media.file_name).where(
            Media.id.in_(wanted), Media.friend_id.is_(None), Media.state.in_((MediaState.STORED, MediaState.WAITING))
        )
    )
    return {str(row.id): row.name or row.file_name or "ファイル" for row in rows}


# Changing ------------------------------------------------------------------------------------------------------------


def rename(session: Session, row: Media, *, name: str, folder_id: int | None) -> None:
    """Raises DomainError for the name."""
    row.name = checked_name(name, LONGEST_NAME)
    row.name_key = name_key(row.name)
    row.folder_id = folders.checked(session, FEATURE, folder_id)


def move(session: Session, media_ids: Collection[int], *, folder_id: int | None) -> int:
    """Put files of the library into a folder, or into none; returns how many there were."""
    wanted = folders.checked(session, FEATURE, folder_id)
    moved = sa.update(Media).where(Media.id.in_(media_ids), IN_LIBRARY).values(folder_id=wanted)
    return len(session.scalars(moved.returning(Media.id)).all())


def delete(session: Session, row: Media) -> None:
    """Unreachable at once; the bytes go with the next `sweep`."""
    if row.preview_media_id is not None:
        mentions.forget(session, FEATURE, row.id)
    row.state = MediaState.DELETED
    row.file_name = row.name = row.name_key = row.recipe = None


def delete_many(session: Session, media_ids: Collection[int]) -> int:
    """Delete files of the library and what was cut from it; returns how many there were."""
    query = sa.select(Media).where(Media.id.in_(media_ids), Media.friend_id.is_(None), Media.state.in_(_SHOWN))
    rows = session.scalars(query.where(sa.or_(Media.name.is_not(None), Media.made_from_id.is_not(None)))).all()
    for row in rows:
        delete(session, row)
    return len(rows)
