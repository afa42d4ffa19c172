"""Seats, rooms and machines (席・部屋・設備): what bookings need, and how many of it there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.keeping import saving, words
from lstep_lite.engine.reservations.transitions.recording import By
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Course, CourseOption, Occupancy, Pool, PoolKind

KINDS = (PoolKind.SEAT, PoolKind.ROOM, PoolKind.BED, PoolKind.MACHINE)
LONGEST_NAME = 50
MOST = 500


@dataclass(frozen=True)
class PoolDraft:
    name: str
    kind: PoolKind
    capacity: int | None
    is_active: bool = True


def get(session: Session, pool_id: int) -> Pool:
    pool = session.get(Pool, pool_id)
    if pool is None or pool.kind not in KINDS:
        raise NotFound("この席・部屋は見つかりませんでした。削除された可能性があります。")
    return pool


def in_order(session: Session) -> Sequence[Pool]:
    query = sa.select(Pool).where(Pool.kind.in_(KINDS)).order_by(Pool.position, Pool.id)
    return session.scalars(query).all()


def courses_with(session: Session) -> dict[int, list[str]]:
    """By pool: the names of the courses that need it."""
    found: dict[int, list[str]] = {}
    for name, needs in session.execute(sa.select(Course.name, Course.needs).order_by(Course.position, Course.id)):
        for need in needs:
            found.setdefault(need["pool_id"], []).append(name)
    return found


def create(session: Session, draft: PoolDraft, *, now: datetime) -> Pool:
    """Raises DomainError naming the field."""
    last = session.scalar(sa.select(sa.func.max(Pool.position)).where(Pool.kind.in_(KINDS))) or 0
    pool = Pool(position=last + 1)
    with saving.offering(session, now=now):
        _write(pool, draft)
        session.add(pool)
    return pool


def update(session: Session, pool: Pool, draft: PoolDraft, *, by: By, now: datetime, anyway: bool = False) -> None:
    """Fewer places than are booked already are accepted: what is booked stays. Raises DomainError naming the field."""
    with saving.fitting(session, by=by, now=now, anyway=anyway):
        _write(pool, draft)


def _write(pool: Pool, draft: PoolDraft) -> None:
    pool.name = words.named(draft.name, LONGEST_NAME)
    if draft.kind not in KINDS:
        raise DomainError("種類を選び直してください。", "kind")
    pool.kind, pool.is_active = draft.kind, draft.is_active
    pool.capacity = words.count(draft.capacity, "capacity", least=1, most=MOST)


def remove(session: Session, pool: Pool, *, now: datetime) -> None:
    """Raises DomainError while courses need it or bookings have it."""
    with saving.offering(session, now=now):  # from here on nobody books
        if users := courses_with(session).get(pool.id):
            raise DomainError(f"メニュー「{users[0]}」で使っています。先にメニューから外してください。")
        if _is_taken(session, pool.id):
            raise DomainError("この席・部屋を使う予約があるため、削除できません。「使う」をオフにしてください。")
        session.delete(pool)


def _is_taken(session: Session, pool_id: int) -> bool:
    if session.scalar(sa.select(Occupancy.tick).where(Occupancy.pool_id == pool_id).limit(1)) is not None:
        return True
    options = session.scalars(sa.select(CourseOption.needs))
    return any(need["pool_id"] == pool_id for needs in options for need in needs)
