"""Marks: one of some, none of some, or no mark at all."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, Mark

HOWS = {"any": "次のどれか", "none": "次のどれでもない", "unset": "何も付いていない"}


@condition
class MarkCondition(ConditionKind):
    name = "mark"
    label = "対応マーク"
    icon = "flag"
    group = "友だちの情報"
    order = 30

    def parse(self, session: Session, values: Values) -> Data:
        how = values.chosen("how", HOWS, "対応マークの条件を選んでください。")
        if how == "unset":
            return {"how": how}
        if not (mark_ids := values.ids("mark_ids")):
            raise DomainError("対応マークを1つ以上選んでください。", "mark_ids")
        return {"how": how, "mark_ids": mark_ids}

    def sentence(self, session: Session, data: Data) -> str:
        if data["how"] == "unset":
            return "対応マークが付いていない"
        names = mentions.names(session, "marks", data["mark_ids"])
        listed = "".join(f"「{names[str(mark_id)]}」" for mark_id in data["mark_ids"])
        if data["how"] == "none":
            return f"対応マークが{listed}ではない"
        return f"対応マークが{listed}" + ("のどれか" if len(data["mark_ids"]) > 1 else "")

    def options(self, session: Session) -> dict[str, Any]:
        marks = session.execute(sa.select(Mark.id, Mark.name).order_by(Mark.position, Mark.id)).all()
        return {"marks": [(mark_id, name) for mark_id, name in marks], "hows": HOWS}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [("marks", mark_id) for mark_id in data.get("mark_ids", ())]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        if data["how"] == "unset":
            return Friend.mark_id.is_(None)
        if data["how"] == "any":
            return Friend.mark_id.in_(data["mark_ids"])
        return sa.or_(Friend.mark_id.is_(None), Friend.mark_id.not_in(data["mark_ids"]))
