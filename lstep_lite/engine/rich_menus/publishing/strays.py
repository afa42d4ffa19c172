"""What stands at LINE and is none of ours: LINE's own lists are compared with our rows, every few hours and on demand.

What bears a name of ours that no row knows was left behind, and goes by itself; the rest is listed for the owner. What
of ours somebody else took away is put right, or told.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.line import LineError, MenuAtLine, RichMenusAtLine
from lstep_lite.engine.rich_menus import modes, periods
from lstep_lite.engine.rich_menus.publishing import bodies, budget, ending, outcomes
from lstep_lite.engine.rich_menus.publishing.working import Here, Plan, Work, explained
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    LineMenu,
    LineMenuState,
    MenuCallKind,
    MenuSettings,
    MenuTab,
    Publication,
    RichMenu,
    StrayMenu,
)

EVERY = timedelta(hours=6)


def listed(session: Session) -> Sequence[StrayMenu]:
    """Those that go by themselves among them."""
    return session.scalars(sa.select(StrayMenu).order_by(StrayMenu.is_alias, StrayMenu.name, StrayMenu.line_id)).all()


def get(session: Session, line_id: str) -> StrayMenu:
    """Raises NotFound."""
    stray = session.get(StrayMenu, line_id)
    if stray is None:
        raise NotFound("このリッチメニューはもうLINEにありません。")
    return stray


def delete(session: Session, stray: StrayMenu) -> None:
    """Have it deleted at LINE soon: who sees it does not any more."""
    stray.delete_due_at, stray.reason = modes.AT_ONCE, None
    session.flush()  # the same request lists them


def look_again(session: Session) -> None:
    """Compare LINE's lists with ours soon."""
    modes.locked(session).look_due_at = modes.AT_ONCE
    session.flush()  # the same request shows that it is being done


def look_regularly(session: Session, *, wall: datetime) -> None:
    """From now on, if nobody does so far."""
    kept = modes.locked(session)
    kept.look_due_at = kept.look_due_at or wall + EVERY


# Looking -------------------------------------------------------------------------------------------------------------


class Looks(Work[MenuSettings]):
    model = MenuSettings
    due = "look_due_at"

    def wanted(self) -> sa.ColumnElement[bool]:
        return sa.true()

    def plan(self, session: Session, row: MenuSettings, here: Here) -> Plan[MenuSettings]:
        live = sa.select(LineMenu.line_id).where(LineMenu.state == LineMenuState.LIVE, LineMenu.line_id.is_not(None))
        aliases = sa.select(MenuTab.alias, MenuTab.aliased_line_id).where(MenuTab.is_live)
        known = {alias: str(line_id) for alias, line_id in session.execute(aliases) if line_id}
        return _Look({str(line_id) for line_id in session.scalars(live)}, known, row.default_line_id)

    def failed(self, session: Session, row: MenuSettings, error: DomainError, here: Here) -> None:
        row.look_due_at = here.wall + budget.LONGEST_PAUSE


@dataclass
class _Look(Plan[MenuSettings]):
    live: set[str]
    """What customers see, as far as we know."""
    known_aliases: Mapping[str, str]
    """Where aliases that are tapped on lead, as far as we know."""
    known_default: str | None
    """The default that we have set, as far as we know."""
    menus: list[MenuAtLine] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    default: str | None = None

    def do(self, here: Here) -> None:
        at_line = here.at_line()
        self.menus, self.aliases = at_line.all(), at_line.aliases()
        self.default = _default(at_line)

    def record(self, session: Session, row: MenuSettings, here: Here) -> None:
        """Every menu of ours had its row before LINE made it, hence before it was in the list."""
        _note(session, {each.line_id: each for each in self._strays(session, here)})
        _miss(session, self.live - {each.line_id for each in self.menus}, here)
        self._turn_back(session, here)
        if self.known_default not in (None, self.default) and row.default_line_id == self.known_default:
            row.default_line_id, row.default_due_at = self.default, modes.AT_ONCE
        row.looked_at, row.look_due_at = here.wall, here.wall + EVERY

    def _turn_back(self, session: Session, here: Here) -> None:
        """Aliases that somebody else deleted, or had lead elsewhere, lead where they should again."""
        for alias, line_id in self.known_aliases.items():
            if (found := self.aliases.get(alias)) != line_id:
                lost = sa.update(MenuTab).where(MenuTab.alias == alias, MenuTab.aliased_line_id == line_id)
                session.execute(lost.values(aliased_line_id=found, due_at=here.wall))

    def _strays(self, session: Session, here: Here) -> Iterator[StrayMenu]:
        kept = sa.select(LineMenu.line_id, LineMenu.name).where(LineMenu.state != LineMenuState.GONE)
        rows = session.execute(kept).all()
        ours = {line_id for line_id, _ in rows} | {name for line_id, name in rows if line_id is None}
        for menu in self.menus:
            if not ours & {menu.line_id, menu.name}:
                yield _stray(menu.line_id, menu.name, menu.chat_bar_text, here.wall)
        for alias in self.aliases.keys() - set(session.scalars(sa.select(MenuTab.alias).where(_IS_OURS))):
            yield _stray(alias, alias, "", here.wall, is_alias=True)


