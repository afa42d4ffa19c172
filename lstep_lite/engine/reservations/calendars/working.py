"""What is due at Google, of whatever kind."""

import time
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.engine.reservations.calendars import reading, writing
from lstep_lite.engine.reservations.calendars.google import Google
from lstep_lite.engine.reservations.calendars.pausing import Here
from lstep_lite.engine.secrets import Vault

PASS_SECONDS = 2.0
"""Other chores wait meanwhile, also where Google does not answer."""


def work_due(
    database: Database,
    google: Google,
    vault: Vault,
    *,
    public_url: str,
    now: datetime,
    wall: datetime,
    limit: int,
) -> None:
    """Go on with what is due at Google, one of each kind in turn, up to *limit* rounds in about PASS_SECONDS."""
    here = Here(database, google, vault, public_url, now, wall)
    deadline = time.monotonic() + PASS_SECONDS
    for _ in range(limit):
        done = [do(here) for do in (writing.catch_up, writing.one, reading.one)]
        if not any(done) or time.monotonic() > deadline:
            return


def is_any_due(wall: Any) -> sa.ColumnElement[bool]:
    return sa.or_(sa.exists(writing.catching_up()), sa.exists(writing.due(wall)), sa.exists(reading.due(wall)))


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(due=int(bool(session.scalar(sa.select(is_any_due(wall))))))
