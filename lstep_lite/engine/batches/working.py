"""The worker's part: gathering a batch's friends, then doing its thing to them chunk by chunk.

A chunk's effect and the states of its members are one unit of work, so that a worker killed anywhere repeats nothing
and leaves nothing out. The batch's row is locked meanwhile: two workers never do the same chunk.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import Database, insert_new
from lstep_lite.engine import agenda
from lstep_lite.engine.batches import failures
from lstep_lite.engine.batches.kinds import Outcome, kinds
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.errors import DomainError
from lstep_lite.models import Batch, BatchMember, BatchState, Friend, Lane, MemberState

log = logging.getLogger(__name__)

OPEN = (BatchState.GATHERING, BatchState.RUNNING)
GATHERED_AT_ONCE = 5000
"""How many friends one look finds; they are written down in units of CHUNK."""
CHUNK = 500


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists().where(Batch.state.in_(OPEN)))
def work(database: Database, *, now: datetime, wall: datetime) -> bool:
    """A part of every open batch, the oldest first: a small one need not wait for a large one. True: there is more."""
    with database.read() as session:
        is_open = sa.select(Batch.id, Batch.state).where(Batch.state.in_(OPEN)).order_by(Batch.id)
        found = session.execute(is_open).all()
    has_more = [_go_on(database, batch_id, state, now) for batch_id, state in found]
    return any(has_more)


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(due=session.scalar(sa.select(sa.func.count()).where(Batch.state.in_(OPEN))) or 0)


def _go_on(database: Database, batch_id: int, state: BatchState, now: datetime) -> bool:
    try:
        return _gather(database, batch_id) if state is BatchState.GATHERING else _advance(database, batch_id, now)
    except Exception:
        log.exception("batch %s could not go on; it is tried again", batch_id)
        return False


# Gathering -----------------------------------------------------------------------------------------------------------


def _gather(database: Database, batch_id: int) -> bool:
    """Write the next friends down as members. Conditions are asked as of the moment at which the batch was started."""
    with database.read() as session:
        batch = session.get_one(Batch, batch_id)
        cursor, condition = batch.cursor, _audience(session, batch)
        query = sa.select(Friend.id).where(Friend.id > cursor, condition).order_by(Friend.id).limit(GATHERED_AT_ONCE)
        friend_ids = session.scalars(query).all()
    for chunk in _chunks(friend_ids):
        with database.unit() as session:
            if not _add(session, batch_id, chunk, after=cursor):
                return True
        cursor = chunk[-1]
    if len(friend_ids) < GATHERED_AT_ONCE:
        with database.unit() as session:
            _begin(session, batch_id, after=cursor)
    return True


def _audience(session: Session, batch: Batch) -> sa.ColumnElement[bool]:
    return Audience.from_json(batch.audience).condition(session, now=batch.created_at)


def _chunks(friend_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(friend_ids), CHUNK):
        yield friend_ids[start : start + CHUNK]


def _add(session: Session, batch_id: int, friend_ids: Sequence[int], *, after: int) -> bool:
    """False when another worker has come further, or the batch was cancelled."""
    batch = _locked(session, batch_id, BatchState.GATHERING)
    if batch is None or batch.cursor != after:
        return False
    state = sa.literal(MemberState.WAITING, BatchMember.state.type)
    members = sa.select(sa.literal(batch_id), Friend.id, state).where(Friend.id.in_(friend_ids))
    session.execute(insert_new(session, BatchMember).from_select(["batch_id", "friend_id", "state"], members))
    batch.cursor = friend_ids[-1]
    batch.total += len(friend_ids)
    return True


def _begin(session: Session, batch_id: int, *, after: int) -> None:
    batch = _locked(session, batch_id, BatchState.GATHERING)
    if batch is not None and batch.cursor == after:
        batch.state = BatchState.RUNNING


# Running -------------------------------------------------------------------------------------------------------------


def _advance(database: Database, batch_id: int, now: datetime) -> bool:
    """Do the next chunk; when that fails, its friends one by one. False when another worker is at it."""
    try:
        with database.unit() as session:
            return _do(session, batch_id, now)
    except OperationalError:
        raise  # a lost connection or lock: the whole chunk is tried again
    except Exception:
        log.exception("batch %s: a chunk failed; its friends are tried one by one", batch_id)
    with database.read() as session:
        friend_ids = session.scalars(_waiting(session.get_one(Batch, batch_id))).all()
    return all(_try_one(database, batch_id, friend_id, now) for friend_id in friend_ids)


def _waiting(batch: Batch) -> sa.Select[int]:
    """The ids of the next chunk."""
    waiting = sa.select(BatchMember.friend_id).filter_by(batch_id=batch.id, state=MemberState.WAITING)
    return waiting.order_by(BatchMember.friend_id).limit(kinds[batch.kind].chunk)


def _try_one(database: Database, batch_id: int, friend_id: int, now: datetime) -> bool:
    try:
        with database.unit() as session:
            return _do(session, batch_id, now, only=friend_id)
    except OperationalError:
        raise
    except Exception as error:
        reason = _reason(error, batch_id, friend_id)
    with database.unit() as session:
        if (batch := _locked(session, batch_id, BatchState.RUNNING)) is not None:
            _write_down(session, batch, [friend_id], Outcome(failed={friend_id: reason}))
    return True


def _reason(error: Exception, batch_id: int, friend_id: int) -> str:
    if isinstance(error, DomainError):
        return error.message
    log.exception("batch %s: friend %s failed", batch_id, friend_id)
    return f"処理できませんでした。原因はサーバーの記録に「batch {batch_id}: friend {friend_id}」として残っています。"


def _do(session: Session, batch_id: int, now: datetime, *, only: int | None = None) -> bool:
    """One unit of work: the batch's thing done to its next friends, or to *only* this one, and written down."""
    batch = _locked(session, batch_id, BatchState.RUNNING)
    if batch is None:
        return False
    waiting = _waiting(batch) if only is None else _waiting(batch).where(BatchMember.friend_id == only)
    # Locked in the order of their ids, as everybody locks friends.
    friends = sa.select(Friend.id).where(Friend.id.in_(waiting)).order_by(Friend.id).with_for_update()
    if friend_ids := session.scalars(friends).all():
        outcome = kinds[batch.kind].apply(session, batch, friend_ids, now=now)
        _write_down(session, batch, friend_ids, outcome or Outcome())
    elif only is None:
        batch.state, batch.finished_at = BatchState.DONE, now
        failures.tell(session, batch, now=now)
    return True


