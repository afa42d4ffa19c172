"""The outlook of a month: what waits now, by day, against what is left of the allowance."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, outlook, reminders, scenarios, schedules
from lstep_lite.engine.actions import SetDraft
from lstep_lite.models import BroadcastState, Channel, Scenario, ScenarioMode
from tests import factories
from tests.factories import NOW, a_friend, a_scenario, a_step

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
Told = list[tuple[str, str, int, bool]]


@pytest.fixture(autouse=True)
def shop(session: Session) -> None:
    factories.a_shop(session)


def told(session: Session, first: date = MARCH) -> Told:
    items = outlook.reckon(session, first, now=NOW)
    return [(f"{item.day:%m-%d}", item.feature, item.count, item.is_most) for item in items]


def enrol(session: Session, scenario: Scenario, count: int, *, days_ago: int = 0) -> None:
    for _ in range(count):
        scenarios.start(session, scenario, a_friend(session), now=NOW - timedelta(days=days_ago))


def test_scenarios_are_the_friends_within_times_the_steps_ahead_of_them(session: Session) -> None:
    steps = (a_step("翌日", days=1, at="12:00"), a_step("五日後", days=5, at="12:00"), a_step(days=6, at="12:00"))
    scenario = a_scenario(session, *steps, a_step("来月", days=30, at="12:00"))
    enrol(session, scenario, 2)
    enrol(session, scenario, 3, days_ago=2)
    enrol(session, a_scenario(session, steps[0], is_on=False), 1)

    assert told(session) == [
        ("03-06", "scenarios", 2, True),
        ("03-08", "scenarios", 3, True),
        ("03-10", "scenarios", 2, True),
    ]
    assert told(session, APRIL) == [("04-02", "scenarios", 3, True), ("04-04", "scenarios", 2, True)]


def test_elapsed_time_is_counted_from_the_hour_of_the_start(session: Session) -> None:
    scenario = a_scenario(session, a_step("あと", minutes=15 * 60), mode=ScenarioMode.ELAPSED)
    enrol(session, scenario, 1)
    assert told(session) == [("03-06", "scenarios", 1, True)]


def test_reminders_count_to_their_goals_and_what_is_past_is_not_ahead(session: Session) -> None:
    reminder = factories.a_reminder(session, (-3, "10:00"), (-1, "18:00"))
    for _ in range(2):
        goal_at = datetime(2026, 3, 7, 1, tzinfo=UTC)
        reminders.set_goal(session, reminder, a_friend(session), goal_at, origin="hand", now=NOW)
    assert told(session) == [("03-06", "reminders", 2, True)]


def test_broadcasts_waiting_messages_and_schedules_that_send_stand_beside_them(session: Session) -> None:
    friends = [a_friend(session) for _ in range(3)]
    booked = {"state": BroadcastState.BOOKED, "due_at": NOW + timedelta(days=2)}
    factories.a_broadcast(session, **booked, at_most=2)
    factories.a_broadcast(session)  # a draft
    factories.a_delivery(session, friends[0], due_at=NOW + timedelta(days=1))
    schedule = factories.a_schedule(session, params={}, due_at=NOW + timedelta(hours=1))
    data = {"text": "月に一度", "when": "now"}
    step = {"id": "s", "kind": "send_text", "data": data, "segment": None}
    actions.keep(session, schedules.PLACE, schedule.id, SetDraft([step], repeats=True), now=NOW)

    found = told(session)

    assert [each for each in found if each[1] == "broadcasts"] == [("03-07", "broadcasts", 2, False)]
    assert [each for each in found if each[1] == "deliveries"] == [("03-06", "deliveries", 1, False)]
    assert {each[2:] for each in found if each[1] == "schedules"} == {(3, True)}


def test_the_day_is_told_on_which_the_allowance_ends_and_whom_it_hits(session: Session) -> None:
    steps = [a_step(str(day), days=day, at="12:00") for day in (1, 2, 3)]
    enrol(session, a_scenario(session, *steps), 2)
    channel = {"messaging_channel_id": "1", "messaging_secret": "s", "login_channel_id": "2", "login_secret": "s"}
    session.add(Channel(id=1, quota_limit=100, quota_used=97, quota_checked_at=NOW, **channel))
    session.flush()

    outlook.keep(session, MARCH, outlook.reckon(session, MARCH, now=NOW), now=NOW)
    month = outlook.month(session, MARCH, now=NOW)

    assert month is not None and month.left == 3 and month.count == 6
    assert month.runs_out is not None and month.runs_out.day == date(2026, 3, 7)
    assert [item.day.day for item in month.hit] == [7, 8]


def test_it_holds_for_an_hour(session: Session) -> None:
    outlook.keep(session, MARCH, [], now=NOW)
    assert outlook.month(session, MARCH, now=NOW + timedelta(minutes=59)) is not None
    assert outlook.month(session, MARCH, now=NOW + timedelta(minutes=60)) is None
    assert outlook.month(session, APRIL, now=NOW) is None


def test_it_is_stale_once_something_is_booked(session: Session) -> None:
    scenario = a_scenario(session, a_step(days=1, at="12:00"), is_on=False)
    later = max(NOW, scenario.updated_at)
    outlook.keep(session, MARCH, [], now=later)
    assert outlook.month(session, MARCH, now=later) is not None
    scenarios.switch(session, scenario, is_on=True, now=later + timedelta(seconds=1))
    session.flush()
    assert outlook.month(session, MARCH, now=later + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("text", "first"),
    [("2026-04", APRIL), ("", MARCH), ("2026-02", MARCH), ("2030-01", MARCH), ("2026-99", MARCH), ("x", MARCH)],
)
def test_only_months_that_lie_ahead_are_shown(text: str, first: date) -> None:
    assert outlook.month_of(text, now=NOW, zone=ZoneInfo("Asia/Tokyo")) == first
