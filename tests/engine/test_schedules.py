"""When schedules run, for whom, and that each run happens once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, agenda, mentions, registry, schedules, scores, segments
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.schedules import Plan, ScheduleDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Batch,
    BatchState,
    Field,
    FieldType,
    FieldValue,
    Friend,
    Notification,
    Pattern,
    RunState,
    Schedule,
    ScheduleRun,
    Score,
    Shop,
    TimelineEntry,
)
from tests.factories import NOW, a_friend, a_schedule, a_score, a_shop, a_staff

assert registry

TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def runs(plan: Plan, after: str, *, count: int = 3, zone: ZoneInfo = TOKYO) -> list[str]:
    """The next runs in the zone's own time."""
    moment = datetime.fromisoformat(after).replace(tzinfo=zone)
    found = schedules.next_runs(plan, moment, zone, count=count)
    return [run.astimezone(zone).strftime("%Y-%m-%d %H:%M") for run in found]


@pytest.mark.parametrize(
    ("pattern", "params", "after", "expected", "words"),
    [
        ("once", {"on": "2030-05-01"}, "2026-03-05", ["2030-05-01"], "2030年5月1日(水)の10:00"),
        ("once", {"on": "2026-03-04"}, "2026-03-05", [], "2026年3月4日(水)の10:00"),
        ("daily", {}, "2026-02-27", ["2026-02-27", "2026-02-28", "2026-03-01"], "毎日の10:00"),
        (
            "weekly",
            {"weekdays": [0, 2]},
            "2026-03-05",
            ["2026-03-09", "2026-03-11", "2026-03-16"],
            "毎週月・水曜日の10:00",
        ),
        (
            "monthly",
            {"by": "day", "day": 31},
            "2026-02-01",
            ["2026-02-28", "2026-03-31", "2026-04-30"],
            "毎月31日（31日がない月は最後の日）の10:00",
        ),
        ("monthly", {"by": "last"}, "2028-02-01", ["2028-02-29", "2028-03-31", "2028-04-30"], "毎月最後の日の10:00"),
        (
            "monthly",
            {"by": "nth", "nth": 2, "weekday": 1},
            "2026-03-05",
            ["2026-03-10", "2026-04-14", "2026-05-12"],
            "毎月第2火曜日の10:00",
        ),
        (
            "monthly",
            {"by": "nth", "nth": -1, "weekday": 6},
            "2026-03-05",
            ["2026-03-29", "2026-04-26", "2026-05-31"],
            "毎月最後の日曜日の10:00",
        ),
        (
            "yearly",
            {"month": 2, "day": 29},
            "2026-03-05",
            ["2027-02-28", "2028-02-29", "2029-02-28"],
            "毎年2月29日（2月29日がない年は28日）の10:00",
        ),
    ],
)
def test_the_days_of_each_pattern(
    pattern: str, params: dict[str, Any], after: str, expected: list[str], words: str
) -> None:
    plan = Plan(Pattern(pattern), "10:00", params)
    assert runs(plan, after) == [f"{day} 10:00" for day in expected]
    assert schedules.in_words(plan) == words


def test_a_run_is_after_the_moment_and_within_the_period() -> None:
    plan = Plan(Pattern.DAILY, "10:00", starts_on=date(2026, 3, 6), ends_on=date(2026, 3, 7))
    assert runs(plan, "2026-03-01") == ["2026-03-06 10:00", "2026-03-07 10:00"]
    assert runs(plan, "2026-03-06T10:00") == ["2026-03-07 10:00"]
    assert schedules.in_words(plan) == "毎日の10:00（2026年3月6日(金)から2026年3月7日(土)まで）"


def test_a_time_that_the_clocks_skip_comes_an_hour_later_and_one_that_comes_twice_counts_once() -> None:
    plan = Plan(Pattern.DAILY, "02:30")
    assert runs(plan, "2026-03-07T12:00", count=2, zone=NEW_YORK) == ["2026-03-08 03:30", "2026-03-09 02:30"]
    plan = Plan(Pattern.DAILY, "01:30")
    found = schedules.next_runs(plan, datetime(2026, 10, 31, 12, tzinfo=NEW_YORK), NEW_YORK, count=2)
    assert found == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)]


