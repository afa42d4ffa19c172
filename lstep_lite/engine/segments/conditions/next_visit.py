"""When a customer's next visit is due, by the cycle of what was done last. Who has a booking ahead has none due."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.days import MOST_DAYS
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.models import BookingCustomer, Friend

HOWS = {
    "soon": "がこれから…日以内",
    "over": "を…日以上過ぎている",
    "none": "がない（予約がある・来店がない・周期のないメニュー）",
}


@condition
class NextVisitCondition(ConditionKind):
    name = "next_visit"
    label = "次回来店の目安"
    icon = "calendar-event"
    group = "予約"
    order = 40

    def parse(self, session: Session, values: Values) -> Data:
        how = values.chosen("how", HOWS, "次回来店の目安の条件を選んでください。")
        days = None if how == "none" else values.number("days", "日数", least=0, most=MOST_DAYS)
        return {"how": how, "days": days}

    def sentence(self, session: Session, data: Data) -> str:
        return f"次回来店の目安{HOWS[data['how']].replace('…', str(data['days']))}"

    def options(self, session: Session) -> dict[str, Any]:
        return {"hows": HOWS}

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        today, due = moment.now.astimezone(moment.zone).date(), BookingCustomer.next_due_on
        if data["how"] == "none":
            return ~sa.exists().where(BookingCustomer.friend_id == Friend.id, due.is_not(None))
        within = _soon(due, today, data["days"]) if data["how"] == "soon" else due <= today - timedelta(data["days"])
        return Friend.id.in_(sa.select(BookingCustomer.friend_id).where(within))


def _soon(due: Any, today: date, days: int) -> sa.ColumnElement[bool]:
    return sa.and_(due >= today, due <= today + timedelta(days=days))
