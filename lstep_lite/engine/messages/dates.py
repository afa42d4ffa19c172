"""[日付:今日+3日] and [曜日:明日] in messages: days counted from the one on which the message is sent."""

import calendar
import re
import unicodedata
from abc import abstractmethod
from collections.abc import Collection
from datetime import date, timedelta
from typing import ClassVar

from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.messages.placeholders import Asking, Family, Loaded, Offer, family
from lstep_lite.engine.text import WEEKDAYS

_STARTS = {"今日": 0, "明日": 1, "明後日": 2, "あさって": 2, "昨日": -1}
_UNITS = {"日": 1, "週間": 7}
_MONTHS = ("か月", "ヶ月", "カ月", "ヵ月", "ケ月")
_WORD = re.compile(rf"({'|'.join(_STARTS)})(?:([+-])(\d{{1,3}})({'|'.join([*_UNITS, *_MONTHS])}))?")


class _Days(Family):
    is_personal = False
    mentioned_as = ""
    examples: ClassVar[dict[str, str]]
    """By word, what the editors say of it. Any other number of days, weeks or months does as well."""

    @abstractmethod
    def show(self, day: date, today: date) -> str:
        """*day* in words."""

    def offered(self, session: Session) -> list[Offer]:
        return [Offer(f"{self.prefix}:{word}", label) for word, label in self.examples.items()]

    def load(self, session: Session, words: Collection[str], asking: Asking) -> Loaded:
        today = asking.now.astimezone(settings.zone(session)).date()
        days = {word: found for word in words if (found := _day(word, today))}
        return Loaded({word: self.show(day, today) for word, day in days.items()})


@family
class Dates(_Days):
    prefix = "日付"
    label = "日付"
    examples: ClassVar = {
        "今日": "送る日（例：3月5日(木)）",
        "明日": "次の日（例：3月6日(金)）",
        "今日+3日": "3日後（例：3月8日(日)）",
        "今日+1週間": "1週間後（例：3月12日(木)）",
        "今日+1か月": "1か月後（例：4月5日(日)）",
    }

    def show(self, day: date, today: date) -> str:
        year = "" if day.year == today.year else f"{day.year}年"
        return f"{year}{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"


@family
class Weekdays(_Days):
    prefix = "曜日"
    label = "曜日"
    examples: ClassVar = {
        "今日": "送る日の曜日（例：木曜日）",
        "明日": "次の日の曜日（例：金曜日）",
        "今日+3日": "3日後の曜日（例：日曜日）",
    }

    def show(self, day: date, today: date) -> str:
        return f"{WEEKDAYS[day.weekday()]}曜日"


def _day(word: str, today: date) -> date | None:
    """The day that *word* names; None when it names none."""
    found = _WORD.fullmatch(unicodedata.normalize("NFKC", word).replace("−", "-").replace(" ", ""))
    if found is None:
        return None
    start = today + timedelta(days=_STARTS[found[1]])
    if found[2] is None:
        return start
    count = int(found[2] + found[3])
    return start + timedelta(days=count * _UNITS[found[4]]) if found[4] in _UNITS else _months_later(start, count)


def _months_later(day: date, count: int) -> date:
    """The same day of another month, or its last."""
    month = day.year * 12 + day.month - 1 + count
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
