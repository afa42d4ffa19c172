"""Scenarios: making one, its settings, and starting it by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session
from wtforms import RadioField, SelectField, StringField

from lstep_lite.engine.scenarios.keeping import FINISHED, LONGEST_NAME, ScenarioDraft
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm, Form, at_most, options, required, row_id
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.forms.windows import WindowForm
from lstep_lite.models import Folder, PastStart, Restart, ScenarioMode

NO_SCENARIO = NO_FRIEND = 0
MODES = {ScenarioMode.CLOCK: "時刻で決める", ScenarioMode.ELAPSED: "経った時間で決める"}
PAST_STARTS = {
    PastStart.SHIFT: "全体を1日ずらす（次の日を「開始当日」とします）",
    PastStart.SKIP: "そのステップを飛ばす",
    PastStart.SEND: "そのステップをすぐに送る",
}
RESTARTS = {
    Restart.ALWAYS: "最初からやり直す",
    Restart.IF_FINISHED: "途中の方はそのまま続け、終わった方だけ最初から始める",
    Restart.NEVER: "1人1回だけにする（二度と始めない）",
}


class NewScenarioForm(Form):
    name = StringField("名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    mode = RadioField("送るタイミングの決め方", default=ScenarioMode.CLOCK.value, choices=options(MODES))

    def offer(self, folders: Sequence[Folder]) -> "NewScenarioForm":
        self.folder_id.offer(folders)
        return self

    def draft(self) -> ScenarioDraft:
        return ScenarioDraft(self.name.data or "", ScenarioMode(self.mode.data), folder_id=self.folder_id.folder_id)


class ScenarioForm(EditForm, WindowForm):
    """What holds for the whole scenario, at once and whatever is being edited."""

    name = StringField("名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    past_start = RadioField(
        "始まった日の時刻を過ぎていたら", default=PastStart.SHIFT.value, choices=options(PAST_STARTS)
    )
    restart = RadioField("同じ方に、もう一度始めようとしたら", default=Restart.ALWAYS.value, choices=options(RESTARTS))
    next_scenario_id = SelectField("続けて始めるシナリオ", coerce=row_id, default=NO_SCENARIO)
    actions = ActionsField("最後まで進んだときのアクション", place=FINISHED)

    @classmethod
    def of(cls, draft: ScenarioDraft) -> "ScenarioForm":
        same = ("name", "past_start", "restart", "window", "is_quiet", "actions")
        data: dict[str, Any] = {name: getattr(draft, name) for name in same}
        data |= {"folder_id": draft.folder_id or NO_FOLDER, "next_scenario_id": draft.next_scenario_id or NO_SCENARIO}
        return cls(data=data)

    def offer(self, folders: Sequence[Folder], others: Mapping[int, str]) -> "ScenarioForm":
        """*others*: the names of the scenarios that can follow, by id."""
        self.folder_id.offer(folders)
        choices = {str(NO_SCENARIO): "なし"} | {str(key): name for key, name in others.items()}
        if self.next_scenario_id.data and self.next_scenario_id.data not in others:
            choices[str(self.next_scenario_id.data)] = "削除されたシナリオ"
        self.next_scenario_id.choices = options(choices)
        return self

    def draft(self, session: Session, mode: ScenarioMode) -> ScenarioDraft:
        """Raises DomainError naming the field whose rows are wrong."""
        return ScenarioDraft(
            name=self.name.data or "",
            mode=mode,
            past_start=PastStart(self.past_start.data),
            restart=Restart(self.restart.data),
            window=self.window.data,
            is_quiet=self.is_quiet.data,
            next_scenario_id=self.next_scenario_id.data or None,
            actions=self.actions.draft(session),
            folder_id=self.folder_id.folder_id,
        )


class StartForm(Form):
    """Starting one scenario for one friend by hand, from its beginning or from a step."""

    scenario_id = SelectField("シナリオ", coerce=row_id, default=NO_SCENARIO, validate_choice=False)
    friend_id = SelectField("友だち", coerce=row_id, default=NO_FRIEND, validate_choice=False)
    at_code = SelectField("どこから", default="")

    def offer(self, startable: Mapping[int, str]) -> "StartForm":
        """*startable*: the names of the scenarios that can be started, by id."""
        self.scenario_id.choices = options({str(key): name for key, name in startable.items()})
        return self

    def offer_steps(self, steps: Mapping[str, str]) -> "StartForm":
        """*steps*: the steps it can be begun with, by code, in words."""
        self.at_code.choices = options({"": "最初から", **steps})
        return self
