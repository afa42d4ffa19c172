"""Scores: the total or the recent total lies within bounds. Friends without points have 0."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import Basis, Friend, Score, ScoreTotal

BASES = {Basis.TOTAL.value: "累計", Basis.RECENT.value: "直近"}
LIMIT = 1_000_000_000


@condition
class ScoreCondition(ConditionKind):
    name = "score"
    label = "スコア"
    icon = "chart-line"
    group = "友だちの情報"
    order = 40

    def parse(self, session: Session, values: Values) -> Data:
        known = [str(score_id) for score_id, _ in _scores(session)]
        score_id = int(values.chosen("score_id", known, "スコアを選んでください。"))
        basis = values.chosen("basis", BASES, "累計か直近かを選んでください。")
        least, most = (_bound(values, name) for name in ("least", "most"))
        if least is None and most is None:
            raise DomainError("点数を、どちらか片方だけでも入力してください。", "least")
        if least is not None and most is not None and least > most:
            raise DomainError("「何点から」は「何点まで」より小さくしてください。", "most")
        return {"score_id": score_id, "basis": basis, "least": least, "most": most}

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, "scores", [data["score_id"]])[str(data["score_id"])]
        least = "" if data["least"] is None else f"{data['least']:,}点以上"
        most = "" if data["most"] is None else f"{data['most']:,}点以下"
        return f"スコア「{name}」の{BASES[data['basis']]}が{least}{most}"

    def options(self, session: Session) -> dict[str, Any]:
        return {"scores": _scores(session), "bases": BASES}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [("scores", data["score_id"])]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        """Friends without a row have 0: where 0 fits, those whose row does not fit are left out instead."""
        column = ScoreTotal.total if data["basis"] == Basis.TOTAL else ScoreTotal.recent
        least, most = data["least"], data["most"]
        fits = [] if least is None else [column >= least]
        fits += [] if most is None else [column <= most]
        mine = sa.select(ScoreTotal.friend_id).where(ScoreTotal.score_id == data["score_id"])
        if (least is None or least <= 0) and (most is None or most >= 0):
            return Friend.id.not_in(mine.where(sa.not_(sa.and_(*fits))))
        return Friend.id.in_(mine.where(*fits))


def _bound(values: Values, name: str) -> int | None:
    return values.number(name, "点数", least=-LIMIT, most=LIMIT) if values.one(name).strip() else None


def _scores(session: Session) -> list[tuple[int, str]]:
    rows = session.execute(sa.select(Score.id, Score.name).order_by(Score.position, Score.id))
    return [(score_id, name) for score_id, name in rows]
