"""The one executor: runs a set for a friend, step by step, and writes down what came of each.

Everything happens in the caller's unit of work. Each step is a savepoint of its own: one that fails is undone alone.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import mentions, segments, triggers
from lstep_lite.engine.actions import sets
from lstep_lite.engine.actions.registry import Running, Skipped, kinds, places
from lstep_lite.errors import DomainError
from lstep_lite.models import ActionRun, ActionSet, Friend, TimelineEntry, WebhookEvent

log = logging.getLogger(__name__)

DEPTH_LIMIT = 10
"""How many sets may follow from one another for one friend."""
STOPPED = "ここで止めました。設定が循環していないか確認してください。"
triggers.labels["action.run"] = "アクションを実行した"
triggers.labels["action.stopped"] = "アクションを止めた"


@dataclass(frozen=True)
class Trigger:
    """Why a set runs, and as which occurrence: the same occurrence never runs it twice for a friend."""

    occurrence: str
    now: datetime
    cause: TimelineEntry | None = None
    event: WebhookEvent | None = None
    staff_id: int | None = None


def run_at(session: Session, place: str, holder: int | str, friend: Friend, trigger: Trigger) -> ActionRun | None:
    """Run the set that hangs there, if one does. None when there is nothing to run, or it must not run (again)."""
    action_set = sets.at(session, place, holder)
    if action_set is None or not action_set.steps:
        return None
    return run(session, action_set, friend, trigger)


def run(session: Session, action_set: ActionSet, friend: Friend, trigger: Trigger) -> ActionRun | None:
    """Run *action_set* for *friend*. None when its turn is over: it ran before, or the chain has become a loop."""
    session.scalar(sa.select(Friend.id).where(Friend.id == friend.id).with_for_update())
    if (reason := _loop(session, action_set, friend)) is not None:
        stopped = triggers.record(session, "action.stopped", friend, now=trigger.now, cause=trigger.cause)
        stopped.facts = {"action_set_id": action_set.id}
        stopped.results = [reason]
        return None
    if (started := _take_turn(session, action_set, friend, trigger)) is None:
        return None
    with _inside(session, action_set, friend):
        _run_steps(session, started, action_set, friend, trigger)
    return started


def run_inside(running: Running, action_set: ActionSet) -> list[dict[str, Any]]:
    """Run a saved set as one step of another: its steps belong to the outer run. Raises Skipped for a loop."""
    if (reason := _loop(running.session, action_set, running.friend)) is not None:
        raise Skipped(reason)
    with _inside(running.session, action_set, running.friend):
        return [_run_step(running, step, prefix=f"{running.step_id}.") for step in action_set.steps]


def _take_turn(session: Session, action_set: ActionSet, friend: Friend, trigger: Trigger) -> ActionRun | None:
    """Write the run down; None when this friend has had it."""
    occurrence = trigger.occurrence if action_set.repeats else ""
    counting = ActionRun.reset_at.is_(None)
    before = sa.exists().where(ActionRun.friend_id == friend.id, ActionRun.action_set_id == action_set.id, counting)
    if not action_set.repeats and session.scalar(sa.select(before)):
        return None
    row = {"action_set_id": action_set.id, "friend_id": friend.id, "occurrence": occurrence, "at": trigger.now}
    run_id = session.scalar(insert_new(session, ActionRun).values(row | {"results": []}).returning(ActionRun.id))
    return None if run_id is None else session.get_one(ActionRun, run_id)


def _run_steps(session: Session, started: ActionRun, action_set: ActionSet, friend: Friend, trigger: Trigger) -> None:
    facts = {"action_set_id": action_set.id, "run_id": started.id}
    if trigger.staff_id is not None:
        facts["staff_id"] = trigger.staff_id
    entry = triggers.record(session, "action.run", friend, now=trigger.now, cause=trigger.cause, **facts)
    started.entry_id = entry.id
    running = Running(
        session, friend, trigger.now, action_set, started, entry, trigger.event, trigger.staff_id, step_id=""
    )
    started.results = [_run_step(running, step) for step in action_set.steps]
    entry.results = [result["text"] for result in started.results]


def _run_step(running: Running, step: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    step_id = prefix + str(step["id"])
    state, text = _outcome(running, step, step_id)
    return {"step": step_id, "kind": step["kind"], "state": state, "text": text}


def _outcome(running: Running, step: dict[str, Any], step_id: str) -> tuple[str, str]:
    session, friend = running.session, running.friend
    words = sets.step_sentence(session, step)
    kind = kinds.get(step["kind"])
    if kind is None or mentions.missing(session, kind.mentions(step["data"])):
        return "failed", f"{sets.MISSING}：このアクションで使っていたものが削除されています。"
    tree = step.get("segment")
    if tree and segments.broken(session, tree):
        return "skipped", f"「{words}」を飛ばしました：条件の{sets.MISSING}。"
    if tree and not segments.matches(session, tree, friend, now=running.now, occurrence=running.run.occurrence):
        return "skipped", f"「{words}」を飛ばしました：条件「{segments.sentence(session, tree)}」に当てはまりません。"
    step_running = Running(
        session, friend, running.now, running.action_set, running.run, running.entry, running.event,
        running.staff_id, step_id,
    )  # fmt: skip
    try:
        with session.begin_nested():
            return "done", kind.run(step_running, step["data"])
    except Skipped as skipped:
        return "skipped", f"「{words}」を飛ばしました：{skipped.reason}"
    except DomainError as error:
        return "failed", f"「{words}」はできませんでした：{error.message}"
    except OperationalError:
        raise  # a lost connection or lock: the whole unit is tried again
    except Exception:
        log.exception("timeline %s: step %s (%s) failed", running.entry.id, step_id, step["kind"])
        return (
            "failed",
            f"「{words}」に失敗しました。原因はサーバーの記録に「timeline {running.entry.id}」として残っています。",
        )


def _loop(session: Session, action_set: ActionSet, friend: Friend) -> str | None:
    """Why the chain must end here, if it must."""
    ancestors: list[tuple[int, int]] = session.info.get("action_sets", [])
    if (friend.id, action_set.id) in ancestors:
        return f"同じアクションが自分自身をもう一度呼び出したため、{STOPPED}"
    if sum(friend_id == friend.id for friend_id, _ in ancestors) >= DEPTH_LIMIT:
        return f"アクションが{DEPTH_LIMIT}段つながったため、{STOPPED}"
    return None


@contextmanager
def _inside(session: Session, action_set: ActionSet, friend: Friend) -> Iterator[None]:
    ancestors: list[tuple[int, int]] = session.info.setdefault("action_sets", [])
    ancestors.append((friend.id, action_set.id))
    try:
        yield
    finally:
        ancestors.pop()


def label(session: Session, action_set: ActionSet) -> str:
    """Where the set hangs, in words: 「タグ「来店」が付いたとき」."""
    where = places[action_set.place].describe(session, [action_set.holder])
    return where[action_set.holder].label if action_set.holder in where else "削除された設定"
