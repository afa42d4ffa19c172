"""Two rows that turn out to be one person become one row."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.db import Base
from lstep_lite.engine import triggers
from lstep_lite.engine.friends.editing import refresh_search_text
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Friend

triggers.labels["friend.merged"] = "お客様を統合した"

Merger = Callable[[Session, Friend, Friend], None]
_mergers: list[Merger] = []
MERGED = "このお客様は、もう統合されています。画面を開き直してください。"
_FILLED = ("system_name", "real_name", "kana", "phone", "email", "birthday")


def merges(merger: Merger) -> Merger:
    """Register what a feature must do before the rows of the second friend move to the first (`merger(session, kept,
    gone)`), where moving alone is not enough: adding up counters, for example.
    """
    _mergers.append(merger)
    return merger


def merge(session: Session, kept: Friend, gone: Friend, *, staff_id: int | None, now: datetime) -> Friend:
    """Make *kept* and *gone* one record and answer it. The one with LINE stays, whichever was named first.

    Every table with a reference to friends is moved; a row the other record has too (same unique key) is dropped.
    """
    if kept.id == gone.id:
        raise DomainError("同じお客様どうしは統合できません。")
    _lock(session, kept, gone)
    if kept.line_user_id and gone.line_user_id:
        raise DomainError(
            "どちらもLINEの友だちのため、統合できません。統合できるのは、LINEの友だちとLINEなしのお客様です。"
        )
    if gone.line_user_id:
        kept, gone = gone, kept
    gone_name = gone.name
    for merger in _mergers:
        merger(session, kept, gone)
    _fill(kept, gone)
    session.flush()  # the rows below are moved past the session
    for table, column in _references():
        _move(session, table, column, kept.id, gone.id)
    session.execute(sa.delete(Friend).where(Friend.id == gone.id).execution_options(synchronize_session=False))
    session.expunge(gone)
    session.expire_all()
    facts = {"name": gone_name} if staff_id is None else {"name": gone_name, "staff_id": staff_id}
    triggers.fire(session, "friend.merged", kept, now=now, **facts)
    return kept


def _lock(session: Session, kept: Friend, gone: Friend) -> None:
    """Both are what the database says from here on. Raises NotFound once somebody else has merged them."""
    both = select(Friend).where(Friend.id.in_((kept.id, gone.id))).order_by(Friend.id).with_for_update()
    if len(session.scalars(both, execution_options={"populate_existing": True}).all()) < 2:
        raise NotFound(MERGED)


def _fill(kept: Friend, gone: Friend) -> None:
    for field in _FILLED:
        if getattr(kept, field) is None:
            setattr(kept, field, getattr(gone, field))
    kept.memo = "\n".join(memo for memo in (kept.memo, gone.memo) if memo)
    kept.followed_at = min(kept.followed_at, gone.followed_at)
    refresh_search_text(kept)


def _references() -> list[tuple[sa.Table, sa.Column[int]]]:
    return [
        (table, column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column is Friend.__table__.c.id for key in column.foreign_keys)
    ]


def _move(session: Session, table: sa.Table, column: sa.Column[int], kept_id: int, gone_id: int) -> None:
    """Point the rows of one table at the kept friend, except those that would double one of its own."""
    is_free = [~_has_same(table.alias(), table, column.name, kept_id, names) for names in _unique_with(table, column)]
    session.execute(sa.update(table).where(column == gone_id, *is_free).values({column: kept_id}))
    session.execute(sa.delete(table).where(column == gone_id))


def _has_same(other: sa.FromClause, table: sa.Table, reference: str, kept_id: int, names: list[str]) -> sa.Exists:
    same = (other.c[name] == table.c[name] for name in names)
    return sa.exists(select(sa.literal(1)).select_from(other).where(other.c[reference] == kept_id, *same))


def _unique_with(table: sa.Table, column: sa.Column[int]) -> list[list[str]]:
    """For each unique key that holds *column*: the names of its other columns."""
    keys = [
        [member.name for member in key.columns]
        for key in table.constraints
        if isinstance(key, sa.UniqueConstraint | sa.PrimaryKeyConstraint)
    ]
    keys += [[member.name for member in index.columns] for index in table.indexes if index.unique]
    return [[name for name in key if name != column.name] for key in keys if column.name in key]
