"""What is due at LINE, of whatever kind."""

import time
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
        done = [work.one(here) for work in _WORKS]
        if not (ending.one(here) or any(done)) or time.monotonic() > deadline:
            return


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    """What waits for LINE's next hour does not count."""
    soon, at_work = wall + SOON, in_hand()
    count = sa.select(sa.func.count())
    due = [count.select_from(work.model).where(work.wanted(), work.is_due(soon)) for work in _WORKS]
    ends = count.select_from(RichMenu).where(ending.IS_DUE)
    waiting = sum(session.scalar(each) or 0 for each in (*due, ends))
    return agenda.Pending(waiting + max(at_work, in_hand()))
