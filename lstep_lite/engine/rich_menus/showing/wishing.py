"""The wish of action sets, staff and rules, written down. LINE is told later (`syncing`)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import after_commit, insert_new
from lstep_lite.engine import locking, triggers
from lstep_lite.engine.rich_menus import keeping, modes, periods
from lstep_lite.engine.rich_menus.modes import AFTERWARDS, AT_ONCE
from lstep_lite.engine.rich_menus.periods import Lineup
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, FriendMenu, LineMenu, MenuMode, MenuOrigin, TimelineEntry

KIND = "menu.shown"
DEFAULT = "既定のリッチメニュー"
triggers.labels[KIND] = "リッチメニューが変わった"
BY_RULES = "リッチメニューはルールで切り替える設定のため、ここでは変えられません。"
LEAVING = "すべてのリッチメニューをLINEから外しているため、変えられません。"
WITHOUT_LINE = "LINEの友だちではないため、リッチメニューは表示されません。"
BLOCKED = "ブロックされているため、リッチメニューは変えられません。"
SEES_LINE = sa.and_(Friend.line_user_id.is_not(None), Friend.is_following, sa.not_(Friend.is_blocked))
"""Who can see a menu at all."""
Values = dict[str, Any]


class NotShown(DomainError):
    """Nothing was changed; the message says why."""


# One friend ----------------------------------------------------------------------------------------------------------


def show(
    session: Session,
    friend: Friend,
    menu_id: int | None,
    *,
    origin: MenuOrigin,
    now: datetime,
    cause: TimelineEntry | None = None,
    staff_id: int | None = None,
) -> str:
    """From now on *friend* is to see *menu_id*, or the default; one Japanese sentence about it.

    Raises NotShown where nothing changes, NotFound. What staff do stands on the timeline by itself; what an action set
    does stands there as its step.
    """
    locking.lock(session, friend)
    if (reason := refusal(session, friend)) is not None:
        raise NotShown(reason)
    name = keeping.get(session, menu_id).name if menu_id else DEFAULT
    urgent = triggers.AS_ONE not in session.info
    if not wish(session, {friend.id: menu_id}, origin=origin, now=now, urgent=urgent):
        raise NotShown(f"すでに「{name}」を表示しています。" if menu_id else "すでに既定のリッチメニューです。")
    sentence = f"リッチメニューを「{name}」に変えました。" if menu_id else "リッチメニューを既定に戻しました。"
    sentence += _but(session, menu_id, now)
    if origin is MenuOrigin.STAFF:
        facts = {"label": name} | ({} if staff_id is None else {"staff_id": staff_id})
        triggers.record(session, KIND, friend, now=now, cause=cause, **facts).results = [sentence]
    return sentence


def refusal(session: Session, friend: Friend | None = None) -> str | None:
    """Why nobody may decide which menu *friend* sees, if so; without one, why that holds for everybody."""
    kept = modes.settings(session)
    if kept.leaving_at is not None:
        return LEAVING
    if kept.mode is MenuMode.RULES:
        return BY_RULES
    if friend is None or friend.can_receive:
        return None
    return WITHOUT_LINE if friend.line_user_id is None else BLOCKED


def _but(session: Session, menu_id: int | None, now: datetime) -> str:
    """What they see instead for now, if it can't be shown yet."""
    reason = periods.lineup(session, now).why_not(menu_id) if menu_id else None
    return f"（{reason}。それまでは既定のメニューのままです）" if reason else ""


# Many friends --------------------------------------------------------------------------------------------------------


def wish(
    session: Session, wishes: Mapping[int, int | None], *, origin: MenuOrigin, now: datetime, urgent: bool
) -> set[int]:
    """Write down what each of these friends, at most 500, is to see; the ids of those for whom it is news.

    The caller has locked them. Whoever gets another menu by it is due, and whoever was stays so: the request for what
    they were to see before may be on its way. Not *urgent* ones come after all others.
    """
    lineup, due_at = periods.lineup(session, now), AT_ONCE if urgent else AFTERWARDS
    known = _known(session, wishes)
    news = {friend_id for friend_id, menu_id in wishes.items() if _is_news(known.get(friend_id), menu_id)}
    for menu_id in {wishes[friend_id] for friend_id in news}:
        ids = [friend_id for friend_id in sorted(news) if wishes[friend_id] == menu_id]
        values: Values = {"menu_id": menu_id, "origin": origin, "since": now, "reason": None}
        _add(session, [each for each in ids if each not in known], values, due_at if lineup.own(menu_id) else None)
        for is_due in (True, False):
            known_ids = [each for each in ids if each in known and known[each].fits(lineup, menu_id) is not is_due]
            _change(session, known_ids, values | ({"due_at": due_at, "attempts": 0} if is_due else {}))
    if news:
        after_commit(session, _wake)
    return news


@dataclass(frozen=True)
class _Known:
    """The row of a friend, and the menu whose rich menu LINE shows them as theirs."""

    menu_id: int | None
    linked_menu_id: int | None
    is_refused: bool

    def fits(self, lineup: Lineup, menu_id: int | None) -> bool:
        return not self.is_refused and fits(lineup, menu_id, self.linked_menu_id)


def fits(lineup: Lineup, menu_id: int | None, linked_menu_id: int | None) -> bool:
    """Whether friends who are to see *menu_id* do. Who has chosen a tab of the default keeps it."""
    own = lineup.own(menu_id)
    return linked_menu_id in (None, lineup.default()) if own is None else linked_menu_id == own


def _known(session: Session, friend_ids: Collection[int]) -> dict[int, _Known]:
    columns = (FriendMenu.friend_id, FriendMenu.menu_id, LineMenu.menu_id, FriendMenu.reason)
    query = sa.select(*columns).outerjoin(LineMenu, LineMenu.id == FriendMenu.linked_id)
    mine = query.where(FriendMenu.friend_id.in_(friend_ids)).order_by(FriendMenu.friend_id)
    rows = session.execute(mine.with_for_update(of=FriendMenu))
    return {row[0]: _Known(row[1], row[2], row[3] is not None) for row in rows}


def _is_news(known: _Known | None, menu_id: int | None) -> bool:
    if known is None:
        return menu_id is not None
    return known.menu_id != menu_id or known.is_refused


def _add(session: Session, friend_ids: Sequence[int], values: Values, due_at: datetime | None) -> None:
    if not friend_ids:
        return
    table, row = FriendMenu.__table__, values | {"due_at": due_at, "revision": 1, "attempts": 0}
    columns = {"friend_id": Friend.id} | {name: sa.literal(row[name], table.c[name].type) for name in row}
    chosen = sa.select(*columns.values()).where(Friend.id.in_(friend_ids)).order_by(Friend.id)
    session.execute(insert_new(session, FriendMenu).from_select(list(columns), chosen))


def _change(session: Session, friend_ids: Sequence[int], values: Values) -> None:
    if friend_ids:
        mine = sa.update(FriendMenu).where(FriendMenu.friend_id.in_(friend_ids))
        session.execute(mine.values(revision=FriendMenu.revision + 1, **values))


_listeners: list[Callable[[], None]] = []


def on_wish(listener: Callable[[], None]) -> None:
    """Have *listener* called, after the commit, when somebody is to see another menu."""
    _listeners.append(listener)


def _wake() -> None:
    for listener in _listeners:
        listener()
