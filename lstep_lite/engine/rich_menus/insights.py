"""LINE's own numbers: asked once a morning for what is live, since the last morning's may have been too few to tell.

https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-insight-daily
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import settings
from lstep_lite.engine.line import Account, DayAtLine, LineError
from lstep_lite.engine.line.rich_menus import bounds
from lstep_lite.errors import DomainError
from lstep_lite.models import LineMenu, LineMenuState, MenuInsight

log = logging.getLogger(__name__)

MORNING = time(9)
"""On the shop's clock: LINE has counted the day before by then."""
DAYS = 90
"""How far back each request goes; LINE allows 100. It tells nothing of a period in which few people tapped, so the
longer one often tells more than the shorter ones did."""
LINE_ZONE = ZoneInfo("Asia/Tokyo")
"""Its days."""
PAUSE = timedelta(hours=1)
"""After a failure; LINE allows 60 requests an hour."""


@dataclass(frozen=True)
class _Job:
    line_menu_id: int
    line_id: str
    areas: list[dict[str, Any]]
    first: date
    last: date


def ask_due(database: Database, account: Account, *, now: datetime, limit: int) -> int:
    """Ask for the numbers of up to *limit* rich menus whose morning has come; how many were asked for."""
    for asked in range(limit):
        with database.read() as session:
            if session.scalar(due(now)) is None:
                return asked
        with database.unit() as session:
            job = _claim(session, now)
        if job is not None:
            _ask(database, account, job, now)
    return limit


def due(now: datetime) -> sa.Select[int]:
    """One that is live, and whose time has come or was never set."""
    is_due = sa.or_(LineMenu.insight_due_at.is_(None), LineMenu.insight_due_at <= now)
    return sa.select(LineMenu.id).where(LineMenu.state == LineMenuState.LIVE, is_due).order_by(LineMenu.id).limit(1)


def _claim(session: Session, now: datetime) -> _Job | None:
    """What to ask for now; None for a rich menu that went live today. Whatever comes of it, tomorrow is another day."""
    mine = sa.select(LineMenu).where(LineMenu.id.in_(due(now))).with_for_update(skip_locked=True)
    row = session.scalars(mine).one_or_none()
    if row is None:
        return None
    is_new, row.insight_due_at = row.insight_due_at is None, next_morning(session, now)
    last = now.astimezone(LINE_ZONE).date() - timedelta(days=1)
    first = max(row.created_at.astimezone(LINE_ZONE).date(), last - timedelta(days=DAYS - 1))
    if is_new or row.line_id is None or first > last:
        return None
    return _Job(row.id, row.line_id, row.body["areas"], first, last)


def next_morning(session: Session, now: datetime) -> datetime:
    here = now.astimezone(settings.zone(session))
    today = datetime.combine(here.date(), MORNING, here.tzinfo)
    return today if here < today else datetime.combine(here.date() + timedelta(days=1), MORNING, here.tzinfo)


def _ask(database: Database, account: Account, job: _Job, now: datetime) -> None:
    try:
        days = account.line().rich_menus.days(job.line_id, job.first, job.last)
    except DomainError as error:
        log.warning("numbers of rich menu %s: %s", job.line_menu_id, error.message)
        if isinstance(error, LineError) and not error.permanent:
            _postpone(database, job, now)
        return
    with database.unit() as session:
        _keep(session, job, days)


def _postpone(database: Database, job: _Job, now: datetime) -> None:
    with database.unit() as session:
        later = sa.update(LineMenu).where(LineMenu.id == job.line_menu_id)
        session.execute(later.values(insight_due_at=now + PAUSE))


def _keep(session: Session, job: _Job, days: list[DayAtLine]) -> None:
    """What LINE says now stands for what it said before of the same days."""
    if not days:
        return  # too few people; what it told before stays
    asked = MenuInsight.day.between(job.first, job.last)
    session.execute(sa.delete(MenuInsight).where(MenuInsight.line_menu_id == job.line_menu_id, asked))
    session.execute(sa.insert(MenuInsight), [_row(job, day) for day in days])


def _row(job: _Job, day: DayAtLine) -> dict[str, Any]:
    clicks = [list(day.clicks.get(bounds(area["bounds"]), (0, 0))) for area in job.areas]
    numbers = {"impressions": day.impressions, "viewers": day.viewers, "clicks": clicks}
    return {"line_menu_id": job.line_menu_id, "day": day.day} | numbers
