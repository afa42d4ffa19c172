"""Keeping fields, and what one friend has in them."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Self
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Field as FormField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from lstep_lite.engine import fields
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.fields import FieldDraft, Option, OptionDraft, Target, Value, Values
from lstep_lite.engine.fields.definitions import LONGEST_NAME
from lstep_lite.errors import DomainError
from lstep_lite.forms import rows
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm, at_most, options, required
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.models import Field, FieldType, Folder

EMPTY_ROWS = 3
"""To begin with, so that a browser without JavaScript has something to fill in."""
NOTHING_CHOSEN = ""


class OptionsField(FormField):
    """The answers of a choice, one row each: a row's key is `o<id>` for one that is stored."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.errors, self.process_errors = (), []
        stored: Sequence[Option] = data or ()
        posted = formdata or _as_posted(self.name, stored)
        self.rows = rows.read(posted, self.name)
        self.data = [(row.key, row.one("label").strip()) for row in self.rows]

    def drafts(self) -> list[OptionDraft]:
        return [OptionDraft(row.one("label"), stored_id(row.key)) for row in self.rows]

    def in_words(self) -> str:
        return "、".join(label for _, label in self.data if label) or "（なし）"


def stored_id(key: str) -> int | None:
    """The id of the option that a row's key names."""
    return int(key[1:]) if key[:1] == "o" and key[1:].isascii() and key[1:].isdigit() and len(key) < 16 else None


def _as_posted(path: str, stored: Sequence[Option]) -> rows.Posted:
    posted: rows.Posted = MultiDict()
    for option in stored:
        posted.add(path, f"o{option.id}")
        posted.add(f"{path}.o{option.id}.label", option.label)
    for _ in range(0 if stored else EMPTY_ROWS):
        posted.add(path, f"new{secrets.token_hex(4)}")
    return posted


class FieldForm(EditForm):
    name = StringField("名前", [required("友だち情報欄の名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    is_favourite = BooleanField("よく使う情報にする")
    options = OptionsField("選択肢")
    actions = ActionsField("この情報が変わったときのアクション", place=fields.PLACE)

    @classmethod
    def of(cls, field: Field, options: Sequence[Option], actions: SetDraft, folders: Sequence[Folder]) -> "FieldForm":
        data = {"name": field.name, "folder_id": field.folder_id or NO_FOLDER, "is_favourite": field.is_favourite}
        return cls(data=data | {"options": options, "actions": actions}).offer(folders)

    def offer(self, folders: Sequence[Folder]) -> Self:
        self.folder_id.offer(folders)
        return self

    def draft(self, actions: SetDraft) -> FieldDraft:
        return FieldDraft(
            name=self.name.data or "",
            folder_id=self.folder_id.folder_id,
            is_favourite=self.is_favourite.data,
            options=self.options.drafts(),
            actions=actions,
        )


class NewFieldForm(FieldForm):
    type = RadioField("種類", choices=options({kind.type: kind.label for kind in fields.types.values()}))

    @property
    def field_type(self) -> FieldType:
        return FieldType(self.type.data)


# What one friend has -------------------------------------------------------------------------------------------------


class _Typed:
    """Validates an input by the type of its field."""

    def __init__(self, target: Target, zone: ZoneInfo) -> None:
        self.target, self.zone = target, zone

    def __call__(self, form: Any, field: FormField) -> None:
        try:
            self.target.parse(field.data or "", self.zone)
        except DomainError as error:
            raise ValidationError(error.message) from error


class CheckboxesField(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class AttachmentField(FileField):
    """Its data is the name of the file that is there."""

    def in_words(self) -> str:
        return str(self.data or "（なし）")


class ValuesForm(EditForm):
    """Several fields of one friend; make it with `values_form`."""

    targets: Sequence[Target]
    zone: ZoneInfo
    key: int
    """Tells several of them on one page apart."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen.id = f"seen-fields-{self.key}"

    def values(self) -> dict[Target, Value]:
        """What was typed in; files come apart from it."""
        typed = (target for target in self.targets if target.type is not FieldType.FILE)
        return {target: self._value(target, self[target.input_name].data) for target in typed}

    def inputs(self) -> Iterable[tuple[Target, FormField]]:
        return ((target, self[target.input_name]) for target in self.targets)

    def _value(self, target: Target, data: Any) -> Value:
        if target.type is FieldType.CHOICE:
            return (int(data),) if data else None
        if target.type is FieldType.CHOICES:
            chosen = {int(each) for each in data or ()}
            return tuple(option.id for option in target.options if option.id in chosen) or None
        return target.parse(data or "", self.zone)


def values_form(targets: Sequence[Target], zone: ZoneInfo, key: int) -> type[ValuesForm]:
    """The form of these fields."""
    inputs = {target.input_name: _input(target, zone) for target in targets}
    return type("ValuesForm", (ValuesForm,), {"targets": targets, "zone": zone, "key": key, **inputs})


def typed_values(targets: Collection[Target], values: Values, zone: ZoneInfo) -> dict[str, Any]:
    """What the inputs of `values_form` hold for stored values."""
    return {target.input_name: _data(target, values.get(target.key), zone) for target in targets}


def _data(target: Target, value: Value, zone: ZoneInfo) -> Any:
    if isinstance(value, tuple):
        return str(value[0]) if target.type is FieldType.CHOICE else [str(each) for each in value]
    return target.typed(value, zone)


def _input(target: Target, zone: ZoneInfo) -> Any:
    labels = {str(option.id): option.label for option in target.options}
    if target.type is FieldType.CHOICE:
        return SelectField(target.name, choices=options({NOTHING_CHOSEN: "（選ばない）"} | labels))
    if target.type is FieldType.CHOICES:
        return CheckboxesField(target.name, choices=options(labels))
    if target.type is FieldType.FILE:
        return AttachmentField(target.name)
    if target.type is FieldType.LONG_TEXT:
        return TextAreaField(target.name, [_Typed(target, zone)], render_kw={"rows": 4})
    return StringField(target.name, [_Typed(target, zone)], render_kw=_HTML.get(target.type, {}))


_HTML = {
    FieldType.NUMBER: {"inputmode": "decimal", "autocomplete": "off"},
    FieldType.DATE: {"type": "date"},
    FieldType.MOMENT: {"type": "datetime-local"},
    FieldType.PHONE: {"type": "tel", "autocomplete": "off"},
    FieldType.EMAIL: {"inputmode": "email", "autocomplete": "off"},
}
