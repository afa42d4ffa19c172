"""Weekly patterns, and a month of shifts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, DateField, Field, FileField
from wtforms.validators import Optional, StopValidation

from lstep_lite.engine.reservations.availability.days import clock, day_in_words
from lstep_lite.engine.reservations.availability.facts import Hours
from lstep_lite.engine.reservations.availability.opening import HOLIDAY, WEEKDAY_KEYS
from lstep_lite.engine.reservations.keeping.shifts import Day, Week
from lstep_lite.forms.base import EditForm, Form
from lstep_lite.forms.reservations.fields import AnywayField, RangesField, minute

NAMES = ("from", "to", "from2", "to2", "rest", "until")
KINDS = {"pattern": "パターンどおり", "work": "出勤", "off": "休み"}


class WeekForm(EditForm):
    """The hours stand in fields day_0 (Monday) … day_6 and day_holiday, the breaks in break_…"""

    day_0 = RangesField("月曜日")
    day_1 = RangesField("火曜日")
    day_2 = RangesField("水曜日")
    day_3 = RangesField("木曜日")
    day_4 = RangesField("金曜日")
    day_5 = RangesField("土曜日")
    day_6 = RangesField("日曜日")
    day_holiday = RangesField("祝日")
    break_0 = RangesField("月曜日の休憩", pairs=1)
    break_1 = RangesField("火曜日の休憩", pairs=1)
    break_2 = RangesField("水曜日の休憩", pairs=1)
    break_3 = RangesField("木曜日の休憩", pairs=1)
    break_4 = RangesField("金曜日の休憩", pairs=1)
    break_5 = RangesField("土曜日の休憩", pairs=1)
    break_6 = RangesField("日曜日の休憩", pairs=1)
    break_holiday = RangesField("祝日の休憩", pairs=1)
    differs_on_holidays = BooleanField("祝日は、曜日とちがう時間にする")
    valid_from = DateField("いつから（空なら、はじめから）", [Optional()])
    hours = BooleanField("勤務時間")
    """Only says what is wrong with the hours."""
    anyway = AnywayField()

    @classmethod
    def of(cls, week: Week) -> "WeekForm":
        data: dict[str, Any] = {"valid_from": week.valid_from, "differs_on_holidays": HOLIDAY in week.hours}
        for key, hours in week.hours.items():
            data |= {f"day_{key}": hours.ranges, f"break_{key}": hours.breaks}
        return cls(data=data)

    def days(self) -> list[tuple[str, Field, Field]]:
        return [(key, self[f"day_{key}"], self[f"break_{key}"]) for key in WEEKDAY_KEYS]

    def week(self) -> Week:
        keys = (*WEEKDAY_KEYS, HOLIDAY) if self.differs_on_holidays.data else WEEKDAY_KEYS
        hours = {key: Hours(self[f"day_{key}"].data, self[f"break_{key}"].data) for key in keys}
        return Week(hours, self.valid_from.data)


class DaysField(Field):
    """A row a date: as the pattern says, at work from … to … with a break, or off. Drawn by shifts/_days.html.

    Its data are the hours of the dates that have a shift of their own.
    """

    kinds = KINDS

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(None, *args, **kwargs)
        self.rows: dict[date, dict[str, str]] = {each.day: _row(each) for each in self.data or ()}
        self.wrong: dict[date, str] = {}
        if formdata is not None:
            for day in _dates(formdata.getlist(self.name)):
                posted = {name: formdata.get(f"{self.name}-{day}-{name}", "").strip() for name in ("kind", *NAMES)}
                self.rows[day] = posted
        self.data = {day: self._hours(day, row) for day, row in self.rows.items()}

    def _hours(self, day: date, row: dict[str, str]) -> Hours | None:
        if row["kind"] == "pattern" and any(text for name, text in row.items() if name != "kind"):
            row["kind"] = "work"  # who types a time means it
        if row["kind"] == "off":
            return Hours()
        if row["kind"] != "work":
            return None
        try:
            ranges = [_pair(row["from"], row["to"]), _pair(row["from2"], row["to2"])]
            breaks = [_pair(row["rest"], row["until"])]
        except ValueError:
            self.wrong[day] = "時刻は「10:00」のように、始まりと終わりの両方を入力してください。"
            return None
        found = tuple(each for each in ranges if each)
        if not found:
            self.wrong[day] = "勤務時間を入力するか、「休み」を選んでください。"
        return Hours(found, tuple(each for each in breaks if each))

    def pre_validate(self, form: Any) -> None:
        if self.wrong:
            named = "、".join(day_in_words(day) for day in list(self.wrong)[:3])
            raise StopValidation(f"{named}の時間を確認してください。")

    def in_words(self) -> str:
        own = sum(hours is not None for hours in self.data.values())
        return f"{own}日のシフト"


def _row(each: Day) -> dict[str, str]:
    """What stands in the inputs: nothing on a day that is as the pattern says."""
    if not each.is_own:
        return {"kind": "pattern"} | dict.fromkeys(NAMES, "")
    pairs = [*each.hours.ranges, (None, None), (None, None)][:2]
    rest = [*each.hours.breaks, (None, None)][0]
    texts = ["" if one is None else clock(one) for pair in (*pairs, rest) for one in pair]
    return {"kind": "work" if each.hours.ranges else "off"} | dict(zip(NAMES, texts, strict=True))


def _pair(start: str, end: str) -> tuple[int, int] | None:
    """Raises ValueError for half of one."""
    first, last = minute(start), minute(end)
    if (first is None) != (last is None):
        raise ValueError(start)
    return None if first is None or last is None else (first, last)


def _dates(texts: Sequence[str]) -> list[date]:
    found = []
    for text in texts[:62]:
        try:
            found.append(date.fromisoformat(text))
        except ValueError:
            continue
    return found


class MonthForm(EditForm):
    """The shifts of one provider in one month."""

    days = DaysField("シフト")
    anyway = AnywayField()

    @classmethod
    def of(cls, days: Sequence[Day], formdata: Any = None) -> "MonthForm":
        return cls(formdata, data={"days": days})


class CopyForm(Form):
    anyway = AnywayField()


class ShiftFileForm(Form):
    file = FileField("シフトのCSV")
    anyway = AnywayField()
