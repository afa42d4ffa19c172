"""Closures as the board makes them: which bookings stand in the way of one."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability.days import tick, tick_after
from lstep_lite.engine.reservations.keeping.closures import ClosureDraft
from lstep_lite.models import Occupancy, Provider


def met(session: Session, draft: ClosureDraft) -> int:
    """How many bookings take something of it in that time. They would stay."""
    row = Occupancy
    query = sa.select(sa.func.count(row.reservation_id.distinct()))
    query = query.where(row.tick >= tick(draft.starts_at), row.tick < tick_after(draft.ends_at))
    if draft.provider_id is not None:
        query = query.where(row.pool_id.in_(sa.select(Provider.pool_id).where(Provider.id == draft.provider_id)))
    if draft.pool_id is not None:
        query = query.where(row.pool_id == draft.pool_id)
    return session.scalar(query) or 0


def in_words(count: int) -> str:
    """What to tell before, and empty when there is nothing."""
    return f"予約{count}件と重なります。予約は残り、新しい予約だけ止まります。" if count else ""
