"""Videos and sounds that staff uploaded, made ready for LINE by a worker: checked, copied clean, with a preview.

The upload waits on disk as it came until its row says that the prepared file is there: a worker that dies half-way is
followed by the next one, which does the same again. What is done to the file happens in a process of its own.
"""

import json
import secrets
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.media import storage
from lstep_lite.engine.media.storage import RECEIVED_BYTES, MediaStore
from lstep_lite.errors import DomainError
from lstep_lite.models import Media, MediaKind, MediaState

PROGRAM = Path(__file__).with_name("clips.py")
LEASE = timedelta(minutes=10)
LIMIT_SECONDS = 300
"""For one file; the lease is longer."""
MAX_ATTEMPTS = 3
"""Each one was ended by something outside: a restart, a full disk."""

EXPORT_VIDEO = (
    "動画アプリの「書き出し」でMP4（映像はH.264、音声はAAC）を選び、できたファイルをもう一度アップロードしてください。"
)
IPHONE = (
    "iPhoneでは「設定」→「カメラ」→「フォーマット」で「互換性優先」を選んでから撮ると、そのまま使える動画になります。"
)
REFUSALS = {
    "video": f"この動画の形式（{{detail}}）は、LINEでは再生できないことがあるため使えません。{EXPORT_VIDEO}{IPHONE}",
    "video_sound": f"この動画の音声の形式（{{detail}}）は使えません。{EXPORT_VIDEO}",
    "sound": "この音声の形式（{detail}）は使えません。"
    "パソコンやアプリでMP3かM4Aに変換してから、もう一度お試しください。",
    "large": "動画の縦横が大きすぎます（{detail}ピクセルまで）。小さく書き出してから、もう一度お試しください。",
    "long": "長すぎるため使えません（{detail}分まで）。短く切ってから、もう一度お試しください。",
    "unreadable": "ファイルを読み取れませんでした。途中で切れているか、壊れているようです。"
    "スマートフォンやパソコンで再生できるか確かめてから、もう一度アップロードしてください。",
    "gone": "アップロードが途中で切れました。もう一度アップロードしてください。",
}
TOO_LARGE = (
    f"ファイルが大きすぎます（{RECEIVED_BYTES // 1_000_000}MBまで）。短くするか、画質を下げて書き出してください。"
)


_UPLOADS = (
    Media.state == MediaState.WAITING,
    Media.line_message_id.is_(None),
    Media.container_format.is_not(None),
)


@dataclass(frozen=True)
class _Job:
    media_id: int
    code: str
    container_format: str
    attempts: int


@dataclass(frozen=True)
class _Clip:
    """What `clips` says about a file it has prepared."""

    content_type: str
    width: int
    height: int
    duration_ms: int


@dataclass(frozen=True)
class _Outcome:
    clip: _Clip | None = None
    size_bytes: int = 0
    refusal: str = ""


def prepare_due(database: Database, store: MediaStore, *, wall: datetime, limit: int) -> int:
    """Prepare up to *limit* uploads; returns how many were tried. Two workers may run it at once."""
    for tried in range(limit):
        with database.unit() as session:
            job = _claim(session, wall)
        if job is None:
            return tried
        outcome = _prepare(store, job)
        with database.unit() as session:
            state = _record(session, job, outcome)
        if state is MediaState.FAILED:
            store.remove(job.code)
        else:
            store.path_of(storage.raw_path(job.code)).unlink(missing_ok=True)
    return limit


def hand_back(session: Session) -> None:
    """Nobody is at work on any upload: the next worker need not wait until the lease of a dead one ends."""
    session.execute(update(Media).where(*_UPLOADS, Media.due_at.is_not(None)).values(due_at=None))


def due(wall: datetime) -> Select[int]:
    """What may be prepared now, the longest waiting first."""
    mine = select(Media.id).where(*_UPLOADS, or_(Media.due_at.is_(None), Media.due_at <= wall))
    return mine.order_by(Media.due_at, Media.id).limit(1)


def _claim(session: Session, wall: datetime) -> _Job | None:
    mine = due(wall).with_for_update(skip_locked=True)
    claim = update(Media).where(Media.id.in_(mine)).values(due_at=wall + LEASE, attempts=Media.attempts + 1)
    row = session.execute(claim.returning(Media.id, Media.code, Media.container_format, Media.attempts)).first()
    return _Job(row.id, row.code, row.container_format, row.attempts) if row else None


def _prepare(store: MediaStore, job: _Job) -> _Outcome:
    raw = store.path_of(storage.raw_path(job.code))
    if not raw.exists():
        return _Outcome(refusal=REFUSALS["gone"])
    if job.attempts > MAX_ATTEMPTS:
        return _Outcome(refusal=REFUSALS["unreadable"])
    drafts = [raw.with_name(f"{job.code}.{secrets.token_hex(4)}{storage.UNFINISHED}") for _ in range(2)]
    try:
        return _made(store, job, *drafts, answer=_ask(job, raw, *drafts))
    except DomainError as error:
        return _Outcome(refusal=error.message)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


def _ask(job: _Job, raw: Path, target: Path, frame: Path) -> dict[str, Any]:
    """What `clips` says about the file, in its own process."""
    command = [sys.executable, "-P", str(PROGRAM), job.container_format, str(raw), str(target), str(frame)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=LIMIT_SECONDS, check=True)  # noqa: S603 - our own
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        answer = {"refused": "unreadable"}
    return answer


def _made(store: MediaStore, job: _Job, target: Path, frame: Path, *, answer: dict[str, Any]) -> _Outcome:
    if word := answer.get("refused"):
        return _Outcome(refusal=REFUSALS[word].format(detail=answer.get("detail", "").upper()))
    size = target.stat().st_size
    if size > RECEIVED_BYTES:
        return _Outcome(refusal=TOO_LARGE)
    if frame.exists():
        store.store_preview(job.code, frame.read_bytes())
    store.adopt(target, storage.path(job.code))
    return _Outcome(_Clip(**answer), size)


def _record(session: Session, job: _Job, outcome: _Outcome) -> MediaState:
    """What the row says from now on; another worker, or staff, may have been faster."""
    media = session.scalars(select(Media).where(Media.id == job.media_id).with_for_update()).one()
    if media.state is MediaState.DELETED:
        media.path = storage.path(media.code)  # the sweep has to come once more
    elif media.state is MediaState.WAITING and outcome.clip is None:
        media.state, media.reason, media.path = MediaState.FAILED, outcome.refusal, None
    elif media.state is MediaState.WAITING and outcome.clip is not None:
        _describe(media, outcome.clip)
        media.size_bytes = outcome.size_bytes
    return media.state


def _describe(media: Media, clip: _Clip) -> None:
    is_video = clip.width > 0
    media.state = MediaState.STORED
    media.kind = MediaKind.VIDEO if is_video else MediaKind.AUDIO
    media.content_type, media.duration_ms = clip.content_type, clip.duration_ms
    media.preview_path = storage.preview_path(media.code) if is_video else None
    if is_video:
        media.width, media.height = clip.width, clip.height
