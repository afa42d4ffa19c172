"""Change a shared value: set it, count it up or down, empty it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, shared_values
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.fields.types import numbers
from lstep_lite.engine.rows import Data, Values
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy, SharedValue, SharedValueType

OPERATIONS = {
    SharedValueType.TEXT: {"set": "次の内容にする", "clear": "空にする"},
    SharedValueType.NUMBER: {"add": "数を足す", "subtract": "数を引く", "set": "次の数にする", "clear": "空にする"},
    SharedValueType.DATE: {"set": "次の日付にする", "today": "実行した日を入れる", "clear": "空にする"},
    SharedValueType.IMAGE: {"clear": "空にする"},
}


@action
class SharedValueStep(ActionKind):
    name = "shared_value"
    label = "共通情報"
    icon = "variable"
    group = "そのほか"
    order = 60

    def parse(self, session: Session, values: Values) -> Data:
        known = {str(value.id): value for value in shared_values.in_order(session)}
        value = known[values.chosen("value_id", known, "共通情報を選んでください。")]
        op = values.chosen(f"op_{value.type}", OPERATIONS[value.type], "することを選んでください。")
        return {"value_id": value.id, "type": value.type.value, "op": op, **_typed(session, value, op, values)}

    def values(self, data: Data) -> dict[str, list[str]]:
        own: Data = {name: data[name] for name in ("op", "text", "amount") if name in data}
        return {"value_id": [str(data["value_id"])]} | {
            f"{name}_{data['type']}": texts for name, texts in super().values(own).items()
        }

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, shared_values.FEATURE, [data["value_id"]])[str(data["value_id"])]
        words = {
            "set": f"を「{data.get('text')}」にする",
            "add": f"に{data.get('amount')}を足す",
            "subtract": f"から{data.get('amount')}を引く",
            "today": "に実行した日を入れる",
            "clear": "を空にする",
        }
        return f"共通情報「{name}」{words[data['op']]}"

    def options(self, session: Session) -> dict[str, Any]:
        values = shared_values.in_order(session)
        keys = {type: [str(value.id) for value in values if value.type is type] for type in OPERATIONS}
        groups = [{"type": type, "ops": ops, "keys": keys[type]} for type, ops in OPERATIONS.items() if keys[type]]
        return {"values": [(value.id, value.name) for value in values], "groups": groups}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(shared_values.FEATURE, data["value_id"])]

    def run(self, running: Running, data: Data) -> str:
        session, value = running.session, shared_values.get(running.session, data["value_id"])
        origin = shared_values.Origin(running.now, ChangedBy.AUTOMATION, running.staff_id, running.entry)
        is_changed = _apply(session, value, data, origin)
        shown = shared_values.show(session, value)
        if not is_changed:
            raise Skipped(f"今の内容（{f'「{shown}」' if shown else '空'}）と同じです。")
        return f"共通情報「{value.name}」を{f'「{shown}」に' if shown else '空に'}しました。"


def _typed(session: Session, value: SharedValue, op: str, values: Values) -> Data:
    name = f"{'amount' if op in ('add', 'subtract') else 'text'}_{value.type}"
    try:
        if op in ("add", "subtract"):
            return {"amount": numbers.plain(numbers.number(values.one(name)))}
        if op == "set" and shared_values.checked(session, value.type, values.one(name)) is None:
            raise DomainError("入れる内容を入力してください。空にするときは「空にする」を選んでください。")
    except DomainError as error:
        raise DomainError(error.message, name) from error
    return {"text": values.one(name).strip()} if op == "set" else {}


def _apply(session: Session, value: SharedValue, data: Data, origin: shared_values.Origin) -> bool:
    if data["op"] in ("add", "subtract"):
        amount = Decimal(data["amount"])
        shared_values.add(session, value, amount if data["op"] == "add" else -amount, origin)
        return True
    if data["op"] == "today":
        return shared_values.set_today(session, value, origin, days=0)
    return (
        shared_values.set_text(session, value, data["text"], origin)
        if data["op"] == "set"
        else (shared_values.clear(session, value, origin))
    )
