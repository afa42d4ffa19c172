"""The weekly rest, and single days that differ."""

from datetime import date

from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired

from lstep_lite.engine.business_days import LONGEST_NAME, DayDraft, WeekDraft
from lstep_lite.forms.auto_replies import WeekdaysField
from lstep_lite.forms.base import EditForm, Form, at_most, options
from lstep_lite.models import DayKind

KINDS = {
    DayKind.CLOSED: "お休みにする（臨時休業など）",
    DayKind.OPEN: "営業する（定休日や祝日でも）",
    DayKind.HOLIDAY: "祝日として扱う",
}


class WeekForm(EditForm):
    closed_weekdays = WeekdaysField("毎週の定休日")
    works_on_holidays = BooleanField("祝日も営業する")

    def draft(self) -> WeekDraft:
        return WeekDraft(self.closed_weekdays.data or [], self.works_on_holidays.data)


class DayForm(Form):
    day = DateField("日付", [InputRequired("日付を選んでください。")])
    kind = SelectField("この日は", default=DayKind.CLOSED.value, choices=options(KINDS))
    name = StringField("名前（なくてもかまいません）", [at_most(LONGEST_NAME)])

    def draft(self) -> DayDraft:
        return DayDraft(self.day.data or date.min, DayKind(self.kind.data), self.name.data or "")
