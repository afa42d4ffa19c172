"""Friends come into a scenario and leave it. One friend is locked; what follows is one unit of work with it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new, know, remembered
from lstep_lite.engine import locking, sending_rules, triggers
from lstep_lite.engine.scenarios import positions, steps
from lstep_lite.engine.scenarios.positions import Beginning, Plan, Start
from lstep_lite.engine.sequences import moments
from lstep_lite.engine.sequences.moments import Rules
from lstep_lite.models import (
    Enrolment,
    EnrolmentState,
    Friend,
    Passage,
    PassageState,
    Restart,
    Scenario,
    ScenarioStep,
    ScenarioVersion,
    TimelineEntry,
    WebhookEvent,
)

DEPTH_LIMIT = 10
"""How many scenarios may start one another for a friend in the same instant."""
UNDER_WAY = "scenarios_under_way"
AGAIN = "最初からやり直したため"
NO_LINE = "LINEなしのお客様のため、始められません。"
BLOCKED = "こちらでブロックしている方のため、始められません。"
NOT_LIVE = "まだ公開していないため、始められません。"
ACTIVE: sa.ColumnElement[EnrolmentState] = sa.literal_column(f"'{EnrolmentState.ACTIVE.value}'")
"""Never a parameter: only then do both databases use the partial index."""
triggers.labels["scenario.started"] = "シナリオを始めた"
triggers.labels["scenario.stopped"] = "シナリオを止めた"


@dataclass(frozen=True)
class Started:
    """What became of a start: the way through the scenario that began, or none; and a sentence about it."""

    enrolment: Enrolment | None
    text: str


@dataclass(frozen=True)
class Frame:
    """A scenario at work: what it does may start others, or itself."""

    friend_id: int
    scenario_id: int
    started_at: datetime


# Coming in -----------------------------------------------------------------------------------------------------------


def enrol(
    session: Session,
    scenario: Scenario,
    friend: Friend,
    *,
    now: datetime,
    cause: TimelineEntry | None,
    event: WebhookEvent | None,
    staff_id: int | None,
    at_code: str | None,
) -> Started:
    """Write *friend* down as being in *scenario*; nothing is sent yet."""
    locking.lock(session, friend)
    session.flush()  # what this unit has changed so far counts
    own = _active(session, friend, scenario)
    if (reason := _refusal(session, scenario, friend, own, at_code, now)) is not None:
        return Started(None, f"シナリオ「{scenario.name}」を始めませんでした：{reason}")
    _make_room(session, scenario, friend, own, now=now, cause=cause)
    begun = _beginning(session, scenario, at_code, now)
    enrolment = _write_down(session, scenario, friend, begun, at_code)
    facts: dict[str, Any] = {"scenario_id": scenario.id, "label": scenario.name}
    facts |= {"staff_id": staff_id} if staff_id else {}
    entry = triggers.fire(session, "scenario.started", friend, now=now, event=event, cause=cause, **facts)
    enrolment.cause_id = entry.id
    return Started(enrolment, f"シナリオ「{scenario.name}」を始めました。")


def _refusal(
    session: Session, scenario: Scenario, friend: Friend, own: Enrolment | None, at_code: str | None, now: datetime
) -> str | None:
    """Why it must not start, if so."""
    if friend.line_user_id is None:
        return NO_LINE
    if friend.is_blocked:
        return BLOCKED
    if scenario.is_ending or scenario.live_version_id is None:
        return NOT_LIVE
    if not scenario.is_on:
        return "オフになっています。"
    if at_code is not None and at_code not in plan_of(session, scenario.live_version_id).by_code:
        return "始めるステップが、今の内容にありません。"
    return _loop(session, scenario, friend, now) or _had_before(session, scenario, friend, own)


def _loop(session: Session, scenario: Scenario, friend: Friend, now: datetime) -> str | None:
    frames: list[Frame] = session.info.get(UNDER_WAY, [])
    mine = [frame for frame in frames if frame.friend_id == friend.id]
    if any((frame.scenario_id, frame.started_at) == (scenario.id, now) for frame in mine):
        return "始まったのと同じ瞬間に、自分自身をもう一度始めようとしました。設定が循環していないか確認してください。"
    if len(mine) >= DEPTH_LIMIT:
        return f"シナリオが{DEPTH_LIMIT}段つながりました。設定が循環していないか確認してください。"
    return None


def _had_before(session: Session, scenario: Scenario, friend: Friend, own: Enrolment | None) -> str | None:
    if scenario.restart is Restart.IF_FINISHED and own is not None:
        return "すでに配信中です。"
    if scenario.restart is Restart.NEVER:
        before = sa.exists().where(Enrolment.friend_id == friend.id, Enrolment.scenario_id == scenario.id)
        return "1人1回だけのシナリオで、すでに始めたことがあります。" if session.scalar(sa.select(before)) else None
    return None


def _make_room(
    session: Session,
    scenario: Scenario,
    friend: Friend,
    own: Enrolment | None,
    *,
    now: datetime,
    cause: TimelineEntry | None,
) -> None:
    """The same one begins again; others end unless a friend may be in several."""
    if own is not None:
        end(session, own, friend, now=now, cause=cause, reason=AGAIN)
    if not sending_rules.rules(session).parallel_scenarios:
        stop(session, friend, now=now, cause=cause, reason=f"「{scenario.name}」を始めたため")


def _beginning(session: Session, scenario: Scenario, at_code: str | None, now: datetime) -> Beginning:
    plan, rules = plan_of(session, scenario.live_version_id or 0), rules_of(session, scenario)
    if at_code is None:
        return positions.begin(plan, scenario.past_start, rules, now=now)
    return positions.begin_at(plan, plan.by_code[at_code], rules, now=now)


def _write_down(
    session: Session, scenario: Scenario, friend: Friend, begun: Beginning, at_code: str | None
) -> Enrolment:
    enrolment = Enrolment(
        scenario_id=scenario.id,
        version_id=scenario.live_version_id or 0,
        friend_id=friend.id,
        state=EnrolmentState.ACTIVE,
        started_at=begun.start.started_at,
        anchor_at=begun.start.anchor_at,
        first_code=at_code,
        lanes=dict(begun.lanes),
        due_at=begun.start.started_at,
    )
    session.flush()  # one that ended makes room first
    session.add(enrolment)
    session.flush()  # what is skipped refers to it
    skip(session, enrolment, begun.skipped, now=begun.start.started_at)
    return enrolment


# Going out -----------------------------------------------------------------------------------------------------------


def stop(
    session: Session,
    friend: Friend,
    *,
    scenario: Scenario | None = None,
    now: datetime,
    cause: TimelineEntry | None = None,
    staff_id: int | None = None,
    reason: str,
) -> int:
    """End *scenario* for *friend*, or all they are in; how many it was. *reason* reads 「…ため」."""
    locking.lock(session, friend)
    session.flush()  # what this unit has begun so far ends too
    mine = sa.select(Enrolment).where(Enrolment.friend_id == friend.id, Enrolment.state == EnrolmentState.ACTIVE)
    if scenario is not None:
        mine = mine.where(Enrolment.scenario_id == scenario.id)
    found = session.scalars(mine.order_by(Enrolment.id)).all()
    for enrolment in found:
        end(session, enrolment, friend, now=now, cause=cause, staff_id=staff_id, reason=reason)
    return len(found)


def end(
    session: Session,
    enrolment: Enrolment,
    friend: Friend,
    *,
    now: datetime,
    cause: TimelineEntry | None = None,
    staff_id: int | None = None,
    reason: str,
) -> None:
    """What of it is still in the outbox does not go out any more (guarding.py)."""
    enrolment.state, enrolment.ended_at, enrolment.end_reason = EnrolmentState.STOPPED, now, reason
    enrolment.due_at = enrolment.next_code = None
    session.flush()  # whoever follows sees that it is over
    facts: dict[str, Any] = {"scenario_id": enrolment.scenario_id, "label": enrolment.scenario.name}
    facts |= {"staff_id": staff_id} if staff_id else {}
    entry = triggers.fire(session, "scenario.stopped", friend, now=now, cause=cause, **facts)
    entry.results = [f"{reason}、止めました。", *entry.results]


# What several modules look up ----------------------------------------------------------------------------------------


def _active(session: Session, friend: Friend, scenario: Scenario) -> Enrolment | None:
    query = sa.select(Enrolment).filter_by(friend_id=friend.id, scenario_id=scenario.id, state=EnrolmentState.ACTIVE)
    return session.scalar(query)


def plan_of(session: Session, version_id: int) -> Plan:
    """The order of a version's steps; within `db.memory` loaded once."""
    return remembered(session, ("scenario plan", version_id), lambda: _load_plan(session, version_id))


