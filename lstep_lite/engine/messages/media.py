"""Files: pictures staff upload, and what customers send. Rows name them; the store keeps the bytes on disk.

A file is on disk before its row says so, and is removed after its row has said so, by `sweep`. Its name is its code
alone, so that a fetch that died half-way is simply repeated, and leaves nothing that can't be found again.
"""

import logging
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from lstep_lite.db import Database, insert_new
from lstep_lite.engine.line import Account, ContentState, LineError
from lstep_lite.engine.messages import pictures
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Friend, Media, MediaKind, MediaState

log = logging.getLogger(__name__)

UPLOAD_BYTES = 20_000_000
"""Of a picture before it is re-encoded."""
RECEIVED_BYTES = 200_000_000
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 20
"""About three hours with the waits between them. LINE promises no keeping time at all."""
LONGEST_WAIT_SECONDS = 900
ANY_FILE = "application/octet-stream"
PDF = "application/pdf"
PDF_SIGNATURE = b"%PDF-"
SAFE_TYPES = {
    "video/mp4": "video/mp4",
    "audio/mp4": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/aac": "audio/aac",
    "audio/mpeg": "audio/mpeg",
}
"""What a browser may play; everything else is only offered for downloading."""


class TooLarge(DomainError):
    pass


@dataclass(frozen=True)
class StoredImage:
    """A picture and its preview, both on disk."""

    code: str
    content_type: str
    size_bytes: int
    width: int
    height: int


@dataclass(frozen=True)
class StoredFile:
    """A file that is kept as it came; browsers only download it."""

    code: str
    content_type: str
    size_bytes: int


class MediaStore:
    """The media directory. Holds no session; never use it inside a unit of work."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path_of(self, path: str) -> Path:
        """Where the file of a row's `path` or `preview_path` lies."""
        return self._root / path

    def store_image(self, data: bytes) -> StoredImage:
        """Keep an uploaded picture under a new code. Raises DomainError saying what to upload instead."""
        if len(data) > UPLOAD_BYTES:
            raise TooLarge(f"画像が大きすぎます（{UPLOAD_BYTES // 1_000_000}MBまで）。小さくした画像をお使いください。")
        return self.store_image_as(new_code(), data)

    def store_image_as(self, code: str, data: bytes) -> StoredImage:
        original, preview = pictures.prepare(data)
        self.store_file(preview_path(code), [preview.data])
        self.store_file(path(code), [original.data])
        return StoredImage(code, original.content_type, len(original.data), original.width, original.height)

    def store_upload(self, data: bytes) -> StoredImage | StoredFile:
        """Keep an uploaded picture or PDF. Raises DomainError saying what to upload instead."""
        if not data.startswith(PDF_SIGNATURE):
            return self.store_image(data)
        if len(data) > UPLOAD_BYTES:
            raise TooLarge(
                f"ファイルが大きすぎます（{UPLOAD_BYTES // 1_000_000}MBまで）。小さくしたものをお使いください。"
            )
        code = new_code()
        return StoredFile(code, PDF, self.store_file(path(code), [data]))

    def store_file(self, path: str, chunks: Iterable[bytes]) -> int:
        """Write a stream to disk and return its size; the file appears once it is whole. Raises TooLarge."""
        target = self.path_of(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
        try:
            size = _write(draft, chunks)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        return size

    def remove(self, code: str) -> None:
        """Everything kept under *code*, and what a killed process left unfinished of it."""
        for file in self.path_of(path(code)).parent.glob(f"{code}*"):
            file.unlink(missing_ok=True)


def _write(draft: Path, chunks: Iterable[bytes]) -> int:
    size = 0
    with draft.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > RECEIVED_BYTES:
                raise TooLarge(f"ファイルが大きすぎるため保存しませんでした（{RECEIVED_BYTES // 1_000_000}MBまで）。")
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size


def new_code() -> str:
    """192 random bits: who doesn't know the address can't guess it."""
    return secrets.token_urlsafe(24)


def path(code: str) -> str:
    return f"{code[:2]}/{code}"


def preview_path(code: str) -> str:
    return f"{path(code)}.preview.jpg"


# Rows


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
        path=path(stored.code),
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
        path=path(image.code),
        preview_path=preview_path(image.code),
    )
    session.add(media)
    session.flush()  # blocks refer to its id
    return media


def expect(
    session: Session,
    friend: Friend,
    kind: MediaKind,
    *,
    line_message_id: str,
    file_name: str | None = None,
    now: datetime,
) -> Media:
    """The row of something a friend sent, to be fetched from LINE soon. A second call for a message changes nothing."""
    code = new_code()
    session.execute(
        insert_new(session, Media).values(
            code=code,
            kind=kind,
            state=MediaState.WAITING,
            friend_id=friend.id,
            line_message_id=line_message_id,
            path=path(code),
            preview_path=preview_path(code) if kind is MediaKind.IMAGE else None,
            file_name=file_name,
            attempts=0,
            created_at=now,
        )
    )
    return session.scalars(select(Media).where(Media.line_message_id == line_message_id)).one()


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


