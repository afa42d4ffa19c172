"""What a publication does, step by step. Each can be taken up by somebody else after we died in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import may_work
from lstep_lite.engine.rich_menus import keeping
from lstep_lite.engine.rich_menus.publishing import drawing, line_work, moving, outcomes, strays
from lstep_lite.engine.rich_menus.publishing.line_work import Turn
from lstep_lite.engine.rich_menus.publishing.working import Here, Plan, Work
from lstep_lite.errors import DomainError
from lstep_lite.models import LineMenu, LineMenuState, MenuTab, Publication, PublicationState, PublicationStep, RichMenu

SWITCH_SECONDS = 2.0
"""Of computing: taps, tabs and rich menus of all tabs change hands in one unit."""
Step = Callable[[Session, Publication, Here], Plan[Publication] | None]


class Publications(Work[Publication]):
    model = Publication

    def wanted(self) -> sa.ColumnElement[bool]:
        return Publication.state.in_(outcomes.OPEN)

    def is_due(self, wall: datetime) -> sa.ColumnElement[bool]:
        is_new = sa.and_(Publication.state == PublicationState.WAITING, Publication.due_at.is_(None))
        return sa.or_(super().is_due(wall), is_new)

    def plan(self, session: Session, row: Publication, here: Here) -> Plan[Publication] | None:
        row.state = PublicationState.WORKING
        return _STEPS[row.step](session, row, here)

    def failed(self, session: Session, row: Publication, error: DomainError, here: Here) -> None:
        outcomes.failed(session, row, error, here)
        outcomes.try_again(row, here)


# Once LINE has all rich menus, customers get them --------------------------------------------------------------------


def _make(session: Session, publication: Publication, here: Here) -> None:
    """`line_work` makes them, and wakes us."""
    mine = sa.select(LineMenu).where(LineMenu.publication_id == publication.id)
    made = [row for row in session.scalars(mine) if row.state is not LineMenuState.LIVE]
    if any(row.state is not LineMenuState.READY for row in made):
        publication.due_at = None
        return
    may_work(SWITCH_SECONDS)
    menu = session.get_one(RichMenu, publication.menu_id, with_for_update=True)
    keeping.go_live(session, menu, publication, now=here.now)
    session.flush()  # its tabs are looked for
    strays.look_regularly(session, wall=here.wall)
    _take_turns(session, menu, {row.tab_code: row for row in made})
    _go_on(publication, PublicationStep.ALIASES, here)


def _take_turns(session: Session, menu: RichMenu, made: dict[str, LineMenu]) -> None:
    """The new rich menus stand behind their tabs; those before them retire."""
    tabs = session.scalars(sa.select(MenuTab).where(MenuTab.menu_id == menu.id)).all()
    for tab in tabs:
        if tab.is_live:
            tab.line_menu_id, tab.due_at = made[tab.code].id if tab.code in made else tab.line_menu_id, None
        else:
            tab.line_menu_id = None
    shown = {tab.line_menu_id for tab in tabs if tab.is_live}
    states = (LineMenuState.READY, LineMenuState.LIVE)
    for row in session.scalars(sa.select(LineMenu).where(LineMenu.menu_id == menu.id, LineMenu.state.in_(states))):
        if row.id in shown:
            row.state, row.due_at = LineMenuState.LIVE, None
        else:
            row.state, row.due_at = LineMenuState.RETIRING, None  # until the publication is over


def _go_on(publication: Publication, step: PublicationStep, here: Here) -> None:
    publication.step, publication.due_at = step, here.wall
    publication.attempts, publication.reason = 0, None


# The aliases lead there ----------------------------------------------------------------------------------------------


def _aliases(session: Session, publication: Publication, here: Here) -> Plan[Publication] | None:
    query = sa.select(MenuTab.alias, MenuTab.aliased_line_id, LineMenu.line_id)
    mine = query.join(LineMenu, LineMenu.id == MenuTab.line_menu_id).where(MenuTab.menu_id == publication.menu_id)
    wrong = sa.or_(MenuTab.aliased_line_id.is_(None), MenuTab.aliased_line_id != LineMenu.line_id)
    turns = [Turn(alias, str(line_id), before) for alias, before, line_id in session.execute(mine.where(wrong))]
    if turns:
        return _TurnAliases(turns)
    line_work.take_away(session, MenuTab.menu_id == publication.menu_id, here.wall)
    _go_on(publication, PublicationStep.FRIENDS, here)
    return None


@dataclass
class _TurnAliases(Plan[Publication]):
    turns: list[Turn]

    def do(self, here: Here) -> None:
        at_line = here.at_line()
        for turn in self.turns:
            turn.do(at_line)

    def record(self, session: Session, row: Publication, here: Here) -> None:
        for turn in self.turns:
            mine = sa.update(MenuTab).where(MenuTab.alias == turn.alias)
            session.execute(mine.values(aliased_line_id=turn.line_id))
        row.due_at = here.wall


_STEPS: dict[PublicationStep, Step] = {
    PublicationStep.DRAW: drawing.plan,
    PublicationStep.MAKE: _make,
    PublicationStep.ALIASES: _aliases,
    PublicationStep.FRIENDS: moving.plan,
    PublicationStep.RECORD: moving.record,
}
