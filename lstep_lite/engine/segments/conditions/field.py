"""友だち情報: what a friend's field holds, or that it is empty. The questions are in engine/fields/comparisons.py."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import fields, settings
from lstep_lite.engine.fields import Target, comparisons
from lstep_lite.engine.fields.inputs import chosen_target, own_inputs
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError

PARTS = {
    "text": ("equals", "contains", "lacks"),
    "number": ("between",),
    "period": ("period",),
    "days": ("next_days", "past_days"),
    "options": ("any", "all", "none"),
}
"""Which inputs each question needs."""


@condition
class FieldCondition(ConditionKind):
    name = "field"
    label = "友だち情報"
    icon = "list-details"
    group = "友だちの情報"
    order = 20

    def parse(self, session: Session, values: Values) -> Data:
        target = chosen_target(session, values)
        inputs = own_inputs(values, target)
        offered = {each.name: each for each in comparisons.offered(target)}
        try:
            how = inputs.chosen("how", offered, "条件を選んでください。")
            typed = offered[how].parse(inputs, target, settings.zone(session))
        except DomainError as error:
            raise DomainError(error.message, f"{error.field}_{target.inputs}") from error
        return {"target": target.key, "inputs": target.inputs, "how": how, "typed": typed}

    def values(self, data: Data) -> dict[str, list[str]]:
        own = super().values({"how": data["how"]} | data["typed"])
        return {"target": [data["target"]]} | {f"{name}_{data['inputs']}": texts for name, texts in own.items()}

    def sentence(self, session: Session, data: Data) -> str:
        target = fields.target(session, data["target"])
        return f"友だち情報「{target.name}」{comparisons.comparisons[data['how']].words(data['typed'], target)}"

    def options(self, session: Session) -> dict[str, Any]:
        targets = fields.targets(session)
        return {"headings": fields.by_heading(session, targets), "groups": _groups(targets), "parts": PARTS}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        options = [("field_options", option_id) for option_id in data["typed"].get("option_ids", ())]
        return [*fields.mentioned(data["target"]), *options]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        target = fields.target(session, data["target"])
        return comparisons.comparisons[data["how"]].condition(data["typed"], target, moment.now, moment.zone)


def _groups(targets: Iterable[Target]) -> list[dict[str, Any]]:
    """The targets that share their inputs, with what can be asked about them."""
    found: dict[str, dict[str, Any]] = {}
    for target in targets:
        hows = [(each.name, each.label) for each in comparisons.offered(target)]
        new = {"inputs": target.inputs, "hows": hows, "keys": [], "options": target.options}
        found.setdefault(target.inputs, new)["keys"].append(target.key)
    return list(found.values())
