"""What can be kept about a friend: the shop's own fields and the system's, all used in the same way by their key."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import folders, mentions, settings
from lstep_lite.engine.fields.types import Option, Shape, Type, Value, types
from lstep_lite.engine.friends.editing import LONGEST_MEMO, LONGEST_NAME
from lstep_lite.errors import NotFound
from lstep_lite.models import Field, FieldOption, FieldType

PLAIN = Shape()
PICKED = (FieldType.CHOICE, FieldType.CHOICES)


@dataclass(frozen=True)
class Target:
    """One thing that can be kept: *key* is "field:<id>" or, for the system's own, "system:<column of Friend>"."""

    key: str
    name: str
    word: str
    """What stands in messages: [情報:<word>]."""
    type: FieldType
    shape: Shape = PLAIN
    folder_id: int | None = None
    is_favourite: bool = False

    @property
    def kind(self) -> Type:
        return types[self.type]

    @property
    def options(self) -> Collection[Option]:
        return self.shape.options

    @property
    def field_id(self) -> int | None:
        owner, _, row_id = self.key.partition(":")
        return int(row_id) if owner == "field" else None

    @property
    def column(self) -> str | None:
        """For the system's own: the attribute of Friend."""
        owner, _, name = self.key.partition(":")
        return name if owner == "system" else None

    @property
    def input_name(self) -> str:
        """What a form calls it."""
        return self.key.replace(":", "_")

    @property
    def inputs(self) -> str:
        """What the inputs of rows about it are called after: those of one type are the same, choices have their own."""
        if self.type in PICKED:
            return f"choice_{self.field_id}"
        return "name" if self.column is not None and self.type is FieldType.TEXT else self.type.value

    def parse(self, text: str, zone: ZoneInfo) -> Value:
        return self.kind.parse(text, self.shape, zone)

    def show(self, value: Value, zone: ZoneInfo) -> str:
        return "" if value is None else self.kind.show(value, self.shape, zone)

    def typed(self, value: Value, zone: ZoneInfo) -> str:
        return "" if value is None else self.kind.typed(value, self.shape, zone)


def _system(column: str, name: str, type: FieldType, longest: int | None = None) -> Target:
    return Target(f"system:{column}", name, name, type, Shape(longest=longest))


SYSTEM = (
    _system("system_name", "システム表示名", FieldType.TEXT, LONGEST_NAME),
    _system("real_name", "本名", FieldType.TEXT, LONGEST_NAME),
    _system("kana", "ふりがな", FieldType.TEXT, LONGEST_NAME),
    _system("phone", "電話番号", FieldType.PHONE),
    _system("email", "メールアドレス", FieldType.EMAIL),
    _system("birthday", "誕生日", FieldType.DATE),
    _system("memo", "メモ", FieldType.LONG_TEXT, LONGEST_MEMO),
)
_SYSTEM_BY_KEY = {target.key: target for target in SYSTEM}


def targets(session: Session) -> list[Target]:
    """All of them: the system's own, then the shop's fields in their order."""
    fields = session.scalars(sa.select(Field).order_by(Field.position, Field.id)).all()
    options = options_of(session)
    return [*SYSTEM, *(of(field, options[field.id]) for field in fields)]


def target(session: Session, key: str) -> Target:
    """The one with this key. Raises NotFound."""
    if (found := _SYSTEM_BY_KEY.get(key)) is not None:
        return found
    field = session.get(Field, _row_id(key)) if _row_id(key) else None
    if field is None:
        raise NotFound("この友だち情報欄は見つかりませんでした。削除された可能性があります。")
    return of(field, options_of(session, field.id)[field.id] if field.type in PICKED else [])


def some(session: Session, keys: Iterable[str]) -> dict[str, Target]:
    """Those of *keys* that exist, by key, with a constant number of statements."""
    wanted = set(keys)
    ids = {row_id for key in wanted if (row_id := _row_id(key))}
    found = {key: _SYSTEM_BY_KEY[key] for key in wanted & _SYSTEM_BY_KEY.keys()}
    if ids:
        fields = session.scalars(sa.select(Field).where(Field.id.in_(ids))).all()
        options = options_of(session, *ids)
        found |= {key_of(field.id): of(field, options[field.id]) for field in fields}
    return found


def by_heading(session: Session, found: Iterable[Target]) -> list[tuple[str, list[Target]]]:
    """For a list to choose from: the system's own, then folder by folder, then what is in none."""
    every = list(found)
    groups = [("基本の情報", [each for each in every if each.column is not None])]
    for folder in folders.of_feature(session, "fields"):
        groups.append((folder.name, [each for each in every if each.folder_id == folder.id]))
    groups.append(("フォルダなし", [each for each in every if each.column is None and each.folder_id is None]))
    return [(heading, group) for heading, group in groups if group]


def of(field: Field, options: Collection[Option] = ()) -> Target:
    shape = Shape(tuple(options))
    return Target(key_of(field.id), field.name, field.word, field.type, shape, field.folder_id, field.is_favourite)


def key_of(field_id: int) -> str:
    return f"field:{field_id}"


def options_of(session: Session, *field_ids: int) -> dict[int, list[Option]]:
    """The options of these fields, or of all, in their order; an empty list for a field without any."""
    query = sa.select(FieldOption.field_id, FieldOption.id, FieldOption.label)
    if field_ids:
        query = query.where(FieldOption.field_id.in_(field_ids))
    found: dict[int, list[Option]] = defaultdict(list)
    for field_id, option_id, label in session.execute(query.order_by(FieldOption.position, FieldOption.id)):
        found[field_id].append(Option(option_id, label))
    return found


def parse(session: Session, target: Target, text: str) -> Value:
    """The value in *text*, wherever it was typed; None for an empty one. Raises DomainError saying how to write it."""
    return target.parse(text, settings.zone(session))


def show(session: Session, target: Target, value: Value) -> str:
    """The value as people read it; empty for None."""
    return target.show(value, settings.zone(session))


def typed(session: Session, target: Target, value: Value) -> str:
    """The value as `parse` reads it back exactly."""
    return target.typed(value, settings.zone(session))


def mentioned(key: str) -> list[tuple[str, int | str]]:
    """What whoever uses this key refers to: nothing that could be gone, for the system's own."""
    row_id = _row_id(key)
    return [("fields", row_id)] if row_id else []


def _row_id(key: str) -> int | None:
    owner, _, text = key.partition(":")
    return int(text) if owner == "field" and text.isascii() and text.isdigit() and len(text) < 16 else None


mentions.target_rows("fields", Field.id, Field.name)


mentions.target_rows("field_options", FieldOption.id, FieldOption.label)
