"""The worker is killed ten times while a batch of action sets runs: everybody has had everything exactly once."""

import random
import time
from collections import Counter

import pytest
import sqlalchemy as sa

from lstep_lite.engine import batches
from lstep_lite.engine.actions import SetDraft, saved
from lstep_lite.engine.actions.saved import ActionDraft
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.models import (
    ActionRun,
    Batch,
    BatchState,
    Delivery,
    DeliveryState,
    FriendTag,
    ScorePoint,
    ScoreTotal,
    TimelineEntry,
)
from tests.factories import a_score, a_tag
from tests.slow.crashing import Crashing, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

KILLS = 10
FRIENDS = 300
POINTS = 5


def test_ten_kills_leave_nobody_out_and_do_nothing_twice(crashing: Crashing) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    action_id = an_action(crashing)
    rounds = 0
    for _ in range(KILLS):
        if not is_running(crashing):
            rounds += 1
            start(crashing, action_id, rounds)
        work_a_little_and_die(crashing, chance)
    crashing.start_worker()
    wait_until(lambda: not is_running(crashing) and crashing.is_settled(), 120, why=crashing.log)
    crashing.kill_worker()

    with crashing.runtime.database.read() as session:
        finished = session.execute(sa.select(Batch.state, Batch.done, Batch.failed)).all()
        assert [tuple(row) for row in finished] == [(BatchState.DONE, FRIENDS, 0)] * rounds
        assert count(session, FriendTag.friend_id) == Counter({1: FRIENDS})
        for made in (ActionRun.friend_id, ScorePoint.friend_id, Delivery.friend_id):
            assert count(session, made) == Counter({rounds: FRIENDS}), made
        runs = sa.select(sa.func.count()).where(TimelineEntry.kind == "action.run")
        assert session.scalar(runs) == rounds * FRIENDS
        assert set(session.scalars(sa.select(ScoreTotal.total))) == {rounds * POINTS}
        assert set(session.scalars(sa.select(Delivery.state))) == {DeliveryState.SENT}
    for user_id in crashing.user_ids:
        assert crashing.texts(user_id).total() == rounds, "each message reaches the phone once"


def an_action(crashing: Crashing) -> int:
    """A tag, points, a message."""
    with crashing.runtime.database.unit() as session:
        tag, score = a_tag(session), a_score(session)
        steps = [
            step("tags", {"way": "attach", "tag_ids": [tag.id]}),
            step("score", {"score_id": score.id, "way": "add", "points": POINTS}),
            step("send_text", {"text": "いつもありがとうございます。", "when": "now"}),
        ]
        draft = ActionDraft("お礼", SetDraft(steps, repeats=True))
        return saved.create(session, draft, now=crashing.runtime.clock.now()).id


def step(kind: str, data: dict[str, object]) -> dict[str, object]:
    return {"id": kind, "kind": kind, "data": data, "segment": None}


def start(crashing: Crashing, action_id: int, number: int) -> None:
    with crashing.runtime.database.unit() as session:
        batches.start(
            session,
            "actions.run",
            label="お礼",
            params={"action_id": action_id},
            audience=Audience(),
            dedupe_key=f"crash:{number}",
            staff_id=None,
            now=crashing.runtime.clock.now(),
        )


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


def is_running(crashing: Crashing) -> bool:
    with crashing.runtime.database.read() as session:
        return bool(batches.running(session))


def count(session: object, column: object) -> Counter[int]:
    """How many friends have how many rows."""
    return Counter(session.scalars(sa.select(sa.func.count(column)).group_by(column)))
