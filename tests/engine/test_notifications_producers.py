"""What tells of itself: an action step, failures, the allowance, events that were put aside, an outage."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine import actions, intake, notifications, registry, schedules, workers
from lstep_lite.engine.actions import Trigger, saved
from lstep_lite.engine.actions.steps.notify import KIND as NOTIFY
from lstep_lite.engine.deliveries import pausing
from lstep_lite.engine.rows import Values
from lstep_lite.engine.settings import quota
from lstep_lite.errors import DomainError
from lstep_lite.models import Channel, Notification, Receipt, Role
from tests.factories import NOW, a_friend, a_schedule, a_shop, a_staff, an_action

assert registry


@pytest.fixture
def owner(session):
    a_shop(session)
    return a_staff(session)


def told(session):
    return [(each.kind, each.title) for each in session.scalars(sa.select(Notification).order_by(Notification.id))]


def step(session, **texts):
    kind = actions.kinds["notify"]
    data = kind.parse(session, Values({name: [str(value)] for name, value in texts.items()}))
    return an_action(session, {"kind": "notify", "data": data})


def run(session, friend, action, occurrence="1"):
    return actions.run(session, saved.set_of(session, action), friend, Trigger(occurrence, NOW))


def test_a_step_tells_the_chosen_staff_with_the_name_in_the_bell_alone(session, owner):
    chosen, friend = a_staff(session, role=Role.STAFF), a_friend(session, display_name="山田")
    ran = run(session, friend, step(session, text="[name]さんが予約を希望しています", staff_ids=chosen.id))
    assert ran.results[0]["state"] == "done"
    notification = session.scalars(sa.select(Notification)).one()
    assert notification.title == "お客様が予約を希望しています"
    assert notification.body == "山田：山田さんが予約を希望しています"
    assert notification.href == f"/friends/{friend.id}"
    assert session.scalars(sa.select(Receipt.staff_id)).all() == [chosen.id]


def test_the_same_run_tells_once_and_the_next_again(session, owner):
    friend, told_step = a_friend(session), step(session, text="来店です")
    run(session, friend, told_step)
    run(session, friend, told_step)
    run(session, friend, told_step, occurrence="2")
    assert len(told(session)) == 2


def test_switched_off_the_step_says_why_it_told_nobody(session, owner):
    notifications.switch_rule(session, NOTIFY, is_on=False, now=NOW)
    ran = run(session, a_friend(session), step(session, text="来店です"))
    assert ran.results[0]["state"] == "skipped"
    assert "オフ" in ran.results[0]["text"]


@pytest.mark.parametrize("text", ["", "  ", "あ" * 201])
def test_a_step_without_words_or_with_too_many_is_refused(session, text):
    with pytest.raises(DomainError) as refusal:
        step(session, text=text)
    assert refusal.value.field == "text"


def test_a_failed_step_is_told_once_a_day_and_set(session, owner):
    gone = an_action(session, {"kind": "no_such_kind", "data": {}})
    for occurrence in ("1", "2"):
        run(session, a_friend(session), gone, occurrence=occurrence)
    assert told(session) == [("action.failed", "実行できなかったアクションがあります")]


def test_a_schedule_whose_time_has_passed_is_told_once(session, owner):
    missed = a_schedule(session, name="毎日の点検")
    for _ in range(2):
        schedules.missed.tell(session, missed, now=NOW + timedelta(days=1))
    assert [kind for kind, _ in told(session)] == ["schedule.missed"]


def a_channel(session, **over):
    channel = Channel(
        id=1, messaging_channel_id="1", messaging_secret="x", login_channel_id="2", login_secret="x", **over
    )
    session.add(channel)
    session.flush()
    return channel


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (159, []),
        (160, ["今月の通数の80%を使いました"]),
        (199, ["今月の通数の80%を使いました"]),
        (200, ["今月の通数を使い切りました"]),
    ],
)
def test_the_allowance_is_told_once_a_month_and_step(session, owner, used, expected):
    channel = a_channel(session, quota_limit=200, quota_used=used, quota_checked_at=NOW)
    for _ in range(2):
        quota._warn(session, channel, NOW)
    assert [title for _, title in told(session)] == expected


def test_a_pause_is_told(session, owner):
    a_channel(session)
    pausing.pause(session, pausing.MONTHLY_LIMIT, now=NOW, wall=NOW)
    pausing.pause(session, pausing.MONTHLY_LIMIT, now=NOW, wall=NOW)
    assert told(session) == [("sending.paused", "配信を止めています")]


def test_an_event_that_is_put_aside_is_told(database, session, owner, monkeypatch):
    session.commit()

    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setitem(intake.processing._handlers, "beacon", broken)
    event = {
        "type": "beacon",
        "mode": "active",
        "timestamp": int(NOW.timestamp() * 1000),
        "webhookEventId": "01PARKED",
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": "U" + "1" * 32},
    }
    with database.unit() as unit:
        intake.store(unit, {"events": [event]}, now=NOW)
    for minutes in range(0, 50, 5):
        moment = NOW + timedelta(minutes=minutes)
        intake.process_due(database, now=moment, wall=moment, limit=10)
    assert [kind for kind, _ in told(session)] == ["event.parked"]


@pytest.mark.parametrize(("minutes", "count"), [(4, 0), (90, 1)])
def test_a_worker_that_comes_back_after_a_while_says_so(session, owner, minutes, count):
    workers.beat(session, "old", wall=NOW)
    later = NOW + timedelta(minutes=minutes)
    workers.tell_of_outage(session, now=later, wall=later)
    assert len(told(session)) == count