plans = st.one_of(
    st.just((Pattern.DAILY, {})),
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: (Pattern.WEEKLY, {"weekdays": sorted(days)})),
    st.integers(1, 31).map(lambda day: (Pattern.MONTHLY, {"by": "day", "day": day})),
    st.tuples(st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6)).map(
        lambda it: (Pattern.MONTHLY, {"by": "nth", "nth": it[0], "weekday": it[1]})
    ),
    st.tuples(st.integers(1, 12), st.integers(1, 28)).map(lambda it: (Pattern.YEARLY, {"month": it[0], "day": it[1]})),
)


@given(
    plan=plans,
    at=st.times().map(lambda time: time.strftime("%H:%M")),
    after=st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001 - the zone comes next
    zone=st.sampled_from([TOKYO, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]),
)
def test_every_plan_goes_on_and_its_runs_follow_one_another(
    plan: tuple[Pattern, dict[str, Any]], at: str, after: datetime, zone: ZoneInfo
) -> None:
    made = Plan(plan[0], at, plan[1])
    found = schedules.next_runs(made, after.replace(tzinfo=zone), zone, count=3)
    assert len(found) == 3
    assert after.replace(tzinfo=zone) < found[0] < found[1] < found[2]
    assert schedules.next_run(made, found[0] - timedelta(microseconds=1), zone) == found[0]


# Keeping -------------------------------------------------------------------------------------------------------------


