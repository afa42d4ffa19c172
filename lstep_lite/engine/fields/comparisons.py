"""What a condition may ask about a field. Each is one class: what is typed in, how it reads, and its SQL.

The SQL is about one column, wherever it stands: in `field_values` for the shop's own fields, in `friends` for the
system's. Whoever has nothing in a field has no row there, so every question but 「空」 is answered with no, and the
negative ones (「をふくまない」) are the opposite of the positive: they hold for everybody who has nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from lstep_lite.engine import text as texts
from lstep_lite.engine.fields.targets import PICKED, Target
from lstep_lite.engine.fields.types import dates, numbers
from lstep_lite.engine.fields.types.choices import label_of
from lstep_lite.engine.fields.types.texts import text_key
from lstep_lite.engine.rows import Data, Values
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldPick, FieldType, FieldValue, Friend

Condition = sa.ColumnElement[bool]
LONGEST_TEXT = 200
LONGEST_DAYS = 36_500
SYSTEM_KEYS = {"phone": "phone_key", "email": "email_key", "memo": "memo_key"}
"""Columns of Friend that hold what is compared; the system's names have none of their own."""


class Comparison(ABC):
    name: ClassVar[str]
    label: ClassVar[str]
    """After 「(情報の名前)が」 in the picker."""

    def parse(self, values: Values, target: Target, zone: ZoneInfo) -> Data:
        """What was typed. Raises DomainError naming the input."""
        return {}

    @abstractmethod
    def words(self, data: Data, target: Target) -> str:
        """After the field's name in the sentence."""

    @abstractmethod
    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        """It as SQL over Friend."""


def offered(target: Target) -> list[Comparison]:
    """What can be asked about this field."""
    has_key = target.column is None or target.type is not FieldType.TEXT
    return [comparisons[name] for name in (*(target.kind.comparisons if has_key else ()), "filled", "empty")]


# Where a value stands ------------------------------------------------------------------------------------------------


def _holds(target: Target, test: Callable[[sa.ColumnElement[Any]], Condition], column: str | None = None) -> Condition:
    """Whoever has a value that passes *test*. *column* is the one to look at, instead of the type's own."""
    if target.column is not None:
        own = getattr(Friend, SYSTEM_KEYS.get(target.column, target.column))
        return sa.and_(_is_filled(target.column), test(own))
    looked_at = getattr(FieldValue, column or target.kind.column or "")
    chosen = sa.select(FieldValue.friend_id).where(FieldValue.field_id == target.field_id, test(looked_at))
    return Friend.id.in_(chosen)


def _is_filled(column: str) -> Condition:
    own = getattr(Friend, column)
    return sa.and_(own.is_not(None), own != "") if column != "birthday" else own.is_not(None)


def _has_any(target: Target) -> Condition:
    if target.column is not None:
        return _is_filled(target.column)
    if target.type in PICKED:
        ids = [option.id for option in target.options]
        return Friend.id.in_(sa.select(FieldPick.friend_id).where(FieldPick.option_id.in_(ids)))
    return Friend.id.in_(sa.select(FieldValue.friend_id).where(FieldValue.field_id == target.field_id))


# Any field -----------------------------------------------------------------------------------------------------------


class Filled(Comparison):
    name = "filled"
    label = "入っている（空ではない）"

    def words(self, data: Data, target: Target) -> str:
        return "が入っている"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        return _has_any(target)


class Empty(Comparison):
    name = "empty"
    label = "空"

    def words(self, data: Data, target: Target) -> str:
        return "が空"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        return sa.not_(_has_any(target))


# Texts ---------------------------------------------------------------------------------------------------------------


class Equals(Comparison):
    name = "equals"
    label = "次のことばと同じ"

    def parse(self, values: Values, target: Target, zone: ZoneInfo) -> Data:
        text = texts.storable(values.one("text")).strip()
        if not _key(target, text):
            raise DomainError("さがすことばを入力してください。", "text")
        if len(text) > LONGEST_TEXT:
            raise DomainError(f"さがすことばは{LONGEST_TEXT}文字以内で入力してください。", "text")
        return {"text": text}

    def words(self, data: Data, target: Target) -> str:
        return f"が「{data['text']}」と同じ"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        key = _key(target, data["text"])
        whole = texts.normalise(data["text"])
        if target.column is None and target.type is FieldType.LONG_TEXT:
            return _holds(target, lambda column: sa.and_(column == key, FieldValue.long_key == whole), "text_key")
        return _holds(target, lambda column: column == key, "text_key")


