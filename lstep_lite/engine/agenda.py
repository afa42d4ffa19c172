"""What features do when its time comes: work for the worker's lanes, and when there will be some.

The truth is in the features' rows, which have an indexed time at which to look. A lane asks for all who registered with
`@work` in one statement, since mostly nothing is due; the demo's clock asks everybody who registered with `@pending`,
so that it stops at every due instant.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database, UTCDateTime
from lstep_lite.models import Friend

log = logging.getLogger(__name__)

PASS_SECONDS = 1.0
"""About so long a lane stays with this work before it looks at other things."""


@dataclass(frozen=True)
class Pending:
    """What a feature still has to do: *due* now, and the next moment at which something will be."""

    due: int = 0
    next_due: datetime | None = None


NOW = sa.bindparam("now", type_=UTCDateTime())
WALL = sa.bindparam("wall", type_=UTCDateTime())
_periods: dict[str, timedelta] = {}

Due = Callable[[Any, Any], sa.ColumnElement[bool]]
"""due(now, wall): whether there may be something to do, in SQL. Never no when there is; a needless yes costs a look.

It is asked for its SQL once, and given parameters for the moments.
"""
Do = Callable[..., bool]
"""do(database, *, now, wall): do a bounded part of what is due, in units of its own. True when there is more."""


@dataclass(frozen=True)
class Work:
    due: Due
    do: Do


Ask = Callable[..., Pending]
"""ask(session, *, now, wall)"""
_work: dict[str, list[Work]] = defaultdict(list)
_asks: list[Ask] = []


NextDue = Callable[[Friend], sa.Select[*tuple[Any, ...]]]
"""A query for one value, so that all features are asked in one statement."""


@dataclass(frozen=True)
class Personal:
    """What a feature does for each friend at times of their own: the same code its `@work` runs, for one friend.

    A rehearsal (試運転) replays a friend's future with it, within one unit that is taken back.
    """

    next_due: NextDue
    """The earliest moment at which something waits for the friend, past ones included; NULL when nothing does."""
    run: Callable[..., None]
    """run(session, friend, *, now): do all of it that is due at *now*."""


personals: list[Personal] = []
"""In the order in which they run at one moment: the worker's order of lanes and features."""


def always(now: Any, wall: Any) -> sa.ColumnElement[bool]:
    """For work that finds out by itself whether there is something to do."""
    return sa.true()


def ago(period: timedelta) -> Any:
    """The moment that lies *period* before now, for a Due: databases reckon with moments in too many ways."""
    name = f"{period.total_seconds():.0f}_seconds_ago"
    _periods[name] = period
    return sa.bindparam(name, type_=UTCDateTime())


def work(lane: str, *, due: Due) -> Callable[[Do], Do]:
    """Register work for a lane of the worker."""

    def register(do: Do) -> Do:
        _work[lane].append(Work(due, do))
        return do

    return register


def personal(next_due: NextDue, run: Callable[..., None]) -> None:
    """Register what a feature does for one friend (see Personal)."""
    personals.append(Personal(next_due, run))


def pending(ask: Ask) -> Ask:
    """Register how to tell what is still to do."""
    _asks.append(ask)
    return ask


def run(database: Database, lane: str, *, now: Callable[[], datetime], wall: Callable[[], datetime]) -> bool:
    """Do what is due in *lane*, each feature in turn, for about a second. True when there is more.

    One that fails waits for the next pass; the others go on.
    """
    deadline = time.monotonic() + PASS_SECONDS
    todo = list(_work[lane])
    while todo and time.monotonic() < deadline:
        todo = run_once(database, todo, now=now, wall=wall)
    return bool(todo)


def run_once(
    database: Database, works: Sequence[Work], *, now: Callable[[], datetime], wall: Callable[[], datetime]
) -> list[Work]:
    """Those of *works* that have something to do, each in its turn; answers those that have more."""
    has_more = []
    answer: Sequence[bool] = ()
    for place, each in enumerate(works):
        answer = answer or _ask(database, works, now(), wall())
        if answer[place]:
            answer = ()  # it may make the next ones due
            if _do(each.do, database, now(), wall()):
                has_more.append(each)
    return has_more


def _ask(database: Database, works: Sequence[Work], now: datetime, wall: datetime) -> Sequence[bool]:
    question = _question(tuple(each.due for each in works))
    moments = {"now": now, "wall": wall} | {name: now - period for name, period in _periods.items()}
    with database.read() as session:
        return session.execute(question, moments).one()


@lru_cache
def _question(dues: tuple[Due, ...]) -> sa.Select[*tuple[Any, ...]]:
    """Kept, since putting it together takes longer than answering it."""
    return sa.select(*(due(NOW, WALL) for due in dues))


def _do(do: Do, database: Database, now: datetime, wall: datetime) -> bool:
    try:
        return do(database, now=now, wall=wall)
    except Exception:
        log.exception("%s.%s failed; the others go on", do.__module__, do.__qualname__)
        return False


def whole(session: Session, *, now: datetime, wall: datetime) -> Pending:
    """All features' pending work in one."""
    found = [ask(session, now=now, wall=wall) for ask in _asks]
    moments = [each.next_due for each in found if each.next_due is not None]
    return Pending(sum(each.due for each in found), min(moments, default=None))