def draft(**over: Any) -> ScheduleDraft:
    values: dict[str, Any] = {"name": "誕生日", "plan": Plan(Pattern.DAILY, "12:00"), "is_on": True}
    return ScheduleDraft(**values | over)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": " "}, "name"),
        ({"plan": Plan(Pattern.WEEKLY, "12:00", {"weekdays": []})}, "weekdays"),
        ({"plan": Plan(Pattern.YEARLY, "12:00", {"month": 4, "day": 31})}, "day_of_year"),
        ({"plan": Plan(Pattern.ONCE, "12:00", {"on": "2026-03-04"})}, "on"),
        ({"plan": Plan(Pattern.DAILY, "12:00", {}, date(2026, 4, 2), date(2026, 4, 1))}, "ends_on"),
        ({"plan": Plan(Pattern.DAILY, "12:00", {}, None, date(2026, 3, 4))}, "ends_on"),
        ({"plan": Plan(Pattern.DATE_FIELD, "12:00", {"target": "field:99", "days": 0, "yearly": True})}, "target"),
    ],
)
def test_a_schedule_that_could_never_run_is_refused(session: Session, over: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        schedules.create(session, draft(**over), now=NOW)
    assert refusal.value.field == field


def test_switching_on_waits_for_the_next_run_and_never_catches_up(session: Session) -> None:
    schedule = schedules.create(session, draft(is_on=False), now=NOW)
    assert schedule.due_at is None
    schedules.switch(session, schedule, is_on=True, now=NOW + 2 * HOUR)
    assert schedule.due_at == NOW + 26 * HOUR


def test_what_a_schedule_uses_is_known_and_missed_when_it_is_gone(session: Session) -> None:
    score, field = a_score(session), a_date_field(session)
    condition = {"id": "a", "kind": "score", "data": {"score_id": score.id, "basis": "total", "least": 1, "most": None}}
    plan = Plan(Pattern.DATE_FIELD, "12:00", {"target": f"field:{field.id}", "days": 0, "yearly": False})
    schedule = schedules.create(session, draft(plan=plan, tree={"all": [condition], "any": []}), now=NOW)
    for feature, row in (("scores", score), ("fields", field)):
        assert [place.label for place in mentions.places(session, feature, row.id)] == ["スケジュール「誕生日」"]
    assert not schedules.is_broken(session, schedule)
    scores.delete(session, score)
    assert schedules.is_broken(session, schedule)


# Running -------------------------------------------------------------------------------------------------------------


def a_date_field(session: Session) -> Field:
    field = Field(name="来店日", word="来店日", type=FieldType.DATE, position=1, created_at=NOW, updated_at=NOW)
    session.add(field)
    session.flush()
    return field


def give_points(session: Session, schedule: Schedule, *, repeats: bool = True) -> Score:
    """Let the schedule's set give a point, so that runs can be counted."""
    score = a_score(session)
    step = {"id": "s", "kind": "score", "data": {"score_id": score.id, "way": "add", "points": 1}, "segment": None}
    actions.keep(session, schedules.PLACE, schedule.id, SetDraft([step], repeats=repeats), now=NOW)
    return score


def points(session: Session, score: Score, friend: Friend) -> int:
    return next(row.standing.total for row in scores.of(session, friend) if row.score.id == score.id)


def work(database: Database, now: datetime) -> None:
    """What the worker's lanes do at *now*, until nothing is left."""
    for lane in ("timed", "bulk"):
        while agenda.run(database, lane, now=lambda: now, wall=lambda: now):
            pass


def states(session: Session) -> list[tuple[datetime, RunState]]:
    query = select(ScheduleRun.due_at, ScheduleRun.state).order_by(ScheduleRun.due_at)
    return [(due_at, state) for due_at, state in session.execute(query)]


def test_a_run_does_the_set_for_those_who_match_at_that_moment_and_says_why(
    database: Database, session: Session
) -> None:
    schedule = a_schedule(session)
    score = give_points(session, schedule)
    friend, hidden, gone = a_friend(session), a_friend(session, is_hidden=True), a_friend(session, is_following=False)
    blocked, phone_only = a_friend(session, is_blocked=True), a_friend(session, line_user_id=None)
    session.commit()
    work(database, NOW + 2 * HOUR - MINUTE)
    assert points(session, score, friend) == 0
    work(database, NOW + 2 * HOUR)
    work(database, NOW + 2 * HOUR + MINUTE)
    session.expire_all()
    assert [points(session, score, each) for each in (friend, hidden, gone, blocked, phone_only)] == [1, 1, 0, 0, 0]
    assert states(session) == [(NOW + 2 * HOUR, RunState.STARTED)]
    assert schedule.due_at == NOW + 26 * HOUR
    batch = session.scalars(select(Batch)).one()
    assert (batch.state, batch.total, batch.done) == (BatchState.DONE, 2, 2)
    entries = session.scalars(select(TimelineEntry).where(TimelineEntry.friend_id == friend.id)).all()
    kinds = {entry.id: entry.kind for entry in entries}
    causes = {entry.kind: kinds.get(entry.cause_id or 0) for entry in entries}
    assert causes == {"schedule.due": None, "action.run": "schedule.due", "score.changed": "action.run"}


def test_the_next_day_runs_again_and_a_set_that_runs_once_does_not(database: Database, session: Session) -> None:
    every, once = a_schedule(session), a_schedule(session)
    each_time, just_once = give_points(session, every), give_points(session, once, repeats=False)
    friend = a_friend(session)
    session.commit()
    for days in range(2):
        work(database, NOW + 2 * HOUR + days * DAY)
    assert (points(session, each_time, friend), points(session, just_once, friend)) == (2, 1)
    last = session.scalars(select(Batch).order_by(Batch.id.desc())).first()
    assert last is not None and (last.done, last.skipped) == (0, 1)


def test_a_server_that_was_off_runs_what_is_at_most_an_hour_late_and_shows_the_rest_as_missed(
    database: Database, session: Session
) -> None:
    schedule = a_schedule(session)
    score, friend = give_points(session, schedule), a_friend(session)
    session.commit()
    first = NOW + 2 * HOUR
    work(database, first + 3 * DAY + 60 * MINUTE)
    session.expire_all()
    assert states(session) == [
        (first, RunState.MISSED),
        (first + DAY, RunState.MISSED),
        (first + 2 * DAY, RunState.MISSED),
        (first + 3 * DAY, RunState.STARTED),
    ]
    assert points(session, score, friend) == 1
    assert schedule.due_at == first + 4 * DAY
    assert session.scalars(select(Notification.kind)).all() == ["schedule.missed"], "staff hear of it once"
    work(database, first + 4 * DAY + 61 * MINUTE)
    assert states(session)[-1] == (first + 4 * DAY, RunState.MISSED)


def test_a_schedule_that_is_over_switches_itself_off(database: Database, session: Session) -> None:
    schedule = a_schedule(session, pattern=Pattern.ONCE, params={"on": "2026-03-05"})
    session.commit()
    work(database, NOW + 2 * HOUR)
    session.expire_all()
    assert (schedule.due_at, schedule.is_on) == (None, False)
    assert schedules.over_ids(session, [schedule], now=NOW + 2 * HOUR) == {schedule.id}
    with pytest.raises(DomainError):
        schedules.switch(session, schedule, is_on=True, now=NOW + 2 * HOUR)


def test_when_the_shop_moves_to_another_zone_the_run_moves_with_it(database: Database, session: Session) -> None:
    a_shop(session)
    schedule = a_schedule(session)
    session.get_one(Shop, 1).time_zone = "Asia/Bangkok"
    session.commit()
    work(database, NOW + 2 * HOUR)
    session.expire_all()
    assert (states(session), schedule.due_at) == ([], NOW + 4 * HOUR)


@pytest.mark.parametrize(
    ("params", "day", "found"),
    [
        ({"days": 0, "yearly": True}, "2027-03-05", ["march"]),
        ({"days": -3, "yearly": True}, "2027-03-02", ["march"]),
        ({"days": -3, "yearly": True}, "2027-02-25", ["leap"]),
        ({"days": 0, "yearly": True}, "2027-02-28", ["leap"]),
        ({"days": 0, "yearly": True}, "2028-02-28", []),
        ({"days": 0, "yearly": True}, "2028-02-29", ["leap"]),
        ({"days": 30, "yearly": True}, "2027-04-04", ["march"]),
        ({"days": 0, "yearly": False}, "2027-03-05", []),
        ({"days": 7, "yearly": False}, "1990-03-12", ["march"]),
    ],
)
@pytest.mark.parametrize("target", ["birthday", "field"])
def test_friends_own_days_are_found(
    session: Session, target: str, params: dict[str, Any], day: str, found: list[str]
) -> None:
    field = a_date_field(session)
    days = {"march": date(1990, 3, 5), "leap": date(1988, 2, 29), "none": None}
    for name, own in days.items():
        friend = a_friend(session, display_name=name, birthday=own if target == "birthday" else None)
        if own and target == "field":
            session.add(FieldValue(friend_id=friend.id, field_id=field.id, day=own, updated_at=NOW))
    session.flush()
    key = "system:birthday" if target == "birthday" else f"field:{field.id}"
    plan = Plan(Pattern.DATE_FIELD, "12:00", params | {"target": key})
    at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=TOKYO)
    everybody = {"all": [], "any": []}
    assert schedules.audience(session, plan, everybody, at).count(session, now=NOW) == len(found)
    tree = schedules.audience_tree(session, plan, everybody, at)
    query = select(Friend.display_name).where(segments.condition(session, tree, now=NOW))
    assert list(session.scalars(query)) == found


