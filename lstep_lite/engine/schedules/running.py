"""Runs: each is a batch over the friends who match at that moment.

What is due, and that its run was started, are one unit of work; the batch has the run as its key, so that a worker
killed anywhere starts nothing twice. A run whose time passed too long ago is written down as missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lstep_lite.db import Database, insert_new
from lstep_lite.engine import actions, agenda, batches, settings, triggers
from lstep_lite.engine.actions import bulk
from lstep_lite.engine.friends import Audience
from lstep_lite.engine.schedules import calendar, dates, missed
from lstep_lite.engine.schedules.calendar import Plan
from lstep_lite.engine.schedules.keeping import FEATURE, PLACE, plan_of
from lstep_lite.engine.segments import Reach, Tree
from lstep_lite.models import (
    ActionRun,
    ActionSet,
    Batch,
    Friend,
    Lane,
    Pattern,
    RunState,
    Schedule,
    ScheduleRun,
)

KIND = "schedules.run"
TOLERANCE = timedelta(minutes=60)
INSTANT = timedelta(microseconds=1)
HISTORY = 50
BLOCKED = "こちらでブロックしている方のため、実行しませんでした。"
GONE = "スケジュールが削除されたか、行うことが決まっていないため、実行しませんでした。"
triggers.labels["schedule.due"] = "スケジュールの時間になった"


@dataclass(frozen=True)
class Run:
    """One line of the history. *batch* is none where the run was missed, or its batch has been cleared away."""

    run: ScheduleRun
    batch: Batch | None


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists().where(Schedule.due_at <= now))
def run_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Start the run that has been due longest. True when there was one."""
    with database.unit() as session:
        due = sa.select(Schedule).where(Schedule.due_at <= now).order_by(Schedule.due_at, Schedule.id).limit(1)
        schedule = session.scalar(due.with_for_update(skip_locked=True))
        if schedule is None or schedule.due_at is None:
            return False
        plan, zone, due_at = plan_of(schedule), settings.zone(session), schedule.due_at
        if calendar.next_run(plan, due_at - INSTANT, zone) == due_at:  # else the shop's zone has changed meanwhile
            _take(session, schedule, due_at, now)
            due_at += INSTANT
        schedule.due_at = calendar.next_run(plan, due_at - INSTANT, zone)
        schedule.is_on = schedule.due_at is not None  # over: it can be changed without asking for a new day
    return True


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    due = session.scalar(sa.select(sa.func.count()).where(Schedule.due_at <= now)) or 0
    return agenda.Pending(due, session.scalar(sa.select(sa.func.min(Schedule.due_at)).where(Schedule.due_at > now)))


def run_now(session: Session, schedule: Schedule, *, token: str, staff_id: int, now: datetime) -> Batch:
    """Run it once by hand; the same *token* means the same press of the button."""
    batch = _start(session, schedule, f"hand-{token}", now, now=now, staff_id=staff_id)
    known = sa.select(ScheduleRun.id).where(ScheduleRun.batch_id == batch.id)
    if session.scalar(known) is None:
        _write_down(session, schedule, now, RunState.STARTED, batch.id)
    return batch


def audience_tree(session: Session, plan: Plan, tree: Tree, at: datetime) -> Tree:
    """The schedule's own conditions and, where it goes by a date, that it is the friend's day."""
    if plan.pattern is not Pattern.DATE_FIELD:
        return tree
    day: date = at.astimezone(settings.zone(session)).date()
    return {"all": [*tree["all"], dates.condition_on(plan.params, day)], "any": tree["any"]}


def audience(session: Session, plan: Plan, tree: Tree, at: datetime) -> Audience:
    """Whom a run at a moment is for."""
    return Audience(tree=audience_tree(session, plan, tree, at), reach=Reach.ACT)


def history(session: Session, schedule: Schedule) -> Sequence[Run]:
    """The newest runs first."""
    query = (
        sa.select(ScheduleRun, Batch)
        .outerjoin(Batch, Batch.id == ScheduleRun.batch_id)
        .where(ScheduleRun.schedule_id == schedule.id)
        .order_by(ScheduleRun.due_at.desc(), ScheduleRun.id.desc())
        .limit(HISTORY)
    )
    return [Run(run, batch) for run, batch in session.execute(query)]


def last_runs(session: Session) -> dict[int, Run]:
    """The newest run of each schedule, for lists."""
    other = aliased(ScheduleRun)
    newest = sa.select(sa.func.max(other.due_at)).where(other.schedule_id == Schedule.id).correlate(Schedule)
    query = (
        sa.select(ScheduleRun, Batch)
        .join(Schedule, Schedule.id == ScheduleRun.schedule_id)
        .outerjoin(Batch, Batch.id == ScheduleRun.batch_id)
        .where(ScheduleRun.due_at == newest.scalar_subquery())
    )
    return {run.schedule_id: Run(run, batch) for run, batch in session.execute(query)}


def _take(session: Session, schedule: Schedule, due_at: datetime, now: datetime) -> None:
    if now - due_at > TOLERANCE:
        _write_down(session, schedule, due_at, RunState.MISSED, None)
        missed.tell(session, schedule, now=now)
        return
    batch = _start(session, schedule, due_at.isoformat(), due_at, now=now, staff_id=None)
    _write_down(session, schedule, due_at, RunState.STARTED, batch.id)


def _start(
    session: Session, schedule: Schedule, occurrence: str, at: datetime, *, now: datetime, staff_id: int | None
) -> Batch:
    return batches.start(
        session,
        KIND,
        label=f"スケジュール「{schedule.name}」",
        params={"schedule_id": schedule.id, "occurrence": occurrence},
        audience=audience(session, plan_of(schedule), schedule.tree, at),
        dedupe_key=f"{FEATURE}:{schedule.id}:{occurrence}",
        staff_id=staff_id,
        now=now,
    )


def _write_down(session: Session, schedule: Schedule, due_at: datetime, state: RunState, batch_id: int | None) -> None:
    values = {"schedule_id": schedule.id, "due_at": due_at, "state": state, "batch_id": batch_id}
    session.execute(insert_new(session, ScheduleRun).values(values))


@batches.kind(KIND, label="スケジュールの実行", chunk=bulk.CHUNK)
def _apply(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> batches.Outcome:
    schedule_id = batch.params["schedule_id"]
    schedule, action_set = session.get(Schedule, schedule_id), actions.at(session, PLACE, schedule_id)
    if schedule is None or action_set is None or not action_set.steps:
        return batches.Outcome(skipped=dict.fromkeys(friend_ids, GONE))
    skipped: dict[int, str] = {}
    failed: dict[int, str] = {}
    for friend in actions.in_bulk(session, action_set, friend_ids):
        if friend.is_blocked:
            skipped[friend.id] = BLOCKED
        elif (ran := _run_for(session, batch, schedule, action_set, friend, now)) is None:
            skipped[friend.id] = bulk.RAN_BEFORE
        elif (reason := bulk.failure(ran)) is not None:
            failed[friend.id] = reason
    return batches.Outcome(skipped, failed)


def _run_for(
    session: Session, batch: Batch, schedule: Schedule, action_set: ActionSet, friend: Friend, now: datetime
) -> ActionRun | None:
    entry = triggers.record(
        session, "schedule.due", friend, now=now, schedule_id=schedule.id, occurrence=batch.params["occurrence"]
    )
    trigger = actions.Trigger(batch.params["occurrence"], now, cause=entry, staff_id=batch.staff_id)
    ran = actions.run(session, action_set, friend, trigger)
    entry.results = [f"「{schedule.name}」", *([] if ran else [bulk.RAN_BEFORE])]
    return ran
