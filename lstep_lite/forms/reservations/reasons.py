"""What somebody wonders about: why can't this be booked then?"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from wtforms import DateField, SearchField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.customer.offering import Extras
from lstep_lite.engine.reservations.desk.inspecting import Question
from lstep_lite.forms.base import Form, at_most, row_id
from lstep_lite.forms.reservations.fields import ClockField
from lstep_lite.models import BookingPage, Course, Friend, Provider

Day = date  # the forms have a field of that name
NOBODY = DESK = 0
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


def _many(label: str) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        coerce=row_id,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class ReasonForm(Form):
    """From an address: what it does not understand, it leaves out."""

    courses = _many("メニュー")
    options = _many("追加メニュー")
    provider = SelectField("スタッフ", coerce=row_id, default=NOBODY, validate_choice=False)
    calendar = SelectField("だれが予約するとき", coerce=row_id, default=DESK, validate_choice=False)
    date = DateField("日付", [Optional()])
    time = ClockField("時刻（空なら、その日の空きだけを調べます）")
    customer = SearchField("お客様（名前・電話番号でさがす。空でもかまいません）", [at_most(100)])
    friend = SelectField("お客様", coerce=row_id, default=NOBODY, validate_choice=False)

    def offer(
        self,
        courses: Sequence[Course],
        extras: Sequence[Extras],
        providers: Sequence[Provider],
        pages: Sequence[BookingPage],
    ) -> Self:
        self.courses.choices = [(each.id, each.name) for each in courses]
        self.options.choices = [(each.id, each.name) for extra in extras for each in extra.options]
        self.provider.choices = [(NOBODY, "指名なし"), *((each.id, each.name) for each in providers)]
        online = [(each.id, f"お客様がLINEで（{each.name}）") for each in pages]
        self.calendar.choices = [*online, (DESK, "お店で登録するとき")]
        return self

    def question(self, today: Day, page: BookingPage | None, friend: Friend | None) -> Question | None:
        """None while no course is chosen."""
        if not self.courses.data:
            return None
        wish = Wish(tuple(self.courses.data), tuple(self.options.data or ()), self.provider.data or None)
        is_known = self.date.data is not None and EARLIEST <= self.date.data <= LATEST
        return Question(wish, self.date.data if is_known and self.date.data else today, self.time.data, page, friend)


class TrialForm(ReasonForm):
    """The same, of a booking that is to be tried out."""

    def validate_courses(self, field: Any) -> None:
        if not field.data:
            raise ValidationError("メニューを1つ以上選んでください。")

    def validate_time(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError("時刻を入力してください。")
