"""The shop's own fields: what is kept about friends, and the answers of choices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import actions, folders, mentions
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.fields.targets import PICKED, SYSTEM, options_of
from lstep_lite.engine.fields.types import Option
from lstep_lite.engine.fields.types.choices import SEPARATOR
from lstep_lite.engine.fields.values import PLACE
from lstep_lite.engine.messages.placeholders import free_words
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name, normalise, storable
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Field, FieldLeftover, FieldOption, FieldPick, FieldType, FieldValue

FEATURE = "fields"
LONGEST_NAME = 50
LONGEST_LABEL = 100
MOST_OPTIONS = 100
MOST_FIELDS = 500

folders.shelf(FEATURE, Field, Permission.AUTOMATION_EDIT)


@dataclass(frozen=True)
class OptionDraft:
    """One answer as it is edited; without an id it is new."""

    label: str
    id: int | None = None


@dataclass(frozen=True)
class FieldDraft:
    """What the form of a field says."""

    name: str
    folder_id: int | None = None
    is_favourite: bool = False
    options: Sequence[OptionDraft] = ()
    actions: SetDraft | None = None
    """What runs when automation changes it; None leaves it as it is."""


def in_order(session: Session, *, folder_id: int | None = None) -> Sequence[Field]:
    """The fields in their order; those of one folder if it is given."""
    query = sa.select(Field).order_by(Field.position, Field.id)
    return session.scalars(query if folder_id is None else query.where(Field.folder_id == folder_id)).all()


def get(session: Session, field_id: int) -> Field:
    field = session.get(Field, field_id)
    if field is None:
        raise NotFound("この友だち情報欄は見つかりませんでした。削除された可能性があります。")
    return field


def holders(session: Session, field_ids: Sequence[int]) -> dict[int, int]:
    """How many friends have something in each of these fields."""
    counts = dict.fromkeys(field_ids, 0)
    for column in (FieldValue, FieldPick):
        people = sa.func.count(sa.distinct(column.friend_id)) if column is FieldPick else sa.func.count()
        query = sa.select(column.field_id, people).where(column.field_id.in_(field_ids)).group_by(column.field_id)
        counts |= dict(session.execute(query).all())
    return counts


def picked(session: Session, option_ids: Iterable[int]) -> dict[int, int]:
    """How many friends have each of these options."""
    query = sa.select(FieldPick.option_id, sa.func.count()).where(FieldPick.option_id.in_(list(option_ids)))
    return dict(session.execute(query.group_by(FieldPick.option_id)).all())


def places(session: Session, field: Field) -> list[mentions.Place]:
    """Where it is used: steps, conditions, and texts that show it."""
    found = mentions.places(session, FEATURE, field.id) + mentions.places(session, "field_words", field.word)
    return sorted({place.label: place for place in found}.values(), key=lambda place: place.label)


def broken(session: Session, field_ids: Sequence[int]) -> set[int]:
    """Those of these fields whose action set refers to something that is gone."""
    hung = actions.at_many(session, PLACE, field_ids)
    return {int(found.holder) for found in actions.broken_among(session, hung.values())}


# Writing -------------------------------------------------------------------------------------------------------------


def create(session: Session, draft: FieldDraft, type: FieldType, *, now: datetime) -> Field:
    """A new field at the end of the list. Its type and its word in messages never change. Raises DomainError."""
    name = _checked_name(session, draft.name, None)
    if (session.scalar(sa.select(sa.func.count()).select_from(Field)) or 0) >= MOST_FIELDS:
        raise DomainError(f"友だち情報欄は{MOST_FIELDS}個までです。使っていないものを削除してください。", "name")
    field = _inserted(session, name, type, now)
    _write(session, field, draft, now)
    return field


def update(session: Session, field: Field, draft: FieldDraft, *, now: datetime) -> None:
    """Raises DomainError naming the form's field."""
    field.name = _checked_name(session, draft.name, field)
    _write(session, field, draft, now)


def copy(session: Session, field: Field, *, now: datetime) -> Field:
    """A field like this one, with the same options and actions; nobody has anything in it yet."""
    name = _free_name(session, f"{field.name}のコピー")
    options = [OptionDraft(option.label) for option in options_of(session, field.id)[field.id]]
    hung = actions.draft(actions.at(session, PLACE, field.id), PLACE)
    draft = FieldDraft(name, field.folder_id, field.is_favourite, options, hung)
    return create(session, draft, field.type, now=now)


