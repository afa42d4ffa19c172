"""Menus that were deleted: what LINE has of them goes, and then they go themselves."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.rich_menus import keeping
from lstep_lite.engine.rich_menus.publishing import line_work, outcomes
from lstep_lite.engine.rich_menus.publishing.working import Here
from lstep_lite.models import LineMenu, LineMenuState, MenuTab, Publication, PublicationState, RichMenu

_MINE = LineMenu.menu_id == RichMenu.id
_HAS_LEFT = sa.or_(
    sa.exists().where(_MINE, LineMenu.state == LineMenuState.RETIRING),
    sa.exists().where(MenuTab.menu_id == RichMenu.id, MenuTab.aliased_line_id.is_not(None)),
)
_IS_UP = sa.or_(
    sa.exists().where(Publication.menu_id == RichMenu.id, Publication.state.in_(outcomes.OPEN)),
    sa.exists().where(MenuTab.menu_id == RichMenu.id, MenuTab.is_live),
    sa.exists().where(_MINE, LineMenu.state.not_in((LineMenuState.RETIRING, LineMenuState.GONE))),
)
IS_DUE = sa.and_(RichMenu.is_ending, sa.or_(_IS_UP, sa.not_(_HAS_LEFT)))
"""Something is to be done with it; else it waits for `line_work`."""


def one(here: Here) -> bool:
    """Go on with one of them; False when none is due."""
    query = sa.select(RichMenu).where(IS_DUE).order_by(RichMenu.id).limit(1)
    with here.database.read() as session:
        if session.scalars(query).first() is None:
            return False
    with here.database.unit() as session:
        menu = session.scalars(query.with_for_update(skip_locked=True)).first()
        if menu is not None:
            _go_on(session, menu, here)
    return True


def _go_on(session: Session, menu: RichMenu, here: Here) -> None:
    if session.scalar(sa.select(RichMenu.id).where(RichMenu.id == menu.id, _IS_UP)):
        _take_down(session, menu, here)
    else:
        keeping.remove(session, menu)


def _take_down(session: Session, menu: RichMenu, here: Here) -> None:
    is_open = sa.and_(Publication.menu_id == menu.id, Publication.state.in_(outcomes.OPEN))
    for publication in session.scalars(sa.select(Publication).where(is_open).with_for_update()).all():
        outcomes.finish(session, publication, PublicationState.CANCELED, here.now)
    retire_all(session, LineMenu.menu_id == menu.id, MenuTab.menu_id == menu.id, here)


def retire_all(session: Session, menus: sa.ColumnElement[bool], tabs: sa.ColumnElement[bool], here: Here) -> None:
    """What LINE has of these is to go."""
    session.execute(sa.update(MenuTab).where(tabs).values(is_live=False, line_menu_id=None))
    line_work.take_away(session, tabs, here.wall)
    left = sa.update(LineMenu).where(menus, LineMenu.state.not_in((LineMenuState.RETIRING, LineMenuState.GONE)))
    session.execute(left.values(state=LineMenuState.RETIRING, due_at=here.wall, attempts=0))
