"""How many messages went out this month, by feature: kept as they go, never counted over all deliveries.

The shop's own limit (SendingRules.monthly_cap) is held against these numbers and what is on its way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.deliveries import conditions
from lstep_lite.engine.settings import quota
from lstep_lite.engine.settings.quota import Forecast
from lstep_lite.models import Call, CallKind, Delivery, MessageCount, SendingRules


@dataclass(frozen=True)
class Counts:
    """One feature's messages of a month; each free one would have been a counted one, had it not been a reply."""

    source: str
    free: int
    counted: int


@dataclass(frozen=True)
class Month:
    """What went out in a month; the features that saved most stand first."""

    by_source: Sequence[Counts]

    @property
    def free(self) -> int:
        return sum(each.free for each in self.by_source)

    @property
    def counted(self) -> int:
        return sum(each.counted for each in self.by_source)


def month_of(now: datetime) -> str:
    """The month LINE counts *now* to, "2026-11"."""
    return f"{quota.month_start(now):%Y-%m}"


def this_month(session: Session, *, now: datetime) -> Month:
    rows = session.execute(
        sa.select(MessageCount.source, MessageCount.is_counted, MessageCount.count).filter_by(month=month_of(now))
    )
    found: dict[str, dict[bool, int]] = {}
    for source, is_counted, count in rows:
        found.setdefault(source, {})[is_counted] = count
    counts = [Counts(source, each.get(False, 0), each.get(True, 0)) for source, each in found.items()]
    return Month(sorted(counts, key=lambda each: (-each.free, -each.counted, each.source)))


def add(session: Session, sent: Mapping[tuple[str, bool], int], *, now: datetime) -> None:
    """So many more were *sent* by (source, is_counted). Last in its unit: these rows are everybody's."""
    if sent:
        month = month_of(now)
        rows = [
            {"month": month, "source": source, "is_counted": is_counted, "count": count}
            for (source, is_counted), count in sorted(sent.items())
        ]
        session.connection().execute(_adding(session.get_bind().dialect.name), rows)


@cache
def _adding(dialect: str) -> sa.Executable:
    keys = ["month", "source", "is_counted"]
    if dialect == "sqlite":
        lite = sqlite.insert(MessageCount)
        return lite.on_conflict_do_update(index_elements=keys, set_={"count": MessageCount.count + lite.excluded.count})
    full = postgresql.insert(MessageCount)
    return full.on_conflict_do_update(index_elements=keys, set_={"count": MessageCount.count + full.excluded.count})


def cap(session: Session) -> int | None:
    """The shop's own limit; asked of the table itself, for each request that goes out."""
    found: int | None = session.connection().execute(_CAP).scalar()
    return found


def room(session: Session, *, now: datetime) -> int | None:
    """How many more messages may go out under the shop's own limit; what is on its way is taken off. None: no limit."""
    limit = cap(session)
    if limit is None:
        return None
    return limit - int(session.scalar(_USED, {"month": month_of(now)}) or 0)  # PostgreSQL sums up to a Decimal


def forecast(session: Session, month: Month, *, now: datetime) -> Forecast | None:
    """The allowance of this *month* as LINE told it last, with what has gone out since; None until LINE has told."""
    channel = settings.channel(session)
    return quota.forecast(channel, now=now, own_used=month.counted) if channel else None


def left(session: Session, month: Month, *, now: datetime) -> int | None:
    """How many counted messages may still go out this month: LINE's allowance or the shop's own limit, whichever ends
    first. None: no end is known."""
    allowance = forecast(session, month, now=now)
    ends = [room(session, now=now)]
    if allowance is not None and allowance.limit is not None:
        ends.append(allowance.limit - allowance.used)
    known = [max(0, end) for end in ends if end is not None]
    return min(known, default=None)


_CAP = sa.select(SendingRules.monthly_cap).where(SendingRules.id == 1)
_COUNTED = sa.select(sa.func.coalesce(sa.func.sum(MessageCount.count), 0)).where(
    MessageCount.month == sa.bindparam("month"), MessageCount.is_counted.is_(True)
)
_ON_THE_WAY = (
    sa.select(sa.func.count())
    .select_from(Delivery)
    .join(Call, Call.id == Delivery.call_id)
    .where(Delivery.state == conditions.SENDING, Call.kind != conditions.literal(CallKind.REPLY))
)
_USED = sa.select(_COUNTED.scalar_subquery() + _ON_THE_WAY.scalar_subquery())
