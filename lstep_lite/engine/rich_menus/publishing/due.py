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
    for _ in range(limit):
        done = [_one(work, here) for work in (*(each.one for each in _WORKS), ending.one)]
        if not any(done) or time.monotonic() > deadline:
            return


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
    waiting = sum(session.scalar(each) or 0 for each in (*due, ends))
    return agenda.Pending(waiting + max(at_work, in_hand()))
