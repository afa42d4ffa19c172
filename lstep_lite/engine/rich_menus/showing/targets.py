"""Which rich menu at LINE a friend's own should be: of the wish, and of what LINE shows them now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.rich_menus import periods
from lstep_lite.engine.rich_menus.periods import Lineup
from lstep_lite.models import LineMenu, MenuTab


@dataclass(frozen=True)
class Target:
    """A tab of a menu as LINE has it now."""

    tab_id: int
    code: str
    line_menu_id: int
    line_id: str


@dataclass(frozen=True)
class Targets:
    lineup: Lineup
    tabs: Mapping[int, Sequence[Target]]
    """Of each menu, the first one first."""
    linked: Mapping[int, tuple[int, str]]
    """The menu and the tab's code of the rich menus that LINE shows friends as theirs."""

    def of(self, menu_id: int | None, linked_id: int | None) -> Target | None:
        """What LINE is to show as theirs to friends who are to see *menu_id*; None: nothing.

        Whoever sees a tab of that menu already, or has chosen one of the default, stays there.
        """
        own, (linked_menu_id, code) = self.lineup.own(menu_id), self.linked.get(linked_id or 0, (None, ""))
        shown_id = own or (linked_menu_id if linked_menu_id == self.lineup.default() else None)
        tabs = self.tabs.get(shown_id or 0, ())
        same = [tab for tab in tabs if linked_menu_id == shown_id and tab.code == code]
        return next(iter([*same, *(tabs if own else ())]), None)

    def has(self, target: Target) -> bool:
        """Whether it is still what LINE should show for its tab."""
        return any(target in tabs for tabs in self.tabs.values())


def load(session: Session, linked_ids: Collection[int], *, now: datetime) -> Targets:
    tabs: dict[int, list[Target]] = {}
    query = sa.select(MenuTab.menu_id, MenuTab.id, MenuTab.code, LineMenu.id, LineMenu.line_id)
    query = query.join(LineMenu, LineMenu.id == MenuTab.line_menu_id).where(MenuTab.is_live)
    for row in session.execute(query.order_by(MenuTab.position, MenuTab.id)):
        if row[4] is not None:
            tabs.setdefault(row[0], []).append(Target(row[1], row[2], row[3], row[4]))
    linked = sa.select(LineMenu.id, LineMenu.menu_id, LineMenu.tab_code).where(LineMenu.id.in_(linked_ids))
    found = {row[0]: (row[1], row[2]) for row in session.execute(linked)}
    return Targets(periods.lineup(session, now), tabs, found)
