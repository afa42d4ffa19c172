"""Time without new bookings (休憩・外出…) of the shop, a provider or a pool. Bookings that are there stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability.days import is_aligned
from lstep_lite.engine.reservations.keeping import saving, words
from lstep_lite.engine.reservations.transitions.recording import By
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Closure, ClosureKind

LONGEST_NOTE = 100
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class ClosureDraft:
    starts_at: datetime
    ends_at: datetime
    kind: ClosureKind = ClosureKind.OTHER
    note: str = ""
    provider_id: int | None = None
    pool_id: int | None = None
    """Both None: the whole shop."""


def get(session: Session, closure_id: int) -> Closure:
    closure = session.get(Closure, closure_id)
    if closure is None:
        raise NotFound("この予定は見つかりませんでした。削除された可能性があります。")
    return closure


def ahead(session: Session, *, now: datetime, limit: int = 100) -> Sequence[Closure]:
    """Those that are not over, the next first, without what calendars outside say."""
    query = sa.select(Closure).where(Closure.ends_at > now, Closure.kind != ClosureKind.EXTERNAL)
    return session.scalars(query.order_by(Closure.starts_at, Closure.id).limit(limit)).all()


def create(session: Session, draft: ClosureDraft, *, by: By, now: datetime) -> Closure:
    """Bookings that lie in it are flagged. Raises DomainError naming the field."""
    closure = Closure(created_at=now, staff_id=by.staff_id)
    with saving.fitting(session, by=by, now=now, anyway=True):
        _write(closure, draft)
        session.add(closure)
    return closure


def update(session: Session, closure: Closure, draft: ClosureDraft, *, by: By, now: datetime) -> None:
    """Raises DomainError naming the field."""
    _check_ours(closure)
    with saving.fitting(session, by=by, now=now, anyway=True):
        _write(closure, draft)


def remove(session: Session, closure: Closure, *, by: By, now: datetime) -> None:
    _check_ours(closure)
    with saving.fitting(session, by=by, now=now, anyway=True):
        session.delete(closure)


def _check_ours(closure: Closure) -> None:
    if closure.kind is ClosureKind.EXTERNAL:
        raise DomainError("外部カレンダーの予定は、外部カレンダーで変えてください。")


def _write(closure: Closure, draft: ClosureDraft) -> None:
    if not (is_aligned(draft.starts_at) and is_aligned(draft.ends_at)):
        raise DomainError("時刻は5分単位で入力してください。", "starts_at")
    if not draft.starts_at < draft.ends_at <= draft.starts_at + LONGEST:
        raise DomainError("終わりは、始まりより後の日時を入力してください。", "ends_at")
    if draft.kind is ClosureKind.EXTERNAL:
        raise DomainError("種類を選び直してください。", "kind")
    closure.starts_at, closure.ends_at, closure.kind = draft.starts_at, draft.ends_at, draft.kind
    closure.note = words.told(draft.note, LONGEST_NOTE, "note")
    closure.provider_id, closure.pool_id = draft.provider_id, draft.pool_id
