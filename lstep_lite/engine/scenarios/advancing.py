"""One friend's way through a scenario: everything that is due, in order.

A step is passed once: its row in `passages` and what it does are one unit of work. Steps send through the outbox, whose
rows carry a guard: what was put for a way that was stopped since does not go out (guarding.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import add_new
from lstep_lite.engine import actions, locking, segments, sending_rules, sequences, triggers
from lstep_lite.engine.scenarios import enrolling, moving, positions, steps
from lstep_lite.engine.scenarios.enrolling import Started
from lstep_lite.engine.scenarios.keeping import FEATURE, FINISHED
from lstep_lite.engine.scenarios.positions import Plan, Step
from lstep_lite.engine.sequences import Delivered, Due
from lstep_lite.models import (
    Delivery,
    Enrolment,
    EnrolmentState,
    Friend,
    Passage,
    PassageState,
    Scenario,
    ScenarioStep,
    StepKind,
    TimelineEntry,
    WebhookEvent,
)

MOST_AT_ONCE = 20
"""Steps of one friend a unit: after a long outage there may be very many; the rest comes with the next look."""
OFF = "シナリオがオフだったため、送りませんでした。"
LATE = "サーバーが止まっていたなどで、時刻を大きく過ぎたため、送りませんでした。"
PUT = "メッセージを用意しました。"
DONE = "アクションを実行しました。"
triggers.labels["scenario.step"] = "シナリオのステップの時間になった"
triggers.labels["scenario.finished"] = "シナリオの最後まで進んだ"


@dataclass(frozen=True)
class Coming:
    """A step and when it goes out."""

    step: Step
    at: datetime
    is_answer: bool
    """Whether it is due at the very start: as an answer it goes out at whatever hour."""


@dataclass(frozen=True)
class Now:
    """The moment, and what is being answered, if anything is."""

    now: datetime
    event: WebhookEvent | None


def start(
    session: Session,
    scenario: Scenario,
    friend: Friend,
    *,
    now: datetime,
    cause: TimelineEntry | None = None,
    event: WebhookEvent | None = None,
    staff_id: int | None = None,
    at_code: str | None = None,
) -> Started:
    """Begin *scenario* for *friend*, from the step *at_code* if one is named; what is due at once goes out with it.

    Where it must not start, nothing happens and the text says why.
    """
    started = enrolling.enrol(
        session, scenario, friend, now=now, cause=cause, event=event, staff_id=staff_id, at_code=at_code
    )
    if started.enrolment is not None:
        advance(session, started.enrolment, now=now, event=event)
    return started


def advance(session: Session, enrolment: Enrolment, *, now: datetime, event: WebhookEvent | None = None) -> None:
    """Do all that is due for one way through a scenario, and reckon when to look again."""
    friend = session.get_one(Friend, enrolment.friend_id)
    locking.lock(session, friend)
    if not _goes_on(enrolment) or enrolment.scenario.is_ending:
        return
    moving.catch_up(session, enrolment, now=now)
    with enrolling.under_way(session, enrolment):
        put_ids = _go_on(session, enrolment, friend, Now(now, event))
    if _was_stopped(enrolment):
        _let_go_out(session, put_ids)
    session.flush()  # others look at where it stands


def upcoming(session: Session, enrolment: Enrolment) -> Coming | None:
    """What comes next as things stand; None at the end."""
    passed = enrolling.passed_by(session, enrolment)
    return _coming(session, enrolment, passed)


def _go_on(session: Session, enrolment: Enrolment, friend: Friend, moment: Now) -> list[int]:
    """The ids of what was laid into the outbox."""
    passed = enrolling.passed_by(session, enrolment)
    put_ids: list[int] = []
    for _ in range(MOST_AT_ONCE):
        coming = _coming(session, enrolment, passed)
        if coming is None:
            _finish(session, enrolment, friend, moment)
            return put_ids
        if not _is_due(coming, moment):
            enrolment.next_code, enrolment.due_at = coming.step.code, coming.at
            return put_ids
        passed.add(coming.step.code)
        put_ids += _pass(session, enrolment, friend, coming, moment)
        if not _goes_on(enrolment):  # its own actions have ended it
            return put_ids
    enrolment.next_code, enrolment.due_at = None, moment.now
    return put_ids


def _goes_on(enrolment: Enrolment) -> bool:
    return enrolment.state is EnrolmentState.ACTIVE


def _was_stopped(enrolment: Enrolment) -> bool:
    return enrolment.state is EnrolmentState.STOPPED


def _coming(session: Session, enrolment: Enrolment, passed: set[str]) -> Coming | None:
    plan: Plan = enrolling.plan_of(session, enrolment.version_id)
    step = positions.next_step(plan, passed=passed, lanes=enrolment.lanes)
    if step is None:
        return None
    start, rules = enrolling.start_of(enrolment), enrolling.rules_of(session, enrolment.scenario)
    at = positions.moment(plan, step, start, rules)
    return Coming(step, at, positions.is_first_moment(plan, step, start, rules))


def _is_due(coming: Coming, moment: Now) -> bool:
    return coming.at <= moment.now or (coming.is_answer and moment.event is not None)


def _pass(session: Session, enrolment: Enrolment, friend: Friend, coming: Coming, moment: Now) -> list[int]:
    """A step's turn has come. The ids of what was laid into the outbox."""
    row = enrolling.step_of(session, coming.step)
    if coming.step.kind is StepKind.BRANCH:
        _branch(session, enrolment, friend, row, coming, moment)
        return []
    state, reason = _verdict(session, enrolment, coming, moment.now)
    if reason is not None:
        _write_down(session, enrolment, coming, state, reason, moment.now)
        _record(session, enrolment, friend, row, moment.now).results = [reason]
        return []
    delivered = send(session, enrolment, friend, row, now=moment.now, event=moment.event)
    state = PassageState.SENT if delivered.is_sent else PassageState.SKIPPED
    _write_down(session, enrolment, coming, state, delivered.reason, moment.now, delivered.delivery_id)
    return [delivered.delivery_id] if delivered.delivery_id else []


