"""What starts, stops and asks about reminders: actions, conditions, and many friends at once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, batches, fields, friends, mentions, registry, reminders, segments
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.reminders import StepDraft, steps
from lstep_lite.engine.rows import Values
from lstep_lite.engine.sequences import Content
from lstep_lite.errors import DomainError
from lstep_lite.models import Batch, ChangedBy, Countdown, CountdownState, FieldType, Friend, Reminder
from tests.factories import NOW, a_field, a_friend, a_reminder, a_shop, a_staff, an_action

assert registry

TOKYO = ZoneInfo("Asia/Tokyo")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOAL = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    """A moment on the shop's clock in March 2026: "9 8:00"."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2026, 3, int(day), int(hour), int(minute), tzinfo=TOKYO)


def set_goal(session: Session, reminder: Reminder, friend: Friend, goal_at: datetime = GOAL) -> Countdown:
    return reminders.set_goal(session, reminder, friend, goal_at, origin="test", now=NOW)


def do(session: Session, friend: Friend, now: datetime = NOW, **data: Any) -> str:
    """Run one step and say what came of it."""
    action = an_action(session, {"kind": "reminder", "data": data})
    place, holder = actions.saved.PLACE, action.id
    run = actions.run_at(session, place, holder, friend, actions.Trigger(f"at-{now}", now))
    assert run is not None
    return str(run.results[0]["text"])


def test_actions_start_and_stop_reminders(session: Session) -> None:
    a_shop(session)
    reminder, friend = a_reminder(session, (-1, "13:00"), name="来店"), a_friend(session)
    field = a_field(session, FieldType.DATE, name="次回予約日")
    start = {"way": "start", "reminder_id": reminder.id}
    from_field = {"goal": "field", "target": f"field:{field.id}", "at_time": "10:00", "yearly": False}
    assert "「次回予約日」が空のため" in do(session, friend, **start, **from_field)
    fields.write(session, friend, f"field:{field.id}", date(2026, 3, 20), changed_by=ChangedBy.STAFF, now=NOW)
    assert "2026年3月20日(金) 10:00をゴールにして始めました" in do(session, friend, **start, **from_field)
    do(session, friend, **start, goal="after", days=7, after_time="18:30")
    do(session, friend, **start, goal="fixed", moment="2026-04-01T09:00")
    goals = [each.goal_at.astimezone(TOKYO).strftime("%m-%d %H:%M") for each in reminders.active_of(session, friend)]
    assert goals == ["03-12 18:30", "03-20 10:00", "04-01 09:00"]
    assert do(session, friend, way="stop", reminder_id=reminder.id) == "リマインダ「来店」を止めました。"
    assert "ゴールはありません" in do(session, friend, NOW + HOUR, way="stop_all")
    assert reminders.active_of(session, friend) == []


def test_what_is_typed_into_the_step_is_read_back(session: Session) -> None:
    reminder, kind = a_reminder(session, (-1, "13:00"), name="来店"), actions.kinds["reminder"]
    typed = {"way": "start", "reminder_id": str(reminder.id), "goal": "field", "target": "system:birthday"}
    texts = {name: [value] for name, value in (typed | {"at_time": "10:00", "yearly": "yes"}).items()}
    data = kind.parse(session, Values(texts))
    assert kind.parse(session, Values(kind.values(data))) == data
    assert kind.sentence(session, data) == "リマインダ「来店」を「誕生日」の10:00（毎年）をゴールにして始める"
    wrong = texts | {"at_time": ["25:00"]}
    with pytest.raises(DomainError, match="時刻"):
        kind.parse(session, Values(wrong))


def test_conditions_know_who_has_a_goal(session: Session) -> None:
    a_shop(session)
    reminder, near, far, over, never = a_reminder(session, (-1, "13:00")), *(a_friend(session) for _ in range(4))
    set_goal(session, reminder, near, NOW + 2 * DAY)
    set_goal(session, reminder, far, NOW + 20 * DAY)
    set_goal(session, reminder, over)
    reminders.stop(session, over, now=NOW, reason="止めました。")

    def those(how: str, **more: Any) -> set[int]:
        row = {"id": "c", "kind": "reminder", "data": {"reminder_id": reminder.id, "how": how, **more}}
        asked = segments.condition(session, {"all": [row], "any": []}, now=NOW)
        return set(session.scalars(sa.select(Friend.id).where(asked)))

    assert those("has") == {near.id, far.id}
    assert those("within", days=3) == {near.id}
    assert those("none") == {over.id, never.id}
    assert those("never") == {never.id}
    reminders.delete(session, reminder, now=NOW)
    assert those("never") == set(), "a condition on something deleted holds for nobody"


def in_bulk(database: Database, batch_id: int) -> dict[str, int]:
    """Run the batch to its end: how many were done, skipped, failed."""
    while batches.work(database, now=NOW, wall=NOW):
        pass
    with database.read() as session:
        batch = session.get_one(Batch, batch_id)
        return {"done": batch.done, "skipped": batch.skipped, "failed": batch.failed}


def test_many_friends_start_with_their_own_days_and_are_stopped_together(database: Database) -> None:
    with database.unit() as session:
        a_shop(session)
        reminder, staff = a_reminder(session, (-1, "13:00")), a_staff(session)
        field = a_field(session, FieldType.DATE)
        days = [date(2026, 3, 20), date(2026, 3, 21), None]
        for day in days:
            key = f"field:{field.id}"
            fields.write(session, a_friend(session), key, day, changed_by=ChangedBy.STAFF, now=NOW)
        started = batches.start(
            session,
            "reminders.start",
            label="始める",
            params={"pair": reminder.id * 1_000_000 + field.id},
            audience=friends.Audience(),
            dedupe_key="test",
            staff_id=staff.id,
            now=NOW,
        )
        ids = (reminder.id, started.id, staff.id)
    assert in_bulk(database, ids[1]) == {"done": 2, "skipped": 1, "failed": 0}
    with database.unit() as session:
        reminder = session.get_one(Reminder, ids[0])
        goals = session.scalars(sa.select(Countdown.goal_at).order_by(Countdown.id)).all()
        assert goals == [at("20 10:00"), at("21 10:00")]
        stopping = reminders.stop_all(session, reminder, token="t", staff_id=ids[2], now=NOW)
        assert reminders.stop_all(session, reminder, token="t", staff_id=ids[2], now=NOW) is stopping
        stopping_id = stopping.id
    assert in_bulk(database, stopping_id) == {"done": 2, "skipped": 0, "failed": 0}
    with database.read() as session:
        assert set(session.scalars(sa.select(Countdown.state))) == {CountdownState.STOPPED}


def test_a_step_says_what_it_uses(session: Session) -> None:
    reminder = a_reminder(session, name="来店", is_on=False)
    other = a_reminder(session, (-1, "10:00"))
    stop = {"id": "s1", "kind": "reminder", "segment": None, "data": {"way": "stop", "reminder_id": other.id}}
    draft = StepDraft(-1, "10:00", content=Content(actions=SetDraft([stop], repeats=True)))
    step = steps.add(session, reminder, draft, now=NOW)
    (place,) = mentions.places(session, reminders.FEATURE, other.id)
    assert (place.label, place.args) == (
        "リマインダ「来店」の「前日の10:00」",
        {"reminder_id": reminder.id, "step_id": step.id},
    )
    reminders.delete(session, other, now=NOW)
    assert reminders.broken_ids(session, [reminder]) == {reminder.id}
