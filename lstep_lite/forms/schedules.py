"""Schedules: when, for whom, what."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from sqlalchemy.orm import Session
from wtforms import BooleanField, DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Optional

from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.schedules import BIRTHDAY, NTHS, PLACE, Plan, ScheduleDraft
from lstep_lite.engine.schedules.keeping import LONGEST_NAME
from lstep_lite.engine.segments import Reach
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.errors import DomainError
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.auto_replies import WeekdaysField
from lstep_lite.forms.base import EditForm, Form, at_most, options, required
from lstep_lite.forms.folders import FolderField
from lstep_lite.forms.segments import SegmentField
from lstep_lite.models import Folder, Pattern, Schedule

PATTERNS = {
    Pattern.ONCE: "1回だけ",
    Pattern.DAILY: "毎日",
    Pattern.WEEKLY: "毎週",
    Pattern.MONTHLY: "毎月",
    Pattern.YEARLY: "毎年",
    Pattern.DATE_FIELD: "お客様ごとの日付（誕生日など）",
}
MONTHLY = {"day": "日にちで決める", "nth": "第何曜日で決める", "last": "月の最後の日"}
SIDES = {"on": "当日", "before": "前", "after": "後"}
PLAN_FIELDS = (
    *("pattern", "on", "weekdays", "monthly_by", "day", "nth", "weekday", "month", "day_of_year"),
    *("target", "side", "days", "at_time", "starts_on", "ends_on"),
)
_WEEKDAYS = {str(day): f"{word}曜日" for day, word in enumerate(WEEKDAYS)}
_DAYS = {str(day): f"{day}日" for day in range(1, 32)}
_MONTHS = {str(month): f"{month}月" for month in range(1, 13)}


class ScheduleForm(EditForm):
    name = StringField("名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    is_on = BooleanField("このスケジュールを使う", default=True)
    pattern = RadioField("くり返し", default=Pattern.MONTHLY.value, choices=options(PATTERNS))
    on = DateField("日付", [Optional()])
    weekdays = WeekdaysField("曜日")
    monthly_by = RadioField("毎月のいつ", default="day", choices=options(MONTHLY))
    day = SelectField("日にち", default="1", choices=options(_DAYS))
    nth = SelectField("第何", default="1", choices=options({str(nth): words for nth, words in NTHS.items()}))
    weekday = SelectField("曜日", default="0", choices=options(_WEEKDAYS))
    month = SelectField("月", default="1", choices=options(_MONTHS))
    day_of_year = SelectField("日", default="1", choices=options(_DAYS))
    target = SelectField("どの日付", default=BIRTHDAY)
    side = RadioField("当日か、その前後か", default="on", choices=options(SIDES))
    days = IntegerField("何日前・何日後", [Optional()], default=1)
    yearly = BooleanField("毎年くり返す（誕生日や記念日のように、月と日だけを見ます）", default=True)
    at_time = TimeField("時刻", [InputRequired("時刻を入力してください。")], default=time(10))
    starts_on = DateField("始まり（空なら今日から）", [Optional()])
    ends_on = DateField("終わり（空ならずっと）", [Optional()])
    segment = SegmentField("絞り込み", reach=Reach.ACT)
    actions = ActionsField("行うこと", place=PLACE)

    @classmethod
    def of(
        cls, schedule: Schedule | None, actions: SetDraft, folders: Sequence[Folder], targets: Mapping[str, str]
    ) -> "ScheduleForm":
        """The form of what is kept, or of nothing yet."""
        if schedule is None:
            return cls(data={"actions": actions})._offering(folders, targets)
        same = ("name", "is_on", "pattern", "starts_on", "ends_on")
        data: dict[str, Any] = {name: getattr(schedule, name) for name in same} | _params(schedule)
        data |= {"at_time": time.fromisoformat(schedule.at_time), "folder_id": schedule.folder_id or 0}
        data |= {"segment": schedule.tree, "actions": actions}
        return cls(data=data)._offering(folders, targets)

    @classmethod
    def posted(cls, formdata: Any, folders: Sequence[Folder], targets: Mapping[str, str]) -> "ScheduleForm":
        return cls(formdata)._offering(folders, targets)

    def draft(self, session: Session) -> ScheduleDraft:
        """Raises DomainError naming the field."""
        return ScheduleDraft(
            name=self.name.data or "",
            plan=self.plan(),
            is_on=self.is_on.data,
            tree=self.segment.draft(session),
            actions=self.actions.draft(session),
            folder_id=self.folder_id.folder_id,
        )

    def has_plan(self) -> bool:
        """Whether all that says when it runs can be read."""
        return all(self[name].validate(self) for name in PLAN_FIELDS)

    def plan(self) -> Plan:
        """When it runs. Raises DomainError naming the field."""
        pattern = Pattern(self.pattern.data)
        at_time = self.at_time.data or time()
        return Plan(
            pattern, at_time.strftime("%H:%M"), self._plan_params(pattern), self.starts_on.data, self.ends_on.data
        )

    def _plan_params(self, pattern: Pattern) -> dict[str, Any]:
        match pattern:
            case Pattern.ONCE:
                return {"on": self._once()}
            case Pattern.WEEKLY:
                return {"weekdays": sorted(self.weekdays.data or [])}
            case Pattern.MONTHLY:
                return self._monthly()
            case Pattern.YEARLY:
                return {"month": int(self.month.data), "day": int(self.day_of_year.data)}
            case Pattern.DATE_FIELD:
                return {"target": self.target.data, "days": self._signed_days(), "yearly": self.yearly.data}
            case _:
                return {}

    def _once(self) -> str:
        if self.on.data is None:
            raise DomainError("日付を入力してください。", "on")
        return str(self.on.data.isoformat())

    def _monthly(self) -> dict[str, Any]:
        if self.monthly_by.data == "day":
            return {"by": "day", "day": int(self.day.data)}
        if self.monthly_by.data == "nth":
            return {"by": "nth", "nth": int(self.nth.data), "weekday": int(self.weekday.data)}
        return {"by": "last"}

    def _signed_days(self) -> int:
        if self.side.data == "on":
            return 0
        days = self.days.data
        if days is None or days < 1:
            raise DomainError("日数を1以上の数字で入力してください。", "days")
        return -days if self.side.data == "before" else days

    def _offering(self, folders: Sequence[Folder], targets: Mapping[str, str]) -> "ScheduleForm":
        self.folder_id.offer(folders)
        known = self.target.data in targets or not self.target.data
        self.target.choices = options(dict(targets) if known else {self.target.data: "削除された項目", **targets})
        return self


class RunForm(Form):
    """Asking once more before a run by hand; *token* makes pressing twice one run."""

    token = HiddenField(validators=[required(), at_most(64)])


def _params(schedule: Schedule) -> dict[str, Any]:
    """The inputs' values for what the pattern needs."""
    params = schedule.params
    match schedule.pattern:
        case Pattern.ONCE:
            return {"on": date.fromisoformat(params["on"])}
        case Pattern.MONTHLY:
            return {"monthly_by": params["by"]} | {
                name: str(params[name]) for name in ("day", "nth", "weekday") if name in params
            }
        case Pattern.YEARLY:
            return {"month": str(params["month"]), "day_of_year": str(params["day"])}
        case Pattern.DATE_FIELD:
            days = params["days"]
            side = "on" if not days else "before" if days < 0 else "after"
            return {"target": params["target"], "yearly": params["yearly"], "side": side, "days": abs(days) or 1}
        case _:
            return dict(params)
