"""Steps of scenarios: when they go out, and what they hold."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from sqlalchemy.orm import Session
from wtforms import IntegerField, RadioField, SelectField, StringField, TimeField
from wtforms.validators import NumberRange, Optional

from lstep_lite.engine.scenarios.steps import MOST_DAYS, PLACE, StepDraft
from lstep_lite.engine.segments import Reach
from lstep_lite.engine.sequences import Content
from lstep_lite.engine.sequences.steps import LONGEST_NAME
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm, at_most, options
from lstep_lite.forms.segments import SegmentField
from lstep_lite.forms.sequences import ContentForm, content_data
from lstep_lite.models import ScenarioMode, Side, StepKind

MAIN_WAY = ""
AT_ONCE, ON_CLOCK = "at_once", "on_clock"
TIMINGS = {AT_ONCE: "開始直後（すぐに）", ON_CLOCK: "日と時刻を決める"}
USUAL_TIME = time(12)
HOUR, DAY = 60, 24 * 60
"""In minutes."""
_NOT_A_NUMBER = "0以上の数字で入力してください。"


class TimedForm(EditForm):
    """The part that says where and when: a day and a clock time, or a length, as the scenario tells times."""

    within = SelectField("場所", default=MAIN_WAY)

    timing = RadioField("いつ", default=ON_CLOCK, choices=options(TIMINGS))
    days = IntegerField("何日後", [Optional(), NumberRange(0, MOST_DAYS, _NOT_A_NUMBER)], default=0)
    at_time = TimeField("時刻", [Optional()], default=USUAL_TIME)
    hours = IntegerField("時間", [Optional(), NumberRange(0, MOST_DAYS * 24, _NOT_A_NUMBER)], default=0)
    minutes = IntegerField("分", [Optional(), NumberRange(0, MOST_DAYS * DAY, _NOT_A_NUMBER)], default=0)

    def when(self, mode: ScenarioMode) -> dict[str, Any]:
        """The part of a StepDraft that says when."""
        days, hours, minutes = self.days.data or 0, self.hours.data or 0, self.minutes.data or 0
        if mode is ScenarioMode.ELAPSED:
            return {"minutes": days * DAY + hours * HOUR + minutes}
        if self.timing.data == AT_ONCE:
            return {"days": 0, "at_time": None}
        return {"days": days, "at_time": self.at_time.data.strftime("%H:%M") if self.at_time.data else ""}

    def where(self) -> dict[str, Any]:
        """The part of a StepDraft that says in which lane, if in any."""
        code, _, side = (self.within.data or MAIN_WAY).partition(":")
        return {"within": code, "side": Side(side)} if code else {}

    def offer(self, mode: ScenarioMode, lanes: Mapping[str, str]) -> None:
        """*lanes*: the lanes it can stand in, by "<branch's code>:<side>", in words; labels as *mode* tells times."""
        self.within.choices = options({MAIN_WAY: "分かれ道の外", **lanes})
        if mode is ScenarioMode.ELAPSED:
            self.days.label.text = "日"


class StepForm(ContentForm, TimedForm):
    steps = ActionsField("送ったあとのアクション", place=PLACE)

    @classmethod
    def of(cls, draft: StepDraft) -> "StepForm":
        return cls(data=when_data(draft) | content_data(draft.content))

    def draft(self, session: Session, mode: ScenarioMode) -> StepDraft:
        """Raises DomainError naming the field whose rows are wrong."""
        return StepDraft(self.content(session), StepKind.MESSAGE, **self.where(), **self.when(mode))


class BranchForm(TimedForm):
    name = StringField("分かれ道の名前", [at_most(LONGEST_NAME)])
    segment = SegmentField("「はい」に進む条件", reach=Reach.ACT)

    @classmethod
    def of(cls, draft: StepDraft) -> "BranchForm":
        content = content_data(draft.content)
        return cls(data=when_data(draft) | {name: content[name] for name in ("name", "segment")})

    def draft(self, session: Session, mode: ScenarioMode) -> StepDraft:
        """Raises DomainError naming the field whose rows are wrong."""
        content = Content(name=self.name.data or "", tree=self.segment.draft(session))
        return StepDraft(content, StepKind.BRANCH, **self.where(), **self.when(mode))


def when_data(draft: StepDraft) -> dict[str, Any]:
    """The values of a TimedForm's fields."""
    place = {"within": f"{draft.within}:{draft.side}" if draft.within else MAIN_WAY}
    if draft.minutes:
        days, rest = divmod(draft.minutes, DAY)
        return place | {"days": days, "hours": rest // HOUR, "minutes": rest % HOUR}
    at_time = time.fromisoformat(draft.at_time) if draft.at_time else USUAL_TIME
    return place | {"timing": ON_CLOCK if draft.at_time else AT_ONCE, "days": draft.days, "at_time": at_time}
