"""What is due at LINE, of whatever kind."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.engine.line import Account
from lstep_lite.engine.media import MediaStore
from lstep_lite.engine.rich_menus.publishing import ending, leaving, line_work, steps, strays
from lstep_lite.engine.rich_menus.publishing.working import Here, Work, in_hand
from lstep_lite.models import RichMenu

log = logging.getLogger(__name__)

_WORKS: tuple[Work[Any], ...] = (
    steps.Publications(),
    line_work.Aliases(),
    line_work.LineMenus(),
    leaving.Leaving(),
    strays.Looks(),
    strays.Strays(),
)
_ONES: tuple[Callable[[Here], bool], ...] = (*(work.one for work in _WORKS), ending.one)
PASS_SECONDS = 2.0
"""Other chores wait meanwhile, also where LINE does not answer."""
SOON = timedelta(seconds=10)
"""What is tried again within this time is still being done."""


def work_due(
    database: Database,
    account: Account,
    store: MediaStore,
    *,
    public_url: str,
    now: datetime,
    wall: datetime,
    limit: int,
) -> None:
    """Go on with what is due at LINE, one of each kind in turn, up to *limit* rounds in about PASS_SECONDS."""
    here = Here(database, account, store, public_url, now, wall)
    deadline = time.monotonic() + PASS_SECONDS
    question = sa.select(*_any_due(wall))
    for _ in range(limit):
        if not _round(here, question) or time.monotonic() > deadline:
            return


def _round(here: Here, question: sa.Select[*tuple[Any, ...]]) -> bool:
    """Work at one of each kind in turn; whether anything was done. Each may make the next ones due."""
    is_done, is_due = False, _answer(here, question)
    for place, work in enumerate(_ONES):
        if is_due[place] and _one(work, here):
            is_done, is_due = True, _answer(here, question)
    return is_done


def _answer(here: Here, question: sa.Select[*tuple[Any, ...]]) -> sa.Row[*tuple[Any, ...]]:
    with here.database.read() as session:
        return session.execute(question).one()


def is_any_due(wall: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(*_any_due(wall))


def _any_due(wall: datetime) -> list[sa.ColumnElement[bool]]:
    """For each of _ONES, whether it has something to do: asked together, as mostly nothing has."""
    return [*(sa.exists().where(work.wanted(), work.is_due(wall)) for work in _WORKS), sa.exists().where(ending.IS_DUE)]


def _one(work: Callable[[Here], bool], here: Here) -> bool:
    """One that fails waits for the next pass; the others go on."""
    try:
        return work(here)
    except Exception:
        log.exception("rich menus: %s failed; the others go on", work.__qualname__)
        return False


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    """What waits for LINE's next hour does not count."""
    soon, at_work = wall + SOON, in_hand()
    count = sa.select(sa.func.count())
    due = [count.select_from(work.model).where(work.wanted(), work.is_due(soon)) for work in _WORKS]
    ends = count.select_from(RichMenu).where(ending.IS_DUE)
    waiting = session.execute(sa.select(*(each.scalar_subquery() for each in (*due, ends)))).one()
    return agenda.Pending(sum(waiting) + max(at_work, in_hand()))
