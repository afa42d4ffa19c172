"""What friends' fields hold: reading many at once, and writing one with its history."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import remembered
from lstep_lite.engine import actions, friends, media, mentions, settings, triggers
from lstep_lite.engine.fields.targets import PICKED, SYSTEM, Target, some, target
from lstep_lite.engine.fields.types import Attachment, Value
from lstep_lite.engine.friends.editing import refresh_search_text
from lstep_lite.models import (
    ChangedBy,
    Field,
    FieldChange,
    FieldPick,
    FieldType,
    FieldValue,
    Friend,
    Media,
    MediaKind,
    TimelineEntry,
    WebhookEvent,
)

Values = dict[str, Value]
"""One friend's values by key; a key that is missing is empty."""
LONGEST_IN_HISTORY = 1000
LONGEST_LABEL = 100
PLACE = "fields.changed"
triggers.labels["field.changed"] = "友だち情報が変わった"


def read(session: Session, friend: Friend, key: str) -> Value:
    """What one field of one friend holds."""
    return read_many(session, [friend], [key]).get(friend.id, {}).get(key)


def read_many(session: Session, friends: Sequence[Friend], keys: Collection[str]) -> dict[int, Values]:
    """What these fields of these friends hold, by friend's id; at most four statements, however many they are."""
    return read_targets(session, friends, list(some(session, keys).values()))


def read_targets(session: Session, friends: Sequence[Friend], wanted: Collection[Target]) -> dict[int, Values]:
    """`read_many` for fields that are loaded already; at most two statements."""
    found: dict[int, Values] = {friend.id: _system_values(friend, wanted) for friend in friends}
    own = {found_target.field_id: found_target for found_target in wanted if found_target.field_id is not None}
    stored = {field_id for field_id, each in own.items() if each.type not in PICKED}
    picked = {field_id for field_id, each in own.items() if each.type in PICKED}
    if stored and found:
        for row in session.execute(_VALUES, {"friend_ids": list(found), "field_ids": list(stored)}):
            found[row.friend_id][own[row.field_id].key] = _value(row, own[row.field_id].type)
    if picked and found:
        for friend_id, field_id, option_id in session.execute(
            _PICKS, {"friend_ids": list(found), "field_ids": list(picked)}
        ):
            _add_pick(found[friend_id], own[field_id], option_id)
    return found


_VALUES = (
    sa.select(
        FieldValue.friend_id, FieldValue.field_id, FieldValue.text, FieldValue.number, FieldValue.day,
        FieldValue.moment, FieldValue.media_id, Media.code, Media.file_name, Media.kind,
    )
    .outerjoin(Media, Media.id == FieldValue.media_id)
    .where(
        FieldValue.friend_id.in_(sa.bindparam("friend_ids", expanding=True)),
        FieldValue.field_id.in_(sa.bindparam("field_ids", expanding=True)),
    )
)  # fmt: skip
_PICKS = sa.select(FieldPick.friend_id, FieldPick.field_id, FieldPick.option_id).where(
    FieldPick.friend_id.in_(sa.bindparam("friend_ids", expanding=True)),
    FieldPick.field_id.in_(sa.bindparam("field_ids", expanding=True)),
)


def _system_values(friend: Friend, wanted: Collection[Target]) -> Values:
    columns = {each.key: each.column for each in wanted if each.column is not None}
    return {key: value for key, column in columns.items() if (value := getattr(friend, column) or None) is not None}


def _value(row: Any, type: FieldType) -> Value:
    if type is not FieldType.FILE:
        column = {FieldType.NUMBER: "number", FieldType.DATE: "day", FieldType.MOMENT: "moment"}.get(type, "text")
        value: Value = getattr(row, column)
        return value
    if row.media_id is None or row.code is None:
        return None
    return Attachment(row.media_id, row.code, row.file_name or "ファイル", row.kind is MediaKind.IMAGE)


def _add_pick(values: Values, target: Target, option_id: int) -> None:
    """Picks in the order of the options; one of an option that is gone is none."""
    chosen = {*(values.get(target.key) or ()), option_id}  # type: ignore[misc]
    if ids := tuple(option.id for option in target.options if option.id in chosen):
        values[target.key] = ids


