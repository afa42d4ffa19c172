"""Telling LINE who sees which menu: few friends one by one, many by up to 500 in one request.

A row that is due means that LINE is told, whatever we believe it shows: a request may have been accepted before we
died. Telling it twice does no harm. While a request is on its way its friends are leased, so that no other one can
overtake it. https://developers.line.biz/en/reference/messaging-api/#link-rich-menu-to-users
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, batches
from lstep_lite.engine.line import Account, LineError
from lstep_lite.engine.line.rich_menus import RichMenusAtLine
from lstep_lite.engine.rich_menus import modes
from lstep_lite.engine.rich_menus.modes import AFTERWARDS
from lstep_lite.engine.rich_menus.showing import targets, wishing
from lstep_lite.engine.rich_menus.showing.targets import Target, Targets
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, FriendMenu

log = logging.getLogger(__name__)

PASS_SECONDS = 1.0
"""About so long a lane stays with this work before it looks at other things."""
MOST_AT_ONCE = 500
BATCHES = "rich_menus."
"""How the kinds of batches begin that show menus (bulk)."""
FEW = 3
"""So many friends are told one by one, which shows at once."""
LOOKED_AT = 1_000
"""Among so many due friends those are looked for who are to see the same."""
CALLS = 4
"""A job's requests, one after the other: so many friends, and a new token."""
SETTLING = timedelta(seconds=5)
"""LINE works off a request for many friends after its answer: for so long nothing else is asked for them."""
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 6
"""How often LINE may say that it does not know somebody who has just become a friend."""
NOT_KNOWN = "LINEがこの方を見つけられませんでした。"
Outcome = DomainError | None


@dataclass(frozen=True)
class _Due:
    friend_id: int
    user_id: str
    menu_id: int | None
    linked_id: int | None
    revision: int
    attempts: int
    was_refused: bool
    can_see: bool


@dataclass(frozen=True)
class _Job:
    """Friends who are to see the same, and LINE is told now."""

    target: Target | None
    friends: Sequence[_Due]

    @property
    def is_bulk(self) -> bool:
        return len(self.friends) > FEW and not self.friends[0].was_refused


def work_due(
    database: Database,
    account: Account,
    *,
    now: Callable[[], datetime],
    wall: Callable[[], datetime],
    urgent: bool,
    timeout_seconds: float,
) -> bool:
    """Tell LINE for about a second; True when there is more. *urgent*: only what was decided friend by friend.

    *timeout_seconds* is how long one request may take: for so long nobody else tells LINE of the same friends.
    """
    lease = timedelta(seconds=CALLS * timeout_seconds)
    deadline = time.monotonic() + PASS_SECONDS
    while time.monotonic() < deadline:
        with database.read() as session:
            if not _is_any(session, wall(), urgent):
                return False
        with database.unit() as session:
            job = _claim(session, now(), wall(), urgent, lease)
        if job is None:
            return False
        results = _tell(account, job)
        with database.unit() as session:
            _record(session, job, results, now(), wall())
    return True


def _is_any(session: Session, wall: datetime, urgent: bool) -> bool:
    if modes.settings(session).leaving_at is not None:
        return False
    return session.scalar(sa.select(FriendMenu.friend_id).where(*_due(wall, urgent)).limit(1)) is not None


def _due(wall: datetime, urgent: bool) -> Sequence[sa.ColumnElement[bool]]:
    moment = min(wall, AFTERWARDS - timedelta(seconds=1)) if urgent else wall
    is_free = sa.or_(FriendMenu.lease_until.is_(None), FriendMenu.lease_until <= wall)
    return FriendMenu.due_at.is_not(None), FriendMenu.due_at <= moment, is_free


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    kept = modes.settings(session)
    if kept.leaving_at is not None:
        return agenda.Pending()
    due = sa.select(sa.func.count()).select_from(FriendMenu).where(FriendMenu.due_at.is_not(None))
    waiting = session.scalar(due.where(FriendMenu.due_at <= wall)) or 0
    return agenda.Pending(waiting + int(kept.friends_cursor is not None))


# Claiming ------------------------------------------------------------------------------------------------------------


def _claim(session: Session, now: datetime, wall: datetime, urgent: bool, lease: timedelta) -> _Job | None:
    """The friend who has waited longest, and others who are to see the same."""
    found = _waiting(session, wall, urgent)
    _put_aside(session, [each.friend_id for each in found if not each.can_see])
    seeing = [each for each in found if each.can_see]
    if not seeing:
        return None
    aims = targets.load(session, {each.linked_id for each in seeing if each.linked_id}, now=now)
    job = _job(aims, seeing)
    if job.is_bulk and len(job.friends) < MOST_AT_ONCE and not urgent and _are_more_coming(session):
        return None
    mine = sa.update(FriendMenu).where(FriendMenu.friend_id.in_([each.friend_id for each in job.friends]))
    session.execute(mine.values(lease_until=wall + lease, attempts=FriendMenu.attempts + 1))
    return job


def _are_more_coming(session: Session) -> bool:
    """Whether requests had better wait until they are full: many friends are just being given menus."""
    kept = modes.settings(session)
    is_looking = kept.friends_cursor is not None or kept.rules_cursor is not None
    return is_looking or any(batch.kind.startswith(BATCHES) for batch in batches.running(session))


