"""Rules at work: friends of whom something changed are looked at within seconds, everybody now and then."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database, insert_new
from lstep_lite.engine import agenda, triggers
from lstep_lite.engine.rich_menus import modes, periods
from lstep_lite.engine.rich_menus.showing import rules, wishing
from lstep_lite.models import Friend, Lane, MenuLook, MenuOrigin, MenuSettings

CHUNK = 500
EVERY = timedelta(hours=1)
"""Days pass, and some of what rules ask for changes without a word on any timeline."""


@triggers.watches
def _note(session: Session, friend_ids: Sequence[int], kind: str, now: datetime) -> None:
    """Something that a rule may ask for changed. Whoever looks at the friends leaves them until this unit ends: what
    was just written on their timelines holds their rows.
    """
    if kind == wishing.KIND or not rules.are_on(session):
        return
    rows = [{"friend_id": friend_id, "at": now} for friend_id in sorted(friend_ids)]
    session.connection().execute(insert_new(session, MenuLook), rows)


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists(sa.select(MenuLook.friend_id)))
def look_at_changed(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Friends of whom something changed. True when there is more."""
    with database.unit() as session:
        friend_ids = _take(session)
        if rules.are_on(session):
            _follow(session, friend_ids, now=now, urgent=True)
    return len(friend_ids) == CHUNK


def _take(session: Session) -> Sequence[int]:
    """Whom to look at. Of whom something is just changing, they are taken later: nobody waits for the other."""
    noted = sa.select(MenuLook.friend_id).order_by(MenuLook.at).limit(CHUNK)
    locked = sa.select(Friend.id).where(Friend.id.in_(noted)).order_by(Friend.id).with_for_update(skip_locked=True)
    taken = sa.delete(MenuLook).where(MenuLook.friend_id.in_(session.scalars(locked).all()))
    return session.scalars(taken.returning(MenuLook.friend_id)).all()


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists().where(MenuSettings.rules_due_at <= now))
def look_at_all_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """The next friends, while everybody is looked at. True when there is more."""
    with database.read() as session:
        if not _is_due(session, now):
            return False
    with database.unit() as session:
        kept = modes.locked(session)
        if not _is_due(session, now):
            return False
        query = sa.select(Friend.id).where(Friend.id > (kept.rules_cursor or 0)).order_by(Friend.id).limit(CHUNK)
        friend_ids = session.scalars(query).all()
        _follow(session, friend_ids, now=now, urgent=False)
        kept.rules_cursor = friend_ids[-1] if len(friend_ids) == CHUNK else None
        if kept.rules_cursor is None:
            kept.rules_due_at = now + EVERY
    return True


def _is_due(session: Session, now: datetime) -> bool:
    kept = modes.settings(session)
    return rules.are_on(session) and kept.rules_due_at is not None and kept.rules_due_at <= now


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    noted = session.scalar(sa.select(sa.func.count()).select_from(MenuLook)) or 0
    return agenda.Pending(noted + int(_is_due(session, now)))


def _follow(session: Session, friend_ids: Sequence[int], *, now: datetime, urgent: bool) -> None:
    """Have these friends see what the rules say."""
    session.scalars(sa.select(Friend.id).where(Friend.id.in_(friend_ids)).order_by(Friend.id).with_for_update()).all()
    wishes = rules.verdicts(session, friend_ids, now=now)
    news = wishing.wish(session, wishes, origin=MenuOrigin.RULE, now=now, urgent=urgent)
    lineup = periods.lineup(session, now)
    for menu_id in {wishes[friend_id] for friend_id in news}:
        entry = lineup.menus.get(menu_id or 0)
        label = entry.name if entry else wishing.DEFAULT
        ids = [friend_id for friend_id in sorted(news) if wishes[friend_id] == menu_id]
        triggers.record_many(session, wishing.KIND, ids, now=now, label=label, by="rule")
