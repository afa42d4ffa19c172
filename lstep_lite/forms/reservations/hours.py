"""Opening hours and days that differ."""

from datetime import date
from typing import Any

from wtforms import BooleanField, DateField, Field, SelectField, StringField
from wtforms.validators import InputRequired

from lstep_lite.engine.reservations.availability import opening
from lstep_lite.engine.reservations.availability.opening import HOLIDAY, WEEKDAY_KEYS
from lstep_lite.engine.reservations.keeping import hours
from lstep_lite.engine.reservations.keeping.hours import DayDraft, Holidays, WeekDraft
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.forms.auto_replies import WeekdaysField
from lstep_lite.forms.base import EditForm, Form, at_most, options
from lstep_lite.forms.reservations.fields import AnywayField, RangesField
from lstep_lite.models import ReservationSettings, Shop

HOLIDAYS = {
    Holidays.AS_WEEKDAY: "祝日も、その曜日のとおりに営業する",
    Holidays.CLOSED: "祝日は休む",
    Holidays.OPEN: "祝日は営業する（定休日と重なっても）",
    Holidays.OPEN_THEN_SHIFT: "祝日は営業し、定休日と重なったら次の平日を休む",
}
NTHS = {"": "なし", "1": "第1", "2": "第2", "3": "第3", "4": "第4", "5": "第5", "-1": "最終"}
REST_ROWS = 4


class RestsField(Field):
    """Monthly rests: rows of which week and which weekday. Its data are (weekday, n)."""

    nths, weekdays = NTHS, dict(enumerate(WEEKDAYS))

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(None, *args, **kwargs)
        self.data = list(self.data or ())
        if formdata is not None and f"{self.name}-nth" in formdata:
            pairs = zip(formdata.getlist(f"{self.name}-nth"), formdata.getlist(f"{self.name}-weekday"), strict=False)
            known = [str(day) for day in self.weekdays]
            self.data = [(int(day), int(nth)) for nth, day in pairs if nth and nth in NTHS and day in known]

    @property
    def shown(self) -> list[tuple[str, str]]:
        filled = [(str(nth), str(weekday)) for weekday, nth in self.data]
        return filled + [("", "0")] * max(1, REST_ROWS - len(filled))

    def in_words(self) -> str:
        return "、".join(f"{NTHS[str(nth)]}{WEEKDAYS[weekday]}曜日" for weekday, nth in self.data) or "（なし）"


class WeekForm(EditForm):
    """The hours stand in fields day_0 (Monday) … day_6 and day_holiday."""

    day_0 = RangesField("月曜日")
    day_1 = RangesField("火曜日")
    day_2 = RangesField("水曜日")
    day_3 = RangesField("木曜日")
    day_4 = RangesField("金曜日")
    day_5 = RangesField("土曜日")
    day_6 = RangesField("日曜日")
    day_holiday = RangesField("祝日")
    hours = BooleanField("営業時間")
    """Only says what is wrong with the hours together."""
    closed_weekdays = WeekdaysField("定休日")
    holidays = SelectField("祝日の営業", default=Holidays.AS_WEEKDAY.value, choices=options(HOLIDAYS))
    rests = RestsField("毎月のお休み")
    anyway = AnywayField()

    @classmethod
    def of(cls, settings: ReservationSettings, shop: Shop) -> "WeekForm":
        known = opening.parse_hours(settings.hours)
        closed = {*shop.closed_weekdays, *(int(key) for key in WEEKDAY_KEYS if not known.get(key))}
        data: dict[str, Any] = {f"day_{key}": known.get(key, ()) for key in (*WEEKDAY_KEYS, HOLIDAY)}
        data |= {"closed_weekdays": sorted(closed), "holidays": hours.holidays(settings, shop).value}
        return cls(data=data | {"rests": [(each["weekday"], each["nth"]) for each in settings.rests]})

    def days(self) -> list[tuple[int, Field]]:
        return [(day, self[f"day_{day}"]) for day in range(7)]

    def draft(self) -> WeekDraft:
        return WeekDraft(
            hours={key: self[f"day_{key}"].data for key in (*WEEKDAY_KEYS, HOLIDAY)},
            closed_weekdays=self.closed_weekdays.data or [],
            holidays=Holidays(self.holidays.data),
            rests=self.rests.data,
        )


class SpecialDayForm(Form):
    day = DateField("日付", [InputRequired("日付を選んでください。")])
    kind = SelectField("この日は", choices=options({"open": "時間を変えて営業する", "closed": "休む"}))
    ranges = RangesField("営業時間")
    note = StringField("お客様への一言（なくてもかまいません）", [at_most(hours.LONGEST_NOTE)])
    anyway = AnywayField()

    def draft(self) -> DayDraft:
        ranges = () if self.kind.data == "closed" else self.ranges.data
        return DayDraft(self.day.data or date.min, ranges, self.note.data or "")

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.kind.data == "open" and not self.ranges.data:
            self.ranges.errors = ["営業時間を入力してください。休みの日は「休む」を選んでください。"]
            return False
        return True
