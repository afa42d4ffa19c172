"""A saved action for many friends: automation, friend by friend, each in a savepoint of its own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import batches
from lstep_lite.engine.actions import running, saved, sets
from lstep_lite.engine.batches import Choice, Outcome, Params, Question
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.models import ActionRun, ActionSet, Batch

CHUNK = 16
"""Friends a unit: so many run a set of a few steps in well under 200 ms."""
RAN_BEFORE = "「2回目以降も実行する」がオフで、すでに実行しているため、実行しませんでした。"


def _choices(session: Session) -> Sequence[Choice]:
    return [(action.id, action.name) for action in saved.in_order(session)]


def _explain(session: Session, params: Params, count: int) -> Sequence[str]:
    """The steps, and how many messages they may cost."""
    action_set = saved.set_of(session, saved.get(session, params["action_id"]))
    if action_set is None or not action_set.steps:
        return [saved.EMPTY]
    steps = [f"{number}. {words}" for number, words in enumerate(sets.sentences(session, action_set.steps), start=1)]
    each = _message_count(session, action_set, frozenset())
    cost = f"メッセージは最大{each * count:,}通かかります（1人{each}通）。" if each else "メッセージは送りません。"
    return [*steps, cost, "続けて動くアクション（タグやスコアの基準など）の分は、ここには含まれていません。"]


def _message_count(session: Session, action_set: ActionSet, seen: frozenset[int]) -> int:
    """How many messages it sends to a friend for whom every condition holds."""
    total = 0
    for step in action_set.steps if action_set.id not in seen else ():
        if step["kind"] == "send_text":
            total += 1
        elif step["kind"] == "run_action":
            inner = sets.at(session, saved.PLACE, step["data"]["action_id"])
            total += _message_count(session, inner, seen | {action_set.id}) if inner else 0
    return total


@batches.kind(
    "actions.run",
    label="アクションを実行する",
    chunk=CHUNK,
    permission=Permission.AUTOMATION_EDIT,
    question=Question("action_id", "実行するアクション", _choices),
    explain=_explain,
)
def run(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    """Raises DomainError when the action is gone or empty."""
    action_set = saved.set_of(session, saved.get(session, batch.params["action_id"]))
    if action_set is None or not action_set.steps:
        raise DomainError(saved.EMPTY)
    trigger = running.Trigger(occurrence=f"batch:{batch.id}", now=now, staff_id=batch.staff_id)
    skipped: dict[int, str] = {}
    failed: dict[int, str] = {}
    for friend in running.in_bulk(session, action_set, friend_ids):
        ran = running.run(session, action_set, friend, trigger)
        if ran is None:
            skipped[friend.id] = RAN_BEFORE
        elif (reason := failure(ran)) is not None:
            failed[friend.id] = reason
    return Outcome(skipped, failed)


def failure(ran: ActionRun) -> str | None:
    """The first step that could not be done."""
    return next((outcome["text"] for outcome in ran.results if outcome["state"] == "failed"), None)