def test_running_it_by_hand_twice_with_one_press_runs_it_once(database: Database, session: Session) -> None:
    schedule = a_schedule(session, is_on=False, due_at=None)
    score, friend, staff = give_points(session, schedule), a_friend(session), a_staff(session)
    for seconds in range(2):
        now = NOW + timedelta(seconds=seconds)
        schedules.run_now(session, schedule, token="press", staff_id=staff.id, now=now)
    session.commit()
    work(database, NOW + MINUTE)
    assert points(session, score, friend) == 1
    history = schedules.history(session, schedule)
    assert [(line.run.due_at, line.batch and line.batch.staff_id) for line in history] == [(NOW, staff.id)]


def test_a_schedule_deleted_while_its_run_waits_touches_nobody(database: Database, session: Session) -> None:
    schedule = a_schedule(session)
    score, friend = give_points(session, schedule), a_friend(session)
    session.commit()
    assert schedules.run_due(database, now=NOW + 2 * HOUR, wall=NOW)
    schedules.delete(session, schedule)
    session.commit()
    work(database, NOW + 2 * HOUR)
    assert points(session, score, friend) == 0
    assert session.scalar(select(func.sum(Batch.skipped))) == 1


def test_the_clock_stops_at_each_run(database: Database, session: Session) -> None:
    a_schedule(session)
    a_schedule(session, due_at=NOW + HOUR)
    a_schedule(session, due_at=None)
    session.commit()
    with database.read() as reading:
        assert agenda.whole(reading, now=NOW, wall=NOW) == agenda.Pending(0, NOW + HOUR)
        assert agenda.whole(reading, now=NOW + HOUR, wall=NOW) == agenda.Pending(1, NOW + 2 * HOUR)
