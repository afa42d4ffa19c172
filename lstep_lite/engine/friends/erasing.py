"""「お客様の情報を消す」: everything that tells who a person was goes; what was counted stays.

The row of the friend is emptied at once. The rest (talk, files, requests to LINE, raw events, …) may be thousands of
rows: the worker empties them in small units, asking each feature that registered with `@erases`, until all have
nothing left to do.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.db import Base, Database
from lstep_lite.engine import agenda, deliveries, locking, text
from lstep_lite.engine.friends import archiving
from lstep_lite.engine.friends.contacts import drawn
from lstep_lite.engine.friends.editing import refresh_search_text
from lstep_lite.errors import DomainError
from lstep_lite.models import Erasure, Friend, FriendArchive, TimelineEntry

log = logging.getLogger(__name__)

CHUNK = 500
"""How many rows one unit empties."""
PAUSE = timedelta(minutes=1)
"""How long to wait for what can't be emptied yet."""
CANCELLED = "お客様の情報を消したため、取り消しました。"


@dataclass(frozen=True)
class Traces:
    """Whose traces are to go: those of one person up to a moment. The same LINE account may come back as a new one."""

    friend_id: int
    line_user_id: str | None
    until: datetime


class NotYet(Exception):
    """Raised by an eraser that must wait for others, such as for a request to LINE that is still on its way."""


Eraser = Callable[[Session, Traces], int]
_erasers: list[Eraser] = []
covered: set[str] = set()
"""The tables about which a feature has said what becomes of them."""


def erases(*models: type[Base]) -> Callable[[Eraser], Eraser]:
    """Register what empties a feature's rows, in the tables of *models*.

    It empties up to CHUNK rows and answers how many it was; it is called again until it answers 0.
    """

    def register(eraser: Eraser) -> Eraser:
        covered.update(model.__tablename__ for model in models)
        _erasers.append(eraser)
        return eraser

    return register


def deletes(*models: type[Base]) -> None:
    """Register tables with a `friend_id` whose rows go altogether."""
    for model in models:
        erases(model)(lambda session, traces, model=model: _delete(session, model, traces))  # type: ignore[misc]


def empties(model: type[Base], **values: Any) -> None:
    """Register a table with a `friend_id` whose rows stay, with *values* in place of what they held."""
    erases(model)(lambda session, traces: _empty(session, model, values, traces))


def _delete(session: Session, model: type[Base], traces: Traces) -> int:
    key = sa.tuple_(*sa.inspect(model).primary_key)
    return len(session.execute(sa.delete(model).where(key.in_(_chunk(model, traces))).returning(sa.literal(1))).all())


def _empty(session: Session, model: type[Base], values: dict[str, Any], traces: Traces) -> int:
    key = sa.tuple_(*sa.inspect(model).primary_key)
    full = sa.or_(*(_differs(getattr(model, name), value) for name, value in values.items()))
    emptied = sa.update(model).where(key.in_(_chunk(model, traces, full))).values(values).returning(sa.literal(1))
    return len(session.execute(emptied, execution_options={"synchronize_session": False}).all())


def _chunk(model: type[Base], traces: Traces, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    mine = model.friend_id == traces.friend_id  # type: ignore[attr-defined]
    return sa.select(*sa.inspect(model).primary_key).where(mine, *conditions).limit(CHUNK)


def _differs(column: Any, value: Any) -> sa.ColumnElement[bool]:
    if isinstance(column.type, sa.JSON):  # PostgreSQL compares no JSON
        return sa.cast(column, sa.Text) != json.dumps(value)
    return sa.and_(column.is_distinct_from(value))


empties(TimelineEntry, facts={}, results=[])


@erases(FriendArchive)
def _drop_archives(session: Session, traces: Traces) -> int:
    mine = sa.select(FriendArchive).where(FriendArchive.friend_id == traces.friend_id)
    archives = session.scalars(mine.limit(archiving.CHUNK)).all()
    archiving.drop(session, archives)
    return len(archives)


@erases(Erasure)
def _keep_the_log(session: Session, traces: Traces) -> int:
    return 0  # it names nobody; the LINE id goes from it at the end


def erase(
    session: Session, friend: Friend, *, typed_name: str, staff_id: int, now: datetime, wall: datetime
) -> Erasure:
    """Forget *friend*, whose name staff have typed to be sure. Raises DomainError for the field `name`."""
    locking.lock(session, friend)
    if text.normalise(typed_name) != text.normalise(friend.name):
        raise DomainError("お名前が違います。画面に表示されているとおりに入力してください。", "name")
    erasure = Erasure(friend_id=friend.id, staff_id=staff_id, at=now, line_user_id=friend.line_user_id, due_at=wall)
    session.add(erasure)
    deliveries.cancel_waiting(session, friend, now=now, reason=CANCELLED)
    _forget(friend, now)
    session.flush()  # the next page is drawn from it
    return erasure


def _forget(friend: Friend, now: datetime) -> None:
    """Leave nothing of the person in the row itself. It counts as blocked, so that no list and no send reaches it."""
    for name in ("line_user_id", "display_name", "picture_url", "status_message", "language", "system_name"):
        setattr(friend, name, None)
    for name in ("real_name", "kana", "phone", "email", "birthday", "mark_id", "profile_checked_at", "profile_due_at"):
        setattr(friend, name, None)
    friend.last_message_at = friend.last_reaction_at = None
    friend.memo = ""
    refresh_search_text(friend)
    friend.code = str(drawn()["code"])
    friend.is_following, friend.is_hidden, friend.is_blocked = False, False, True
    friend.erased_at = now


def erasures(session: Session, *, limit: int = 50) -> list[Erasure]:
    """The log: what was erased last, first."""
    query = sa.select(Erasure).options(joinedload(Erasure.staff)).order_by(Erasure.id.desc()).limit(limit)
    return list(session.scalars(query))


@agenda.work("chores", due=lambda now, wall: sa.exists().where(Erasure.due_at <= wall))
def erase_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Empty one chunk of one person's traces. True when there is more."""
    due = sa.select(Erasure.id).where(Erasure.due_at <= wall).order_by(Erasure.due_at, Erasure.id).limit(1)
    with database.read() as session:
        erasure_id = session.scalar(due)
    if erasure_id is None:
        return False
    try:
        with database.unit() as session:
            _go_on(session, erasure_id, now, wall)
    except Exception:
        log.exception("erasure %s failed; it is tried again soon", erasure_id)
        with database.unit() as session:
            session.get_one(Erasure, erasure_id).due_at = wall + PAUSE
    return True


def _go_on(session: Session, erasure_id: int, now: datetime, wall: datetime) -> None:
    mine = sa.select(Erasure).where(Erasure.id == erasure_id, Erasure.due_at <= wall)
    erasure = session.scalars(mine.with_for_update(skip_locked=True)).one_or_none()
    if erasure is None:
        return
    traces = Traces(erasure.friend_id, erasure.line_user_id, erasure.at)
    must_wait = False
    for eraser in _erasers:
        try:
            if eraser(session, traces):
                return  # the rest in units of their own
        except NotYet:
            must_wait = True
    if must_wait:
        erasure.due_at = wall + PAUSE
    else:
        erasure.due_at, erasure.line_user_id, erasure.finished_at = None, None, now


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    due = sa.select(sa.func.count()).select_from(Erasure).where(Erasure.due_at <= wall)
    return agenda.Pending(due=session.scalar(due) or 0)
