"""What holds for all menus of the account: one row, or that of a shop that never changed anything."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.models import MenuMode, MenuSettings

ID = 1
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
"""On `wall`, for what is to be told LINE now: whoever decides it knows `now` alone."""
AFTERWARDS = datetime(2000, 1, 2, tzinfo=UTC)
"""The same, for what concerns many friends: behind those for whom something was done one by one."""


def settings(session: Session) -> MenuSettings:
    """For looking only: it may not be stored yet."""
    return session.get(MenuSettings, ID) or MenuSettings(id=ID, mode=MenuMode.ACTIONS, default_attempts=0)


def locked(session: Session) -> MenuSettings:
    """For changing; nobody else changes it until this unit ends."""
    session.flush()  # what this unit changed before is not read over
    session.execute(insert_new(session, MenuSettings).values(id=ID))
    return session.get_one(MenuSettings, ID, with_for_update=True, populate_existing=True)
