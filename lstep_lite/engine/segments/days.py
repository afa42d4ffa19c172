"""Conditions on when something happened: between two days, within so many days, or longer ago. Days are the shop's."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend

MOST_DAYS = 3650


class DaysCondition(ConditionKind):
    """Base of the conditions on a moment that each friend has, or not."""

    group = "日にち"
    column: ClassVar[str]
    """Of Friend, unless `held` says else."""
    since: ClassVar[str]
    """What the days are counted from, for sentences: 「友だち追加」."""
    never: ClassVar[str] = ""
    """The words for friends who have no such moment; empty where everybody has one."""

    def parse(self, session: Session, values: Values) -> Data:
        how = values.chosen("how", self.hows(), "いつのことかを選んでください。")
        if how == "between":
            return {"how": how, **_bounds(values)}
        if how == "never":
            return {"how": how}
        return {"how": how, "days": values.number("days", "日数", least=0, most=MOST_DAYS)}

    def sentence(self, session: Session, data: Data) -> str:
        if data["how"] == "never":
            return self.never
        if data["how"] == "between":
            return f"{self.since}が{in_words(data['from'])}〜{in_words(data['to'])}"
        if data["how"] == "within":
            return f"{self.since}から{data['days']}日以内"
        return f"{self.since}から{data['days']}日より長くたっている"

    def hows(self) -> dict[str, str]:
        words = {"within": "…日以内", "older": "…日より長くたっている", "between": "期間を決める"}
        return words | ({"never": "一度もない"} if self.never else {})

    def options(self, session: Session) -> dict[str, Any]:
        return {"hows": self.hows(), "since": self.since}

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        column = self.held()
        if data["how"] == "never":
            return sa.and_(column.is_(None))
        if data["how"] == "between":
            return sa.and_(*_between(column, data, moment))
        today = moment.now.astimezone(moment.zone).date()
        begins = beginning(today - timedelta(days=data["days"]), moment)
        return sa.and_(column >= begins if data["how"] == "within" else column < begins)

    def held(self) -> Any:
        """The moment as SQL over `Friend`."""
        return getattr(Friend, self.column)


def _between(column: Any, data: Data, moment: Moment) -> list[sa.ColumnElement[bool]]:
    parts = [column.is_not(None)]
    if data["from"]:
        parts.append(column >= beginning(date.fromisoformat(data["from"]), moment))
    if data["to"]:
        parts.append(column < beginning(date.fromisoformat(data["to"]) + timedelta(days=1), moment))
    return parts


def beginning(day: date, moment: Moment) -> datetime:
    """When *day* begins in the shop."""
    return datetime.combine(day, time.min, moment.zone)


def in_words(day: str | None) -> str:
    return f"{int(day[:4])}年{int(day[5:7])}月{int(day[8:])}日" if day else ""


def _bounds(values: Values) -> Data:
    first, last = _day(values, "from"), _day(values, "to")
    if first is None and last is None:
        raise DomainError("始まりの日か終わりの日を入力してください。", "from")
    if first and last and last < first:
        raise DomainError("終わりの日は、始まりの日からあとにしてください。", "to")
    return {"from": first and first.isoformat(), "to": last and last.isoformat()}


def _day(values: Values, name: str) -> date | None:
    if not (text := values.one(name)):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise DomainError("日付を確認してください（例：2026-03-05）。", name) from error
    if not 1900 <= day.year <= 2999:
        raise DomainError("1900年から2999年までの日付を入力してください。", name)
    return day