# Writing


@dataclass(frozen=True)
class _Origin:
    """Who changes something, when and why."""

    now: datetime
    changed_by: ChangedBy
    staff_id: int | None = None
    cause: TimelineEntry | None = None


class Watcher(Protocol):
    """Is told that a field may hold something else now, whoever changed it; *cause* is the entry that says so."""

    def __call__(
        self, session: Session, friend: Friend, target: Target, *, now: datetime, cause: TimelineEntry | None
    ) -> None: ...


_watchers: list[Watcher] = []


def watches(watcher: Watcher) -> Watcher:
    """Register one that is called after each change, by hand and by an import too."""
    _watchers.append(watcher)
    return watcher


def write(
    session: Session,
    friend: Friend,
    key: Target | str,
    value: Value,
    *,
    changed_by: ChangedBy,
    now: datetime,
    cause: TimelineEntry | None = None,
    event: WebhookEvent | None = None,
    staff_id: int | None = None,
) -> bool:
    """Have the field hold *value*; None empties it. False when it held just that.

    The change is kept in the friend's history. What automation and customers change lets the field's action set run;
    what staff or an import change is only recorded. Raises NotFound for a field that is gone.
    """
    wanted = key if isinstance(key, Target) else target(session, key)
    if not _change(session, friend, wanted, value, _Origin(now, changed_by, staff_id, cause)):
        return False
    facts: dict[str, Any] = {"target": wanted.key, "label": wanted.name}
    if staff_id is not None:
        facts["staff_id"] = staff_id
    entry = triggers.happen(session, "field.changed", friend, changed_by, now=now, cause=cause, event=event, **facts)
    _tell(session, friend, [wanted], now, entry)
    return True


@dataclass(frozen=True)
class Upload:
    """A file that the store keeps already."""

    stored: media.StoredImage | media.StoredFile
    file_name: str


def write_by_hand(
    session: Session, friend: Friend, wanted: Mapping[Target, Value | Upload], *, staff_id: int, now: datetime
) -> None:
    """Have several fields hold what staff typed in or uploaded: one entry on the timeline for all of it."""
    origin = _Origin(now, ChangedBy.STAFF, staff_id)
    changed = []
    for each, value in wanted.items():
        held = _attached(session, friend, value, now) if isinstance(value, Upload) else value
        if _change(session, friend, each, held, origin):
            changed.append(each)
    _record_by_hand(session, friend, changed, origin)


def _attached(session: Session, friend: Friend, upload: Upload, now: datetime) -> Attachment:
    row = media.add_file(session, upload.stored, friend, file_name=upload.file_name, now=now)
    return Attachment(row.id, row.code, upload.file_name, row.kind is MediaKind.IMAGE)


@friends.watches
def _note_edit(
    session: Session, friend: Friend, before: Mapping[str, Any], *, staff_id: int | None, now: datetime
) -> None:
    """Staff have changed the system's own fields on the friend's form."""
    origin = _Origin(now, ChangedBy.STAFF, staff_id)
    changed = [each for each in SYSTEM if each.column in before]
    for each in changed:
        _note(session, friend, each, before[each.column or ""] or None, getattr(friend, each.column or ""), origin)
    _record_by_hand(session, friend, changed, origin)


def _record_by_hand(session: Session, friend: Friend, changed: Sequence[Target], origin: _Origin) -> None:
    if not changed:
        return
    facts: dict[str, Any] = {"label": "、".join(each.name for each in changed)[:LONGEST_LABEL]}
    if origin.staff_id is not None:
        facts["staff_id"] = origin.staff_id
    entry = triggers.record(session, "field.changed", friend, now=origin.now, **facts)
    _tell(session, friend, changed, origin.now, entry)


def _tell(session: Session, friend: Friend, changed: Sequence[Target], now: datetime, entry: TimelineEntry) -> None:
    for each in changed:
        for watcher in _watchers:
            watcher(session, friend, each, now=now, cause=entry)


def _change(session: Session, friend: Friend, target: Target, value: Value, origin: _Origin) -> bool:
    lock(session, friend, target)
    before = fresh(session, friend, target)
    if before == value:
        return False
    _store(session, friend, target, before, value, origin.now)
    _note(session, friend, target, before, value, origin)
    return True


