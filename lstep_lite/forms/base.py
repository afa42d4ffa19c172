"""What every form shares: Japanese messages, trimmed text, digits in either width."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, overload

import wtforms
from werkzeug.datastructures import MultiDict
from wtforms import validators
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from lstep_lite.errors import DomainError

Kept = TypeVar("Kept")
Value = TypeVar("Value", bound=str)

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
