"""When calendars outside are busy, for whoever draws a day."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.models import CalendarLink, Closure, ClosureKind, ExternalBusy


def between(session: Session, begins: datetime, ends: datetime) -> Sequence[Closure]:
    """As closures, which are no rows: they are changed in the calendar they come from."""
    row, link = ExternalBusy, CalendarLink
    query = sa.select(row.starts_at, row.ends_at, link.provider_id).join(link, link.id == row.link_id)
    found = session.execute(query.where(row.ends_at > begins, row.starts_at < ends).order_by(row.starts_at, row.id))
    return [
        Closure(starts_at=start, ends_at=end, provider_id=provider_id, kind=ClosureKind.EXTERNAL, note="")
        for start, end, provider_id in found
    ]