def _default(at_line: RichMenusAtLine) -> str | None:
    """None, too, when the one that shows was set in LINE's own manager."""
    try:
        return at_line.default()
    except LineError as error:
        if error.http_status != 403:
            raise
        return None


_IS_OURS = sa.or_(MenuTab.is_live, MenuTab.aliased_line_id.is_not(None))
"""Tabs whose alias may be at LINE."""


def _stray(line_id: str, name: str, chat_bar_text: str, wall: datetime, *, is_alias: bool = False) -> StrayMenu:
    was_ours = name.startswith(bodies.PREFIX)
    return StrayMenu(
        line_id=line_id,
        is_alias=is_alias,
        name=name,
        chat_bar_text=chat_bar_text,
        was_ours=was_ours,
        seen_at=wall,
        delete_due_at=wall if was_ours else None,
    )


def _note(session: Session, found: dict[str, StrayMenu]) -> None:
    """What was known before keeps what staff decided about it."""
    for row in session.scalars(sa.select(StrayMenu).with_for_update()).all():
        seen = found.pop(row.line_id, None)
        if seen is None:
            session.delete(row)
        else:
            row.seen_at = seen.seen_at
    session.add_all(found.values())


def _miss(session: Session, line_ids: Collection[str], here: Here) -> None:
    """These were deleted by somebody else: what is left of their menus goes, and they can be published again. Those
    that are being published right now are made anew.
    """
    gone = sa.select(LineMenu.menu_id).where(LineMenu.line_id.in_(line_ids), LineMenu.state == LineMenuState.LIVE)
    is_open = sa.and_(Publication.menu_id.in_(gone), Publication.state.in_(outcomes.OPEN))
    coming = session.scalars(sa.select(Publication).where(is_open).with_for_update()).all()
    menus = session.scalars(sa.select(RichMenu).where(RichMenu.id.in_(gone)).with_for_update()).all()
    if not menus:
        return
    ids = [menu.id for menu in menus]
    ending.retire_all(session, LineMenu.menu_id.in_(ids), MenuTab.menu_id.in_(ids), here)
    for menu in menus:
        menu.live_revision = menu.live_document = None
    for publication in coming:
        outcomes.start_over(session, publication, here)
    _tell(session, [menu for menu in menus if menu.id not in {each.menu_id for each in coming}], here)
    periods.look_again(session, now=here.now)


def _tell(session: Session, menus: Sequence[RichMenu], here: Here) -> None:
    for menu in menus:
        title = "LINEからなくなっていたリッチメニューがあります"
        outcomes.tell(session, menu, title, "もう一度公開してください。", here.now)


# Taking away ---------------------------------------------------------------------------------------------------------


class Strays(Work[StrayMenu]):
    model = StrayMenu
    due = "delete_due_at"

    def wanted(self) -> sa.ColumnElement[bool]:
        return sa.true()

    def plan(self, session: Session, row: StrayMenu, here: Here) -> Plan[StrayMenu] | None:
        if row.is_alias and session.scalar(sa.select(MenuTab.id).where(MenuTab.alias == row.line_id, _IS_OURS)):
            session.delete(row)  # its tab is back
            return None
        kind = MenuCallKind.DELETE_ALIAS if row.is_alias else MenuCallKind.DELETE
        if budget.take(session, kind, here.wall):
            return _Delete(row.line_id, row.is_alias)
        row.delete_due_at = budget.next_at(session, kind, here.wall)
        row.reason = budget.waiting_words(session, "削除します", row.delete_due_at)
        return None

    def failed(self, session: Session, row: StrayMenu, error: DomainError, here: Here) -> None:
        row.reason, row.delete_due_at = explained(error), here.wall + budget.LONGEST_PAUSE


@dataclass
class _Delete(Plan[StrayMenu]):
    line_id: str
    is_alias: bool

    def do(self, here: Here) -> None:
        at_line = here.at_line()
        if self.is_alias:
            at_line.delete_alias(self.line_id)
        else:
            at_line.delete(self.line_id)

    def record(self, session: Session, row: StrayMenu, here: Here) -> None:
        session.delete(row)
