"""Start a scenario, from its beginning or from a step; stop it, or all of them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, scenarios
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.rows import Data, Values
from lstep_lite.errors import DomainError

WAYS = {"start": "始める", "stop": "止める", "stop_all": "すべてのシナリオを止める"}
GONE_STEP = "（今はないステップ）"


@action
class ScenarioStep(ActionKind):
    name = "scenario"
    label = "シナリオ"
    icon = "route"
    group = "配信"
    order = 20

    def parse(self, session: Session, values: Values) -> Data:
        way = values.chosen("way", WAYS, "始めるか止めるかを選んでください。")
        if way == "stop_all":
            return {"way": way}
        known = [str(scenario.id) for scenario in scenarios.in_order(session)]
        scenario_id = int(values.chosen("scenario_id", known, "シナリオを選んでください。"))
        code = _code(session, scenario_id, values) if way == "start" else None
        return {"way": way, "scenario_id": scenario_id} | ({"code": code} if code else {})

    def sentence(self, session: Session, data: Data) -> str:
        if data["way"] == "stop_all":
            return WAYS["stop_all"]
        name = mentions.names(session, scenarios.FEATURE, [data["scenario_id"]])[str(data["scenario_id"])]
        if code := data.get("code"):
            said = _entries(session, data["scenario_id"]).get(code, GONE_STEP)
            return f"シナリオ「{name}」を{said}から{WAYS[data['way']]}"
        return f"シナリオ「{name}」を{WAYS[data['way']]}"

    def options(self, session: Session) -> dict[str, Any]:
        found = scenarios.in_order(session)
        entries = scenarios.entries(session, found)
        return {
            "scenarios": [(scenario.id, scenario.name) for scenario in found],
            "steps": [(scenario.name, entries[scenario.id]) for scenario in found],
            "ways": WAYS,
        }

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(scenarios.FEATURE, data["scenario_id"])] if "scenario_id" in data else []

    def run(self, running: Running, data: Data) -> str:
        return _start(running, data) if data["way"] == "start" else _stop(running, data)


def _code(session: Session, scenario_id: int, values: Values) -> str:
    """The step to begin with; empty for the first."""
    code = values.one("code")
    if code and code not in _entries(session, scenario_id):
        raise DomainError("選んだシナリオのステップを選んでください。", "code")
    return code


def _entries(session: Session, scenario_id: int) -> dict[str, str]:
    return dict(scenarios.entries(session, [scenarios.get(session, scenario_id)])[scenario_id])


def _start(running: Running, data: Data) -> str:
    started = scenarios.start(
        running.session,
        scenarios.get(running.session, data["scenario_id"]),
        running.friend,
        now=running.now,
        cause=running.entry,
        event=running.event,
        staff_id=running.staff_id,
        at_code=data.get("code"),
    )
    if started.enrolment is None:
        raise Skipped(started.text)
    return started.text


def _stop(running: Running, data: Data) -> str:
    scenario = None if data["way"] == "stop_all" else scenarios.get(running.session, data["scenario_id"])
    stopped = scenarios.stop(
        running.session,
        running.friend,
        scenario=scenario,
        now=running.now,
        cause=running.entry,
        staff_id=running.staff_id,
        reason=f"アクション「{actions.label(running.session, running.action_set)}」で止めたため",
    )
    words = f"シナリオ「{scenario.name}」" if scenario else "シナリオ"
    if not stopped:
        raise Skipped(f"{words}は配信していません。")
    return f"{words}を止めました。"