def lock(session: Session, friend: Friend, target: Target) -> None:
    """Nobody else changes this friend's fields until the unit ends; what is read from now on is still true then."""
    key = ("locked for fields", friend.id, target.column is not None)
    remembered(session, key, lambda: _lock_row(session, friend, target))


def _lock_row(session: Session, friend: Friend, target: Target) -> None:
    session.flush()  # what this unit has changed so far
    if target.column is not None:
        session.refresh(friend, with_for_update=True)  # the session may hold an older copy of the row
    else:
        session.scalar(sa.select(Friend.id).where(Friend.id == friend.id).with_for_update())


def fresh(session: Session, friend: Friend, target: Target) -> Value:
    """What the field holds, once the friend is locked."""
    return read_targets(session, [friend], [target])[friend.id].get(target.key)


def _store(session: Session, friend: Friend, target: Target, before: Value, value: Value, now: datetime) -> None:
    if target.column is not None:
        _store_system(friend, target.column, value)
    elif target.type in PICKED:
        _store_picks(session, friend, target, value)
    else:
        _store_value(session, friend, target, before, value, now)
    if isinstance(before, Attachment):
        media.delete(session, session.get_one(Media, before.media_id))


def _store_system(friend: Friend, column: str, value: Value) -> None:
    setattr(friend, column, "" if value is None and column == "memo" else value)
    refresh_search_text(friend)


def _store_picks(session: Session, friend: Friend, target: Target, value: Value) -> None:
    session.execute(sa.delete(FieldPick).filter_by(friend_id=friend.id, field_id=target.field_id))
    rows = [{"friend_id": friend.id, "field_id": target.field_id, "option_id": row_id} for row_id in value or ()]  # type: ignore[union-attr]
    if rows:
        session.execute(sa.insert(FieldPick), rows)


def _store_value(session: Session, friend: Friend, target: Target, before: Value, value: Value, now: datetime) -> None:
    at = sa.and_(FieldValue.friend_id == friend.id, FieldValue.field_id == target.field_id)
    if value is None:
        session.execute(sa.delete(FieldValue).where(at))
        return
    columns = target.kind.columns(value) | {"updated_at": now}
    if before is None:
        # A row may be left whose file is gone.
        session.execute(sa.delete(FieldValue).where(at))
        session.execute(sa.insert(FieldValue), [columns | {"friend_id": friend.id, "field_id": target.field_id}])
    else:
        session.execute(sa.update(FieldValue).where(at).values(columns))


def _shown(session: Session, target: Target, value: Value) -> str:
    text = target.show(value, settings.zone(session))
    return text if len(text) <= LONGEST_IN_HISTORY else text[: LONGEST_IN_HISTORY - 1] + "…"


def _note(session: Session, friend: Friend, target: Target, before: Value, after: Value, origin: _Origin) -> None:
    row = {"friend_id": friend.id, "target": target.key, "at": origin.now, "changed_by": origin.changed_by}
    shown = {"before": _shown(session, target, before), "after": _shown(session, target, after or None)}
    by = {"cause_id": origin.cause.id if origin.cause else None, "staff_id": origin.staff_id}
    session.execute(sa.insert(FieldChange), [row | shown | by])


# What follows


@actions.place(PLACE, label="友だち情報が変わったとき")
def _describe(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    found = session.scalars(sa.select(Field).where(Field.id.in_([int(field_id) for field_id in holders])))
    return {
        str(field.id): mentions.Place(
            f"友だち情報「{field.name}」が変わったとき", "fields.edit", {"field_id": field.id}
        )
        for field in found
    }


@triggers.on("field.changed")
def _run_set(session: Session, happening: triggers.Happening) -> str | None:
    owner, _, field_id = happening.facts["target"].partition(":")
    if owner != "field":
        return None  # the system's own have no page on which a set could hang
    trigger = actions.Trigger(
        occurrence=f"entry-{happening.entry.id}", now=happening.now, cause=happening.entry, event=happening.event
    )
    run = actions.run_at(session, PLACE, field_id, happening.friend, trigger)
    return "この情報が変わったときのアクションを実行しました。" if run else None
