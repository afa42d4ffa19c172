"""Which days, and which bookings, the numbers are counted of."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Self

from wtforms import DateField, MonthField, SelectField, ValidationError
from wtforms.validators import InputRequired, Optional

from lstep_lite.engine.fields.types import dates
from lstep_lite.engine.reservations.availability.days import parse_day
from lstep_lite.engine.reservations.numbers import LONGEST_DAYS, Scope
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import Form, options, row_id
from lstep_lite.models import BookingPage, Course, Provider

SPANS = {"month": "月", "quarter": "3か月", "own": "期間を指定"}
MONTHS = {"month": 1, "quarter": 3}


def _in_calendar(_form: Form, field: DateField) -> None:
    """Days at the edge of the calendar could not be reckoned with."""
    try:
        if field.data is not None:
            dates.in_range(field.data)
    except DomainError as error:
        raise ValidationError(error.message) from error


class NumbersForm(Form):
    """Asked for by GET; the current month where it makes no sense."""

    span = SelectField("期間", choices=options(SPANS), default="month", validate_choice=False)
    month = MonthField("月", [Optional()])
    first = DateField("始まりの日", [InputRequired("始まりの日を選んでください。"), _in_calendar])
    last = DateField("終わりの日", [InputRequired("終わりの日を選んでください。"), _in_calendar])
    provider = SelectField("スタッフ", coerce=row_id, default=0, validate_choice=False)
    course = SelectField("メニュー", coerce=row_id, default=0, validate_choice=False)
    calendar = SelectField("カレンダー", coerce=row_id, default=0, validate_choice=False)

    def offer(self, providers: Sequence[Provider], courses: Sequence[Course], pages: Sequence[BookingPage]) -> Self:
        self.provider.choices = options({"0": "スタッフ全員"} | {str(each.id): each.name for each in providers})
        self.course.choices = options({"0": "すべてのメニュー"} | {str(each.id): each.name for each in courses})
        self.calendar.choices = options({"0": "すべてのカレンダー"} | {str(each.id): each.name for each in pages})
        return self

    def validate_last(self, field: DateField) -> None:
        if self.first.data is None or field.data is None:
            return
        if field.data < self.first.data:
            raise ValidationError("終わりの日は、始まりの日からあとの日にしてください。")
        if (field.data - self.first.data).days >= LONGEST_DAYS:
            raise ValidationError("一度に集計できるのは2年分までです。期間を短くしてください。")

    def scope(self, today: date) -> Scope:
        """What was asked for."""
        first, last = self._days(today)
        return Scope(first, last, self.provider.data or None, self.course.data or None, self.calendar.data or None)

    def _days(self, today: date) -> tuple[date, date]:
        if self.span.data == "own":
            if self.validate() and self.first.data and self.last.data:
                return self.first.data, self.last.data
            return whole_months(today, 1)
        month = parse_day((self.month.data or today).isoformat())
        return whole_months(month or today, MONTHS.get(self.span.data or "", 1))


def whole_months(day: date, count: int) -> tuple[date, date]:
    """The first and last day of the month of *day*, or of its quarter."""
    first = day.replace(month=(day.month - 1) // count * count + 1, day=1)
    last = first
    for _ in range(count):
        last = (last.replace(day=28) + timedelta(days=4)).replace(day=1)
    return first, last - timedelta(days=1)
