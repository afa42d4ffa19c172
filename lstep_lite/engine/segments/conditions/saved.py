"""Everybody whom a saved search matches."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments import trees
from lstep_lite.engine.segments.registry import ConditionKind, Moment, Scope, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import Segment


@condition
class SavedCondition(ConditionKind):
    name = "saved"
    label = "カスタム検索"
    icon = "filter"
    group = "そのほか"
    order = 90

    def parse(self, session: Session, values: Values) -> Data:
        if not (segment_ids := values.ids("segment_id")):
            raise DomainError("カスタム検索を選んでください。", "segment_id")
        return {"segment_id": segment_ids[0]}

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, "segments", [data["segment_id"]])[str(data["segment_id"])]
        return f"カスタム検索「{name}」に当てはまる"

    def options(self, session: Session) -> dict[str, Any]:
        rows = session.execute(sa.select(Segment.id, Segment.name).order_by(Segment.position, Segment.id)).all()
        return {"segments": [(segment_id, name) for segment_id, name in rows]}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [("segments", data["segment_id"])]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        with trees.opened(session, data["segment_id"]) as tree:
            return trees.condition(session, tree, now=moment.now, occurrence=moment.occurrence)

    def is_broken(self, session: Session, data: Data) -> bool:
        with trees.opened(session, data["segment_id"]) as tree:
            return trees.broken(session, tree)

    def governed(self, session: Session, data: Data) -> set[Scope]:
        with trees.opened(session, data["segment_id"]) as tree:
            return trees.governed(session, tree)
