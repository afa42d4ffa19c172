"""What an overview, a list on paper or a file is narrowed to."""

from collections.abc import Sequence
from typing import Self

from wtforms import BooleanField, SelectField

from lstep_lite.engine.reservations.desk.looks import Look
from lstep_lite.forms.base import Form, row_id
from lstep_lite.models import BookingPage, Provider

EVERYTHING = 0


class LookForm(Form):
    """A filter: what it does not understand, it does not narrow by."""

    provider = SelectField("スタッフ", coerce=row_id, default=EVERYTHING, validate_choice=False)
    calendar = SelectField("カレンダー", coerce=row_id, default=EVERYTHING, validate_choice=False)
    cancelled = BooleanField("キャンセルを表示")

    def offer(self, providers: Sequence[Provider], pages: Sequence[BookingPage]) -> Self:
        self.provider.choices = [(EVERYTHING, "スタッフ全員"), *((each.id, each.name) for each in providers)]
        self.calendar.choices = [(EVERYTHING, "すべてのカレンダー"), *((each.id, each.name) for each in pages)]
        return self

    def look(self) -> Look:
        return Look(self.provider.data or None, self.calendar.data or None, self.cancelled.data)
