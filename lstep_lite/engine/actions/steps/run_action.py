"""Run a saved action."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.actions import running as executor
from lstep_lite.engine.actions import saved
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.rows import Data, Values
from lstep_lite.errors import DomainError


@action
class RunActionStep(ActionKind):
    name = "run_action"
    label = "保存したアクションを実行"
    icon = "bolt"
    group = "そのほか"
    order = 900

    def parse(self, session: Session, values: Values) -> Data:
        known = [str(found.id) for found in saved.in_order(session)]
        return {"action_id": int(values.chosen("action_id", known, "実行するアクションを選んでください。"))}

    def sentence(self, session: Session, data: Data) -> str:
        names = mentions.names(session, saved.FEATURE, [data["action_id"]])
        return f"アクション「{names[str(data['action_id'])]}」を実行"

    def options(self, session: Session) -> dict[str, Any]:
        return {"actions": [(found.id, found.name) for found in saved.in_order(session)]}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(saved.FEATURE, data["action_id"])]

    def run(self, running: Running, data: Data) -> str:
        action = saved.get(running.session, data["action_id"])
        action_set = saved.set_of(running.session, action)
        if action_set is None or not action_set.steps:
            raise Skipped("中身がまだ入っていません。")
        executor.run_inside(running, action_set)
        if all(outcome["state"] == "failed" for outcome in running.inside):
            raise DomainError("中のアクションがすべて失敗しました。")
        return f"アクション「{action.name}」を実行しました。"
