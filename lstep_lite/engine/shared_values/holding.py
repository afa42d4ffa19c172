"""What shared values hold: set, counted up and down, and remembered. Whoever changes one, locks its row first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import media, mentions, settings
from lstep_lite.engine.fields.types import Shape, dates, numbers, types
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    ChangedBy,
    FieldType,
    Media,
    SharedValue,
    SharedValueChange,
    SharedValueType,
    Staff,
    TimelineEntry,
)

LONGEST_TEXT = 2000
MENTIONS_AS = "shared_values"
_SHAPE = Shape(longest=LONGEST_TEXT)
_TYPES = {
    SharedValueType.TEXT: types[FieldType.LONG_TEXT],
    SharedValueType.NUMBER: types[FieldType.NUMBER],
    SharedValueType.DATE: types[FieldType.DATE],
}
_COLUMNS = {
    SharedValueType.TEXT: "text",
    SharedValueType.NUMBER: "number",
    SharedValueType.DATE: "day",
    SharedValueType.IMAGE: "media_id",
}


@dataclass(frozen=True)
class Origin:
    """Who changes a value, when and why."""

    now: datetime
    changed_by: ChangedBy
    staff_id: int | None = None
    cause: TimelineEntry | None = None


@dataclass(frozen=True)
class Change:
    """One line of the history, ready to be shown."""

    at: datetime
    before: str
    after: str
    by: str


def show(session: Session, value: SharedValue) -> str:
    """What it holds, as people read it; a picture by its name, nothing for an empty one."""
    held = getattr(value, _COLUMNS[value.type])
    if held is None:
        return ""
    if value.type is SharedValueType.IMAGE:
        picture = session.get_one(Media, held)
        return picture.name or picture.file_name or "画像"
    return _TYPES[value.type].show(held, _SHAPE, settings.zone(session))


def typed(session: Session, value: SharedValue) -> str:
    """What it holds, as `set_text` reads it back; nothing for a picture."""
    held = getattr(value, _COLUMNS[value.type])
    if held is None or value.type is SharedValueType.IMAGE:
        return ""
    return _TYPES[value.type].typed(held, _SHAPE, settings.zone(session))


def checked(session: Session, type: SharedValueType, text: str) -> Any:
    """What *text* says, for a value of this type. Raises DomainError naming the form's field."""
    try:
        return _TYPES[type].parse(text, _SHAPE, settings.zone(session))
    except DomainError as error:
        raise DomainError(error.message, "text") from error


def pictures(session: Session, values: Iterable[SharedValue]) -> dict[int, Media]:
    """The pictures of these values, by media id; one statement, after which `show` needs none for them."""
    ids = {value.media_id for value in values if value.media_id is not None}
    return {row.id: row for row in session.scalars(sa.select(Media).where(Media.id.in_(ids)))} if ids else {}


def changes(session: Session, value: SharedValue, *, limit: int) -> list[Change]:
    """The newest changes first; one statement."""
    query = (
        sa.select(SharedValueChange, Staff.name)
        .outerjoin(Staff, Staff.id == SharedValueChange.staff_id)
        .where(SharedValueChange.shared_value_id == value.id)
        .order_by(SharedValueChange.at.desc(), SharedValueChange.id.desc())
        .limit(limit)
    )
    return [
        Change(row.at, row.before, row.after, f"{staff}さん" if staff else "自動")
        for row, staff in session.execute(query)
    ]


def set_text(session: Session, value: SharedValue, text: str, origin: Origin) -> bool:
    """Have it hold what *text* says; an empty text empties it. False when it held just that. Raises DomainError."""
    return _set(session, value, checked(session, value.type, text), origin)


def clear(session: Session, value: SharedValue, origin: Origin) -> bool:
    """Empty it. False when it was empty."""
    return _set(session, value, None, origin)


def set_today(session: Session, value: SharedValue, origin: Origin, *, days: int) -> bool:
    """Have a date hold the shop's day, so many days later. Raises DomainError."""
    today = origin.now.astimezone(settings.zone(session)).date()
    return _set(session, value, dates.in_range(today + timedelta(days=days)), origin)


def set_picture(session: Session, value: SharedValue, picture: Media, origin: Origin) -> bool:
    """Have it show *picture*; what it showed before is deleted, unless it is used elsewhere."""
    return _set(session, value, picture.id, origin)


def add(session: Session, value: SharedValue, amount: Decimal, origin: Origin) -> None:
    """Add *amount*, which may be negative, to a number; empty counts as 0. Nothing that adds meanwhile is lost.

    Raises DomainError when the sum is too large to be kept.
    """
    session.refresh(value, with_for_update=True)
    before = show(session, value)
    total = sa.func.coalesce(SharedValue.number, Decimal(0)) + sa.literal(amount, SharedValue.number.type)
    statement = sa.update(SharedValue).where(SharedValue.id == value.id).returning(SharedValue.number)
    numbers.fitting(session.scalars(statement.values(number=total, updated_at=origin.now)).one() or Decimal(0))
    session.refresh(value)
    _note(session, value, before, origin)


def remove_picture(session: Session, value: SharedValue) -> None:
    """Nobody can fetch its picture any more, unless it is used elsewhere."""
    mentions.forget(session, MENTIONS_AS, value.id)
    if value.media_id is not None:
        media.release(session, value.media_id)


def _set(session: Session, value: SharedValue, wanted: Any, origin: Origin) -> bool:
    session.refresh(value, with_for_update=True)
    column, before = _COLUMNS[value.type], show(session, value)
    if getattr(value, column) == wanted:
        return False
    remove_picture(session, value)
    setattr(value, column, wanted)
    if value.media_id is not None:
        mentions.write(session, MENTIONS_AS, value.id, [(media.FEATURE, value.media_id)])
    value.updated_at = origin.now
    session.flush()  # the same request draws the page from it
    _note(session, value, before, origin)
    return True


def _note(session: Session, value: SharedValue, before: str, origin: Origin) -> None:
    change = SharedValueChange(
        shared_value_id=value.id,
        at=origin.now,
        before=before,
        after=show(session, value),
        changed_by=origin.changed_by,
        staff_id=origin.staff_id,
        cause_id=origin.cause.id if origin.cause else None,
    )
    session.add(change)
    session.flush()  # the same request lists the changes
