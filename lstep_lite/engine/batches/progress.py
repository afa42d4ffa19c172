"""Looking at batches: how far they are, what became of whom; and stopping one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Batch, BatchMember, BatchState, Friend, MemberState

PAGE_SIZE = 50
OPEN = (BatchState.GATHERING, BatchState.RUNNING)
MOST_REASONS = 20
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Paged, Generic[Row]):
    rows: Sequence[Row]


@dataclass(frozen=True)
class Progress:
    """How far a batch is. *remaining* is a guess from its speed so far; None while there is none to go by."""

    worked: int
    percent: int
    remaining: timedelta | None


@dataclass(frozen=True)
class Result:
    """What became of one friend."""

    friend: Friend
    state: MemberState
    note: str | None


@dataclass(frozen=True)
class Reason:
    """Why so many friends were skipped or failed."""

    state: MemberState
    note: str
    count: int


def get(session: Session, batch_id: int) -> Batch:
    if (batch := session.get(Batch, batch_id)) is None:
        raise NotFound
    return batch


def page(session: Session, *, number: int = 1) -> Page[Batch]:
    """Batches, the newest first."""
    count = session.scalar(sa.select(sa.func.count()).select_from(Batch)) or 0
    number = nearest(number, count, PAGE_SIZE)
    query = (
        sa.select(Batch)
        .options(joinedload(Batch.staff))
        .order_by(Batch.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return Page(session.scalars(query).all(), total_count=count, number=number, size=PAGE_SIZE)


def running(session: Session) -> Sequence[Batch]:
    """Those that are not finished, the oldest first."""
    return session.scalars(sa.select(Batch).where(Batch.state.in_(OPEN)).order_by(Batch.id)).all()


def progress(batch: Batch, *, now: datetime) -> Progress:
    worked = batch.done + batch.skipped + batch.failed
    if batch.state is BatchState.DONE:
        return Progress(worked, 100, None)
    percent = worked * 100 // batch.total if batch.total else 0
    has_speed = batch.state is BatchState.RUNNING and worked and now > batch.created_at
    remaining = (now - batch.created_at) / worked * (batch.total - worked) if has_speed else None
    return Progress(worked, min(percent, 99), remaining)


def members(session: Session, batch: Batch, *, state: MemberState | None = None, number: int = 1) -> Page[Result]:
    """What became of the batch's friends; with *state*, of those alone."""
    wanted = BatchMember.batch_id == batch.id
    if state is not None:
        wanted = sa.and_(wanted, BatchMember.state == state)
    count = session.scalar(sa.select(sa.func.count()).select_from(BatchMember).where(wanted)) or 0
    number = nearest(number, count, PAGE_SIZE)
    query = sa.select(Friend, BatchMember.state, BatchMember.note).join(BatchMember, BatchMember.friend_id == Friend.id)
    query = query.where(wanted).order_by(BatchMember.friend_id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    rows = [Result(*row) for row in session.execute(query)]
    return Page(rows, total_count=count, number=number, size=PAGE_SIZE)


def reasons(session: Session, batch: Batch) -> Sequence[Reason]:
    """Why friends were skipped or failed, the commonest first."""
    count = sa.func.count()
    query = (
        sa.select(BatchMember.state, BatchMember.note, count)
        .where(BatchMember.batch_id == batch.id, BatchMember.note.is_not(None))
        .where(BatchMember.state.in_((MemberState.SKIPPED, MemberState.FAILED)))
        .group_by(BatchMember.state, BatchMember.note)
        .order_by(count.desc(), BatchMember.note)
        .limit(MOST_REASONS)
    )
    return [Reason(state, note or "", friends) for state, note, friends in session.execute(query)]


def cancel(session: Session, batch: Batch, *, now: datetime) -> None:
    """Do no more of it; what is done stays. Raises DomainError when it is finished."""
    session.refresh(batch, with_for_update=True)
    if not batch.is_open:
        raise DomainError("この一括処理はすでに終わっているため、中止できません。")
    batch.state, batch.finished_at = BatchState.CANCELLED, now
