"""Who sees which menu, as far as we know."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lstep_lite.engine.rich_menus import keeping, periods
from lstep_lite.engine.rich_menus.showing.wishing import SEES_LINE
from lstep_lite.models import Friend, FriendMenu, MenuOrigin, MenuTab, RichMenu


@dataclass(frozen=True)
class Current:
    """What a friend sees."""

    menu: RichMenu | None
    """None: no menu, or one that was set in LINE's own manager."""
    tab: MenuTab | None
    origin: MenuOrigin | None
    """Who decided that they see something else than the default; None: nobody, it is the default."""
    since: datetime | None
    wanted: RichMenu | None
    """What they should see but don't."""
    why_not: str | None
    is_told: bool
    """Whether LINE knows."""
    reason: str | None
    """Why LINE would not show it."""


def current(session: Session, friend: Friend, now: datetime) -> Current:
    """What *friend* sees as far as we know, and why."""
    lineup, row = periods.lineup(session, now), session.get(FriendMenu, friend.id)
    wanted_id = row.menu_id if row else None
    shown_id = lineup.seen(wanted_id)
    is_own = row is not None and wanted_id is not None and lineup.own(wanted_id) is not None
    wanted = session.get(RichMenu, wanted_id) if wanted_id else None
    return Current(
        menu=session.get(RichMenu, shown_id) if shown_id else None,
        tab=_tab(session, row, shown_id),
        origin=row.origin if row and is_own else None,
        since=row.since if row and wanted_id else None,
        wanted=wanted if wanted_id != shown_id else None,
        why_not=lineup.why_not(wanted_id) if wanted_id else None,
        is_told=row is None or row.due_at is None,
        reason=row.reason if row else None,
    )


def _tab(session: Session, row: FriendMenu | None, menu_id: int | None) -> MenuTab | None:
    tabs = session.scalars(keeping.live_tabs(menu_id)).all() if menu_id else []
    chosen = [tab for tab in tabs if row is not None and tab.id == row.tab_id]
    return next(iter([*chosen, *tabs]), None)


def effective_menu_id(session: Session, friend: Friend, now: datetime) -> int | None:
    """The menu on the friend's screen; None: none of ours."""
    row = session.get(FriendMenu, friend.id)
    return periods.lineup(session, now).seen(row.menu_id if row else None)


def condition(session: Session, menu_id: int, *, now: datetime) -> sa.ColumnElement[bool]:
    """Who is shown the menu, those who see it as the default among them; SQL over Friend."""
    lineup = periods.lineup(session, now)
    standing = sorted(lineup.standing_for(menu_id))
    if lineup.default() != menu_id:
        theirs = sa.select(FriendMenu.friend_id).where(FriendMenu.menu_id.in_(standing))
        return sa.and_(SEES_LINE, Friend.id.in_(theirs))
    elsewhere = [each for each in lineup.menus if lineup.own(each) not in (None, menu_id)]
    row = aliased(FriendMenu)
    return sa.and_(SEES_LINE, ~sa.exists().where(row.friend_id == Friend.id, row.menu_id.in_(elsewhere)))


def tab_condition(session: Session, menu_id: int, tab_code: str, *, now: datetime) -> sa.ColumnElement[bool]:
    """Who is shown this tab of the menu; SQL over Friend. Who never chose one sees the first."""
    tabs = session.scalars(keeping.live_tabs(menu_id)).all()
    shown = condition(session, menu_id, now=now)
    row = aliased(FriendMenu)
    chose = sa.exists().where(row.friend_id == Friend.id)
    if not tabs or tab_code not in {tab.code for tab in tabs}:
        return sa.false()
    if tab_code == tabs[0].code:
        return sa.and_(shown, sa.not_(chose.where(row.tab_id.in_([tab.id for tab in tabs[1:]]))))
    return sa.and_(shown, chose.where(row.tab_id.in_([tab.id for tab in tabs if tab.code == tab_code])))


def counts(session: Session, now: datetime) -> dict[int, int]:
    """How many friends see each menu, those who see it as the default among them."""
    lineup, found = periods.lineup(session, now), dict[int, int]()
    everybody = session.scalar(sa.select(sa.func.count()).select_from(Friend).where(SEES_LINE)) or 0
    query = sa.select(FriendMenu.menu_id, sa.func.count()).join(Friend, Friend.id == FriendMenu.friend_id)
    chosen = query.where(SEES_LINE, FriendMenu.menu_id.is_not(None)).group_by(FriendMenu.menu_id)
    for menu_id, count in session.execute(chosen):
        if (own := lineup.own(menu_id)) is not None:
            found[own] = found.get(own, 0) + count
            everybody -= count
    if (default := lineup.default()) is not None:
        found[default] = found.get(default, 0) + everybody
    return found
