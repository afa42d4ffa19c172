"""The menu of everybody who has none of their own: chosen here, told to LINE by the worker."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.engine.line import Account, LineError
from lstep_lite.engine.rich_menus import account as kept_account
from lstep_lite.engine.rich_menus import periods, showing
from lstep_lite.errors import DomainError
from lstep_lite.models import LineMenu, MenuSettings, RichMenu

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
SET_ELSEWHERE = (
    "LINE公式アカウントの管理画面（LINE Official Account Manager）で設定したリッチメニューがあるため、"
    "既定のメニューを変えられませんでした。管理画面の「リッチメニュー」で表示をオフにしてから、もう一度お試しください。"
)


def set_default(session: Session, menu: RichMenu | None, *, now: datetime) -> None:
    """Everybody who has no menu of their own is to see *menu*, or none. Raises DomainError for one not published."""
    if menu is not None and menu.live_revision is None:
        raise DomainError("まだ公開していないメニューです。公開してから、既定のメニューにしてください。", "menu_id")
    kept_account.locked(session).default_menu_id = menu.id if menu else None
    periods.look_again(session, now=now)


def current_id(session: Session, now: datetime) -> int | None:
    """The default at this moment, periods considered."""
    return periods.lineup(session, now).default()


def line_id_wanted(session: Session, now: datetime) -> str | None:
    """LINE's id of what is to be its default: the first tab of the default menu; None: none."""
    if (menu_id := current_id(session, now)) is None:
        return None
    first = showing.live_tabs(menu_id).limit(1).with_only_columns(LineMenu.line_id)
    return session.scalar(first.join_from(showing.MenuTab, LineMenu, LineMenu.id == showing.MenuTab.line_menu_id))


def tell_again(session: Session, *, now: datetime) -> None:
    """LINE is to be told anew: staff say that what stood in the way is gone."""
    kept = kept_account.locked(session)
    kept.default_due_at, kept.default_attempts, kept.default_reason = kept_account.AT_ONCE, 0, None
    session.flush()  # the same request shows it