def _waiting(session: Session, wall: datetime, urgent: bool) -> Sequence[_Due]:
    can_see = sa.case((wishing.SEES_LINE, sa.true()), else_=sa.false())
    row = (FriendMenu.friend_id, Friend.line_user_id, FriendMenu.menu_id, FriendMenu.linked_id, FriendMenu.revision)
    more = (FriendMenu.attempts, FriendMenu.reason.is_not(None), can_see)
    query = sa.select(*row, *more).join(Friend, Friend.id == FriendMenu.friend_id).where(*_due(wall, urgent))
    query = query.order_by(FriendMenu.due_at, FriendMenu.friend_id).limit(LOOKED_AT)
    return [_Due(*each) for each in session.execute(query.with_for_update(of=FriendMenu, skip_locked=True))]


def _put_aside(session: Session, friend_ids: Sequence[int]) -> None:
    """They see nothing of us now; once they do again, they become due."""
    for start in range(0, len(friend_ids), MOST_AT_ONCE):
        mine = FriendMenu.friend_id.in_(friend_ids[start : start + MOST_AT_ONCE])
        session.execute(sa.update(FriendMenu).where(mine).values(due_at=None, lease_until=None, attempts=0))


def _job(aims: Targets, seeing: Sequence[_Due]) -> _Job:
    first = seeing[0]
    target = aims.of(first.menu_id, first.linked_id)
    if first.was_refused:
        return _Job(target, [first])
    others = [each for each in seeing if not each.was_refused]
    same = [each for each in others if aims.of(each.menu_id, each.linked_id) == target]
    return _Job(target, same[:MOST_AT_ONCE])


# Telling -------------------------------------------------------------------------------------------------------------


def _tell(account: Account, job: _Job) -> Mapping[int, Outcome]:
    """What came of it for each friend. No unit of work is open here."""
    try:
        at_line = account.line().rich_menus
    except DomainError as error:
        return {each.friend_id: error for each in job.friends}
    if job.is_bulk:
        outcome = _tried(lambda: _tell_many(at_line, job))
        return {each.friend_id: outcome for each in job.friends}
    return {each.friend_id: _tell_one(at_line, job.target, each.user_id) for each in job.friends}


def _tell_many(at_line: RichMenusAtLine, job: _Job) -> None:
    user_ids = [each.user_id for each in job.friends]
    if job.target is None:
        at_line.unlink_many(user_ids)
    else:
        at_line.link_many(user_ids, job.target.line_id)


def _tell_one(at_line: RichMenusAtLine, target: Target | None, user_id: str) -> Outcome:
    if target is None:
        return _tried(lambda: at_line.unlink(user_id))
    return _tried(lambda: at_line.link(user_id, target.line_id))


def _tried(call: Callable[[], None]) -> Outcome:
    try:
        call()
    except DomainError as error:
        log.warning("showing a rich menu: %s", error.message)
        return error
    return None


# Writing down --------------------------------------------------------------------------------------------------------


def _record(session: Session, job: _Job, results: Mapping[int, Outcome], now: datetime, wall: datetime) -> None:
    query = sa.select(FriendMenu.friend_id, FriendMenu.revision).where(FriendMenu.friend_id.in_(results))
    rows = session.execute(query.order_by(FriendMenu.friend_id).with_for_update()).all()
    revisions = {row[0]: row[1] for row in rows}
    done = [friend_id for friend_id in revisions if results[friend_id] is None]
    _note_shown(session, job, done, wall)
    if job.target is None or targets.load(session, (), now=now).has(job.target):
        unchanged = [each.friend_id for each in job.friends if revisions.get(each.friend_id) == each.revision]
        _set(session, [each for each in unchanged if each in done], due_at=None, attempts=0, reason=None)
    failed = [each for each in job.friends if results[each.friend_id] is not None and each.friend_id in revisions]
    _set(session, [each.friend_id for each in failed], lease_until=None)
    _note_failures(session, job, [each for each in failed if revisions[each.friend_id] == each.revision], results, wall)


def _note_shown(session: Session, job: _Job, friend_ids: Sequence[int], wall: datetime) -> None:
    line_menu_id, tab_id = (job.target.line_menu_id, job.target.tab_id) if job.target else (None, None)
    lease_until = wall + SETTLING if job.is_bulk else None
    _set(session, friend_ids, linked_id=line_menu_id, tab_id=tab_id, lease_until=lease_until)


def _note_failures(
    session: Session, job: _Job, failed: Sequence[_Due], results: Mapping[int, Outcome], wall: datetime
) -> None:
    """The same is often true of many friends: one statement for all of them."""
    verdicts: dict[tuple[datetime | None, str | None], list[int]] = {}
    for each in failed:
        if (error := results[each.friend_id]) is not None:
            verdicts.setdefault(_verdict(job, each, error, wall), []).append(each.friend_id)
    for (due_at, reason), friend_ids in verdicts.items():
        _set(session, friend_ids, due_at=due_at, reason=reason)


def _verdict(job: _Job, each: _Due, error: DomainError, wall: datetime) -> tuple[datetime | None, str | None]:
    """When to try again, if at all, and what is to be read beside the friend."""
    tries = each.attempts + 1
    status = error.http_status if isinstance(error, LineError) and error.permanent else None
    if status in (None, 401, 403):  # of the connection or the account, not of this friend
        return wall + min(LONGEST_PAUSE, timedelta(seconds=2 ** min(tries, 12))), None
    if status == 404 and tries < MOST_TRIES and not job.is_bulk:
        return wall + timedelta(seconds=2**tries), None
    if status == 400 and job.is_bulk:
        return AFTERWARDS, error.message  # one of them is at fault: each is tried alone
    return None, f"{NOT_KNOWN}{error.message}" if status == 404 and not job.is_bulk else error.message


def _set(session: Session, friend_ids: Sequence[int], **values: object) -> None:
    if friend_ids:
        session.execute(sa.update(FriendMenu).where(FriendMenu.friend_id.in_(friend_ids)).values(**values))
