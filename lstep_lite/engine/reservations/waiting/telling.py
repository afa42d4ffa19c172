"""Where the shop wants it so, all who wait are told of free places: whoever is quicker has them."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.db import Database
from lstep_lite.engine import deliveries, messages
from lstep_lite.engine.reservations.availability.days import in_words
from lstep_lite.models import Event, EventSlot, Friend, Lane, WaitEntry, WaitState

SOURCE = "waiting"
AGAIN = timedelta(hours=6)
"""Nobody is told of the same slot more often."""
CHUNK = 500


def tell_all(database: Database, slot_id: int, *, now: datetime) -> None:
    """Each once, however often it begins anew."""
    while True:
        with database.unit() as session:
            if _tell_some(session, slot_id, now) < CHUNK:
                return


def _tell_some(session: Session, slot_id: int, now: datetime) -> int:
    slot = session.get_one(EventSlot, slot_id)
    event = session.get_one(Event, slot.event_id)
    row = WaitEntry
    is_due = sa.or_(row.told_at.is_(None), row.told_at < now - AGAIN)
    waits = sa.select(row).where(row.slot_id == slot_id, row.state == WaitState.WAITING, is_due)
    found = session.scalars(waits.options(joinedload(row.friend)).order_by(row.created_at, row.id).limit(CHUNK)).all()
    if not found:
        return 0
    content = messages.freeze(session, blocks(event, slot), now=now)
    for entry in found:
        entry.told_at = now
    told = sa.select(Friend.id).where(Friend.id.in_([entry.friend_id for entry in found if entry.friend.can_receive]))
    deliveries.put_many(
        session,
        told,
        content,
        source=SOURCE,
        label=event.name,
        key_prefix=f"{SOURCE}:{slot_id}:{int(now.timestamp())}",
        lane=Lane.TIMED,
        now=now,
    )
    return len(found)


def blocks(event: Event, slot: EventSlot) -> list[dict[str, object]]:
    when = in_words(slot.business_date, slot.start_minute)
    text = f"{event.title}\n{when}\n空きが出ました。先着順ですので、お早めにお申し込みください。"
    return [{"kind": "event_vacancy", "slot_id": slot.id, "text": text}]
