"""The worker is killed again and again while scenario steps fall due and LINE misbehaves: every step exactly once."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, scenarios
from lstep_lite.engine.actions import SetDraft
from lstep_lite.models import (
    ActionRun,
    Delivery,
    DeliveryState,
    Enrolment,
    EnrolmentState,
    Friend,
    FriendTag,
    Passage,
    PassageState,
    Scenario,
    ScenarioMode,
    ScenarioStep,
    StepKind,
    Tag,
    TimelineEntry,
)
from tests.factories import a_scenario, a_step, a_tag
from tests.slow.crashing import Crashing, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

KILLS = 16
FRIENDS = 6
SCENARIOS = 18
WAYS = FRIENDS * SCENARIOS


def test_every_step_comes_once_however_often_the_worker_dies(crashing: Crashing) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    set_the_stage(crashing)
    kills = 0
    while kills < KILLS and not is_over(crashing):
        crashing.misbehave(chance)
        crashing.get_somewhere_and_die(lambda: progress(crashing), chance)
        kills += 1
    crashing.behave()
    crashing.start_worker()
    wait_until(lambda: is_over_by_now(crashing), 120, why=lambda: standing(crashing), every=0.2)
    crashing.kill_worker()

    assert kills == KILLS, "all was over too soon: set more scenarios"
    with crashing.runtime.database.read() as session:
        passages = Counter(session.scalars(sa.select(Passage.state)))
        assert passages == {PassageState.SENT: 2 * WAYS, PassageState.YES: WAYS}
        assert set(session.scalars(sa.select(Enrolment.state))) == {EnrolmentState.FINISHED}
        states = session.scalars(sa.select(Delivery.state).where(Delivery.source == "scenarios")).all()
        assert Counter(states) == {DeliveryState.SENT: 2 * WAYS}
        assert session.scalar(sa.select(sa.func.count(ActionRun.id))) == 2 * WAYS
        assert session.scalar(sa.select(sa.func.count()).select_from(FriendTag)) == FRIENDS
        kinds = Counter(session.scalars(sa.select(TimelineEntry.kind).where(TimelineEntry.kind.startswith("scenario"))))
        assert kinds == {"scenario.step": 3 * WAYS, "scenario.finished": WAYS}
    everything = Counter({f"{words} {number}": 1 for number in range(SCENARIOS) for words in ("はじめに", "はい")})
    for user_id in crashing.user_ids:
        assert crashing.texts(user_id) == everything


def set_the_stage(crashing: Crashing) -> None:
    """Everybody is in every scenario, all of which is due now: a message and a tag, a branch, a message, the end."""
    now = crashing.runtime.clock.now()
    with crashing.runtime.database.unit() as session:
        tag = a_tag(session)
        made = [a_branching_scenario(session, number, tag) for number in range(SCENARIOS)]
        attach = {"id": "s", "kind": "tags", "segment": None, "data": {"way": "attach", "tag_ids": [tag.id]}}
        wanted = SetDraft([attach], repeats=True)
        for scenario in made:
            first = sa.select(ScenarioStep.id).filter_by(version_id=scenario.live_version_id, code="first")
            actions.keep(session, scenarios.PLACE, session.scalars(first).one(), wanted, now=now)
            actions.keep(session, scenarios.FINISHED, scenario.id, wanted, now=now)
        begun = now - timedelta(minutes=10)
        times = {"started_at": begun, "anchor_at": begun, "due_at": now}
        session.execute(sa.insert(Enrolment), [row | times for scenario in made for row in ways(session, scenario)])


def a_branching_scenario(session: Session, number: int, tag: Tag) -> Scenario:
    has_tag = {"id": "c", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}
    return a_scenario(
        session,
        a_step(f"はじめに {number}", minutes=10, code="first"),
        a_step(minutes=10, code="fork", kind=StepKind.BRANCH, tree={"all": [has_tag], "any": []}),
        a_step(f"はい {number}", minutes=10, code="yes", within="fork", side="yes"),
        a_step(f"いいえ {number}", minutes=10, code="no", within="fork", side="no"),
        mode=ScenarioMode.ELAPSED,
    )


def ways(session: Session, scenario: Scenario) -> list[dict[str, Any]]:
    own = {"scenario_id": scenario.id, "version_id": scenario.live_version_id, "state": EnrolmentState.ACTIVE}
    return [own | {"friend_id": friend_id, "lanes": {}} for friend_id in session.scalars(sa.select(Friend.id))]


def progress(crashing: Crashing) -> tuple[int, int]:
    with crashing.runtime.database.read() as session:
        passed = session.scalar(sa.select(sa.func.count(Passage.id))) or 0
        sent = session.scalar(sa.select(sa.func.count(Delivery.call_id))) or 0
    return passed, sent


def is_over(crashing: Crashing) -> bool:
    return progress(crashing)[0] == 3 * WAYS and crashing.is_settled()


def is_over_by_now(crashing: Crashing) -> bool:
    """Calls that a killed worker has left behind wait for their next try, after many kills for minutes."""
    crashing.retry_at_once()
    return is_over(crashing)


def standing(crashing: Crashing) -> str:
    with crashing.runtime.database.read() as session:
        ways = session.execute(sa.select(Enrolment.state, sa.func.count()).group_by(Enrolment.state)).all()
        sends = session.execute(sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state)).all()
    return f"{progress(crashing)} {ways} {sends}\n{crashing.log()}"
