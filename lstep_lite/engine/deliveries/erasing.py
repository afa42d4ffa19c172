"""What stays of the sends to a forgotten person: that they happened, how they ended and what they cost."""

import json
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Base
from lstep_lite.engine import messages
from lstep_lite.engine.deliveries import parts
from lstep_lite.engine.friends.erasing import CHUNK, NotYet, Traces, erases
from lstep_lite.models import Call, CallKind, CallState, Content, Delivery

CALLS = 100
"""A multicast's body names 500 people: so many are rewritten in one unit."""
NOTHING = json.dumps({"messages": []})
ERASED = [{"kind": "text", "text": "（お客様の情報を消しました）"}]
OPEN = (CallState.QUEUED, CallState.IN_FLIGHT, CallState.RETRYING)


@erases(Delivery)
def _erase_calls(session: Session, traces: Traces) -> int:
    """A request that is still on its way keeps its body until it ends: it must not change between attempts."""
    mine = Call.id.in_(sa.select(Delivery.call_id).where(Delivery.friend_id == traces.friend_id))
    is_open = Call.state.in_(OPEN)
    calls = session.scalars(sa.select(Call).where(mine, ~is_open, _names(traces)).limit(CALLS)).all()
    for call in calls:
        call.body = _without(call, traces)
        call.reason = call.sent_message_ids = None
    if not calls and session.scalar(sa.select(sa.exists().where(mine, is_open))):
        raise NotYet
    return len(calls)


def _names(traces: Traces) -> sa.ColumnElement[bool]:
    """Requests that still name the person or hold words for this person alone."""
    alone = sa.and_(Call.kind != CallKind.MULTICAST, Call.body != NOTHING)
    if traces.line_user_id is None:
        return alone
    named = Call.body.contains(traces.line_user_id, autoescape=True)
    return sa.or_(alone, sa.and_(Call.kind == CallKind.MULTICAST, named))


def _without(call: Call, traces: Traces) -> str:
    if call.kind is not CallKind.MULTICAST:
        return NOTHING
    others = {user_id for user_id in json.loads(call.body)["to"] if user_id != traces.line_user_id}
    return parts.addressed_to(call.body, others)


@erases()
def _erase_words(session: Session, traces: Traces) -> int:
    """Reasons, conditions, and the contents nobody else was sent."""
    mine = Delivery.friend_id == traces.friend_id
    told = sa.select(Delivery.id).where(mine, sa.or_(Delivery.reason.is_not(None), Delivery.tree.is_not(None)))
    emptied = sa.update(Delivery).where(Delivery.id.in_(told.limit(CHUNK))).values(reason=None, tree=sa.null())
    found = session.scalars(emptied.returning(Delivery.id), execution_options={"synchronize_session": False})
    return len(found.all()) or _part_from_contents(session, traces)


def _part_from_contents(session: Session, traces: Traces) -> int:
    erased = messages.freeze(session, ERASED, now=traces.until)
    mine, other = sa.alias(Delivery.__table__), sa.alias(Delivery.__table__)
    shared = sa.exists().where(other.c.content_id == mine.c.content_id, other.c.friend_id != traces.friend_id)
    own = (
        sa.select(mine.c.content_id)
        .where(mine.c.friend_id == traces.friend_id, mine.c.content_id != erased.id, ~shared)
        .distinct()
        .limit(CHUNK)
    )
    content_ids = session.scalars(own).all()
    if content_ids:
        move = sa.update(Delivery).where(Delivery.friend_id == traces.friend_id, Delivery.content_id.in_(content_ids))
        session.execute(move.values(content_id=erased.id), execution_options={"synchronize_session": False})
        unused = [~sa.exists().where(column == Content.id) for column in _references()]
        session.execute(sa.delete(Content).where(Content.id.in_(content_ids), *unused))
    return len(content_ids)


def _references() -> Iterable[sa.Column[int]]:
    """Every column of every table that names a content."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is Content.__table__.c.id for key in column.foreign_keys):
                yield column
