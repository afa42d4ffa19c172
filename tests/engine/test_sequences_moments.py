"""When a step may go out: windows, quiet hours, holidays, and clocks that jump."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lstep_lite.engine.business_days import Calendar
from lstep_lite.engine.sequences import moments
from lstep_lite.engine.sequences.moments import Holidays, Rules, Window
from lstep_lite.errors import DomainError
from lstep_lite.models import DayKind, SendingRules
from tests.factories import NOW, a_shop

TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
ZONES = [TOKYO, NEW_YORK, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")]
WEEKDAYS, BUSINESS = (0, 1, 2, 3, 4), Holidays.NEXT_BUSINESS_DAY
LUNCH = Window(WEEKDAYS, "12:00", "13:00", BUSINESS)
QUARTER = timedelta(minutes=15)


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("window", "quiet", "planned", "expected"),
    [
        (LUNCH, None, "2026-03-05T12:30", "2026-03-05T12:30"),
        (LUNCH, None, "2026-03-05T11:59", "2026-03-05T12:00"),
        (LUNCH, None, "2026-03-05T13:00", "2026-03-06T12:00"),
        (LUNCH, None, "2026-03-06T13:00", "2026-03-09T12:00"),  # over the weekend
        (LUNCH, None, "2026-03-20T12:30", "2026-03-23T12:00"),  # 春分の日 on a Friday
        (LUNCH, None, "2026-12-31T12:30", "2026-12-31T12:30"),
        (LUNCH, None, "2026-12-31T13:30", "2027-01-04T12:00"),  # 元日 on a Friday
        (LUNCH, None, "2028-02-29T09:00", "2028-02-29T12:00"),
        (Window(WEEKDAYS, "12:00", "13:00"), None, "2026-03-20T12:30", "2026-03-20T12:30"),
        (Window((), "18:00", "02:00"), None, "2026-03-05T01:59", "2026-03-05T01:59"),
        (Window((3,), "18:00", "02:00"), None, "2026-03-06T01:00", "2026-03-06T01:00"),  # still Thursday's
        (Window((3,), "18:00", "02:00"), None, "2026-03-05T01:00", "2026-03-05T18:00"),
        (None, ("22:00", "08:00"), "2026-03-05T22:00", "2026-03-06T08:00"),
        (None, ("22:00", "08:00"), "2026-03-05T03:00", "2026-03-05T08:00"),
        (None, ("22:00", "08:00"), "2026-03-05T08:00", "2026-03-05T08:00"),
        (None, ("12:00", "13:00"), "2026-03-05T12:30", "2026-03-05T13:00"),
        (Window((), "06:00", "10:00"), ("22:00", "08:00"), "2026-03-05T05:00", "2026-03-05T08:00"),
        (Window((), "20:00", "23:00"), ("22:00", "08:00"), "2026-03-05T22:30", "2026-03-06T20:00"),
        (Window((), "18:00", "22:00"), ("20:00", "22:00"), "2026-03-05T21:00", "2026-03-06T18:00"),
        (None, None, "2026-03-05T03:00", "2026-03-05T03:00"),
    ],
)
def test_what_may_not_go_out_waits_for_the_first_moment_that_it_may(
    window: Window | None, quiet: tuple[str, str] | None, planned: str, expected: str
) -> None:
    rules = Rules(TOKYO, Calendar(), window, quiet)
    assert moments.allowed(tokyo(planned), rules) == tokyo(expected)


def test_days_the_shop_set_decide_what_a_business_day_is() -> None:
    special = {date(2026, 3, 20): (DayKind.OPEN, ""), date(2026, 3, 5): (DayKind.CLOSED, "")}
    rules = Rules(TOKYO, Calendar({4}, special=special), LUNCH)
    assert moments.allowed(tokyo("2026-03-20T12:30"), rules) == tokyo("2026-03-20T12:30")
    assert moments.allowed(tokyo("2026-03-05T12:30"), rules) == tokyo("2026-03-09T12:00")


def test_a_window_that_no_day_can_meet_holds_nothing_back_for_ever() -> None:
    rules = Rules(TOKYO, Calendar({1}), Window((1,), "12:00", "13:00", BUSINESS))
    assert moments.allowed(tokyo("2026-03-05T09:00"), rules) == tokyo("2026-03-05T09:00")
    assert moments.allowed(tokyo("2026-03-05T09:00"), replace(rules, quiet=("21:00", "10:00"))) == tokyo(
        "2026-03-05T10:00"
    )


@pytest.mark.parametrize(
    ("zone", "day", "at_time", "expected"),
    [
        (TOKYO, date(2026, 3, 5), "12:00", "2026-03-05T03:00"),
        (NEW_YORK, date(2026, 3, 8), "02:30", "2026-03-08T07:30"),  # skipped: 3:30 in summer time
        (NEW_YORK, date(2026, 11, 1), "01:30", "2026-11-01T05:30"),  # twice: the first
        (ZONES[3], date(2026, 10, 4), "02:15", "2026-10-03T15:45"),  # skipped by half an hour: 2:45
    ],
)
def test_clock_times_that_are_skipped_or_come_twice(zone: ZoneInfo, day: date, at_time: str, expected: str) -> None:
    found = moments.on_clock(day, at_time, zone)
    assert (found, found.tzinfo) == (datetime.fromisoformat(expected).replace(tzinfo=UTC), UTC)


CLOCK_TIMES = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
HOURS = st.tuples(CLOCK_TIMES, CLOCK_TIMES).filter(lambda pair: pair[0] != pair[1])
WINDOWS = st.builds(
    lambda days, hours, holidays: Window(days, *hours, holidays),
    st.sets(st.integers(0, 6)).map(lambda days: tuple(sorted(days))),
    HOURS,
    st.sampled_from(Holidays),
)
NEAR = st.sampled_from(
    ["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-31", "2028-02-28", "2026-12-31"]
)
"""Evenings before clocks jump in some zone, and ends of months and years."""
MOMENTS = st.builds(
    lambda day, quarters: datetime.fromisoformat(day).replace(tzinfo=UTC) + quarters * QUARTER,
    NEAR,
    st.integers(0, 192),
)
RULES = st.builds(
    Rules,
    st.sampled_from(ZONES),
    st.sets(st.integers(0, 6), max_size=2).map(Calendar),
    st.none() | WINDOWS,
    st.none() | HOURS,
)


@settings(max_examples=150, deadline=None)
@given(RULES, MOMENTS)
def test_the_moment_is_the_earliest_that_a_plain_look_at_every_quarter_finds(rules: Rules, moment: datetime) -> None:
    found = moments.allowed(moment, rules)
    assert found >= moment
    looked_at = [moment + number * QUARTER for number in range(4 * 24 * 4)]
    first = next((each for each in looked_at if is_allowed(each, rules)), None)
    if first is None:  # next week, or never: then at once, but for the quiet hours
        assert found > looked_at[-1] or is_allowed(found, replace(rules, window=None))
    else:
        assert found == first


def is_allowed(moment: datetime, rules: Rules) -> bool:
    """The same question for one moment, asked of the days around it."""
    today = moment.astimezone(rules.zone).date()
    days = [today + timedelta(days=number) for number in (-1, 0)]
    if rules.quiet and any(holds(moment, day, *rules.quiet, rules.zone) for day in days):
        return False
    window = rules.window
    return window is None or any(
        holds(moment, day, window.starts_at, window.ends_at, rules.zone)
        for day in days
        if (not window.weekdays or day.weekday() in window.weekdays)
        and (window.holidays is Holidays.SEND or rules.calendar.is_business_day(day))
    )


def holds(moment: datetime, day: date, starts_at: str, ends_at: str, zone: ZoneInfo) -> bool:
    last = day if starts_at < ends_at else day + timedelta(days=1)
    return moments.on_clock(day, starts_at, zone) <= moment < moments.on_clock(last, ends_at, zone)


@settings(max_examples=100, deadline=None)
@given(RULES, st.lists(MOMENTS, min_size=2, max_size=6))
def test_two_steps_never_change_their_order(rules: Rules, planned: list[datetime]) -> None:
    found = [moments.allowed(moment, rules) for moment in sorted(planned)]
    assert all(earlier <= later for earlier, later in pairwise(found))


@given(WINDOWS)
def test_a_window_is_stored_and_read_back(window: Window) -> None:
    assert Window.from_json(window.to_json()) == window


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (None, "いつでも"),
        (LUNCH, "平日 12:00〜13:00のみ、祝日と定休日は翌営業日"),
        (Window((), "10:00", "20:00", BUSINESS), "毎日 10:00〜20:00のみ、祝日と定休日は翌営業日"),
        (Window((5, 6), "18:00", "02:00"), "土日 18:00〜翌02:00のみ"),
        (Window((0, 2), "09:00", "10:00"), "月・水曜日 09:00〜10:00のみ"),
    ],
)
def test_a_window_in_words(window: Window | None, words: str) -> None:
    assert moments.in_words(window and window.to_json()) == words


def test_rules_come_from_the_shop(session: Session) -> None:
    a_shop(session, closed_weekdays=[1])
    session.add(SendingRules(id=1, quiet_from="22:00", quiet_to="08:00"))
    session.flush()
    kept = moments.rules(session, window=LUNCH.to_json(), is_quiet=True)
    assert (kept.window, kept.quiet) == (LUNCH, ("22:00", "08:00"))
    assert not kept.calendar.is_business_day(date(2026, 3, 10))
    assert moments.rules(session, window=None, is_quiet=False) == Rules(TOKYO, kept.calendar)


@pytest.mark.parametrize(
    "window",
    [
        Window((1,), "12:00", "13:00", BUSINESS),  # always closed
        Window((), "23:00", "01:00"),  # always quiet
        Window((), "12:00", "12:00"),
    ],
)
def test_a_window_in_which_nothing_could_ever_go_out_is_refused(session: Session, window: Window) -> None:
    a_shop(session, closed_weekdays=[1])
    session.add(SendingRules(id=1, quiet_from="22:00", quiet_to="08:00"))
    session.flush()
    with pytest.raises(DomainError) as refused:
        moments.check(session, window.to_json(), is_quiet=True, now=NOW)
    assert refused.value.field == "window"
    moments.check(session, Window((1,), "12:00", "13:00").to_json(), is_quiet=True, now=NOW)
    moments.check(session, Window((), "23:00", "01:00").to_json(), is_quiet=False, now=NOW)
