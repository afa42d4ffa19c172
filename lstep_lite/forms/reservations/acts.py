"""What staff do with a booking: a small form for each act, all of them on the page of the booking."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lstep_lite.engine.reservations.availability.days import in_words
from lstep_lite.engine.reservations.transitions.refusals import Start
from lstep_lite.forms.base import Form, at_most, options, row_id
from lstep_lite.models import ChangeRequest, Provider, Reservation, ReservationState, TicketBook

NOT_DIGITS = re.compile(r"[,，、円¥￥\s]")
LONGEST_REASON, LONGEST_NOTE = 200, 1000
MOST_PROPOSED = 3
MOST_YEN = 10_000_000
AS_IT_IS, NONE = 0, 0


def whole_number(typed: str | None) -> int:
    """-1 for what is none: no booking has it."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 16 else -1


class ActForm(Form):
    """It carries the version that was on the screen."""

    name = "act"
    seen_version = HiddenField()

    def __init__(self, formdata: Any = None, **kwargs: Any) -> None:
        super().__init__(formdata, prefix=f"{self.name}-", **kwargs)

    @property
    def version(self) -> int:
        return whole_number(self.seen_version.data)

    @property
    def is_told(self) -> bool:
        return "tells" in self and bool(self["tells"].data)

    @property
    def is_forced(self) -> bool:
        return "force" in self and bool(self["force"].data)

    @property
    def reason_text(self) -> str:
        return (self["reason"].data or "") if "reason" in self else ""

    def says(self, reservation: Reservation) -> bool:
        """Whether *reservation* has what it asks for: pressed twice, not a second wish."""
        return True

    def for_version(self, reservation: Reservation) -> Self:
        self.seen_version.data = str(reservation.version)
        return self


class ApprovalForm(ActForm):
    name = "approval"
    provider_id = SelectField("担当", coerce=row_id, default=AS_IT_IS, validate_choice=False)
    tells = BooleanField("お客様に知らせる", default=True)
    force = BooleanField("ほかの予約と重なっても承認する")

    def offer(self, people: Sequence[Provider], current: Provider | None) -> None:
        as_it_is = f"{current.name}（今のまま）" if current is not None else "決めない"
        others = {str(each.id): each.name for each in people if current is None or each.id != current.id}
        self.provider_id.choices = options({str(AS_IT_IS): as_it_is} | others)


class TimesField(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, validators: list[Any], **kwargs: Any) -> None:
        super().__init__(label, validators, choices=[], validate_choice=False, **kwargs)
        self.type = "SelectMultipleField"  # ui.field draws it as one


class RefusalForm(ActForm):
    name = "refusal"
    reason = StringField("理由（スタッフのメモ）", [at_most(LONGEST_REASON)])
    proposed = TimesField(
        "ご提案する日時",
        [Length(max=MOST_PROPOSED, message=f"ご提案は{MOST_PROPOSED}つまで選べます。")],
    )
    tells = BooleanField("お客様に知らせる", default=True)

    def offer(self, near: Sequence[Start]) -> None:
        self.proposed.choices = options({each: each for each in _in_words(near)})

    def times(self, near: Sequence[Start]) -> list[str]:
        """In words, of those that were offered."""
        chosen = set(self.proposed.data or ())
        return [each for each in _in_words(near) if each in chosen]


def _in_words(near: Sequence[Start]) -> list[str]:
    return [in_words(each.day, each.minute) for each in near]


class AnswerForm(ActForm):
    """It carries which request was on the screen."""

    seen_request = HiddenField()

    @property
    def request_id(self) -> int:
        return whole_number(self.seen_request.data)

    def for_request(self, request: ChangeRequest) -> None:
        self.seen_request.data = str(request.id)


class ChangeApprovalForm(AnswerForm):
    name = "change-approval"
    tells = BooleanField("お客様に知らせる", default=True)
    force = BooleanField("ほかの予約と重なっても承認する")


class ChangeRefusalForm(AnswerForm):
    name = "change-refusal"
    reason = StringField("理由（スタッフのメモ）", [at_most(LONGEST_REASON)])
    tells = BooleanField("お客様に知らせる", default=True)


class CheckInForm(ActForm):
    name = "check-in"


class YenField(IntegerField):
    """Takes 「6,600円」 as well."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([NOT_DIGITS.sub("", each) for each in valuelist])


class CompletionForm(ActForm):
    name = "completion"
    amount = YenField("お会計（円）")
    book_id = SelectField("回数券", coerce=row_id, default=NONE, validate_choice=False)

    def __init__(self, formdata: Any = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        words = f"0円から{MOST_YEN:,}円までの数字で入力してください。"
        self.amount.validators = [Optional(), NumberRange(0, MOST_YEN, words)]

    def says(self, reservation: Reservation) -> bool:
        return self.amount.data in (None, reservation.amount)

    def offer(self, books: Sequence[TicketBook]) -> None:
        names = {str(each.id): f"{each.name}（残り{each.left}回）" for each in books}
        self.book_id.choices = options({str(NONE): "使わない"} | names)


class NoShowForm(ActForm):
    name = "no-show"
    tells = BooleanField("お客様に知らせる")


class CancelForm(ActForm):
    name = "cancel"
    for_customer = BooleanField("お客様からの連絡によるキャンセル")
    reason = StringField("理由", [at_most(LONGEST_REASON)])
    tells = BooleanField("お客様に知らせる", default=True)


class RestoreForm(ActForm):
    name = "restore"
    tells = BooleanField("お客様に知らせる", default=True)
    force = BooleanField("空いていなくても元に戻す")


class CorrectionForm(ActForm):
    name = "correction"
    state = HiddenField()
    force = BooleanField("空いていなくても直す")

    def wanted(self) -> ReservationState | None:
        try:
            return ReservationState(self.state.data or "")
        except ValueError:
            return None


class LeavingForm(ActForm):
    name = "leaving"


class NoteForm(Form):
    staff_note = TextAreaField("スタッフのメモ", [at_most(LONGEST_NOTE)])


FORMS: tuple[type[ActForm], ...] = (
    ApprovalForm,
    RefusalForm,
    ChangeApprovalForm,
    ChangeRefusalForm,
    CheckInForm,
    CompletionForm,
    NoShowForm,
    CancelForm,
    RestoreForm,
    CorrectionForm,
    LeavingForm,
)


def fresh(reservation: Reservation, *, instead: ActForm | None = None) -> Mapping[str, ActForm]:
    """All of them by name (check_in …), for *reservation* as it is; *instead* is one that was refused."""
    found: dict[str, ActForm] = {}
    for each in FORMS:
        found[each.name.replace("-", "_")] = each().for_version(reservation)
    if isinstance(found["completion"], CompletionForm):
        found["completion"].amount.data = reservation.price
    if instead is not None:
        found[instead.name.replace("-", "_")] = instead.for_version(reservation)
    return found
