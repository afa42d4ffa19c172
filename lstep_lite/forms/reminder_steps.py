"""Steps of reminders: when they go out, seen from the goal, and what they hold."""

from datetime import time
from typing import Any

from sqlalchemy.orm import Session
from wtforms import IntegerField, RadioField, TimeField
from wtforms.validators import NumberRange, Optional

from lstep_lite.engine.reminders.steps import MOST_DAYS, PLACE, StepDraft
from lstep_lite.engine.sequences import Content
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import options
from lstep_lite.forms.sequences import ContentForm, content_data
from lstep_lite.models import ReminderMode, ReminderStep

SIDES = {"before": "ゴールより前", "on": "ゴールの日（当日）", "after": "ゴールより後"}
EXACT = {"before": "ゴールより前", "on": "ゴールの時刻ちょうど", "after": "ゴールより後"}
USUAL_TIME = time(18)
HOUR, DAY = 60, 24 * 60
"""In minutes."""
_NOT_A_NUMBER = "0以上の数字で入力してください。"


class ReminderStepForm(ContentForm):
    side = RadioField("ゴールから見て", default="before", choices=options(SIDES))
    days = IntegerField("何日", [Optional(), NumberRange(0, MOST_DAYS, _NOT_A_NUMBER)], default=1)
    at_time = TimeField("時刻", [Optional()], default=USUAL_TIME)
    hours = IntegerField("時間", [Optional(), NumberRange(0, MOST_DAYS * 24, _NOT_A_NUMBER)], default=0)
    minutes = IntegerField("分", [Optional(), NumberRange(0, MOST_DAYS * DAY, _NOT_A_NUMBER)], default=0)
    steps = ActionsField("送ったあとのアクション", place=PLACE)

    @classmethod
    def of(cls, step: ReminderStep, content: Content, mode: ReminderMode) -> "ReminderStepForm":
        return cls(data=_when(step, mode) | content_data(content)).told(mode)

    @classmethod
    def fresh(cls, side: str, mode: ReminderMode) -> "ReminderStepForm":
        """For a new step on this *side* of the goal."""
        days = 1 if mode is ReminderMode.CLOCK else 0
        hours = 0 if mode is ReminderMode.CLOCK else 1
        return cls(data={"side": side if side in SIDES else "before", "days": days, "hours": hours}).told(mode)

    def told(self, mode: ReminderMode) -> "ReminderStepForm":
        """With the words of its reminder's mode."""
        if mode is ReminderMode.REMAINING:
            self.side.choices, self.days.label.text = options(EXACT), "日"
        return self

    def draft(self, session: Session, mode: ReminderMode) -> StepDraft:
        """Raises DomainError naming the field whose rows are wrong."""
        content = self.content(session)
        if mode is ReminderMode.CLOCK:
            at_time = self.at_time.data.strftime("%H:%M") if self.at_time.data else None
            return StepDraft(self._signed(self.days.data or 0), at_time, content=content)
        days, hours, minutes = self.days.data or 0, self.hours.data or 0, self.minutes.data or 0
        return StepDraft(minutes=self._signed(days * DAY + hours * HOUR + minutes), content=content)

    def _signed(self, amount: int) -> int:
        return {"before": -amount, "on": 0, "after": amount}[self.side.data]


def _when(step: ReminderStep, mode: ReminderMode) -> dict[str, Any]:
    amount = step.days if mode is ReminderMode.CLOCK else step.minutes
    side = "on" if amount == 0 else "before" if amount < 0 else "after"
    if mode is ReminderMode.CLOCK:
        at_time = time.fromisoformat(step.at_time) if step.at_time else USUAL_TIME
        return {"side": side, "days": abs(amount) or 1, "at_time": at_time}
    days, rest = divmod(abs(amount), DAY)
    return {"side": side, "days": days, "hours": rest // HOUR, "minutes": rest % HOUR}
