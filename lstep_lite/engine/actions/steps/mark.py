"""Change the friend's mark, or take it off."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import marks, mentions
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.rows import Data, Values
from lstep_lite.models import ChangedBy

NO_MARK = "none"


@action
class MarkStep(ActionKind):
    name = "mark"
    label = "対応マークを変える"
    icon = "flag"
    group = "友だちの情報"
    order = 30

    def parse(self, session: Session, values: Values) -> Data:
        known = [NO_MARK, *(str(mark.id) for mark in marks.in_order(session))]
        chosen = values.chosen("mark_id", known, "対応マークを選んでください。")
        return {"mark_id": None if chosen == NO_MARK else int(chosen)}

    def values(self, data: Data) -> dict[str, list[str]]:
        return {"mark_id": [NO_MARK if data["mark_id"] is None else str(data["mark_id"])]}

    def sentence(self, session: Session, data: Data) -> str:
        if data["mark_id"] is None:
            return "対応マークを外す"
        names = mentions.names(session, marks.FEATURE, [data["mark_id"]])
        return f"対応マークを「{names[str(data['mark_id'])]}」にする"

    def options(self, session: Session) -> dict[str, Any]:
        return {"marks": [(NO_MARK, "マークを外す"), *((mark.id, mark.name) for mark in marks.in_order(session))]}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [] if data["mark_id"] is None else [(marks.FEATURE, data["mark_id"])]

    def run(self, running: Running, data: Data) -> str:
        mark = None if data["mark_id"] is None else marks.get(running.session, data["mark_id"])
        is_changed = marks.put(
            running.session,
            running.friend,
            mark,
            changed_by=ChangedBy.AUTOMATION,
            now=running.now,
            cause=running.entry,
            event=running.event,
            staff_id=running.staff_id,
        )
        if not is_changed:
            raise Skipped("もうその対応マークです。")
        return f"対応マークを「{mark.name}」にしました。" if mark else "対応マークを外しました。"
