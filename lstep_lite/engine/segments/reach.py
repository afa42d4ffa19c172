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


def listed(session: Session, tree: Tree, *, now: datetime, occurrence: str = "") -> sa.ColumnElement[bool]:
    """The tree for lists: without the people lists leave out, unless the tree itself decides about them."""
    return within(session, tree, Reach.LIST, now=now, occurrence=occurrence)


def sendable(session: Session, tree: Tree, *, now: datetime, occurrence: str = "") -> sa.ColumnElement[bool]:
    """The tree for sending: whatever it says, nobody who can't get a message is in it."""
    return within(session, tree, Reach.SEND, now=now, occurrence=occurrence)


def within(
    session: Session, tree: Tree, reach: Reach, *, now: datetime, occurrence: str = ""
) -> sa.ColumnElement[bool]:
    asked = trees.condition(session, tree, now=now, occurrence=occurrence)
    return sa.and_(scope(session, tree, reach), asked)


def count(session: Session, tree: Tree, *, now: datetime, reach: Reach = Reach.LIST) -> int:
    """How many friends the tree matches now."""
    query = sa.select(sa.func.count()).select_from(Friend).where(within(session, tree, reach, now=now))
    return session.scalar(query) or 0


def scope(session: Session, tree: Tree, reach: Reach) -> sa.ColumnElement[bool]:
    """The people *reach* does not leave out, seeing what *tree* itself decides; the tree is not asked."""
    if reach is Reach.SEND:
        return sa.and_(Friend.line_user_id.is_not(None), Friend.is_following, sa.not_(Friend.is_blocked))
    governed = trees.governed(session, tree)
    if reach is Reach.LIST:
        return sa.and_(*_known(governed), *_not_shelved(governed))
    return sa.and_(*_known(governed), sa.not_(Friend.is_blocked))


def _known(governed: set[Scope]) -> list[sa.ColumnElement[bool]]:
    """LINE friends who have not blocked us, unless *governed* says otherwise."""
    has_line, follows = Friend.line_user_id.is_not(None), sa.and_(Friend.is_following)
    if Scope.WITHOUT_LINE not in governed:
        return [has_line] if Scope.LEFT in governed else [has_line, follows]
    is_there = Friend.erased_at.is_(None)
    return [is_there] if Scope.LEFT in governed else [is_there, sa.or_(follows, sa.not_(has_line))]


def _not_shelved(governed: set[Scope]) -> list[sa.ColumnElement[bool]]:
    return [] if Scope.SHELVED in governed else [sa.not_(Friend.is_hidden), sa.not_(Friend.is_blocked)]
