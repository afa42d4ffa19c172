"""The one executor: runs a set for a friend, step by step, and writes down what came of each.

Everything happens in the caller's unit of work. Each step is a savepoint of its own: one that fails is undone alone.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import add_new, insert_new, memory, remembered
from lstep_lite.engine import locking, mentions, segments, triggers
from lstep_lite.engine.actions import failures, sets
from lstep_lite.engine.actions.registry import IN_BULK, Outcome, Running, Skipped, kinds, places
from lstep_lite.engine.pinning import Pins
from lstep_lite.errors import DomainError
from lstep_lite.models import ActionRun, ActionSet, Friend, TimelineEntry, WebhookEvent

log = logging.getLogger(__name__)

RUNS = "action_runs_together"
"""The runs of a unit whose results are written together, in the session's info."""
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
    guard: str | None = None
    """What must still run when a message that the set sends later goes out (deliveries.guard)."""
    pins: Pins = field(default_factory=dict)
    """What the set's messages speak of (messages.pinned)."""


def run_at(session: Session, place: str, holder: int | str, friend: Friend, trigger: Trigger) -> ActionRun | None:
    """Run the set that hangs there, if one does. None when there is nothing to run, or it must not run (again)."""
    action_set = sets.at(session, place, holder)
    if action_set is None or not action_set.steps:
        return None
    return run(session, action_set, friend, trigger)


def in_bulk(session: Session, action_set: ActionSet, friend_ids: Sequence[int]) -> Iterator[Friend]:
    """The locked friends of a batch's chunk, one after the other, to run *action_set* for.

    What the first friend needs is loaded once for all of them, their runs and timelines are written together at the
    end, and what is sent goes out behind everything else. A step that fails undoes the chunk, which then comes again
    friend by friend; with one friend it is undone alone, as ever.
    """
    query = sa.select(Friend).where(Friend.id.in_(friend_ids)).order_by(Friend.id)
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    loaded: list[Any] = []

    def hold(_session: Session, row: Any) -> None:
        loaded.append(row)  # the session itself would let it go

    session.info[IN_BULK] = True
    sa.event.listen(session, "loaded_as_persistent", hold)
    try:
        together = _as_one(session, found) if len(found) > 1 else nullcontext()
        with together, mentions.names_at_hand(session, sets.mentioned(action_set.steps)):
            yield from found
    finally:
        sa.event.remove(session, "loaded_as_persistent", hold)
        del session.info[IN_BULK]


@contextmanager
def _as_one(session: Session, found: Sequence[Friend]) -> Iterator[None]:
    session.info[triggers.AS_ONE] = True
    try:
        with memory(session), triggers.written_together(session), written_together(session):
            locking.know(session, found)
            yield
    finally:
        del session.info[triggers.AS_ONE]


@contextmanager
def written_together(session: Session) -> Iterator[None]:
    """Within, the results of runs are written down in one statement at the end; none when the unit fails."""
    runs: list[ActionRun] = session.info.setdefault(RUNS, [])
    try:
        yield
        _write_results(session, runs)
    finally:
        del session.info[RUNS]


def _write_results(session: Session, runs: Sequence[ActionRun]) -> None:
    last = {run.id: run for run in runs}  # an id may come again after one that was undone alone
    rows = [{"run_id": run.id, "entry_id": run.entry_id, "results": run.results} for run in last.values()]
    if rows:
        mine = sa.update(ActionRun).where(ActionRun.id == sa.bindparam("run_id"))
        session.connection().execute(mine, rows)


def run(session: Session, action_set: ActionSet, friend: Friend, trigger: Trigger) -> ActionRun | None:
    """Run *action_set* for *friend*. None when its turn is over: it ran before, or the chain has become a loop."""
    locking.lock(session, friend)
    if (reason := _loop(session, action_set, friend)) is not None:
        facts = {"action_set_id": action_set.id, "label": label(session, action_set)}
        stopped = triggers.record(session, "action.stopped", friend, now=trigger.now, cause=trigger.cause, **facts)
        stopped.results = [reason]
        return None
    if (started := _take_turn(session, action_set, friend, trigger)) is None:
        return None
    with _inside(session, action_set, friend):
        _run_steps(session, started, action_set, friend, trigger)
    return started


def run_inside(running: Running, action_set: ActionSet) -> None:
    """Run a saved set as one step of another: its steps belong to the outer run. Raises Skipped for a loop."""
    if (reason := _loop(running.session, action_set, running.friend)) is not None:
        raise Skipped(reason)
    with _inside(running.session, action_set, running.friend):
        for step in action_set.steps:
            running.inside.append(_run_step(running, step, prefix=f"{running.step_id}."))


def _take_turn(session: Session, action_set: ActionSet, friend: Friend, trigger: Trigger) -> ActionRun | None:
    """Write the run down; None when this friend has had it."""
    occurrence = trigger.occurrence if action_set.repeats else ""
    if not action_set.repeats and _ran_before(session, action_set, friend):
        return None
    row = {"action_set_id": action_set.id, "friend_id": friend.id, "occurrence": occurrence, "at": trigger.now}
    row["results"] = []
    if RUNS in session.info:
        return _started_in_bulk(session, row)
    return session.scalars(insert_new(session, ActionRun).values(row).returning(ActionRun)).one_or_none()