def _verdict(session: Session, enrolment: Enrolment, coming: Coming, now: datetime) -> tuple[PassageState, str | None]:
    """Whether it may go out, before it is asked for whom."""
    if not enrolment.scenario.is_on:
        return PassageState.SKIPPED, OFF
    if _is_late(session, enrolment, coming, now):
        return PassageState.MISSED, LATE
    return PassageState.SENT, None


def _is_late(session: Session, enrolment: Enrolment, coming: Coming, now: datetime) -> bool:
    """Reckoned from when it could have gone out first: not before the start, nor before we meant to look."""
    possible_at = max(coming.at, enrolment.started_at)
    if enrolment.next_code == coming.step.code and enrolment.due_at is not None:
        possible_at = max(possible_at, enrolment.due_at)
    return now - possible_at > sending_rules.late(session)


def _branch(
    session: Session, enrolment: Enrolment, friend: Friend, row: ScenarioStep, coming: Coming, moment: Now
) -> None:
    tree = row.tree or segments.EVERYBODY
    occurrence = enrolling.occurrence(session, enrolment, row.code)
    fits = segments.matches(session, tree, friend, now=moment.now, occurrence=occurrence)
    state = PassageState.YES if fits else PassageState.NO
    enrolment.lanes = enrolment.lanes | {row.code: state.value}
    _write_down(session, enrolment, coming, state, None, moment.now)
    words = "当てはまるので「はい」" if fits else "当てはまらないので「いいえ」"
    entry = _record(session, enrolment, friend, row, moment.now)
    entry.results = [f"条件「{segments.sentence(session, tree)}」に{words}へ進みました。"]


def _write_down(
    session: Session,
    enrolment: Enrolment,
    coming: Coming,
    state: PassageState,
    reason: str | None,
    now: datetime,
    delivery_id: int | None = None,
) -> None:
    row = enrolling.passage_row(enrolment, coming.step.code, state, planned_at=coming.at, now=now, reason=reason)
    add_new(session, Passage, row | {"delivery_id": delivery_id})


