"""In which days the taps of a menu are looked at."""

from datetime import datetime
from zoneinfo import ZoneInfo

from wtforms import DateField, IntegerField
from wtforms.validators import InputRequired, Optional, ValidationError

from lstep_lite.engine.fields.types import dates
from lstep_lite.engine.taps import stretches
from lstep_lite.engine.taps.stretches import Stretch
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import Form

CHOICES = {7: "7日間", 30: "30日間", 90: "90日間"}
USUAL = 30
MOST_DAYS = 366


def _in_calendar(_form: Form, field: DateField) -> None:
    """Days at the edge of the calendar could not be reckoned with."""
    try:
        if field.data is not None:
            dates.in_range(field.data)
    except DomainError as error:
        raise ValidationError(error.message) from error


class StretchForm(Form):
    """Some days up to today, or from one day to another; asked for by GET."""

    days = IntegerField("期間", [Optional()])
    first = DateField("始まりの日", [InputRequired("始まりの日を入力してください。"), _in_calendar])
    last = DateField("終わりの日", [InputRequired("終わりの日を入力してください。"), _in_calendar])

    @property
    def is_own(self) -> bool:
        """Whether days of one's own were typed, well or not."""
        return any(field.raw_data and field.raw_data[0] for field in (self.first, self.last))

    def validate_last(self, _field: DateField) -> None:
        if self.first.data is None or self.last.data is None:
            return
        if self.last.data < self.first.data:
            raise ValidationError("終わりの日は、始まりの日からあとの日にしてください。")
        if (self.last.data - self.first.data).days >= MOST_DAYS:
            raise ValidationError(f"期間は{MOST_DAYS}日までにしてください。")

    def stretch(self, *, zone: ZoneInfo, now: datetime) -> Stretch:
        """What was asked for; the usual days where that makes no sense."""
        if self.is_own and self.validate() and self.first.data and self.last.data:
            return Stretch(self.first.data, self.last.data, zone)
        return stretches.last_days(self.days.data if self.days.data in CHOICES else USUAL, zone=zone, now=now)