def _ran_before(session: Session, action_set: ActionSet, friend: Friend) -> bool:
    counting = ActionRun.reset_at.is_(None)
    before = sa.exists().where(ActionRun.friend_id == friend.id, ActionRun.action_set_id == action_set.id, counting)
    return bool(session.scalar(sa.select(before)))


def _started_in_bulk(session: Session, row: dict[str, Any]) -> ActionRun | None:
    """A run whose results are written with those of the whole unit."""
    run_id = add_new(session, ActionRun, row)
    if run_id is None:
        return None
    started = ActionRun(id=run_id, **row)
    session.info[RUNS].append(started)
    return started


def _run_steps(session: Session, started: ActionRun, action_set: ActionSet, friend: Friend, trigger: Trigger) -> None:
    facts = {"action_set_id": action_set.id, "run_id": started.id, "label": label(session, action_set)}
    if trigger.staff_id is not None:
        facts["staff_id"] = trigger.staff_id
    entry = triggers.record(session, "action.run", friend, now=trigger.now, cause=trigger.cause, **facts)
    running = Running(
        session,
        friend,
        trigger.now,
        action_set,
        started,
        entry,
        trigger.event,
        trigger.staff_id,
        step_id="",
        guard=trigger.guard,
        pins=trigger.pins,
    )
    started.entry_id, started.results = entry.id, [_run_step(running, step) for step in action_set.steps]
    entry.results = [text for outcome in started.results for text in _texts(outcome)]
    failures.tell(session, started, str(facts["label"]), friend, now=trigger.now)


def _texts(outcome: Outcome) -> Iterator[str]:
    """One line a step; those of a set within stand below theirs."""
    yield outcome["text"]
    for inner in outcome.get("inside", ()):
        yield from (f"　{text}" for text in _texts(inner))


def _run_step(running: Running, step: dict[str, Any], prefix: str = "") -> Outcome:
    at_work = replace(running, step_id=prefix + str(step["id"]), tree=step.get("segment"), inside=[])
    outcome: Outcome = {"step": at_work.step_id, "kind": step["kind"]}
    outcome["state"], outcome["text"] = _outcome(at_work, step, outcome)
    return outcome | ({"inside": at_work.inside} if at_work.inside else {})


def _outcome(running: Running, step: dict[str, Any], outcome: Outcome) -> tuple[str, str]:
    """State and text; why a condition does not hold is written into *outcome*."""
    session = running.session
    kind = kinds.get(step["kind"])
    if kind is None or mentions.missing(session, kind.mentions(step["data"])):
        return "failed", f"{sets.MISSING}：このアクションで使っていたものが削除されています。"
    words = kind.sentence(session, step["data"])
    if (reason := _outside(running, outcome)) is not None:
        return "skipped", f"「{words}」を飛ばしました：{reason}"
    try:
        with triggers.undone_alone(session):
            return "done", kind.run(running, step["data"])
    except Skipped as skipped:
        return "skipped", f"「{words}」を飛ばしました：{skipped.reason}"
    except DomainError as error:
        if triggers.AS_ONE in session.info:
            raise
        return "failed", f"「{words}」はできませんでした：{error.message}"
    except OperationalError:
        raise  # a lost connection or lock: the whole unit is tried again
    except Exception:
        if triggers.AS_ONE in session.info:
            raise
        log.exception("timeline %s: step %s (%s) failed", running.entry.id, running.step_id, step["kind"])
        return (
            "failed",
            f"「{words}」に失敗しました。原因はサーバーの記録に「timeline {running.entry.id}」として残っています。",
        )


def _outside(running: Running, outcome: Outcome) -> str | None:
    """Why the step's condition keeps this friend out, if it does."""
    session, tree, friend = running.session, running.tree, running.friend
    if segments.is_empty(tree) or tree is None:
        return None
    if segments.broken(session, tree):
        return f"条件の{sets.MISSING}。"
    occurrence = running.run.occurrence
    if segments.matches(session, tree, friend, now=running.now, occurrence=occurrence):
        return None
    if sum(1 for _ in segments.rows(tree)) > 1 and IN_BULK not in session.info:
        verdicts = segments.verdicts(session, tree, friend, now=running.now, occurrence=occurrence)
        outcome["why"] = [{"text": verdict.sentence, "holds": verdict.holds} for verdict in verdicts]
    return f"条件「{segments.sentence(session, tree)}」に当てはまりません。"


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
    return remembered(session, ("label", action_set.id), partial(_label, session, action_set))


def _label(session: Session, action_set: ActionSet) -> str:
    where = places[action_set.place].describe(session, [action_set.holder])
    return where[action_set.holder].label if action_set.holder in where else "削除された設定"
