"""The shop's own limit of counted messages a month: what would pass it stays in the outbox, and counted sending rests.

It is held against what is about to be sent, in the unit that writes the requests down: nothing ever passes it.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.deliveries import conditions, counting, pausing
from lstep_lite.engine.deliveries.drafts import Draft
from lstep_lite.models import CallKind, Channel, Delivery


def holds(session: Session) -> bool:
    """Whether there is a limit; from here to the end of the unit no other lane fills the same room."""
    has_limit = counting.cap(session) is not None
    if has_limit:
        conditions.take_turns(session)
    return has_limit


def within(session: Session, drafts: Sequence[Draft], *, now: datetime, wall: datetime) -> list[Draft]:
    """*drafts* as far as the limit that `holds` allows; the rest waits again, and counted sending rests."""
    room = counting.room(session, now=now) or 0
    kept: list[Draft] = []
    left: list[int] = []
    for draft in drafts:
        fitting = _fitting(draft, room)
        if fitting:
            kept.append(fitting)
        ids = {row.id for row in draft.group.rows}
        left += sorted(ids - {row.id for row in fitting.group.rows} if fitting else ids)
        room -= _cost(fitting) if fitting else 0
    _put_back(session, left)
    if left or room <= 0:
        pausing.pause(session, pausing.OWN_CAP, now=now, wall=wall)
    return kept


def _fitting(draft: Draft, room: int) -> Draft | None:
    """As many of its people as there is *room* for. A reply is free; what follows it rests with all that is counted."""
    if draft.group.kind is CallKind.REPLY:
        return draft
    rows = draft.group.rows[: max(0, room) // len(draft.requests())]
    if len(rows) == len(draft.group.rows):
        return draft
    return draft.for_rows(rows) if rows else None


def _cost(draft: Draft) -> int:
    if draft.group.kind is CallKind.REPLY:
        return len(draft.requests()) - 1
    return len(draft.requests()) * len(draft.group.rows)


def _put_back(session: Session, ids: Sequence[int]) -> None:
    if ids:
        free = {"lease_owner": None, "lease_until": None}
        session.execute(sa.update(Delivery).where(Delivery.id.in_(ids)).values(free))


def lifted(session: Session, *, now: datetime) -> Channel | None:
    """The connection to LINE when it rests because of a limit that holds no more: raised, or of another month."""
    channel = settings.channel(session)
    if channel is None or channel.paused_at is None or channel.pause_reason != pausing.OWN_CAP:
        return None
    room = counting.room(session, now=now)
    return channel if room is None or room > 0 else None