def send(
    session: Session,
    enrolment: Enrolment,
    friend: Friend,
    row: ScenarioStep,
    *,
    now: datetime,
    event: WebhookEvent | None = None,
    staff_id: int | None = None,
    is_guarded: bool = True,
) -> Delivered:
    """Do what the step holds. Unless it *is_guarded* it goes out even when the friend's way ends before."""
    entry = _record(session, enrolment, friend, row, now, staff_id)
    scenario = enrolment.scenario
    due = Due(
        source=FEATURE,
        label=f"{scenario.name}：{steps.said(scenario.mode, row)}",
        blocks=row.blocks,
        tree=row.tree,
        place=steps.PLACE,
        holder=row.id,
        key=f"{enrolment.id}:{row.code}",
        occurrence=enrolling.occurrence(session, enrolment, row.code),
        guard=f"{FEATURE}:{enrolment.id}" if is_guarded else None,
    )
    delivered = sequences.deliver(session, friend, due, now=now, event=event, cause=entry, staff_id=staff_id)
    entry.results = [*entry.results, delivered.reason or (PUT if delivered.delivery_id else DONE)]
    return delivered


def _record(
    session: Session,
    enrolment: Enrolment,
    friend: Friend,
    row: ScenarioStep,
    now: datetime,
    staff_id: int | None = None,
) -> TimelineEntry:
    scenario = enrolment.scenario
    facts: dict[str, Any] = {"scenario_id": scenario.id, "label": f"{scenario.name}：{steps.said(scenario.mode, row)}"}
    facts |= {"staff_id": staff_id} if staff_id else {}
    return triggers.record(session, "scenario.step", friend, now=now, cause=_cause(enrolment), **facts)


def _cause(enrolment: Enrolment) -> TimelineEntry | None:
    """The entry of its start, as far as it takes to name it as a cause."""
    return TimelineEntry(id=enrolment.cause_id) if enrolment.cause_id else None


def _finish(session: Session, enrolment: Enrolment, friend: Friend, moment: Now) -> None:
    """All steps are behind the friend. One that is off ends in silence."""
    scenario = enrolment.scenario
    enrolment.state, enrolment.ended_at = EnrolmentState.FINISHED, moment.now
    enrolment.next_code = enrolment.due_at = None
    session.flush()  # whoever follows sees that it is over
    entry = triggers.fire(
        session,
        "scenario.finished",
        friend,
        now=moment.now,
        event=moment.event,
        cause=_cause(enrolment),
        scenario_id=scenario.id,
        label=scenario.name,
    )
    if not scenario.is_on:
        entry.results = [*entry.results, "オフのため、終わりのアクションと次のシナリオは動かしませんでした。"]
        return
    trigger = actions.Trigger(str(enrolment.id), moment.now, cause=entry, event=moment.event)
    ran = actions.run_at(session, FINISHED, scenario.id, friend, trigger)
    entry.results = [*entry.results, *([DONE] if ran else []), *_follow(session, scenario, friend, entry, moment)]


def _follow(session: Session, scenario: Scenario, friend: Friend, entry: TimelineEntry, moment: Now) -> Sequence[str]:
    """Start the scenario that comes next, if one does; what became of it."""
    if scenario.next_scenario_id is None:
        return []
    following = session.get(Scenario, scenario.next_scenario_id)
    if following is None or following.is_ending:
        return ["続けて始めるシナリオが、削除されています。"]
    return [start(session, following, friend, now=moment.now, cause=entry, event=moment.event).text]


def _let_go_out(session: Session, delivery_ids: Sequence[int]) -> None:
    """A step whose own actions end the scenario still says what it had to say."""
    if delivery_ids:
        mine = sa.update(Delivery).where(Delivery.id.in_(delivery_ids)).values(guard=None)
        session.execute(mine, execution_options={"synchronize_session": False})