class Contains(Equals):
    name = "contains"
    label = "次のことばをふくむ"

    def words(self, data: Data, target: Target) -> str:
        return f"に「{data['text']}」をふくむ"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        key = _key(target, data["text"])
        column = "long_key" if target.type is FieldType.LONG_TEXT else "text_key"
        return _holds(target, lambda looked_at: looked_at.contains(key, autoescape=True), column)


class Lacks(Contains):
    name = "lacks"
    label = "次のことばをふくまない（空の人もふくみます）"

    def words(self, data: Data, target: Target) -> str:
        return f"に「{data['text']}」をふくまない"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        return sa.not_(super().condition(data, target, now, zone))


def _key(target: Target, text: str) -> str:
    if target.type is FieldType.PHONE:
        return texts.phone_key(text)
    return texts.email_key(text) if target.type is FieldType.EMAIL else text_key(text)


# Numbers -------------------------------------------------------------------------------------------------------------


class Between(Comparison):
    name = "between"
    label = "次の範囲"

    def parse(self, values: Values, target: Target, zone: ZoneInfo) -> Data:
        least, most = _number(values, "least"), _number(values, "most")
        if least is None and most is None:
            raise DomainError("「以上」か「以下」の少なくとも片方に数字を入力してください。", "least")
        if least is not None and most is not None and Decimal(least) > Decimal(most):
            raise DomainError("「以上」の数字は「以下」の数字より小さくしてください。", "least")
        return {"least": least, "most": most}

    def words(self, data: Data, target: Target) -> str:
        if data["least"] == data["most"]:
            return f"が{_shown(data['least'])}"
        least = f"{_shown(data['least'])}以上" if data["least"] is not None else ""
        most = f"{_shown(data['most'])}以下" if data["most"] is not None else ""
        return f"が{least}{most}"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        least, most = (None if data[end] is None else Decimal(data[end]) for end in ("least", "most"))
        return _holds(target, lambda column: _within(column, least, most))


def _number(values: Values, name: str) -> str | None:
    try:
        return numbers.plain(numbers.number(values.one(name))) if values.one(name).strip() else None
    except DomainError as error:
        raise DomainError(error.message, name) from error


def _shown(number: str) -> str:
    return f"{Decimal(number):,}"


def _within(column: sa.ColumnElement[Any], least: Any, most: Any) -> Condition:
    ends = ([column >= least] if least is not None else []) + ([column <= most] if most is not None else [])
    return sa.and_(sa.true(), *ends)


# Days and moments ----------------------------------------------------------------------------------------------------


class Period(Comparison):
    name = "period"
    label = "次の期間"

    def parse(self, values: Values, target: Target, zone: ZoneInfo) -> Data:
        first, last = _day(values, "first"), _day(values, "last")
        if first is None and last is None:
            raise DomainError("「から」か「まで」の少なくとも片方に日付を入力してください。", "first")
        if first is not None and last is not None and first > last:
            raise DomainError("「から」の日付は「まで」の日付より前にしてください。", "first")
        return {"first": first and first.isoformat(), "last": last and last.isoformat()}

    def words(self, data: Data, target: Target) -> str:
        first, last = _date(data["first"]), _date(data["last"])
        since = f"{dates.in_words(first)}から" if first else ""
        until = f"{dates.in_words(last)}まで" if last else ""
        return f"が{since}{until}"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        return _in_days(target, _date(data["first"]), _date(data["last"]), zone)


class NextDays(Comparison):
    name = "next_days"
    label = "今日から○日後まで"

    def parse(self, values: Values, target: Target, zone: ZoneInfo) -> Data:
        return {"days": values.number("days", "日数", least=0, most=LONGEST_DAYS)}

    def words(self, data: Data, target: Target) -> str:
        return f"が今日から{data['days']:,}日後まで"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        today = now.astimezone(zone).date()
        return _in_days(target, today, _far(today, data["days"]), zone)


class PastDays(NextDays):
    name = "past_days"
    label = "○日前から今日まで"

    def words(self, data: Data, target: Target) -> str:
        return f"が{data['days']:,}日前から今日まで"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        today = now.astimezone(zone).date()
        return _in_days(target, _far(today, -data["days"]), today, zone)


