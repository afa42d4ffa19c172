"""Whom a tree is asked of: lists leave out people whom sending still reaches, and the other way round."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.segments import trees
from lstep_lite.engine.segments.registry import Scope, Tree
from lstep_lite.models import Friend


class Reach(StrEnum):
    LIST = "list"
    """Lists for people: LINE friends who are neither gone nor put away, unless a condition speaks of those."""
    SEND = "send"
    """Who can get a message: hidden friends do, nobody without LINE, nobody who blocked us or whom we blocked."""
    ACT = "act"
    """Whom automatic acts touch: hidden friends too, nobody whom we blocked; others as a list has them."""


_ORDINARY: dict[Scope, tuple[sa.ColumnElement[bool], ...]] = {
    Scope.WITHOUT_LINE: (Friend.line_user_id.is_not(None),),
    Scope.LEFT: (sa.or_(Friend.is_following, Friend.line_user_id.is_(None)),),
    Scope.SHELVED: (sa.not_(Friend.is_hidden), sa.not_(Friend.is_blocked)),
}
_FOLLOWING = (Friend.line_user_id.is_not(None), sa.and_(Friend.is_following))


def listed(session: Session, tree: Tree, *, now: datetime, occurrence: str = "") -> sa.ColumnElement[bool]:
    """The tree for lists: without the people lists leave out, unless the tree itself decides about them."""
    return sa.and_(*_left(session, tree, *Scope), trees.condition(session, tree, now=now, occurrence=occurrence))


def sendable(session: Session, tree: Tree, *, now: datetime, occurrence: str = "") -> sa.ColumnElement[bool]:
    """The tree for sending: whatever it says, nobody who can't get a message is in it."""
    asked = trees.condition(session, tree, now=now, occurrence=occurrence)
    return sa.and_(*_FOLLOWING, sa.not_(Friend.is_blocked), asked)


def actable(session: Session, tree: Tree, *, now: datetime, occurrence: str = "") -> sa.ColumnElement[bool]:
    """The tree for automatic acts: hidden friends are in it, friends blocked by staff never."""
    asked = trees.condition(session, tree, now=now, occurrence=occurrence)
    return sa.and_(*_left(session, tree, Scope.WITHOUT_LINE, Scope.LEFT), sa.not_(Friend.is_blocked), asked)


_WITHIN = {Reach.LIST: listed, Reach.SEND: sendable, Reach.ACT: actable}


def within(
    session: Session, tree: Tree, reach: Reach, *, now: datetime, occurrence: str = ""
) -> sa.ColumnElement[bool]:
    return _WITHIN[reach](session, tree, now=now, occurrence=occurrence)


def count(session: Session, tree: Tree, *, now: datetime, reach: Reach = Reach.LIST) -> int:
    """How many friends the tree matches now."""
    query = sa.select(sa.func.count()).select_from(Friend).where(within(session, tree, reach, now=now))
    return session.scalar(query) or 0


def _left(session: Session, tree: Tree, *scopes: Scope) -> list[sa.ColumnElement[bool]]:
    """What keeps the people of *scopes* out, where *tree* does not decide about them."""
    governed, ordinary = trees.governed(session, tree), dict(_ORDINARY)
    if Scope.WITHOUT_LINE in governed:
        kept_out = [Friend.erased_at.is_(None)]
    else:
        kept_out = []
        ordinary[Scope.LEFT] = (sa.and_(Friend.is_following),)  # plainer, and what the index begins with
    return kept_out + [part for scope in scopes if scope not in governed for part in ordinary[scope]]
