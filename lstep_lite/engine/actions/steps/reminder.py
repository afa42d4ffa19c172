"""Start a reminder with a goal, or stop it."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lstep_lite.engine import actions, fields, mentions, reminders, settings
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.sequences import moments
from lstep_lite.errors import DomainError

WAYS = {"start": "始める", "stop": "止める", "stop_all": "すべてのリマインダを止める"}
GOALS = {
    "field": "友だち情報の日付をゴールにする",
    "after": "実行した日から数えた日をゴールにする",
    "fixed": "決まった日時をゴールにする",
}
MOST_DAYS = 3650
SAY_TIME = "時刻を入力してください（例：10:00）。"


@action
class ReminderStep(ActionKind):
    name = "reminder"
    label = "リマインダ"
    icon = "alarm"
    group = "配信"
    order = 25

    def parse(self, session: Session, values: Values) -> Data:
        way = values.chosen("way", WAYS, "始めるか止めるかを選んでください。")
        if way == "stop_all":
            return {"way": way}
        known = [str(reminder.id) for reminder in reminders.in_order(session)]
        reminder_id = int(values.chosen("reminder_id", known, "リマインダを選んでください。"))
        data: Data = {"way": way, "reminder_id": reminder_id}
        return data | (_goal(session, values) if way == "start" else {})

    def sentence(self, session: Session, data: Data) -> str:
        if data["way"] == "stop_all":
            return WAYS["stop_all"]
        name = mentions.names(session, reminders.FEATURE, [data["reminder_id"]])[str(data["reminder_id"])]
        goal = f"{_goal_in_words(session, data)}をゴールにして" if data["way"] == "start" else ""
        return f"リマインダ「{name}」を{goal}{WAYS[data['way']]}"

    def options(self, session: Session) -> dict[str, Any]:
        targets = reminders.targets(session)
        return {
            "reminders": [(reminder.id, reminder.name) for reminder in reminders.in_order(session)],
            "targets": [(key, target.name) for key, target in targets.items()],
            "ways": WAYS,
            "goals": GOALS,
        }

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        if "reminder_id" in data:
            yield reminders.FEATURE, data["reminder_id"]
        yield from fields.mentioned(data.get("target", ""))

    def run(self, running: Running, data: Data) -> str:
        return _start(running, data) if data["way"] == "start" else _stop(running, data)


def _goal(session: Session, values: Values) -> Data:
    goal = values.chosen("goal", GOALS, "何をゴールにするかを選んでください。")
    if goal == "fixed":
        return {"goal": goal, "moment": _typed_moment(values)}
    if goal == "after":
        days = values.number("days", "何日後", least=0, most=MOST_DAYS)
        return {"goal": goal, "days": days, "after_time": _typed_time(values, "after_time")}
    target = values.chosen("target", reminders.targets(session), "日付の項目を選んでください。")
    at_time = _typed_time(values, "at_time")
    return {"goal": goal, "target": target, "at_time": at_time, "yearly": values.flag("yearly")}


def _typed_moment(values: Values) -> str:
    try:
        return datetime.fromisoformat(values.one("moment")).replace(tzinfo=None).strftime("%Y-%m-%dT%H:%M")
    except ValueError as error:
        raise DomainError("ゴールの日時を入力してください。", "moment") from error


def _typed_time(values: Values, name: str) -> str:
    try:
        return time.fromisoformat(values.one(name)).strftime("%H:%M")
    except ValueError as error:
        raise DomainError(SAY_TIME, name) from error


def _goal_in_words(session: Session, data: Data) -> str:
    if data["goal"] == "fixed":
        moment = datetime.fromisoformat(data["moment"])
        return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"
    if data["goal"] == "after":
        day = f"{data['days']:,}日後" if data["days"] else "当日"
        return f"実行した日の{day}の{data['after_time']}"
    yearly = "（毎年）" if data["yearly"] else ""
    return f"「{fields.target(session, data['target']).name}」の{data['at_time']}{yearly}"


def _start(running: Running, data: Data) -> str:
    session, zone = running.session, settings.zone(running.session)
    reminder = reminders.get(session, data["reminder_id"])
    goal_at, origin = _moment(running, data, zone)
    reminders.set_goal(
        session,
        reminder,
        running.friend,
        goal_at,
        origin=origin,
        now=running.now,
        cause=running.entry,
        staff_id=running.staff_id,
        is_yearly=data.get("yearly", False),
    )
    off = "" if reminder.is_on else "（リマインダがオフのため、オンにするまで送りません）"
    return (
        f"リマインダ「{reminder.name}」を、{reminders.moment_in_words(session, goal_at)}をゴールにして始めました。{off}"
    )


def _moment(running: Running, data: Data, zone: ZoneInfo) -> tuple[datetime, str]:
    """The goal and where it comes from. Raises Skipped for a field without a date."""
    if data["goal"] == "field":
        value = fields.read(running.session, running.friend, data["target"])
        goal_at = reminders.goal_of(
            value, at_time=data["at_time"], is_yearly=data["yearly"], now=running.now, zone=zone
        )
        if goal_at is None:
            name = fields.target(running.session, data["target"]).name
            raise Skipped(f"「{name}」が空のため、リマインダを始めませんでした。")
        return goal_at, data["target"]
    if data["goal"] == "after":
        day = running.now.astimezone(zone).date() + timedelta(days=data["days"])
        goal_at = moments.on_clock(day, data["after_time"], zone)
    else:
        typed = datetime.fromisoformat(data["moment"])
        goal_at = moments.on_clock(typed.date(), f"{typed:%H:%M}", zone)
    return goal_at, goal_at.isoformat()


def _stop(running: Running, data: Data) -> str:
    session, is_all = running.session, data["way"] == "stop_all"
    reminder = None if is_all else reminders.get(session, data["reminder_id"])
    stopped = reminders.stop(
        session,
        running.friend,
        reminder=reminder,
        now=running.now,
        reason=f"アクション「{actions.label(session, running.action_set)}」で止めました。",
        cause=running.entry,
        staff_id=running.staff_id,
    )
    words = f"リマインダ「{reminder.name}」" if reminder else "リマインダ"
    if not stopped:
        raise Skipped(f"{words}のゴールはありません。")
    return f"{words}を止めました。"
