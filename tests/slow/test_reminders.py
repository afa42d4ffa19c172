"""The worker is killed again and again while reminders fall due and LINE misbehaves: every step exactly once."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.db import Database
from lstep_lite.engine import actions, reminders
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.reminders import reckoning, running, steps
from lstep_lite.models import (
    ActionRun,
    Countdown,
    CountdownState,
    Delivery,
    DeliveryState,
    Friend,
    FriendTag,
    Reminder,
    ReminderMode,
    ReminderPassage,
    ReminderPassageState,
)
from tests.factories import NOW, a_friend, a_reminder, a_shop, a_tag
from tests.slow.crashing import Crashing, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

KILLS = 16
FRIENDS = 6
REMINDERS = 24
GOALS = FRIENDS * REMINDERS
HOUR = timedelta(hours=1)


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
    crashing.retry_at_once()
    crashing.start_worker()
    wait_until(lambda: is_over(crashing), 120, why=crashing.log, every=0.2)
    crashing.kill_worker()

    assert kills == KILLS, "all was over too soon: set more goals"
    with crashing.runtime.database.read() as session:
        passages = session.scalars(sa.select(ReminderPassage.state)).all()
        assert Counter(passages) == {ReminderPassageState.SENT: GOALS}
        states = session.scalars(sa.select(Delivery.state).where(Delivery.source == "reminders")).all()
        assert Counter(states) == {DeliveryState.SENT: GOALS}
        assert session.scalar(sa.select(sa.func.count(ActionRun.id))) == GOALS
        assert session.scalar(sa.select(sa.func.count()).select_from(FriendTag)) == FRIENDS
        assert set(session.scalars(sa.select(Countdown.state))) == {CountdownState.ACTIVE}, "the goals are still ahead"
    everything = Counter({f"あと1時間です {number}": 1 for number in range(REMINDERS)})
    for user_id in crashing.user_ids:
        assert crashing.texts(user_id) == everything


def test_workers_at_the_same_time_and_people_who_move_goals_double_nothing(fresh_database: Database) -> None:
    with fresh_database.unit() as session:
        a_shop(session)
        reminder = a_reminder(session, -60, -30, mode=ReminderMode.REMAINING)
        mine = [a_friend(session) for _ in range(FRIENDS)]
        for friend in mine:
            reminders.set_goal(session, reminder, friend, NOW + HOUR, origin="test", now=NOW)
        reminder_id, friend_ids = reminder.id, [friend.id for friend in mine]
    problems: list[BaseException] = []

    def work() -> None:
        while running.run_due(fresh_database, now=NOW, wall=NOW):
            pass

    def move() -> None:
        """By a minute, so that the step that is due now has passed or comes once more."""
        for friend_id in friend_ids:
            with fresh_database.unit() as session:
                reminder, friend = session.get_one(Reminder, reminder_id), session.get_one(Friend, friend_id)
                goal_at = NOW + HOUR - timedelta(minutes=1)
                reminders.set_goal(session, reminder, friend, goal_at, origin="test", now=NOW)

    def edit() -> None:
        with fresh_database.unit() as session:
            steps.changed(session.get_one(Reminder, reminder_id), now=NOW)
        while reckoning.reckon(fresh_database, now=NOW, wall=NOW):
            pass

    def safely(do: Callable[[], None]) -> None:
        try:
            do()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=safely, args=(do,)) for do in (work, move, edit, work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    work()
    assert problems == []
    with fresh_database.read() as session:
        sent = session.scalar(sa.select(sa.func.count(Delivery.id))) or 0
        passed = sa.select(sa.func.count()).where(ReminderPassage.state == ReminderPassageState.SENT)
        assert sent == session.scalar(passed) <= FRIENDS
        countdowns = session.scalars(sa.select(Countdown)).all()
        assert {each.due_at for each in countdowns} == {NOW + HOUR - timedelta(minutes=31)}


def set_the_stage(crashing: Crashing) -> None:
    """Everybody has a goal of each reminder in an hour, and each reminder a step that is due now."""
    now = crashing.runtime.clock.now()
    with crashing.runtime.database.unit() as session:
        tag = a_tag(session)
        attach = {"id": "s", "kind": "tags", "segment": None, "data": {"way": "attach", "tag_ids": [tag.id]}}
        made = [a_reminder(session, -60, mode=ReminderMode.REMAINING) for _ in range(REMINDERS)]
        for number, reminder in enumerate(made):
            reminder.steps[0].blocks = [{"kind": "text", "text": f"あと1時間です {number}"}]
            actions.keep(session, reminders.PLACE, reminder.steps[0].id, SetDraft([attach], repeats=True), now=now)
        ids = [reminder.id for reminder in made]
    for reminder_id in ids:
        with crashing.runtime.database.unit() as session:
            reminder = session.get_one(Reminder, reminder_id)
            for friend in session.scalars(sa.select(Friend).order_by(Friend.id)).all():
                reminders.set_goal(session, reminder, friend, now + HOUR, origin="test", now=now)


def progress(crashing: Crashing) -> tuple[int, int]:
    with crashing.runtime.database.read() as session:
        passed = session.scalar(sa.select(sa.func.count(ReminderPassage.id))) or 0
        sent = session.scalar(sa.select(sa.func.count(Delivery.call_id))) or 0
    return passed, sent


def is_over(crashing: Crashing) -> bool:
    return progress(crashing)[0] == GOALS and crashing.is_settled()
