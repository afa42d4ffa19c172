"""When hours, shifts, closures or seats grow: the days on which somebody waits for courses are looked at once more."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import masks, scenes
from lstep_lite.engine.reservations.availability.days import LAST_MINUTE
from lstep_lite.engine.reservations.availability.scenes import Scene
from lstep_lite.engine.reservations.transitions import places
from lstep_lite.engine.settings import zone
from lstep_lite.models import WaitEntry, WaitState

LOOKED_AT = timedelta(days=60)
REASON = "受付時間の変更"


def look(session: Session, *, now: datetime) -> Scene | None:
    """What is free before a change, of the days somebody waits for; None where nobody does."""
    row, today = WaitEntry, now.astimezone(zone(session)).date()
    waits = sa.select(sa.func.min(row.first_day), sa.func.max(row.last_day)).where(
        row.state == WaitState.WAITING, row.slot_id.is_(None), row.last_day >= today
    )
    first, last = session.execute(waits).one()
    if first is None or last is None or first > today + LOOKED_AT:
        return None
    return scenes.load(session, max(first, today), min(last, today + LOOKED_AT), now=now)


def tell(session: Session, before: Scene | None, *, now: datetime) -> None:
    """Write down the days that became freer than *before*: the worker asks those who wait."""
    if before is None:
        return
    after = scenes.load(session, before.facts.first, before.facts.last, now=now)
    for day in after.days():
        if _is_freer(before, after, day):
            places.free(session, day, None, now=now, reason=REASON)


def _is_freer(before: Scene, after: Scene, day: date) -> bool:
    span = masks.between(after.axis.at(day, 0), after.axis.at(day, LAST_MINUTE))
    return bool((after.open & ~before.open | _at_work(before, after) | _with_room(before, after)) & span)


def _at_work(before: Scene, after: Scene) -> int:
    """When somebody has time who had none."""
    had = {each: worker.work & ~worker.full for each, worker in before.workers.items()}
    return masks.join(worker.work & ~worker.full & ~had.get(each, 0) for each, worker in after.workers.items())


def _with_room(before: Scene, after: Scene) -> int:
    """When a pool has a place that had none."""
    return masks.join(after.room_for(each, 1) & ~before.room_for(each, 1) for each in after.facts.rooms)
