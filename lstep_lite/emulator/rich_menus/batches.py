"""Moving everybody from one menu to another, a moment after it was accepted.

Who is moved where is settled when the call is accepted: operations neither see nor follow each other. A call that
repeats a resumeRequestKey goes on with those who were not moved yet.
"""

import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..calls import Answer, Call
from ..refusals import Refused, body_errors, not_found, refusal
from ..store import Store, millis
from . import linked, menus

if TYPE_CHECKING:
    from ..platform import Emulator

MOST_OPERATIONS = 1000
TAKES_SECONDS = 0.2
REMEMBERED = timedelta(days=14)
KEY = re.compile(r"[0-9a-zA-Z_-]{1,100}")
KINDS = ("link", "unlink", "unlinkAll")
REQUEST_ID = re.compile(r"[0-9a-f-]{36}")


def create(emulator: "Emulator", call: Call) -> Answer:
    body = call.json()
    _check(emulator.store, body)
    plan_id = body.get("resumeRequestKey") or call.request_id
    linked.catch_up(emulator)
    with emulator.store.unit() as db:
        _forget_old_plan(emulator.store, plan_id, call.now)
        if db.execute("INSERT OR IGNORE INTO rich_menu_plan VALUES (?, ?)", (plan_id, millis(call.now))).rowcount:
            _plan(emulator.store, plan_id, body["operations"])
        db.execute(
            "INSERT INTO rich_menu_batch VALUES (?, ?, ?, ?, NULL, ?)",
            (call.request_id, plan_id, time.time() + TAKES_SECONDS, millis(call.now), linked.ONGOING),
        )
    return Answer({}, status=202)


def validate(emulator: "Emulator", call: Call) -> Answer:
    _check(emulator.store, call.json())
    return Answer({})


def progress(emulator: "Emulator", call: Call) -> Answer:
    request_id = call.query().get("requestId", "")
    if not REQUEST_ID.fullmatch(request_id):
        raise refusal(400, "The value for the 'requestId' parameter is invalid")
    linked.catch_up(emulator)
    row = emulator.store.row("SELECT * FROM rich_menu_batch WHERE request_id = ?", request_id)
    if row is None or row["accepted_ms"] <= millis(call.now - REMEMBERED):
        raise not_found()
    answer = {"phase": row["phase"], "acceptedTime": _written(row["accepted_ms"])}
    return Answer(answer | ({"completedTime": _written(row["completed_ms"])} if row["completed_ms"] else {}))


def _plan(store: Store, plan_id: str, operations: list[dict[str, Any]]) -> None:
    if operations[0]["type"] == "unlinkAll":
        store.write(
            "INSERT INTO rich_menu_move SELECT ?, user_id, rich_menu_id, NULL FROM rich_menu_link WHERE true", plan_id
        )
        return
    for operation in operations:
        target = operation["to"] if operation["type"] == "link" else None
        store.write(
            "INSERT INTO rich_menu_move SELECT ?, user_id, rich_menu_id, ? FROM rich_menu_link WHERE rich_menu_id = ?",
            plan_id,
            target,
            operation["from"],
        )


def _forget_old_plan(store: Store, plan_id: str, now: datetime) -> None:
    plan = store.row("SELECT made_ms FROM rich_menu_plan WHERE plan_id = ?", plan_id)
    if plan and plan["made_ms"] <= millis(now - REMEMBERED):
        store.write("DELETE FROM rich_menu_plan WHERE plan_id = ?", plan_id)
        store.write("DELETE FROM rich_menu_move WHERE plan_id = ?", plan_id)


def _written(moment_ms: int) -> str:
    moment = datetime.fromtimestamp(moment_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# What LINE refuses ---------------------------------------------------------------------------------------------------


def _check(store: Store, body: dict[str, Any]) -> None:
    key = body.get("resumeRequestKey")
    if key is not None and not (isinstance(key, str) and KEY.fullmatch(key)):
        raise body_errors((f'must match "^{KEY.pattern}$"', "resumeRequestKey"))
    operations = body.get("operations")
    if not isinstance(operations, list) or not 1 <= len(operations) <= MOST_OPERATIONS:
        raise body_errors((f"Size must be between 1 and {MOST_OPERATIONS}", "operations"))
    for index, operation in enumerate(operations):
        _check_operation(store, operation, f"operations[{index}]")
    _check_together(operations)


def _check_operation(store: Store, operation: Any, place: str) -> None:
    kind = operation.get("type") if isinstance(operation, dict) else None
    if kind not in KINDS:
        raise body_errors((f"Must be one of the following values: [{', '.join(KINDS)}]", f"{place}.type"))
    names = {"link": ("from", "to"), "unlink": ("from",)}.get(kind, ())
    for name in names:
        rich_menu_id = str(operation.get(name) or "")
        if not menus.ID.fullmatch(rich_menu_id):
            raise body_errors(("invalid richMenuId", f"{place}.{name}"))
        menu = menus.get(store, rich_menu_id)
        if menu is None:
            raise _missing(rich_menu_id, f"{place}.{name}")
        if name == "to" and menu["image"] is None:
            raise body_errors((f"'to' richmenu ({rich_menu_id}) must have image but it doesn't", f"{place}.to"))


def _missing(rich_menu_id: str, place: str) -> Refused:
    details = [{"message": f"Richmenu ({rich_menu_id}) is not found", "property": place}]
    return refusal(404, "The request body has 1 error(s)", details)


def _check_together(operations: list[dict[str, Any]]) -> None:
    if any(operation["type"] == "unlinkAll" for operation in operations) and len(operations) > 1:
        raise body_errors(("'unlinkAll' type can't be combined with other type", "operations[].type"))
    for source, times in Counter(operation.get("from") for operation in operations).items():
        if times > 1 and source:
            raise body_errors((f"from richmenu ({source}) is duplicated", "operations[].from"))
