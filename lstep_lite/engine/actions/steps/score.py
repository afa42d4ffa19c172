"""Add points to a score, or take some away."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, scores
from lstep_lite.engine.actions.registry import ActionKind, Running, action
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.scores.points import LONGEST_REASON, MOST_POINTS
from lstep_lite.models import ChangedBy

WAYS = {"add": "加える", "subtract": "引く"}


@action
class ScoreStep(ActionKind):
    name = "score"
    label = "スコアの点数"
    icon = "chart-line"
    group = "友だちの情報"
    order = 40

    def parse(self, session: Session, values: Values) -> Data:
        known = [str(score.id) for score in scores.in_order(session)]
        score_id = int(values.chosen("score_id", known, "スコアを選んでください。"))
        way = values.chosen("way", WAYS, "加えるか引くかを選んでください。")
        points = values.number("points", "点数", least=1, most=MOST_POINTS)
        return {"score_id": score_id, "way": way, "points": points}

    def sentence(self, session: Session, data: Data) -> str:
        names = mentions.names(session, scores.FEATURE, [data["score_id"]])
        way = "に{points:,}点を加える" if data["way"] == "add" else "から{points:,}点を引く"
        return f"スコア「{names[str(data['score_id'])]}」{way.format(points=data['points'])}"

    def options(self, session: Session) -> dict[str, Any]:
        return {"scores": [(score.id, score.name) for score in scores.in_order(session)], "ways": WAYS}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(scores.FEATURE, data["score_id"])]

    def run(self, running: Running, data: Data) -> str:
        score = scores.get(running.session, data["score_id"])
        after = scores.add(
            running.session,
            score,
            running.friend,
            data["points"] if data["way"] == "add" else -data["points"],
            reason=actions.label(running.session, running.action_set)[:LONGEST_REASON],
            changed_by=ChangedBy.AUTOMATION,
            now=running.now,
            cause=running.entry,
            event=running.event,
            staff_id=running.staff_id,
        )
        return f"{self.sentence(running.session, data)}（累計{after.total:,}点）"