def _locked(session: Session, batch_id: int, state: BatchState) -> Batch | None:
    """The batch, for this unit alone. None when it is not in *state*, or another worker has it."""
    query = sa.select(Batch).where(Batch.id == batch_id, Batch.state == state)
    return session.scalar(query.with_for_update(skip_locked=True))


def _write_down(session: Session, batch: Batch, friend_ids: Sequence[int], outcome: Outcome) -> None:
    _note(session, batch, MemberState.SKIPPED, outcome.skipped)
    _note(session, batch, MemberState.FAILED, outcome.failed)
    done = [key for key in friend_ids if key not in outcome.skipped and key not in outcome.failed]
    _set(session, batch, MemberState.DONE, done, None)
    batch.done += len(done)
    batch.skipped += len(outcome.skipped)
    batch.failed += len(outcome.failed)


def _note(session: Session, batch: Batch, state: MemberState, reasons: Mapping[int, str]) -> None:
    """The same reason is often that of many friends: one statement a reason."""
    for reason in set(reasons.values()):
        _set(session, batch, state, [key for key, text in reasons.items() if text == reason], reason)


def _set(session: Session, batch: Batch, state: MemberState, friend_ids: Sequence[int], note: str | None) -> None:
    if friend_ids:
        members = sa.update(BatchMember).where(BatchMember.batch_id == batch.id, BatchMember.friend_id.in_(friend_ids))
        session.execute(members.values(state=state, note=note).execution_options(synchronize_session=False))
