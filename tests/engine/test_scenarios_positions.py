"""When the steps of a scenario come: examples in the words of shop owners, and what holds for all scenarios."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstep_lite.engine.business_days import Calendar
from lstep_lite.engine.scenarios import positions
from lstep_lite.engine.scenarios.positions import Plan, Standing, Start, Step
from lstep_lite.engine.sequences.moments import Rules, Window
from lstep_lite.models import PastStart, ScenarioMode, StepKind

TOKYO = ZoneInfo("Asia/Tokyo")
ALWAYS = Rules(TOKYO, Calendar())
CLOCK, ELAPSED = ScenarioMode.CLOCK, ScenarioMode.ELAPSED


def clock(code: str, days: int, at_time: str = "", **over: Any) -> Step:
    return Step(len(code), code, over.pop("kind", StepKind.MESSAGE), (days, at_time), **over)


def after(code: str, minutes: int, **over: Any) -> Step:
    return Step(len(code), code, over.pop("kind", StepKind.MESSAGE), (minutes, ""), **over)


def plan(*steps: Step, mode: ScenarioMode = CLOCK) -> Plan:
    return Plan(mode, sorted(steps, key=lambda step: step.offset))


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def future(found: Plan, begun: positions.Beginning, rules: Rules = ALWAYS, sides: str = "yes") -> list[str]:
    """Everything that comes, as "code day hour:minute"; all branches go to *sides*."""
    passed, lanes, told = set(begun.skipped), dict(begun.lanes), []
    while (step := positions.next_step(found, passed=passed, lanes=lanes)) is not None:
        at = positions.moment(found, step, begun.start, rules).astimezone(TOKYO)
        told.append(f"{step.code} {at:%-m/%-d %H:%M}")
        passed.add(step.code)
        if step.kind is StepKind.BRANCH:
            lanes[step.code] = sides
    return told


@pytest.mark.parametrize("started", ["2026-03-05 12:14", "2026-03-05 12:16"])
def test_the_day_after_is_the_day_after_whatever_the_hour_of_the_start(started: str) -> None:
    found = plan(clock("next", 1, "12:15"))
    assert future(found, positions.begin(found, PastStart.SHIFT, ALWAYS, now=tokyo(started))) == ["next 3/6 12:15"]


@pytest.mark.parametrize(
    ("past_start", "expected"),
    [
        (PastStart.SHIFT, ["hello 3/5 14:01", "a 3/6 14:00", "b 3/6 18:00", "c 3/7 09:00"]),
        (PastStart.SKIP, ["hello 3/5 14:01", "b 3/5 18:00", "c 3/6 09:00"]),
        (PastStart.SEND, ["hello 3/5 14:01", "a 3/5 14:00", "b 3/5 18:00", "c 3/6 09:00"]),
    ],
)
def test_a_step_of_the_same_day_that_is_past_by_a_minute(past_start: PastStart, expected: list[str]) -> None:
    found = plan(clock("hello", 0), clock("a", 0, "14:00"), clock("b", 0, "18:00"), clock("c", 1, "09:00"))
    assert future(found, positions.begin(found, past_start, ALWAYS, now=tokyo("2026-03-05 14:01"))) == expected


def test_only_the_first_past_step_goes_out_at_once() -> None:
    found = plan(clock("a", 0, "08:00"), clock("b", 0, "09:00"), clock("c", 0, "18:00"))
    begun = positions.begin(found, PastStart.SEND, ALWAYS, now=tokyo("2026-03-05 14:00"))
    assert future(found, begun) == ["a 3/5 08:00", "c 3/5 18:00"]
    assert begun.skipped == {"b": positions.PASSED}


def test_the_same_minute_has_not_passed_yet() -> None:
    found = plan(clock("a", 0, "14:00"))
    begun = positions.begin(found, PastStart.SHIFT, ALWAYS, now=tokyo("2026-03-05 14:00:59"))
    assert future(found, begun) == ["a 3/5 14:00"]


def test_beginning_in_the_middle_makes_that_step_the_first() -> None:
    found = plan(clock("a", 0), clock("b", 2, "10:00"), clock("c", 3, "09:00"), clock("d", 3, "10:00"))
    begun = positions.begin_at(found, found.by_code["d"], ALWAYS, now=tokyo("2026-03-05 09:30"))
    assert future(found, begun) == ["d 3/5 10:00"]
    begun = positions.begin_at(found, found.by_code["c"], ALWAYS, now=tokyo("2026-03-05 09:30"))
    assert future(found, begun) == ["c 3/6 09:00", "d 3/6 10:00"]
    found = plan(after("a", 0), after("b", 600), after("c", 630), mode=ELAPSED)
    begun = positions.begin_at(found, found.by_code["b"], ALWAYS, now=tokyo("2026-03-05 09:30"))
    assert future(found, begun) == ["b 3/5 09:30", "c 3/5 10:00"]


def branching() -> Plan:
    fork = clock("fork", 1, "12:00", kind=StepKind.BRANCH)
    yes, no = ({"within": "fork", "side": side} for side in ("yes", "no"))
    early, same, late = (
        clock("early", 1, "11:00", **yes),
        clock("same", 1, "12:00", **yes),
        clock("late", 3, "09:00", **yes),
    )
    return plan(clock("hello", 0), fork, same, late, early, clock("other", 2, "10:00", **no), clock("end", 4, "10:00"))


def test_a_branch_leads_into_one_lane_and_both_meet_again() -> None:
    begun = positions.begin(branching(), PastStart.SHIFT, ALWAYS, now=tokyo("2026-03-05 10:00"))
    assert [told.split()[0] for told in future(branching(), begun)] == ["hello", "fork", "same", "late", "end"]
    told = future(branching(), begun, sides="no")
    assert [each.split()[0] for each in told] == ["hello", "fork", "other", "end"]


def test_beginning_within_a_lane_takes_that_lane() -> None:
    found = branching()
    begun = positions.begin_at(found, found.by_code["other"], ALWAYS, now=tokyo("2026-03-05 09:00"))
    assert begun.lanes == {"fork": "no"}
    assert [told.split()[0] for told in future(found, begun)] == ["other", "end"]


def test_of_a_new_version_only_what_lies_ahead_comes() -> None:
    old = plan(clock("a", 0), clock("b", 1, "10:00"), clock("d", 9, "10:00"))
    new = plan(
        clock("a", 0), clock("b", 1, "10:00"), clock("new", 1, "12:00"), clock("c", 3, "09:00"), clock("d", 1, "09:00")
    )
    start = Start(tokyo("2026-03-05 10:00"), tokyo("2026-03-05 10:00"))
    late = positions.overtaken(old, new, Standing(start, {"a"}, {}), ALWAYS, now=tokyo("2026-03-06 13:00"))
    assert late == {"new": positions.INSERTED, "d": positions.INSERTED}, "b was due already and is about to go out"


# For all scenarios ---------------------------------------------------------------------------------------------------

clock_times = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
clock_offsets = st.one_of(st.just((0, "")), st.tuples(st.integers(0, 400), clock_times))
elapsed_offsets = st.tuples(st.integers(0, 600_000), st.just(""))
zones = st.sampled_from([TOKYO, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")])
windows = st.one_of(
    st.none(),
    st.builds(Window, st.sets(st.integers(0, 6)).map(tuple), clock_times, clock_times).filter(
        lambda window: window.starts_at != window.ends_at
    ),
)
all_rules = st.builds(Rules, zones, st.just(Calendar()), windows, st.one_of(st.none(), st.just(("22:00", "08:00"))))
moments = st.integers(0, 700 * 24 * 60).map(lambda minutes: tokyo("2026-01-01 00:00") + timedelta(minutes=minutes))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    mode = draw(st.sampled_from(ScenarioMode))
    offsets = draw(st.lists(clock_offsets if mode is CLOCK else elapsed_offsets, min_size=1, max_size=8))
    found: list[Step] = []
    for number, offset in enumerate(offsets):
        branches = [step.code for step in found if step.kind is StepKind.BRANCH]
        within = draw(st.sampled_from([None, *branches]))
        side = draw(st.sampled_from(["yes", "no"])) if within else None
        kind = draw(st.sampled_from([StepKind.MESSAGE, StepKind.MESSAGE, StepKind.BRANCH]))
        found.append(Step(number, f"c{number}", kind, offset, within, side))
    return plan(*found, mode=mode)


@settings(max_examples=50)
@given(plans(), all_rules, moments, st.sampled_from(PastStart), st.randoms(use_true_random=False))
def test_every_way_goes_forward_gets_nothing_twice_and_ends(
    found: Plan, rules: Rules, now: datetime, past_start: PastStart, chance: Any
) -> None:
    begun = positions.begin(found, past_start, rules, now=now)
    passed, lanes, offsets = set(begun.skipped), dict(begun.lanes), []
    while (step := positions.next_step(found, passed=passed, lanes=lanes)) is not None:
        assert step.code not in passed
        offsets.append(step.offset)
        if past_start is not PastStart.SEND and step.kind is StepKind.MESSAGE:
            assert positions.moment(found, step, begun.start, rules) >= now - timedelta(minutes=1), "no backlog"
        passed.add(step.code)
        if step.kind is StepKind.BRANCH:
            lanes[step.code] = chance.choice(["yes", "no"])
        if step.within:
            assert lanes[step.within] == step.side
    assert offsets == sorted(offsets)


@settings(max_examples=50)
@given(plans(), all_rules, moments, st.data())
def test_whoever_begins_at_a_step_gets_it_first_and_soon(found: Plan, rules: Rules, now: datetime, data: Any) -> None:
    first = data.draw(st.sampled_from([step for step in found.steps if step.kind is StepKind.MESSAGE] or [None]))
    if first is None or first not in found.reachable:
        return
    begun = positions.begin_at(found, first, rules, now=now)
    remaining = positions.remaining(found, passed=begun.skipped, lanes=begun.lanes)
    assert next(step for step in remaining if step.kind is StepKind.MESSAGE) == first
    at = positions.moment(found, first, begun.start, rules)
    assert now - timedelta(minutes=1) <= at
    if rules.window is None:
        assert at <= now + timedelta(days=2, hours=10)
