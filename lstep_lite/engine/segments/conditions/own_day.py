"""A date field falls on one day: what a schedule that goes by friends' own days adds to its conditions."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.fields import comparisons
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.schedules import dates
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.engine.text import day_in_words
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldValue, Friend


@condition
class OwnDayCondition(ConditionKind):
    """Made by schedules alone; it stands in no picker, but a list that is filtered by it can be looked at."""

    name = "own_day"
    label = "日付の項目が決まった日"
    icon = "calendar-event"
    group = "友だちの情報"
    order = 900
    is_offered = False

    def parse(self, session: Session, values: Values) -> Data:
        target = values.chosen("target", dates.targets(session), "日付の項目を選んでください。")
        try:
            on = date.fromisoformat(values.one("on"))
        except ValueError as error:
            raise DomainError("日付を入力してください。", "on") from error
        return {"target": target, "on": on.isoformat(), "yearly": values.flag("yearly")}

    def sentence(self, session: Session, data: Data) -> str:
        on = date.fromisoformat(data["on"])
        day = f"{on.month}月{on.day}日（毎年）" if data["yearly"] else day_in_words(on)
        return f"「{dates.targets(session)[data['target']]}」が{day}"

    def options(self, session: Session) -> dict[str, Any]:
        return {"targets": dates.targets(session)}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return dates.mentioned(data["target"])

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        on = date.fromisoformat(data["on"])
        if data["target"] == dates.BIRTHDAY:
            return _falls_on(Friend.birthday, on, yearly=data["yearly"])
        field_id = int(data["target"].removeprefix(dates.FIELD))
        falls_on = _falls_on(FieldValue.day, on, yearly=data["yearly"])
        return Friend.id.in_(sa.select(FieldValue.friend_id).where(FieldValue.field_id == field_id, falls_on))


def _falls_on(column: Any, on: date, *, yearly: bool) -> sa.ColumnElement[bool]:
    """A list of days where the year does not matter, so that the index finds them."""
    return sa.and_(column.in_(comparisons.anniversaries(on)) if yearly else column == on)
