"""After something changed that decides who sees what: finding the friends who see something else than they should."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda
from lstep_lite.engine.rich_menus import modes, periods
from lstep_lite.engine.rich_menus.showing import wishing
from lstep_lite.models import FriendMenu, Lane, LineMenu, MenuSettings

CHUNK = 500


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists().where(MenuSettings.friends_cursor.is_not(None)))
def compare_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """The next friends of those who ever had a menu of their own. True when there is more."""
    with database.unit() as session:
        return _compare(session, now)


def _compare(session: Session, now: datetime) -> bool:
    kept = modes.locked(session)
    if kept.friends_cursor is None:
        return False
    query = sa.select(FriendMenu.friend_id, FriendMenu.menu_id, LineMenu.menu_id, FriendMenu.due_at)
    query = query.outerjoin(LineMenu, LineMenu.id == FriendMenu.linked_id)
    query = query.where(FriendMenu.friend_id > kept.friends_cursor).order_by(FriendMenu.friend_id).limit(CHUNK)
    rows = session.execute(query.with_for_update(of=FriendMenu)).all()
    lineup = periods.lineup(session, now)
    wrong = [row[0] for row in rows if row[3] is None and not wishing.fits(lineup, row[1], row[2])]
    if wrong:
        due = sa.update(FriendMenu).where(FriendMenu.friend_id.in_(wrong))
        session.execute(due.values(due_at=modes.AFTERWARDS, attempts=0, reason=None, revision=FriendMenu.revision + 1))
    kept.friends_cursor = rows[-1][0] if len(rows) == CHUNK else None
    return True
