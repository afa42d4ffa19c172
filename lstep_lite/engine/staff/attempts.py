"""How often somebody may guess. Every attempt is counted before it is looked at, so that guesses made at the same
moment count as well; a right one is forgiven afterwards. All times are on `wall`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import settings
from lstep_lite.errors import Throttled
from lstep_lite.models import SignInFailure

ACCOUNT_LIMIT = 5
ADDRESS_LIMIT = 30
WINDOW = timedelta(minutes=15)
"""So many attempts are free within it; the next ones are refused for as long."""
KEPT = timedelta(days=1)
FAILED = "続けて失敗したため"
"""Why the next attempt is refused."""


def count_attempt(
    session: Session, limits: Mapping[str, int], *, wall: datetime, field: str | None = None, reason: str = FAILED
) -> None:
    """Count one attempt for each subject (`account:…`, `address:…`) of *limits*, in a unit of its own.

    Raises Throttled for the form field *field*, counting nothing, while one of them is locked.
    """
    session.execute(delete(SignInFailure).where(SignInFailure.first_at < wall - KEPT))
    rows = _rows(session, limits, wall)
    locked_until = max((row.locked_until for row in rows if row.locked_until), default=None)
    if locked_until and locked_until > wall:
        until = _clock_time(session, locked_until)
        raise Throttled(f"{reason}、{until}まで受け付けません。そのあとでもう一度お試しください。", field)
    for row in rows:
        _count(row, limits[row.subject], wall)


def forgive(session: Session, subjects: Iterable[str]) -> None:
    """The attempt just counted was a right one: an account starts anew, anything else gets one attempt back."""
    for subject in sorted(subjects):
        row = session.get(SignInFailure, subject, with_for_update=True)
        if row is None:
            continue
        row.count = 0 if subject.startswith("account:") else max(0, row.count - 1)
        row.locked_until = None


def _rows(session: Session, subjects: Iterable[str], wall: datetime) -> Sequence[SignInFailure]:
    """The counters of *subjects*, locked until the end of the unit; the same order everywhere avoids deadlocks."""
    wanted = sorted(subjects)
    new = [{"subject": subject, "count": 0, "first_at": wall} for subject in wanted]
    session.execute(insert_new(session, SignInFailure), new)
    mine = select(SignInFailure).where(SignInFailure.subject.in_(wanted)).order_by(SignInFailure.subject)
    return session.scalars(mine.with_for_update()).all()


def _count(row: SignInFailure, limit: int, wall: datetime) -> None:
    if row.locked_until or wall - row.first_at > WINDOW:
        row.count, row.first_at, row.locked_until = 0, wall, None
    row.count += 1
    if row.count >= limit:
        row.locked_until = wall + WINDOW


def _clock_time(session: Session, moment: datetime) -> str:
    shop = settings.shop(session)
    local = moment.astimezone(ZoneInfo(shop.time_zone if shop else "Asia/Tokyo"))
    return f"{local.hour}時{local.minute:02}分"