def _load_plan(session: Session, version_id: int) -> Plan:
    version = session.get_one(ScenarioVersion, version_id)
    scenario = session.get_one(Scenario, version.scenario_id)
    return positions.plan(scenario.mode, steps.in_version(session, version))


def step_of(session: Session, step: positions.Step) -> ScenarioStep:
    """The row behind a step of a plan."""
    return remembered(session, ("scenario step", step.id), lambda: session.get_one(ScenarioStep, step.id))


def rules_of(session: Session, scenario: Scenario) -> Rules:
    """When its steps may go out."""
    return remembered(
        session,
        ("scenario rules", scenario.id),
        lambda: moments.rules(session, window=scenario.window, is_quiet=scenario.is_quiet),
    )


def start_of(enrolment: Enrolment) -> Start:
    return Start(enrolment.started_at, enrolment.anchor_at)


def occurrence(session: Session, enrolment: Enrolment, code: str) -> str:
    """What chances of a step are drawn for: the friend's first, second, … time in the scenario.

    Not the enrolment's id, which nobody knows beforehand: a rehearsal must draw the same.
    """
    mine = sa.select(sa.func.count()).select_from(Enrolment).where(Enrolment.id < enrolment.id)
    earlier = mine.filter_by(friend_id=enrolment.friend_id, scenario_id=enrolment.scenario_id)
    time = remembered(session, ("scenario time", enrolment.id), lambda: session.scalar(earlier))
    return f"{enrolment.scenario_id}:{time}:{code}"


