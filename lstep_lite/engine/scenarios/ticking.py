"""Ways whose time has come, a few a unit of work.

What a step does and that it was passed are one unit, and its row is unique: a worker that is killed anywhere, or two at
once, send nothing twice and leave nothing out.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import Database, memory, savepoint
from lstep_lite.engine import agenda, locking, triggers
from lstep_lite.engine.scenarios import advancing, enrolling
from lstep_lite.engine.scenarios.enrolling import ACTIVE
from lstep_lite.models import Enrolment, Friend, Lane, Scenario

log = logging.getLogger(__name__)

LOOK = 200
"""Ways one look finds: more than a unit does, so that friends whom somebody else holds hold up nobody."""
CHUNK = 25
"""Friends a unit locks; about so many fit into it."""
UNIT_SECONDS = 0.08
"""Of this thread's own time: then the unit ends, and the rest comes with the next."""
PAUSE = timedelta(minutes=5)
"""When to try again what failed."""


_GOES_ON = Enrolment.scenario_id.not_in(sa.select(Scenario.id).where(Scenario.is_ending))
"""Friends in one that is being deleted are stopped in the background."""


def due(now: datetime, limit: int = LOOK) -> sa.Select[int, int]:
    """The ways to look at, and whose they are, the longest waiting first."""
    query = sa.select(Enrolment.id, Enrolment.friend_id).where(Enrolment.state == ACTIVE, Enrolment.due_at <= now)
    return query.where(_GOES_ON).order_by(Enrolment.due_at, Enrolment.id).limit(limit)


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists(due(now)))
def run_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """One unit of what is due. True when there may be more."""
    with database.read() as session:
        found = dict(session.execute(due(now)).all())
    if not found:
        return False
    return _run_unit(database, found, now) > 0


def _run_unit(database: Database, found: dict[int, int], now: datetime) -> int:
    """Fast for all at once; when something fails, again with each to be undone alone. How many it was."""
    try:
        with database.unit() as session, _as_one(session):
            return _advance_some(session, found, now, advancing.advance)
    except OperationalError:
        raise  # a lost connection or lock: it comes again as it is
    except Exception:
        log.exception("scenarios: something failed among enrolments %s; they are tried one by one", list(found))
    with database.unit() as session, memory(session):
        return _advance_some(session, found, now, _advance_alone)


@contextmanager
def _as_one(session: Session) -> Iterator[None]:
    session.info[triggers.AS_ONE] = True
    with memory(session), triggers.written_together(session):
        yield


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    active = sa.select(sa.func.min(Enrolment.due_at)).where(Enrolment.state == ACTIVE, _GOES_ON)
    waiting = sa.select(sa.func.count()).select_from(due(now).subquery())
    return agenda.Pending(session.scalar(waiting) or 0, session.scalar(active.where(Enrolment.due_at > now)))


def _advance_some(session: Session, found: dict[int, int], now: datetime, advance: Callable[..., None]) -> int:
    """As many of *found* as the time allows; how many. Friends that somebody else holds are left to a later unit."""
    whose = sa.select(Friend).where(Friend.id.in_(set(found.values()))).order_by(Friend.id).limit(CHUNK)
    friends = {friend.id: friend for friend in session.scalars(whose.with_for_update(skip_locked=True))}
    locking.know(session, friends.values())
    still_due = sa.select(Enrolment).where(
        Enrolment.id.in_(found), Enrolment.friend_id.in_(friends), Enrolment.state == ACTIVE, Enrolment.due_at <= now
    )
    ways = session.scalars(still_due.order_by(Enrolment.due_at, Enrolment.id).limit(CHUNK)).all()
    enrolling.know_passed(session, [enrolment.id for enrolment in ways])
    began, done = time.thread_time(), 0
    while done < len(ways) and time.thread_time() - began < UNIT_SECONDS:
        advance(session, ways[done], now=now)
        done += 1
    return done


def _advance_alone(session: Session, enrolment: Enrolment, *, now: datetime) -> None:
    """One that fails is undone alone and waits a little, until its step is too late; the others go on."""
    enrolment_id = enrolment.id
    try:
        with savepoint(session):
            advancing.advance(session, enrolment, now=now)
    except OperationalError:
        raise  # a lost connection or lock: the whole unit is tried again
    except Exception:
        log.exception("scenarios: enrolment %s failed; it is tried again soon", enrolment_id)
        mine = sa.update(Enrolment).where(Enrolment.id == enrolment_id)
        session.execute(mine.values(due_at=now + PAUSE, next_code=None))


# One friend alone ----------------------------------------------------------------------------------------------------


def _next_due(friend: Friend) -> sa.Select[datetime | None]:
    mine = sa.select(sa.func.min(Enrolment.due_at)).where(Enrolment.friend_id == friend.id, _GOES_ON)
    return mine.where(Enrolment.state == ACTIVE)


_MINE = (
    sa.select(Enrolment)
    .where(Enrolment.friend_id == sa.bindparam("friend_id"), Enrolment.state == ACTIVE, _GOES_ON)
    .where(Enrolment.due_at <= sa.bindparam("now"))
    .order_by(Enrolment.due_at, Enrolment.id)
)


def _run(session: Session, friend: Friend, *, now: datetime) -> None:
    locking.lock(session, friend)
    for enrolment in session.scalars(_MINE, {"friend_id": friend.id, "now": now}):
        advancing.advance(session, enrolment, now=now)


agenda.personal(_next_due, _run)
