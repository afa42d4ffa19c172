"""Past runs of a friend, and letting a set run again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import triggers
from lstep_lite.engine.actions.registry import places
from lstep_lite.errors import NotFound
from lstep_lite.models import ActionRun, ActionSet, Friend

SHOWN = 20
triggers.labels["action.reset"] = "アクションをもう一度実行できるようにした"


@dataclass(frozen=True)
class Past:
    """One run, as staff see it."""

    run: ActionRun
    label: str
    counts: dict[str, int]
    """How many steps were done, skipped, failed."""
    holds_back: bool
    """Whether the set won't run again for this friend because of it."""


def of_friend(session: Session, friend: Friend, *, limit: int = SHOWN) -> list[Past]:
    """The newest runs first."""
    query = sa.select(ActionRun, ActionSet).join(ActionSet, ActionSet.id == ActionRun.action_set_id)
    newest = query.where(ActionRun.friend_id == friend.id).order_by(ActionRun.at.desc(), ActionRun.id.desc())
    found = session.execute(newest.limit(limit)).all()
    labels = _labels(session, [action_set for _, action_set in found])
    return [_past(run, action_set, labels.get(action_set.id, "削除された設定")) for run, action_set in found]


def past_run(session: Session, run_id: int, friend: Friend) -> ActionRun:
    run = session.get(ActionRun, run_id)
    if run is None or run.friend_id != friend.id:
        raise NotFound
    return run


def reset(session: Session, run: ActionRun, *, staff_id: int, now: datetime) -> None:
    """Let the set of *run* run again for this friend; nothing it did is undone. The second time does nothing."""
    if run.reset_at is not None:
        return
    action_set = session.get_one(ActionSet, run.action_set_id)
    same = sa.select(ActionRun).where(
        ActionRun.friend_id == run.friend_id, ActionRun.action_set_id == run.action_set_id, ActionRun.reset_at.is_(None)
    )
    for counting in session.scalars(same):
        counting.reset_at = now
        counting.occurrence = f"{counting.occurrence}#{counting.id}"  # the key is free for the next run
    label = _labels(session, [action_set]).get(action_set.id, "")
    friend = session.get_one(Friend, run.friend_id)
    triggers.record(session, "action.reset", friend, now=now, staff_id=staff_id, label=label)


def _past(run: ActionRun, action_set: ActionSet, label: str) -> Past:
    counts: dict[str, int] = {}
    for outcome in run.results:
        counts[outcome["state"]] = counts.get(outcome["state"], 0) + 1
    return Past(run, label, counts, holds_back=not action_set.repeats and run.reset_at is None)


def _labels(session: Session, sets: Sequence[ActionSet]) -> dict[int, str]:
    """Where each set hangs, in words."""
    found: dict[int, str] = {}
    for place in {action_set.place for action_set in sets}:
        here: dict[str, Any] = {action_set.holder: action_set.id for action_set in sets if action_set.place == place}
        described = places[place].describe(session, here.keys())
        found |= {here[holder]: where.label for holder, where in described.items()}
    return found
