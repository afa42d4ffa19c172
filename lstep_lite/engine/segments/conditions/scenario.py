"""Scenarios: who is in one now, waits for a step of it, has finished it, or ever had it."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, scenarios
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import Enrolment, EnrolmentState, Friend, Scenario

HOWS = {
    "active": "を今配信している",
    "waiting": "で、次のステップを待っている",
    "finished": "を最後まで終えたことがある",
    "ever": "を始めたことがある",
    "inactive": "を今配信していない",
    "never": "を一度も始めていない",
}


@condition
class ScenarioCondition(ConditionKind):
    name = "scenario"
    label = "シナリオ"
    icon = "route"
    group = "行動"
    order = 72

    def parse(self, session: Session, values: Values) -> Data:
        if not (ids := values.ids("scenario_id")):
            raise DomainError("シナリオを選んでください。", "scenario_id")
        how = values.chosen("how", HOWS, "シナリオの条件を選んでください。")
        return {"scenario_id": ids[0], "how": how} | (_waiting_for(session, ids[0], values) if how == "waiting" else {})

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, scenarios.FEATURE, [data["scenario_id"]])[str(data["scenario_id"])]
        if data["how"] == "waiting":
            said = _entries(session, data["scenario_id"]).get(data["code"], "今はないステップ")
            return f"シナリオ「{name}」で、{said}のステップを待っている"
        return f"シナリオ「{name}」{HOWS[data['how']]}"

    def options(self, session: Session) -> dict[str, Any]:
        found = scenarios.in_order(session)
        entries = scenarios.entries(session, found)
        return {
            "scenarios": [(scenario.id, scenario.name) for scenario in found],
            "steps": [(scenario.name, entries[scenario.id]) for scenario in found],
            "hows": HOWS,
        }

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(scenarios.FEATURE, data["scenario_id"])]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        mine = Enrolment.scenario_id == data["scenario_id"]
        active = sa.and_(mine, Enrolment.state == EnrolmentState.ACTIVE)
        match data["how"]:
            case "active":
                return _among(active)
            case "waiting":
                return _among(sa.and_(active, Enrolment.next_code == data["code"]))
            case "finished":
                return _among(sa.and_(mine, Enrolment.state == EnrolmentState.FINISHED))
            case "ever":
                return _among(mine)
            case "inactive":
                return ~sa.exists().where(Enrolment.friend_id == Friend.id, active)
            case _:
                return ~sa.exists().where(Enrolment.friend_id == Friend.id, mine)


def _among(which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return Friend.id.in_(sa.select(Enrolment.friend_id).where(which))


def _waiting_for(session: Session, scenario_id: int, values: Values) -> Data:
    code = values.one("code")
    if code not in _entries(session, scenario_id):
        raise DomainError("選んだシナリオのステップを選んでください。", "code")
    return {"code": code}


def _entries(session: Session, scenario_id: int) -> dict[str, str]:
    scenario = session.get(Scenario, scenario_id)
    return dict(scenarios.entries(session, [scenario])[scenario.id]) if scenario else {}
