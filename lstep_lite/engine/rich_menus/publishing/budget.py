"""What LINE allows few of an hour, written down before it is asked for.

https://developers.line.biz/en/reference/messaging-api/#rate-limits
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.models import MenuCall, MenuCallKind

HOURLY = {
    MenuCallKind.CREATE: 100,
    MenuCallKind.DELETE: 100,
    MenuCallKind.DELETE_ALIAS: 100,
    MenuCallKind.BATCH: 3,
}
WINDOW = timedelta(hours=1)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=10)


def left(session: Session, kind: MenuCallKind, wall: datetime) -> int:
    """How many may be made now."""
    made = sa.select(sa.func.count()).select_from(MenuCall).where(*_recent(kind, wall))
    return max(0, HOURLY[kind] - (session.scalar(made) or 0))


def take(session: Session, kind: MenuCallKind, wall: datetime) -> bool:
    """Write one down, to be made once this unit is committed; False when none is left."""
    session.execute(sa.delete(MenuCall).where(MenuCall.at <= wall - WINDOW))
    if not left(session, kind, wall):
        return False
    session.add(MenuCall(kind=kind, at=wall))
    session.flush()  # the next one counts it
    return True


def next_at(session: Session, kind: MenuCallKind, wall: datetime) -> datetime:
    """When there will be one again: an hour after the oldest one that counts."""
    latest = sa.select(MenuCall.at).where(*_recent(kind, wall)).order_by(MenuCall.at.desc())
    nth = session.scalar(latest.offset(HOURLY[kind] - 1).limit(1))
    return nth + WINDOW if nth else wall


def _recent(kind: MenuCallKind, wall: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return MenuCall.kind == kind, MenuCall.at > wall - WINDOW


def waiting_words(session: Session, what: str, at: datetime) -> str:
    """Why nothing happens before *at*; *what* is what will happen then."""
    return f"LINEの制限（1時間あたりの回数）のため、{at.astimezone(settings.zone(session)):%H:%M}ごろに{what}。"


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts that failed."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(attempts - 1, 10)))
