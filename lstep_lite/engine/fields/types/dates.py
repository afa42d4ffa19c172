"""Days, and moments in the shop's time."""

import re
import unicodedata
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from lstep_lite.engine.fields.types.registry import Shape, Type, field_type
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldType

FIRST_YEAR, LAST_YEAR = 1900, 2199
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_MOMENT = re.compile(r"(?P<day>.+?)(?:[T\s]+|日\s*)(?P<hour>\d{1,2})[:時](?P<minute>\d{2})?(?::\d{2})?分?")
SAY_DAY = f"日付は「2026-03-05」のように入力してください（{FIRST_YEAR}年〜{LAST_YEAR}年）。"
SAY_MOMENT = "日時は「2026-03-05 10:00」のように入力してください。"


def day(text: str) -> date:
    """The day in *text*: 2026-03-05, 2026/3/5, 2026年3月5日 or 20260305, in either width. Raises DomainError."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise DomainError(SAY_DAY)
    try:
        return in_range(date(*(int(part) for part in found.groups() if part)))
    except ValueError as error:
        raise DomainError("カレンダーにない日付です。月と日を確認してください。") from error


def in_range(value: date) -> date:
    """*value*, if it can be stored. Raises DomainError."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise DomainError(SAY_DAY)
    return value


def in_words(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


@field_type
class Day(Type):
    type = FieldType.DATE
    label = "日付"
    icon = "calendar"
    hint = "記念日、初来店日など。日付の何日前・何日後かで配信できます"
    column = "day"
    operations = ("set", "today", "shift", "clear")
    comparisons = ("period", "month", "same_day", "next_days", "past_days")

    def read(self, text: str, shape: Shape, zone: ZoneInfo) -> date:
        return day(text)

    def show(self, value: date, shape: Shape, zone: ZoneInfo) -> str:
        return in_words(value)

    def typed(self, value: date, shape: Shape, zone: ZoneInfo) -> str:
        return value.isoformat()


@field_type
class Moment(Type):
    type = FieldType.MOMENT
    label = "日時"
    icon = "calendar-time"
    hint = "次回のご予約など、日付と時刻に"
    column = "moment"
    operations = ("set", "today", "shift", "clear")
    comparisons = ("period", "next_days", "past_days")

    def read(self, text: str, shape: Shape, zone: ZoneInfo) -> datetime:
        found = _MOMENT.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if found is None:
            raise DomainError(SAY_MOMENT)
        try:
            clock = time(int(found["hour"]), int(found["minute"] or 0))
        except ValueError as error:
            raise DomainError(SAY_MOMENT) from error
        return datetime.combine(day(found["day"]), clock, zone)

    def show(self, value: datetime, shape: Shape, zone: ZoneInfo) -> str:
        local = value.astimezone(zone)
        return f"{in_words(local.date())} {local:%H:%M}"

    def typed(self, value: datetime, shape: Shape, zone: ZoneInfo) -> str:
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
