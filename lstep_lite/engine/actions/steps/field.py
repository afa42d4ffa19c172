"""Write a friend's field: set, count, move a date, choose options, empty."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import fields
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.fields import Target
from lstep_lite.engine.fields.inputs import chosen_target, own_inputs
from lstep_lite.engine.fields.types import numbers
from lstep_lite.engine.rows import Data, Values
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy

OPERATIONS = {
    "set": "次の内容にする",
    "pick": "選択肢を加える",
    "drop": "選択肢を外す",
    "add": "数を足す",
    "subtract": "数を引く",
    "today": "実行した日を入れる",
    "shift": "今入っている日付をずらす",
    "clear": "空にする",
}
WAYS = {"after": "日後", "before": "日前"}
MOST_DAYS = 36_500


@action
class FieldStep(ActionKind):
    name = "field"
    label = "友だち情報"
    icon = "list-details"
    group = "友だちの情報"
    order = 20

    def parse(self, session: Session, values: Values) -> Data:
        target = chosen_target(session, values)
        inputs = own_inputs(values, target)
        try:
            op = inputs.chosen("op", operations(target), "することを選んでください。")
            typed = _typed(session, target, op, inputs)
        except DomainError as error:
            raise DomainError(error.message, f"{error.field}_{target.inputs}") from error
        return {"target": target.key, "inputs": target.inputs, "op": op, **typed}

    def values(self, data: Data) -> dict[str, list[str]]:
        own = {name: value for name, value in data.items() if name not in ("target", "inputs")}
        if "days" in own:
            own |= {"way": "before" if own["days"] < 0 else "after", "days": abs(own["days"])}
        named = {f"{name}_{data['inputs']}": texts for name, texts in super().values(own).items()}
        return {"target": [data["target"]]} | named

    def sentence(self, session: Session, data: Data) -> str:
        target = fields.target(session, data["target"])
        return f"友だち情報「{target.name}」{_words(target, data)}"

    def options(self, session: Session) -> dict[str, Any]:
        targets = fields.targets(session)
        return {"headings": fields.by_heading(session, targets), "groups": _groups(targets), "ways": WAYS}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [*fields.mentioned(data["target"]), *(("field_options", each) for each in data.get("option_ids", ()))]

    def run(self, running: Running, data: Data) -> str:
        session, target = running.session, fields.target(running.session, data["target"])
        value = fields.result(session, running.friend, target, data, now=running.now)
        is_changed = fields.write(
            session,
            running.friend,
            target,
            value,
            changed_by=ChangedBy.AUTOMATION,
            now=running.now,
            cause=running.entry,
            event=running.event,
            staff_id=running.staff_id,
        )
        shown = fields.show(session, target, value)
        if not is_changed:
            raise Skipped(f"今の内容（{f'「{shown}」' if shown else '空'}）と同じです。")
        return f"友だち情報「{target.name}」を{f'「{shown}」に' if shown else '空に'}しました。"


def operations(target: Target) -> dict[str, str]:
    """What can be done to it; the system's names are no numbers."""
    names = ("set", "clear") if target.inputs == "name" else target.kind.operations
    return {name: OPERATIONS[name] for name in names}


def _typed(session: Session, target: Target, op: str, inputs: Values) -> Data:
    if op in ("today", "shift"):
        return {"days": _days(op, inputs)}
    if op in ("add", "subtract"):
        return {"amount": _amount(inputs)}
    if op == "clear":
        return {}
    return {"option_ids": _option_ids(target, inputs)} if target.options else {"text": _text(session, target, inputs)}


def _days(op: str, inputs: Values) -> int:
    days = inputs.number("days", "日数", least=0, most=MOST_DAYS) if inputs.one("days") or op == "shift" else 0
    return -days if inputs.chosen("way", WAYS, "「日後」か「日前」を選んでください。") == "before" else days


def _amount(inputs: Values) -> str:
    try:
        return numbers.plain(numbers.number(inputs.one("amount")))
    except DomainError as error:
        raise DomainError(error.message, "amount") from error


def _option_ids(target: Target, inputs: Values) -> list[int]:
    chosen = set(inputs.ids("option_ids"))
    ids = [option.id for option in target.options if option.id in chosen]
    if not ids:
        raise DomainError("選択肢を1つ以上選んでください。", "option_ids")
    if target.kind.is_single and len(ids) > 1:
        raise DomainError("この情報に入れられる選択肢は1つだけです。", "option_ids")
    return ids


def _text(session: Session, target: Target, inputs: Values) -> str:
    try:
        value = fields.parse(session, target, inputs.one("text"))
    except DomainError as error:
        raise DomainError(error.message, "text") from error
    if value is None:
        raise DomainError("入れる内容を入力してください。空にするときは「空にする」を選んでください。", "text")
    return fields.typed(session, target, value)


def _words(target: Target, data: Data) -> str:
    if data["op"] in ("set", "pick", "drop"):
        what = "".join(f"「{option.label}」" for option in target.options if option.id in data.get("option_ids", ()))
        what = what or f"「{data.get('text', '')}」"
        return {"set": f"を{what}にする", "pick": f"に{what}を加える", "drop": f"から{what}を外す"}[data["op"]]
    if data["op"] in ("add", "subtract"):
        return f"に{data['amount']}を足す" if data["op"] == "add" else f"から{data['amount']}を引く"
    if data["op"] == "clear":
        return "を空にする"
    days = data["days"]
    moved = f"{abs(days)}日{'前' if days < 0 else '後'}"
    if data["op"] == "today":
        return f"に実行した日{f'の{moved}' if days else ''}を入れる"
    return f"の日付を{moved}にずらす"


def _groups(targets: Iterable[Target]) -> list[dict[str, Any]]:
    """The targets that share their inputs, with what can be done to them."""
    found: dict[str, dict[str, Any]] = {}
    for target in targets:
        new: dict[str, Any] = {"inputs": target.inputs, "ops": operations(target), "keys": []}
        new |= {"options": target.options, "is_single": target.kind.is_single}
        found.setdefault(target.inputs, new)["keys"].append(target.key)
    return list(found.values())
