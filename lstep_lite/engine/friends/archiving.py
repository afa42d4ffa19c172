"""What a friend loses when staff block the person, and how it comes back: for some weeks it is kept aside.

Features register the tables whose rows go (`archives`). The rows are kept as JSON as they were, and put back where what
they refer to still exists and nothing newer has taken their place.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Base, Database, Thousandths, UTCDateTime, insert_new
from lstep_lite.engine import agenda
from lstep_lite.models import Friend, FriendArchive, Media, MediaState

KEPT_FOR = timedelta(days=30)
CHUNK = 20
Row = dict[str, Any]
Restored = Callable[[Session, Friend, datetime], None]


@dataclass(frozen=True)
class Holding:
    """A table with a `friend_id` whose rows go with a block. *label* is what people are told; none: they count as part
    of another's.
    """

    model: type[Base]
    label: str

    @property
    def table(self) -> sa.Table:
        return cast(sa.Table, self.model.__table__)


_holdings: list[Holding] = []
_listeners: list[Restored] = []


def archives(model: type[Base], label: str = "") -> None:
    """Register a table; one that others refer to comes before those."""
    _holdings.append(Holding(model, label))


def restored(listener: Restored) -> Restored:
    """Register what a feature does once a friend's rows are back: adding up totals, for example."""
    _listeners.append(listener)
    return listener


def losses(session: Session, friend: Friend) -> dict[str, int]:
    """How many of what a block takes from *friend* now, in the words of the screen, without what there is none of."""
    labelled = [holding for holding in _holdings if holding.label]
    columns = [sa.select(sa.func.count()).where(_of(holding, friend)).scalar_subquery() for holding in labelled]
    found: dict[str, int] = {}
    for holding, count in zip(labelled, session.execute(sa.select(*columns)).one() if columns else (), strict=True):
        found[holding.label] = found.get(holding.label, 0) + count
    return {label: count for label, count in found.items() if count}


def put_away(session: Session, friend: Friend, *, now: datetime) -> FriendArchive | None:
    """Take everything registered from *friend* and keep it aside; None when there is nothing."""
    session.flush()  # what this unit has written so far goes too
    counted = losses(session, friend)
    rows = {holding.table.name: taken for holding in _holdings if (taken := _take(session, holding, friend))}
    if not rows:
        return None
    session.expire_all()  # the rows went past the session
    archive = FriendArchive(friend_id=friend.id, at=now, expires_at=now + KEPT_FOR, counts=counted, rows=rows)
    session.add(archive)
    session.flush()  # what follows is done knowing it is kept
    return archive


def restorable(session: Session, friend: Friend, *, now: datetime) -> list[FriendArchive]:
    """What can still be put back, the newest first."""
    query = sa.select(FriendArchive).where(FriendArchive.friend_id == friend.id, FriendArchive.expires_at > now)
    return list(session.scalars(query.order_by(FriendArchive.id.desc())))


def put_back(session: Session, friend: Friend, *, now: datetime) -> dict[str, int]:
    """Give *friend* back what blocks have taken; what the friend has now stays. How many of what came back."""
    came: dict[str, int] = {}
    for archive in restorable(session, friend, now=now):
        for holding in _holdings:
            rows = [_read(holding.table, row) for row in archive.rows.get(holding.table.name, ())]
            count = _insert(session, holding, rows)
            if holding.label and count:
                came[holding.label] = came.get(holding.label, 0) + count
        session.delete(archive)
    session.flush()  # listeners and pages look at what is there now
    session.expire_all()
    for listener in _listeners:
        listener(session, friend, now)
    return came


def _take(session: Session, holding: Holding, friend: Friend) -> list[Row]:
    taken = session.execute(sa.delete(holding.table).where(_of(holding, friend)).returning(*holding.table.columns))
    return [_written(row._asdict()) for row in taken]


def _of(holding: Holding, friend: Friend) -> sa.ColumnElement[bool]:
    return sa.and_(holding.table.c.friend_id == friend.id)


def _written(row: Row) -> Row:
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _read(table: sa.Table, row: Row) -> Row:
    """The row for inserting: a number that only counts rows is drawn anew."""
    own_id = table.autoincrement_column
    return {
        column.name: _value(column, row[column.name])
        for column in table.columns
        if column.name in row and column is not own_id
    }


def _value(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UTCDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, sa.Date):
        return date.fromisoformat(value)
    return Decimal(value) if isinstance(column.type, Thousandths) else value


def _insert(session: Session, holding: Holding, rows: list[Row]) -> int:
    """Put the rows in, without references to what is gone; a row that needs what is gone stays away."""
    for column in holding.table.columns:
        for key in column.foreign_keys:
            rows = list(_with_target(session, column, key.column, rows))
    if not rows:
        return 0
    before = sa.select(sa.func.count()).select_from(holding.table)
    before = before.where(holding.table.c.friend_id == rows[0]["friend_id"])
    count = session.scalar(before) or 0
    session.execute(insert_new(session, holding.model), rows)
    return (session.scalar(before) or 0) - count


def _with_target(session: Session, column: sa.Column[Any], target: sa.Column[Any], rows: list[Row]) -> Iterable[Row]:
    there = _existing(session, target, {row[column.name] for row in rows} - {None})
    for row in rows:
        if row[column.name] is None or row[column.name] in there:
            yield row
        elif column.nullable:
            yield row | {column.name: None}


def _existing(session: Session, target: sa.Column[Any], ids: Collection[Any]) -> set[Any]:
    return set(session.scalars(sa.select(target).where(target.in_(ids)))) if ids else set()


def drop(session: Session, archives: Collection[FriendArchive]) -> None:
    """Forget what was kept aside, and the files it names."""
    columns = [
        (holding.table.name, column.name)
        for holding in _holdings
        for column in holding.table.columns
        if any(key.column is Media.__table__.c.id for key in column.foreign_keys)
    ]
    files = [row[name] for archive in archives for table, name in columns for row in archive.rows.get(table, ())]
    gone = sa.update(Media).where(Media.id.in_([media_id for media_id in files if media_id is not None]))
    session.execute(gone.values(state=MediaState.DELETED, file_name=None))
    for archive in archives:
        session.delete(archive)


@agenda.work("chores", due=lambda now, wall: sa.exists().where(FriendArchive.expires_at <= now))
def drop_expired(database: Database, *, now: datetime, wall: datetime) -> bool:
    """What nobody wanted back in time is forgotten. True when there is more."""
    late = sa.select(FriendArchive.id).where(FriendArchive.expires_at <= now).limit(CHUNK)
    with database.read() as session:
        ids = session.scalars(late).all()
    if ids:
        with database.unit() as session:
            drop(session, session.scalars(sa.select(FriendArchive).where(FriendArchive.id.in_(ids))).all())
    return len(ids) == CHUNK
