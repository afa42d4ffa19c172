"""A saved action for many friends: automation, friend by friend, each in a savepoint of its own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import batches
from lstep_lite.engine.actions import running, saved
from lstep_lite.engine.batches import Choice, Outcome, Params, Question
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.models import ActionRun, Batch

CHUNK = 10
"""Friends a unit: so many run a set of a few steps in well under 200 ms."""
RAN_BEFORE = "「2回目以降も実行する」がオフで、すでに実行しているため、実行しませんでした。"


def _choices(session: Session) -> Sequence[Choice]:
    return [(action.id, action.name) for action in saved.in_order(session)]


def _explain(_session: Session, _params: Params, _count: int) -> Sequence[str]:
    return [
        "タグやスコアのしきい値などに設定したアクションも、続けて実行されます。",
        "メッセージを送るアクションは、送った人数の分だけ通数がかかります。",
    ]


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
