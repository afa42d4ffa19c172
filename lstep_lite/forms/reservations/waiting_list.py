"""Somebody who waits, as staff write it down on the phone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Self

from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from lstep_lite.engine.friends import FriendDraft
from lstep_lite.engine.reservations.desk.taking import Caller
from lstep_lite.engine.reservations.desk.waits import Draft
from lstep_lite.engine.reservations.waiting import Wish, wishes
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.forms.base import Form, at_most, options, row_id
from lstep_lite.forms.reservations.fields import IdsField, number
from lstep_lite.models import Course, Provider

COURSES = ""
EVERY_DAY = range(1, len(WEEKDAYS) + 1)
"""Weekdays as rows to tick: 1 is Monday."""
NO_DAYS = "お待ちになる期間を入力してください。"


class WaitForm(Form):
    """*friend_id* is 0 for a new customer, of whom a name and a phone number are written down."""

    friend_id = SelectField("お客様", coerce=row_id, default=0, validate_choice=False)
    real_name = StringField("お名前", [at_most(100)])
    phone = StringField("電話番号", [at_most(32)])
    is_other = BooleanField("同じ電話番号でも、別のお客様として登録する")
    what = SelectField("待つもの", default=COURSES)
    party = number("人数", default=1)
    courses = IdsField("メニュー")
    provider_id = SelectField("担当", coerce=row_id, default=0, validate_choice=False)
    first = DateField("いつから", [Optional()])
    last = DateField("いつまで", [Optional()])
    weekdays = IdsField("曜日")
    span = SelectField("時間帯", choices=options({key: words for key, (words, *_) in wishes.SPANS.items()}))

    def offer(
        self,
        slots: Mapping[tuple[int, int | None], str],
        courses: Sequence[Course],
        providers: Iterable[Provider],
    ) -> Self:
        named = {f"{slot_id}-{ticket_id or ''}": words for (slot_id, ticket_id), words in slots.items()}
        self.what.choices = options({COURSES: "メニュー（下で選びます）"} | named)
        self.courses.choices = options({str(each.id): each.name for each in courses})
        self.provider_id.choices = options({"0": "指名なし"} | {str(each.id): each.name for each in providers})
        self.weekdays.choices = options({str(number): name for number, name in enumerate(WEEKDAYS, start=1)})
        return self

    def propose(self, today: date) -> None:
        """The usual days, while none are typed."""
        if not self.first.raw_data:
            self.first.data, self.last.data = today, today + wishes.USUAL
            self.weekdays.data = list(EVERY_DAY)

    def caller(self) -> Caller:
        person = FriendDraft(real_name=self.real_name.data or "", phone=self.phone.data or "")
        return Caller(self.friend_id.data or 0, person, is_other=bool(self.is_other.data))

    def draft(self) -> Draft:
        slot_id, _, ticket_id = (self.what.data or "").partition("-")
        if slot_id:
            return Draft(row_id(slot_id), row_id(ticket_id) or None if ticket_id else None, self.party.data or 0)
        return Draft(wish=self._wish())

    def _wish(self) -> Wish | None:
        if self.first.data is None or self.last.data is None:
            return None
        _, begins, ends = wishes.SPANS[self.span.data or "any"]
        weekdays = [each - 1 for each in self.weekdays.data or () if each in EVERY_DAY]
        courses, provider_id = self.courses.data or (), self.provider_id.data or None
        party = self.party.data or 0
        return Wish(courses, self.first.data, self.last.data, (), provider_id, weekdays, begins, ends, party)

    def validate_first(self, field: DateField) -> None:
        if not self.what.data and (field.data is None or self.last.data is None):
            raise ValidationError(NO_DAYS)
