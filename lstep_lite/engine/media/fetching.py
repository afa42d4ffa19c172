"""Files that customers send: expected as soon as LINE tells of them, then fetched from it by a worker."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from lstep_lite.db import Database, insert_new
from lstep_lite.engine.line import Account, ContentState, LineError
from lstep_lite.engine.media import pictures, storage
from lstep_lite.engine.media.storage import UPLOAD_BYTES, MediaStore, StoredImage, TooLarge
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, Media, MediaKind, MediaState

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 20
"""About three hours with the waits between them. LINE promises no keeping time at all."""
LONGEST_WAIT_SECONDS = 900
ANY_FILE = "application/octet-stream"
SAFE_TYPES = {
    "video/mp4": "video/mp4",
    "audio/mp4": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/aac": "audio/aac",
    "audio/mpeg": "audio/mpeg",
}
"""What a browser may play; everything else is only offered for downloading."""


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
    code = storage.new_code()
    session.execute(
        insert_new(session, Media).values(
            code=code,
            kind=kind,
            state=MediaState.WAITING,
            friend_id=friend.id,
            line_message_id=line_message_id,
            path=storage.path(code),
            preview_path=storage.preview_path(code) if kind is MediaKind.IMAGE else None,
            file_name=file_name,
            attempts=0,
            created_at=now,
        )
    )
    return session.scalars(select(Media).where(Media.line_message_id == line_message_id)).one()


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


def due(wall: datetime) -> Select[int]:
    """What may be tried now, the longest waiting first."""
    may_be_tried = or_(Media.due_at.is_(None), Media.due_at <= wall)
    mine = select(Media.id).where(Media.state == MediaState.WAITING, Media.line_message_id.is_not(None), may_be_tried)
    return mine.order_by(Media.due_at, Media.id).limit(1)  # as the index has them: the stored ones are many


def _claim(session: Session, wall: datetime) -> _Job | None:
    row = session.execute(
        update(Media)
        .where(Media.id.in_(due(wall).with_for_update(skip_locked=True)))
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
            size_bytes = store.store_file(storage.path(job.code), content.chunks())
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
        return store.store_image_as(code, store.path_of(storage.path(code)).read_bytes())
    except pictures.UnreadablePicture:
        return None


def _record(session: Session, job: _Job, outcome: _Outcome, wall: datetime) -> None:
    media = session.scalars(select(Media).where(Media.id == job.media_id).with_for_update()).one_or_none()
    if media is None:
        return
    if media.state is MediaState.DELETED:
        media.path = storage.path(media.code)  # unsent meanwhile: the sweep has to come once more
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