def favour(field: Field, *, is_favourite: bool, now: datetime) -> None:
    """Have it stand first, or not, beside friends."""
    field.is_favourite = is_favourite
    field.updated_at = now


def delete(session: Session, field: Field) -> None:
    """The field is gone at once; what friends had in it is taken away by and by."""
    session.add(FieldLeftover(field_id=field.id))
    for option_id in session.scalars(sa.select(FieldOption.id).where(FieldOption.field_id == field.id)):
        session.add(FieldLeftover(field_id=field.id, option_id=option_id))
    actions.drop(session, PLACE, field.id)
    session.delete(field)
    session.flush()  # the same request lists the fields


def _inserted(session: Session, name: str, type: FieldType, now: datetime) -> Field:
    """The row, with the first free word that the name suggests."""
    row = {"name": name, "type": type, "position": folders.next_position(session, FEATURE), "is_favourite": False}
    taken = {target.word for target in SYSTEM}
    for word in free_words(name):
        if word in taken:
            continue
        values = row | {"word": word, "created_at": now, "updated_at": now}
        made = session.scalar(insert_new(session, Field).values(values).returning(Field.id))
        if made is not None:
            return session.get_one(Field, made)
    raise AssertionError("words never end")


def _write(session: Session, field: Field, draft: FieldDraft, now: datetime) -> None:
    field.folder_id = folders.checked(session, FEATURE, draft.folder_id)
    field.is_favourite = draft.is_favourite
    field.updated_at = now
    session.flush()  # options and actions refer to its id
    if field.type in PICKED:
        _write_options(session, field, _checked_options(draft.options))
    if draft.actions is not None:
        actions.keep(session, PLACE, field.id, draft.actions, now=now)


def _write_options(session: Session, field: Field, options: Sequence[OptionDraft]) -> None:
    """Rename and reorder those that stay, add the new ones, and let go of the others with their picks."""
    stored = {row.id: row for row in session.scalars(sa.select(FieldOption).where(FieldOption.field_id == field.id))}
    for position, option in enumerate(options, 1):
        row = stored.pop(option.id, None) if option.id is not None else None
        if row is None:
            session.add(FieldOption(field_id=field.id, label=option.label, position=position))
        else:
            row.label, row.position = option.label, position
    for row in stored.values():
        session.add(FieldLeftover(field_id=field.id, option_id=row.id))
        session.delete(row)
    session.flush()  # the same request draws the options


def _checked_options(options: Sequence[OptionDraft]) -> list[OptionDraft]:
    kept = [OptionDraft(storable(option.label).strip(), option.id) for option in options if option.label.strip()]
    if not kept:
        raise DomainError("選択肢を1つ以上入力してください。", "options")
    if len(kept) > MOST_OPTIONS:
        raise DomainError(f"選択肢は{MOST_OPTIONS}個までです。", "options")
    for option in kept:
        if len(option.label) > LONGEST_LABEL:
            raise DomainError(f"選択肢は{LONGEST_LABEL}文字以内で入力してください。", "options")
        if SEPARATOR in option.label or not normalise(option.label):
            raise DomainError(f"選択肢に「{SEPARATOR}」は使えません。「・」などにしてください。", "options")
    keys = [normalise(option.label) for option in kept]
    twice = next((option.label for option in kept if keys.count(normalise(option.label)) > 1), None)
    if twice is not None:
        raise DomainError(f"選択肢「{twice}」が2つあります。1つにしてください。", "options")
    return kept


def _checked_name(session: Session, name: str, field: Field | None) -> str:
    name = checked_name(" ".join(name.split()), LONGEST_NAME, "友だち情報欄の名前")
    if normalise(name) in _taken_names(session, field):
        raise DomainError(f"「{name}」という友だち情報欄はすでにあります。別の名前にしてください。", "name")
    return name


def _taken_names(session: Session, but: Field | None = None) -> set[str]:
    rows = session.execute(sa.select(Field.id, Field.name))
    own = {normalise(name) for field_id, name in rows if but is None or field_id != but.id}
    return own | {normalise(target.name) for target in SYSTEM}


def _free_name(session: Session, name: str) -> str:
    taken = _taken_names(session)
    names = [name[:LONGEST_NAME], *(f"{name[: LONGEST_NAME - 4]}{number}" for number in range(2, MOST_FIELDS + 2))]
    return next(each for each in names if normalise(each) not in taken)


def options(session: Session, field: Field) -> list[Option]:
    """The answers of a choice, in their order."""
    return options_of(session, field.id)[field.id]
