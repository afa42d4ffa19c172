"""What friends do that changes which menu LINE shows them: switching tabs, and coming back."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import locking, notifications, settings, triggers
from lstep_lite.engine.rich_menus import periods
from lstep_lite.engine.rich_menus.modes import AT_ONCE
from lstep_lite.engine.rich_menus.showing import wishing
from lstep_lite.models import Friend, FriendMenu, MenuOrigin, MenuTab

KIND = notifications.kind(
    "rich_menu.switch_failed",
    label="リッチメニューのタブの切り替え",
    lead="お客様がリッチメニューのタブを切り替えられなかったときに知らせます（1日に1回まで）。",
    icon="layout-bottombar",
    order=85,
)
ALIAS, STATUS, SUCCESS = "newRichMenuAliasId", "status", "SUCCESS"
"""https://developers.line.biz/en/reference/messaging-api/#postback-event"""

PUT_RIGHT = "LINEからタブの登録がなくなっていたときは、6時間以内に自動で元に戻します。"


@triggers.on("postback.received")
def _on_switch(session: Session, happening: triggers.Happening) -> str | None:
    params = happening.facts["params"]
    if ALIAS not in params:
        return None
    if params.get(STATUS) == SUCCESS:
        return switched(session, happening.friend, str(params[ALIAS]), happening.now)
    return _tell_of_trouble(session, happening)


def switched(session: Session, friend: Friend, alias: str, now: datetime) -> str | None:
    """LINE has shown *friend* another tab, as theirs from now on."""
    tab = session.scalars(sa.select(MenuTab).where(MenuTab.alias == alias)).one_or_none()
    if tab is None:
        return None
    locking.lock(session, friend)
    values = {"menu_id": None, "origin": MenuOrigin.CUSTOMER, "since": now}
    session.execute(insert_new(session, FriendMenu).values(friend_id=friend.id, **values))
    row = session.get_one(FriendMenu, friend.id, with_for_update=True, populate_existing=True)
    row.linked_id, row.tab_id = tab.line_menu_id, tab.id
    if not tab.is_live or not wishing.fits(periods.lineup(session, now), row.menu_id, tab.menu_id):
        _make_due(row)  # an old menu was still on the screen
    return f"リッチメニューのタブ「{tab.label}」に切り替わりました。"


def _tell_of_trouble(session: Session, happening: triggers.Happening) -> str:
    day = happening.now.astimezone(settings.zone(session)).date()
    notifications.notify(
        session,
        KIND.name,
        title="リッチメニューのタブを切り替えられなかったお客様がいます",
        body=f"LINEからの知らせ：{happening.facts['params'].get(STATUS)}。{PUT_RIGHT}",
        href="/rich-menus",
        dedupe_key=f"{KIND.name}:{day}",
        now=happening.now,
    )
    return f"タブを切り替えられませんでした。{PUT_RIGHT}"


@triggers.on("friend.followed")
def _on_follow(session: Session, happening: triggers.Happening) -> str | None:
    """LINE may have forgotten what it showed somebody who has blocked us."""
    if (row := _row(session, happening.friend)) is None or (row.menu_id is None and row.linked_id is None):
        return None
    row.linked_id = row.tab_id = None
    _make_due(row)
    return "リッチメニューを表示し直します。" if row.menu_id is not None else None


@triggers.on("friend.unblocked")
def _on_unblock(session: Session, happening: triggers.Happening) -> str | None:
    """While staff had blocked the person, LINE was told nothing."""
    if (row := _row(session, happening.friend)) is not None and (row.menu_id or row.linked_id):
        _make_due(row)
    return None


def _row(session: Session, friend: Friend) -> FriendMenu | None:
    session.flush()  # what this unit changed before is not read over
    return session.get(FriendMenu, friend.id, with_for_update=True, populate_existing=True)


def _make_due(row: FriendMenu) -> None:
    row.due_at, row.attempts, row.reason, row.revision = AT_ONCE, 0, None, row.revision + 1