class Month(Comparison):
    name = "month"
    label = "月が今月と同じ（今月が誕生月など。年は問いません）"

    def words(self, data: Data, target: Target) -> str:
        return "の月が今月と同じ"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        month = now.astimezone(zone).month
        return _holds(target, lambda column: sa.extract("month", column) == month)


class SameDay(Comparison):
    name = "same_day"
    label = "月日が今日と同じ（今日が誕生日など。年は問いません）"

    def words(self, data: Data, target: Target) -> str:
        return "の月日が今日と同じ"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        # A list of days, so that the index finds them.
        days = list(anniversaries(now.astimezone(zone).date()))
        return _holds(target, lambda column: column.in_(days))


def anniversaries(today: date) -> set[date]:
    """All days whose anniversary is *today*: 29 February is kept on the 28th in years that have none."""
    same = {(today.month, today.day)}
    if (today.month, today.day) == (2, 28) and not _is_leap(today.year):
        same.add((2, 29))
    years = range(dates.FIRST_YEAR, dates.LAST_YEAR + 1)
    return {date(year, *day) for year in years for day in same if day != (2, 29) or _is_leap(year)}


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _in_days(target: Target, first: date | None, last: date | None, zone: ZoneInfo) -> Condition:
    """From the first to the last day, both included; for moments on the shop's calendar."""
    if target.type is FieldType.DATE:
        return _holds(target, lambda column: _within(column, first, last))
    start = datetime.combine(first, time(), zone) if first else None
    end = datetime.combine(last + timedelta(days=1), time(), zone) if last else None
    return _holds(
        target,
        lambda column: sa.and_(_within(column, start, None), column < end if end is not None else sa.true()),
    )


def _far(today: date, days: int) -> date:
    first, last = date(dates.FIRST_YEAR, 1, 1), date(dates.LAST_YEAR, 12, 31)
    return min(max(today + timedelta(days=days), first), last)


def _day(values: Values, name: str) -> date | None:
    try:
        return dates.day(values.one(name)) if values.one(name).strip() else None
    except DomainError as error:
        raise DomainError(error.message, name) from error


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# Choices -------------------------------------------------------------------------------------------------------------


class AnyOf(Comparison):
    name = "any"
    label = "次のどれか"

    def parse(self, values: Values, target: Target, zone: ZoneInfo) -> Data:
        own = {option.id for option in target.options}
        if not (ids := [option_id for option_id in values.ids("option_ids") if option_id in own]):
            raise DomainError("選択肢を1つ以上選んでください。", "option_ids")
        return {"option_ids": ids}

    def words(self, data: Data, target: Target) -> str:
        return f"が{_labels(data, target)}{'のどれか' if len(data['option_ids']) > 1 else ''}"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        return _picked(data["option_ids"])


class AllOf(AnyOf):
    name = "all"
    label = "次のすべて"

    def words(self, data: Data, target: Target) -> str:
        return f"に{_labels(data, target)}{'のすべて' if len(data['option_ids']) > 1 else ''}が選ばれている"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        return sa.and_(*(_picked([option_id]) for option_id in data["option_ids"]))


class NoneOf(AnyOf):
    name = "none"
    label = "次のどれでもない（空の人もふくみます）"

    def words(self, data: Data, target: Target) -> str:
        return f"が{_labels(data, target)}{'のどれでもない' if len(data['option_ids']) > 1 else 'ではない'}"

    def condition(self, data: Data, target: Target, now: datetime, zone: ZoneInfo) -> Condition:
        return sa.not_(_picked(data["option_ids"]))


def _picked(option_ids: list[int]) -> Condition:
    return Friend.id.in_(sa.select(FieldPick.friend_id).where(FieldPick.option_id.in_(option_ids)))


def _labels(data: Data, target: Target) -> str:
    return "".join(f"「{label_of((option_id,), target.shape)}」" for option_id in data["option_ids"])


comparisons: dict[str, Comparison] = {
    kind.name: kind()
    for kind in (Equals, Contains, Lacks, Between, Period, Month, SameDay, NextDays, PastDays, AnyOf, AllOf, NoneOf)
} | {kind.name: kind() for kind in (Filled, Empty)}
