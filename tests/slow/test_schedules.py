"""The worker is killed again and again while a schedule's run is under way: one run, everybody in it exactly once."""

import random
import time
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from lstep_lite.engine import actions, batches, schedules, scores, settings
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.scores import ThresholdDraft
from lstep_lite.models import (
    Basis,
    Batch,
    BatchMember,
    BatchState,
    Direction,
    MemberState,
    RunState,
    Schedule,
    ScheduleRun,
    Score,
    ScorePoint,
    ScoreTotal,
    TimelineEntry,
)
from tests.factories import a_schedule, a_score
from tests.slow.crashing import Crashing, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

KILLS = 8
FRIENDS = 200


def test_a_run_survives_kills_and_gives_everybody_their_points_once(crashing: Crashing) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    set_the_stage(crashing)
    for _ in range(KILLS):
        if progress(crashing) < 2 * FRIENDS:
            work_a_little_and_die(crashing, chance)
    crashing.start_worker()
    wait_until(lambda: is_over(crashing), 120, why=crashing.log)
    crashing.kill_worker()

    with crashing.runtime.database.read() as session:
        assert session.scalars(sa.select(ScheduleRun.state)).all() == [RunState.STARTED]
        assert session.scalars(sa.select(Batch.done)).all() == [FRIENDS]
        assert set(session.scalars(sa.select(BatchMember.state))) == {MemberState.DONE}
        given = sa.select(ScorePoint.score_id, ScorePoint.friend_id)
        assert set(Counter(tuple(row) for row in session.execute(given)).values()) == {1}
        assert session.scalar(sa.select(sa.func.count()).select_from(ScorePoint)) == 2 * FRIENDS
        totals = sa.select(Score.name, ScoreTotal.total, ScoreTotal.recent).join(Score, Score.id == ScoreTotal.score_id)
        assert {tuple(row) for row in session.execute(totals)} == {("来店", 5, 5), ("ごほうび", 1, 1)}
        crossed = sa.select(sa.func.count()).where(TimelineEntry.kind == "score.crossed")
        assert session.scalar(crossed) == FRIENDS
        assert session.scalars(sa.select(Schedule.due_at)).one() > crashing.runtime.clock.now()


def set_the_stage(crashing: Crashing) -> None:
    """A daily schedule, due this minute: it gives points that reach a threshold, whose set gives one more."""
    now = crashing.runtime.clock.now()
    due_at = now.replace(second=0, microsecond=0)
    with crashing.runtime.database.unit() as session:
        visits, reward = a_score(session, name="来店"), a_score(session, name="ごほうび")
        wanted = SetDraft([step(reward, 1)], repeats=True)
        scores.add_threshold(session, visits, ThresholdDraft(Basis.TOTAL, Direction.UP, 5, wanted), now=now)
        local = due_at.astimezone(settings.zone(session))
        schedule = a_schedule(session, due_at=due_at, at_time=local.strftime("%H:%M"))
        actions.keep(session, schedules.PLACE, schedule.id, SetDraft([step(visits, 5)], repeats=True), now=now)


def step(score: Score, points: int) -> dict[str, Any]:
    data = {"score_id": score.id, "way": "add", "points": points}
    return {"id": "points", "kind": "score", "data": data, "segment": None}


def work_a_little_and_die(crashing: Crashing, chance: random.Random) -> None:
    """Dies within moments of having got somewhere."""
    before = progress(crashing)
    crashing.start_worker()
    wait_until(lambda: progress(crashing) > before, 60, why=crashing.log, every=0.005)
    time.sleep(chance.uniform(0, 0.1))
    crashing.kill_worker()


def progress(crashing: Crashing) -> int:
    with crashing.runtime.database.read() as session:
        return session.scalar(sa.select(sa.func.sum(Batch.total + Batch.done))) or 0


def is_over(crashing: Crashing) -> bool:
    with crashing.runtime.database.read() as session:
        return not batches.running(session) and session.scalar(sa.select(Batch.state)) is BatchState.DONE
