"""Where steps stand around a goal, whatever the calendar, the clocks and the shop's rules do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lstep_lite.engine.business_days import Calendar
from lstep_lite.engine.reminders import positions, running
from lstep_lite.engine.sequences import moments
from lstep_lite.engine.sequences.moments import Rules, Window
from lstep_lite.models import ReminderMode, ReminderStep
from tests.factories import NOW, a_friend, a_reminder

TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
ZONES = [TOKYO, NEW_YORK, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")]
CLOCK, REMAINING = ReminderMode.CLOCK, ReminderMode.REMAINING
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def a_step(step_id: int = 1, days: int = 0, at_time: str | None = None, minutes: int = 0) -> ReminderStep:
    timed_at = LONG_AGO
    return ReminderStep(id=step_id, position=step_id, days=days, at_time=at_time, minutes=minutes, timed_at=timed_at)


def on(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("zone", "goal", "days", "at_time", "expected"),
    [
        (TOKYO, "2028-03-01T09:00", -1, "08:00", "2028-02-29T08:00"),
        (TOKYO, "2026-03-01T00:00", -1, "23:59", "2026-02-28T23:59"),
        (TOKYO, "2026-12-31T23:59", 1, "00:00", "2027-01-01T00:00"),
        (NEW_YORK, "2026-03-09T09:00", -1, "02:30", "2026-03-08T03:30"),  # skipped: an hour later
        (NEW_YORK, "2026-11-02T09:00", -1, "01:30", "2026-11-01T01:30"),  # twice: the first
        (NEW_YORK, "2026-11-01T01:30", 0, "09:00", "2026-11-01T09:00"),
    ],
)
def test_days_are_counted_on_the_shops_calendar(
    zone: ZoneInfo, goal: str, days: int, at_time: str, expected: str
) -> None:
    step = a_step(days=days, at_time=at_time)
    assert positions.planned(CLOCK, step, on(zone, goal), Rules(zone, Calendar())) == on(zone, expected).astimezone(UTC)


def test_a_day_beyond_all_calendars_is_the_goal_itself() -> None:
    goal = on(TOKYO, "2999-12-31T10:00")
    for step in (a_step(days=9_999_999, at_time="08:00"), a_step(minutes=10**13)):
        mode = CLOCK if step.at_time else REMAINING
        assert positions.planned(mode, step, goal, Rules(TOKYO, Calendar())) == goal


clock_times = st.times().map(lambda time: time.strftime("%H:%M"))
windows = st.none() | st.builds(
    lambda days, pair: Window(tuple(sorted(days)), *pair),
    st.sets(st.integers(0, 6)),
    st.tuples(clock_times, clock_times).filter(lambda pair: pair[0] != pair[1]),
)
steps_on_clock = st.lists(st.tuples(st.integers(-400, 400), clock_times), max_size=6).map(
    lambda times: [a_step(number, *time) for number, time in enumerate(times, 1)]
)
steps_remaining = st.lists(st.integers(-100_000, 100_000), max_size=6).map(
    lambda times: [a_step(number, minutes=minutes) for number, minutes in enumerate(times, 1)]
)
ways = st.tuples(st.just(CLOCK), steps_on_clock) | st.tuples(st.just(REMAINING), steps_remaining)
zones = st.sampled_from(ZONES)
goals = st.datetimes(datetime(2025, 1, 1), datetime(2032, 12, 31), timezones=zones)  # noqa: DTZ001 - it gets zones


@settings(deadline=None)
@given(way=ways, goal=goals, window=windows, quiet=st.none() | st.just(("22:00", "08:00")), early=st.integers(0, 500))
def test_every_step_comes_once_in_order_and_never_after_a_goal_it_was_meant_to_precede(
    way: tuple[ReminderMode, list[ReminderStep]],
    goal: datetime,
    window: Window | None,
    quiet: tuple[str, str] | None,
    early: int,
) -> None:
    mode, steps = way
    zone = goal.tzinfo
    assert isinstance(zone, ZoneInfo)
    rules, started_at = Rules(zone, Calendar(), window, quiet), goal - timedelta(days=early)
    stops = positions.stops(mode, steps, goal, rules)
    passed: set[int] = set()
    last = datetime.min.replace(tzinfo=UTC)
    while (found := positions.position(stops, started_at=started_at, passed=passed)).ahead:
        stop = found.ahead[0]
        assert stop.due_at >= max(last, stop.planned_at)
        allowed = moments.allowed(stop.planned_at, rules)
        assert (stop.reason is None) == (stop.planned_at > goal or allowed <= goal)
        assert stop.reason is not None or stop.due_at == allowed
        assert all(each.planned_at < started_at and each.reason for each in found.past)
        passed.add(stop.step.id)
        last = stop.due_at
    assert passed | {stop.step.id for stop in found.past} == {step.id for step in steps}


@given(goal=goals, days=st.integers(-800, 800), at_time=clock_times)
def test_a_clock_step_shows_its_time_on_its_day_unless_the_clocks_skip_it(
    goal: datetime, days: int, at_time: str
) -> None:
    zone = goal.tzinfo
    assert isinstance(zone, ZoneInfo)
    planned = positions.planned(CLOCK, a_step(days=days, at_time=at_time), goal, Rules(zone, Calendar()))
    local = planned.astimezone(zone)
    wanted = datetime.combine(goal.date() + timedelta(days=days), datetime.strptime(at_time, "%H:%M").time(), zone)  # noqa: DTZ007
    is_skipped = wanted.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wanted.replace(tzinfo=None)
    assert is_skipped or (local.date() - goal.date() == timedelta(days=days) and f"{local:%H:%M}" == at_time)


def test_a_step_that_got_its_time_later_is_not_made_up_for() -> None:
    goal, step = on(TOKYO, "2026-03-10T14:00"), a_step(minutes=-60)
    step.timed_at = on(TOKYO, "2026-03-10T13:30")
    rules = Rules(TOKYO, Calendar())
    found = positions.position(positions.stops(REMAINING, [step], goal, rules), started_at=LONG_AGO, passed=())
    assert [stop.reason for stop in found.past] == [positions.CHANGED_PAST]
    assert not found.ahead


def test_looking_for_what_is_due_costs_what_is_due(session: Session) -> None:
    a_reminder(session, -30, mode=REMAINING)
    a_friend(session)
    query = str(running.due(NOW).compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))  # the table is small
    plan = session.execute(sa.text(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{query}")).all()
    assert "ix_countdowns_due" in str(plan)
