"""The menu of everybody who has none of their own: chosen here, told to LINE by the worker."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.engine.line import Account, LineError
from lstep_lite.engine.line.rich_menus import RichMenusAtLine
from lstep_lite.engine.rich_menus import modes, periods
from lstep_lite.errors import DomainError
from lstep_lite.models import LineMenu, MenuSettings, MenuTab, RichMenu

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
SET_ELSEWHERE = (
    "LINE公式アカウントの管理画面（LINE Official Account Manager）で設定したリッチメニューがあります。"
    "ここで選んだとおりに表示するには、管理画面の「リッチメニュー」で表示をオフにしてから、もう一度お試しください。"
)


def set_default(session: Session, menu: RichMenu | None, *, now: datetime) -> None:
    """Everybody who has no menu of their own is to see *menu*, or none. Raises DomainError for one not published."""
    if menu is not None and menu.live_revision is None:
        raise DomainError("まだ公開していないメニューです。公開してから、既定のメニューにしてください。", "menu_id")
    modes.locked(session).default_menu_id = menu.id if menu else None
    periods.look_again(session, now=now)


def tell_again(session: Session) -> None:
    """LINE is to be told once more: staff say that what stood in the way is gone."""
    kept = modes.locked(session)
    kept.default_due_at, kept.default_attempts, kept.default_reason = modes.AT_ONCE, 1, None
    session.flush()  # the same request shows it


def current_id(session: Session, now: datetime) -> int | None:
    """The default at this moment, periods considered."""
    return periods.lineup(session, now).default()


def line_id_wanted(session: Session, now: datetime) -> str | None:
    """LINE's id of what is to be its default: the first tab of the default menu; None: none."""
    if (menu_id := current_id(session, now)) is None:
        return None
    tabs = sa.select(LineMenu.line_id).join(MenuTab, MenuTab.line_menu_id == LineMenu.id)
    first = tabs.where(MenuTab.menu_id == menu_id, MenuTab.is_live).order_by(MenuTab.position, MenuTab.id)
    return session.scalar(first.limit(1))


# Telling LINE --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Job:
    line_id: str | None
    due_at: datetime
    """What the row says while we are at it: whoever changes it wants LINE to be told anew."""


def tell_due(database: Database, account: Account, *, now: datetime, wall: datetime) -> bool:
    """Tell LINE of another default, if there is one; whether it was tried."""
    with database.read() as session:
        if not _is_due(modes.settings(session), wall):
            return False
    with database.unit() as session:
        job = _claim(session, now, wall)
    if job is None:
        return False
    problem = _tell(account, job.line_id)
    with database.unit() as session:
        _record(session, job, problem, wall)
    return True


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(due=int(_is_due(modes.settings(session), wall)))


def is_due(wall: datetime) -> sa.ColumnElement[bool]:
    """The same for the worker's question; a shop that never changed anything has no such row."""
    return sa.exists().where(MenuSettings.default_due_at <= wall, MenuSettings.leaving_at.is_(None))


def _is_due(kept: MenuSettings, wall: datetime) -> bool:
    return kept.default_due_at is not None and kept.default_due_at <= wall and kept.leaving_at is None


def _claim(session: Session, now: datetime, wall: datetime) -> _Job | None:
    kept = modes.locked(session)
    if not _is_due(kept, wall):
        return None
    line_id = line_id_wanted(session, now)
    if line_id == kept.default_line_id and not kept.default_attempts:
        kept.default_due_at = kept.default_reason = None
        return None
    kept.default_attempts, kept.default_due_at = kept.default_attempts + 1, wall + LEASE
    return _Job(line_id, kept.default_due_at)


def _tell(account: Account, line_id: str | None) -> DomainError | None:
    """What went wrong, if something did. No unit of work is open here."""
    try:
        at_line = account.line().rich_menus
        if line_id is not None:
            at_line.set_default(line_id)
        else:
            _cancel(at_line)
    except DomainError as error:
        log.warning("default rich menu: %s", error.message)
        return error
    return None


def _cancel(at_line: RichMenusAtLine) -> None:
    at_line.cancel_default()
    at_line.default()  # refused with 403 where another one, set elsewhere, shows now


def _record(session: Session, job: _Job, problem: DomainError | None, wall: datetime) -> None:
    kept = modes.locked(session)
    status = problem.http_status if isinstance(problem, LineError) else None
    is_over = problem is None or (isinstance(problem, LineError) and problem.permanent)
    if problem is None or (status == 403 and job.line_id is None):
        kept.default_line_id = job.line_id
    if kept.default_due_at != job.due_at:
        return  # it has changed meanwhile, and is told again
    kept.default_reason = (SET_ELSEWHERE if status == 403 else problem.message) if problem else None
    kept.default_due_at = None if is_over else wall + _pause(kept.default_attempts)
    kept.default_attempts = 0 if problem is None else kept.default_attempts


def _pause(attempts: int) -> timedelta:
    return min(LONGEST_PAUSE, timedelta(seconds=2 ** min(attempts, 12)))