# The worker's part


def fetch_due(database: Database, account: Account, store: MediaStore, *, wall: datetime, limit: int) -> int:
    """Fetch up to *limit* files that friends sent; returns how many were tried. Two workers may run it at once."""
    for tried in range(limit):
        with database.unit() as session:
            job = _claim(session, wall)
        if job is None:
            return tried
        outcome = _fetch(account, store, job)
        with database.unit() as session:
            _record(session, job, outcome, wall)
    return limit


@dataclass(frozen=True)
class _Job:
    media_id: int
    code: str
    kind: MediaKind
    line_message_id: str
    attempts: int


@dataclass(frozen=True)
class _Outcome:
    state: MediaState
    """WAITING: try again later."""
    reason: str | None = None
    content_type: str = ANY_FILE
    size_bytes: int = 0
    image: StoredImage | None = None


def untried_count(session: Session) -> int:
    """How many files of friends nobody has asked LINE for yet."""
    untried = select(func.count()).select_from(Media).where(Media.state == MediaState.WAITING, Media.attempts == 0)
    return session.scalar(untried) or 0


def _claim(session: Session, wall: datetime) -> _Job | None:
    due = (
        select(Media.id)
        .where(
            Media.state == MediaState.WAITING,
            Media.line_message_id.is_not(None),
            or_(Media.due_at.is_(None), Media.due_at <= wall),
        )
        .order_by(Media.due_at, Media.id)  # as the index has them: the stored ones are many
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(
        update(Media)
        .where(Media.id.in_(due))
        .values(due_at=wall + LEASE)
        .returning(Media.id, Media.code, Media.kind, Media.line_message_id, Media.attempts)
    ).first()
    return _Job(row.id, row.code, row.kind, row.line_message_id, row.attempts) if row else None


def _fetch(account: Account, store: MediaStore, job: _Job) -> _Outcome:
    try:
        with account.line().content(job.line_message_id) as content:
            if content.state is ContentState.GONE:
                return _Outcome(MediaState.EXPIRED, "送信が取り消されたか、LINEでの保存期間が過ぎました。")
            if content.state is ContentState.PREPARING:
                return _Outcome(MediaState.WAITING, "LINEで準備中です。")
            content_type = SAFE_TYPES.get(content.content_type, ANY_FILE)
            size_bytes = store.store_file(path(job.code), content.chunks())
    except TooLarge as error:
        return _Outcome(MediaState.FAILED, error.message)
    except LineError as error:
        return _Outcome(MediaState.FAILED if error.permanent else MediaState.WAITING, error.message)
    except DomainError as error:
        return _Outcome(MediaState.WAITING, error.message)
    image = _as_image(store, job.code) if job.kind is MediaKind.IMAGE and size_bytes <= UPLOAD_BYTES else None
    if image:
        content_type, size_bytes = image.content_type, image.size_bytes
    return _Outcome(MediaState.STORED, content_type=content_type, size_bytes=size_bytes, image=image)


def _as_image(store: MediaStore, code: str) -> StoredImage | None:
    """The picture re-encoded in place of what came; None when it is none that browsers may be shown."""
    try:
        return store.store_image_as(code, store.path_of(path(code)).read_bytes())
    except pictures.UnreadablePicture:
        return None


def _record(session: Session, job: _Job, outcome: _Outcome, wall: datetime) -> None:
    media = session.scalars(select(Media).where(Media.id == job.media_id).with_for_update()).one_or_none()
    if media is None:
        return
    if media.state is MediaState.DELETED:
        media.path = path(media.code)  # unsent meanwhile: the sweep has to come once more
    if media.state is not MediaState.WAITING:
        return
    media.attempts = job.attempts + 1
    media.reason = outcome.reason
    media.state = outcome.state
    if outcome.state is MediaState.WAITING:
        _postpone(media, wall)
    elif outcome.state is MediaState.STORED:
        _describe(media, outcome)


def _postpone(media: Media, wall: datetime) -> None:
    if media.attempts >= MAX_ATTEMPTS:
        media.state = MediaState.FAILED
        return
    media.due_at = wall + timedelta(seconds=min(2**media.attempts, LONGEST_WAIT_SECONDS))


def _describe(media: Media, outcome: _Outcome) -> None:
    media.content_type, media.size_bytes = outcome.content_type, outcome.size_bytes
    if outcome.image:
        media.width, media.height = outcome.image.width, outcome.image.height
    elif media.kind is MediaKind.IMAGE:
        media.kind, media.preview_path = MediaKind.FILE, None  # no picture we can show: offered for downloading


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
