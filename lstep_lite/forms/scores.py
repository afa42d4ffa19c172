"""Scores, their thresholds, and points given by hand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired

from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.scores import PLACE, FriendScore, ScoreDraft, ThresholdDraft
from lstep_lite.engine.scores.keeping import LONGEST_NAME
from lstep_lite.engine.scores.points import LONGEST_REASON
from lstep_lite.forms.actions import ActionsField
from lstep_lite.forms.base import EditForm, Form, at_most, options, required
from lstep_lite.forms.folders import FolderField
from lstep_lite.models import Basis, Direction, Folder, Score, ScoreThreshold

NUMBER = "数字で入力してください。"
WAYS = {"add": "加える", "subtract": "引く"}


class ScoreForm(EditForm):
    name = StringField("名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    recent_days = IntegerField("「直近」として数える日数", [InputRequired(NUMBER)], default=30)

    @classmethod
    def of(cls, score: Score | None, folders: Sequence[Folder]) -> "ScoreForm":
        """The form of what is kept, or of nothing yet."""
        if score is None:
            return cls()._offering(folders)
        data = {"name": score.name, "recent_days": score.recent_days, "folder_id": score.folder_id or 0}
        return cls(data=data)._offering(folders)

    @classmethod
    def posted(cls, formdata: Any, folders: Sequence[Folder]) -> "ScoreForm":
        return cls(formdata)._offering(folders)

    def draft(self) -> ScoreDraft:
        return ScoreDraft(self.name.data or "", self.recent_days.data or 0, self.folder_id.folder_id)

    def _offering(self, folders: Sequence[Folder]) -> "ScoreForm":
        self.folder_id.offer(folders)
        return self


class ThresholdForm(EditForm):
    basis = RadioField(
        "どちらの点数で見ますか",
        default=Basis.TOTAL.value,
        choices=options({Basis.TOTAL: "累計（これまでの合計）", Basis.RECENT: "直近（決めた日数の合計）"}),
    )
    points = IntegerField("点数", [InputRequired(NUMBER)])
    direction = RadioField(
        "どうなったときに実行しますか",
        default=Direction.UP.value,
        choices=options({Direction.UP: "この点数以上になったとき", Direction.DOWN: "この点数を下回ったとき"}),
    )
    actions = ActionsField("そのときのアクション", place=PLACE)

    @classmethod
    def of(cls, threshold: ScoreThreshold, actions: SetDraft) -> "ThresholdForm":
        data = {"basis": threshold.basis, "points": threshold.points, "direction": threshold.direction}
        return cls(data={**data, "actions": actions})

    def draft(self, session: Session) -> ThresholdDraft:
        """Raises DomainError naming the field."""
        return ThresholdDraft(
            basis=Basis(self.basis.data),
            direction=Direction(self.direction.data),
            points=self.points.data or 0,
            actions=self.actions.draft(session),
        )


class PointsForm(Form):
    """Points given or taken by hand."""

    score_id = SelectField("スコア", coerce=int)
    way = RadioField("加えるか、引くか", default="add", choices=options(WAYS))
    points = IntegerField("点数", [InputRequired(NUMBER)])
    reason = StringField("理由", [required("理由を入力してください。"), at_most(LONGEST_REASON)])

    def offer(self, rows: Sequence[FriendScore]) -> "PointsForm":
        self.score_id.choices = options({str(row.score.id): row.score.name for row in rows})
        return self

    def signed_points(self) -> int:
        """Below 0 where they are taken away."""
        points = self.points.data or 0
        return -points if self.way.data == "subtract" else points
