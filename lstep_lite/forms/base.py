"""What every form shares: Japanese messages, trimmed text, digits in either width."""

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, overload

import wtforms
from werkzeug.datastructures import MultiDict
from wtforms import validators
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from lstep_lite.errors import DomainError
from lstep_lite.forms import rows

Kept = TypeVar("Kept")
Value = TypeVar("Value", bound=str)

LARGEST_ID = 2**53
"""No row comes near it."""
EITHER_WIDTH = (
    wtforms.IntegerField,
    wtforms.DecimalField,
    wtforms.DateField,
    wtforms.TimeField,
    wtforms.DateTimeField,
    wtforms.EmailField,
    wtforms.TelField,
)
"""Where 「１２３」 typed in full width is 123."""


class Form(wtforms.Form):
    """Base of every form: it parses what was typed and never touches the database."""

    def __init__(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        after = rows.changed(formdata) if formdata else None
        self.is_rearranged = after is not None
        """Whether a button was pressed that only changes a list inside the form: it is drawn again, nothing is kept."""
        super().__init__(formdata if after is None else after, *args, **kwargs)

    def validate(self, extra_validators: Any = None) -> bool:
        return not self.is_rearranged and super().validate(extra_validators)

    class Meta:
        locales = ("ja",)

        def wrap_formdata(self, form: wtforms.Form, formdata: MultiDict[str, Any] | None) -> MultiDict[str, Any] | None:
            if formdata is None:
                return None
            return MultiDict((name, _tidy(form._fields.get(name), value)) for name, value in formdata.items(multi=True))

    @overload
    def keep(self, save: Callable[[], None]) -> bool: ...
    @overload
    def keep(self, save: Callable[[], Kept]) -> Kept | None: ...
    def keep(self, save: Callable[[], Any]) -> Any:
        """If all fields are valid, call *save* and return what it returns (True for nothing); else something false.

        A refusal of the engine that names a field of this form is shown there, and ends the same way.
        """
        if not self.validate():
            return None
        try:
            kept = save()
        except DomainError as error:
            self.refuse(error)
            return None
        return True if kept is None else kept

    def refuse(self, error: DomainError) -> None:
        """Show the engine's refusal at the field it names. One that names no field of this form is raised again."""
        if error.field is None or error.field not in self:
            raise error
        field = self[error.field]
        field.errors = [*field.errors, error.message]


@dataclass(frozen=True)
class Conflict:
    """One field that somebody else has changed meanwhile."""

    label: str
    stored: str
    typed: str


class EditForm(Form):
    """A form on a stored row. It carries what the row looked like when the page was opened, so that two people editing
    the same row don't overwrite each other unseen; `ui.edit_guard` puts that into the page and shows the conflicts.
    """

    seen = wtforms.HiddenField()

    def __init__(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(formdata, *args, **kwargs)
        self.conflicts: list[Conflict] = []
        if not formdata:
            self.seen.data = self._marks()

    def keep_edit(self, save: Callable[[], None], *, stored: "EditForm") -> bool:
        """`keep`, unless the row no longer looks as it did; *stored* is this form made from the row as it is now.

        Saving once more then overwrites: the person has seen what it replaces.
        """
        if not self.validate():
            return False
        self.conflicts = self._conflicts(stored)
        self.seen.data = stored.seen.data
        return not self.conflicts and bool(self.keep(save))

    def _conflicts(self, stored: "EditForm") -> list[Conflict]:
        opened, now = _read_marks(self.seen.data), _read_marks(stored.seen.data)
        return [
            Conflict(stored[name].label.text, in_words(stored[name]), in_words(self[name]))
            for name, mark in now.items()
            if opened.get(name, mark) != mark
        ]

    def _marks(self) -> str:
        marks = {field.short_name: _mark(field) for field in self if field.short_name != "seen"}
        return ",".join(f"{name}:{mark}" for name, mark in marks.items())


def _mark(field: wtforms.Field) -> str:
    return hashlib.sha256(repr(field.data).encode()).hexdigest()[:8]


def _read_marks(text: str | None) -> dict[str, str]:
    pairs = (pair.partition(":") for pair in (text or "").split(",") if pair)
    return {name: mark for name, _, mark in pairs}


def in_words(field: wtforms.Field) -> str:
    """What a field holds, for people. A field of our own says it in its method `in_words`."""
    if hasattr(field, "in_words"):
        return str(field.in_words())
    if isinstance(field, wtforms.BooleanField):
        return "オン" if field.data else "オフ"
    if isinstance(field, wtforms.SelectFieldBase):
        chosen = [option.label.text for option in field if option.checked]
        return "、".join(chosen) or "（なし）"
    return str(field._value()) or "（空）"  # type: ignore[attr-defined]


def row_id(typed: Any) -> int:
    """The `coerce` of a field that holds the id of any row. Raises ValueError for what no row can have."""
    if not 0 <= (value := int(typed)) < LARGEST_ID:
        raise ValueError(f"{value} is no id")
    return value


def required(message: str = "入力してください。") -> validators.DataRequired:
    return validators.DataRequired(message)


def at_most(characters: int) -> validators.Length:
    return validators.Length(max=characters, message=f"{characters}文字以内で入力してください。")


def options(labels: Mapping[Value, str], *, group: str | None = None) -> list[Any]:
    """Choices of a select or radio field: value → what people read, below the heading *group* if there is one."""
    return [SelectChoice(str(value), label, optgroup=group) for value, label in labels.items()]


def _tidy(field: wtforms.Field | None, value: Any) -> Any:
    if not isinstance(value, str) or isinstance(field, wtforms.PasswordField):
        return value
    text = value.replace("\r\n", "\n").strip()
    return unicodedata.normalize("NFKC", text) if isinstance(field, EITHER_WIDTH) else text
