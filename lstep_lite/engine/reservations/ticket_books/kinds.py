"""The books of tickets a shop sells. A book that was sold stays as it was agreed, whatever becomes of its kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.keeping import words
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Course, TicketBook, TicketBookKind

LONGEST_NAME = 60
MOST_TICKETS = 500
MOST_DAYS = 3650


@dataclass(frozen=True)
class KindDraft:
    name: str
    total: int | None
    price: int | None = 0
    valid_days: int | None = None
    course_ids: Sequence[int] = ()
    """Empty: good for anything."""
    is_sold: bool = True


def get(session: Session, kind_id: int) -> TicketBookKind:
    found = session.get(TicketBookKind, kind_id)
    if found is None:
        raise NotFound("この回数券は見つかりませんでした。削除された可能性があります。")
    return found


def in_order(session: Session, *, sold_only: bool = False) -> Sequence[TicketBookKind]:
    query = sa.select(TicketBookKind).order_by(TicketBookKind.position, TicketBookKind.id)
    return session.scalars(query.where(TicketBookKind.is_sold) if sold_only else query).all()


def sold_counts(session: Session) -> dict[int, int]:
    """By kind: how many were sold."""
    query = sa.select(TicketBook.kind_id, sa.func.count()).where(TicketBook.kind_id.is_not(None))
    return {kind_id: count for kind_id, count in session.execute(query.group_by(TicketBook.kind_id)) if kind_id}


def create(session: Session, draft: KindDraft, *, now: datetime) -> TicketBookKind:
    """Raises DomainError naming the field."""
    last = session.scalar(sa.select(sa.func.max(TicketBookKind.position))) or 0
    kind = TicketBookKind(position=last + 1, created_at=now)
    _write(session, kind, draft)
    session.add(kind)
    session.flush()  # the page leads to it
    return kind


def update(session: Session, kind: TicketBookKind, draft: KindDraft) -> None:
    """Raises DomainError naming the field."""
    _write(session, kind, draft)


def _write(session: Session, kind: TicketBookKind, draft: KindDraft) -> None:
    kind.name = words.named(draft.name, LONGEST_NAME)
    kind.total = words.count(draft.total, "total", least=1, most=MOST_TICKETS)
    kind.price = words.price(draft.price)
    kind.valid_days = draft.valid_days and words.count(draft.valid_days, "valid_days", least=1, most=MOST_DAYS)
    kind.course_ids = _courses(session, draft.course_ids)
    kind.is_sold = draft.is_sold


def _courses(session: Session, ids: Sequence[int]) -> list[int] | None:
    if not ids:
        return None
    known = list(session.scalars(sa.select(Course.id).where(Course.id.in_(ids)).order_by(Course.id)))
    if len(known) != len(set(ids)):
        raise DomainError("メニューを選び直してください。", "course_ids")
    return known


def remove(session: Session, kind: TicketBookKind) -> None:
    """Books that were sold stay."""
    session.delete(kind)
    session.flush()  # the list is drawn from what is left


def course_names(session: Session, course_ids: Sequence[int] | None) -> str:
    """What it is good for, in words."""
    if course_ids is None:
        return "すべてのメニュー"
    query = sa.select(Course.name).where(Course.id.in_(course_ids)).order_by(Course.position, Course.id)
    return "、".join(session.scalars(query)) or "今はないメニュー"