def passed(session: Session, enrolment_ids: Sequence[int]) -> dict[int, set[str]]:
    """The codes of the steps that each has behind it."""
    found: dict[int, set[str]] = {enrolment_id: set() for enrolment_id in enrolment_ids}
    query = sa.select(Passage.enrolment_id, Passage.code).where(Passage.enrolment_id.in_(enrolment_ids))
    for enrolment_id, code in session.execute(query):
        found[enrolment_id].add(code)
    return found


def passed_by(session: Session, enrolment: Enrolment) -> set[str]:
    """The same for one; what it passes in this unit is added to it."""
    return remembered(session, _passed_key(enrolment.id), lambda: passed(session, [enrolment.id])[enrolment.id])


def know_passed(session: Session, enrolment_ids: Sequence[int]) -> None:
    """Within `db.memory`: look it up for all of them at once."""
    for enrolment_id, codes in passed(session, enrolment_ids).items():
        know(session, _passed_key(enrolment_id), codes)


def _passed_key(enrolment_id: int) -> tuple[object, ...]:
    return ("scenario passed", enrolment_id)


def skip(session: Session, enrolment: Enrolment, reasons: Mapping[str, str], *, now: datetime) -> None:
    """These steps never come, for the reason told."""
    rows = [
        passage_row(enrolment, code, PassageState.SKIPPED, planned_at=now, now=now, reason=reason)
        for code, reason in reasons.items()
    ]
    if rows:
        session.execute(insert_new(session, Passage), rows)


def passage_row(
    enrolment: Enrolment,
    code: str,
    state: PassageState,
    *,
    planned_at: datetime,
    now: datetime,
    reason: str | None = None,
) -> dict[str, object]:
    return {
        "enrolment_id": enrolment.id,
        "scenario_id": enrolment.scenario_id,
        "friend_id": enrolment.friend_id,
        "code": code,
        "state": state,
        "reason": reason,
        "planned_at": planned_at,
        "at": now,
    }


@contextmanager
def under_way(session: Session, enrolment: Enrolment) -> Iterator[None]:
    """Within, what happens comes from this scenario."""
    frames: list[Frame] = session.info.setdefault(UNDER_WAY, [])
    frames.append(Frame(enrolment.friend_id, enrolment.scenario_id, enrolment.started_at))
    try:
        yield
    finally:
        frames.pop()
