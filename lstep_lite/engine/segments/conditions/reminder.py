"""Reminders: who has a goal now, or soon, or never had one."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import Countdown, CountdownState, Friend, Reminder

REMINDERS = "reminders"
HOWS = {
    "has": "のゴールが今ある",
    "within": "のゴールが、これから…日以内にある",
    "none": "のゴールが今ない",
    "never": "を一度も始めていない",
}
MOST_DAYS = 3650


@condition
class ReminderCondition(ConditionKind):
    name = "reminder"
    label = "リマインダ"
    icon = "alarm"
    group = "行動"
    order = 75

    def parse(self, session: Session, values: Values) -> Data:
        if not (ids := values.ids("reminder_id")):
            raise DomainError("リマインダを選んでください。", "reminder_id")
        how = values.chosen("how", HOWS, "リマインダの条件を選んでください。")
        days = {"days": values.number("days", "日数", least=0, most=MOST_DAYS)} if how == "within" else {}
        return {"reminder_id": ids[0], "how": how, **days}

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, REMINDERS, [data["reminder_id"]])[str(data["reminder_id"])]
        return f"リマインダ「{name}」{HOWS[data['how']].replace('…', str(data.get('days', '')))}"

    def options(self, session: Session) -> dict[str, Any]:
        query = sa.select(Reminder.id, Reminder.name).where(~Reminder.is_ending)
        rows = session.execute(query.order_by(Reminder.position, Reminder.id)).all()
        return {"reminders": [(reminder_id, name) for reminder_id, name in rows], "hows": HOWS}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(REMINDERS, data["reminder_id"])]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        mine = Countdown.reminder_id == data["reminder_id"]
        active = sa.and_(mine, Countdown.state == CountdownState.ACTIVE)
        match data["how"]:
            case "has":
                return Friend.id.in_(sa.select(Countdown.friend_id).where(active))
            case "within":
                until = moment.now + timedelta(days=data["days"])
                soon = Countdown.goal_at.between(moment.now, until)
                return Friend.id.in_(sa.select(Countdown.friend_id).where(active, soon))
            case "none":
                return ~sa.exists().where(Countdown.friend_id == Friend.id, active)
            case _:
                return ~sa.exists().where(Countdown.friend_id == Friend.id, mine)
