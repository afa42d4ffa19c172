"""Where a friend stands in a scenario, and when what comes. Pure: the steps, the friend's own moments and the rules.

Steps are reckoned from the start, each for itself. They are ordered by their times as these are told (day 3, 10:00),
at one time as staff have ordered them, a branch before what stands in its lanes. A step in a lane comes only for
friends who took that lane, and only when its time is not before its branch's.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from lstep_lite.engine.sequences import moments
from lstep_lite.engine.sequences.moments import Rules
from lstep_lite.models import PastStart, ScenarioMode, ScenarioStep, StepKind

BEFORE = "途中のステップから始めたため、その前のステップは送りませんでした。"
PASSED = "始まったときには、このステップの時刻を過ぎていたため、送りませんでした。"
INSERTED = "このステップが加わったとき（変わったとき）には、時刻を過ぎていたため、送りませんでした。"
ONE_DAY = timedelta(days=1)
Offset = tuple[int, str]
"""What steps are ordered by: days and clock time, or minutes and nothing."""
Lanes = Mapping[str, str]
"""The side taken at each branch, by the branch's code."""


@dataclass(frozen=True)
class Step:
    """What of a step decides about its time."""

    id: int
    code: str
    kind: StepKind
    offset: Offset
    within: str | None = None
    side: str | None = None

    @property
    def is_at_once(self) -> bool:
        """Right after the start."""
        return self.offset == (0, "")


@dataclass(frozen=True)
class Plan:
    """The steps of one version in their order."""

    mode: ScenarioMode
    steps: Sequence[Step]

    @cached_property
    def by_code(self) -> Mapping[str, Step]:
        return {step.code: step for step in self.steps}

    @cached_property
    def reachable(self) -> Sequence[Step]:
        """Without those in lanes whose time is before their branch's."""
        return [step for step in self.steps if self._is_reachable(step)]

    def _is_reachable(self, step: Step) -> bool:
        above = self.above(step)
        return all(branch.offset <= inner.offset for inner, branch in zip([step, *above], above, strict=False))

    def above(self, step: Step) -> list[Step]:
        """The branches in whose lanes it stands, the nearest first."""
        found: list[Step] = []
        while step.within is not None and (branch := self.by_code.get(step.within)) is not None:
            found.append(branch)
            step = branch
        return found


@dataclass(frozen=True)
class Start:
    """What a friend's times are reckoned from."""

    started_at: datetime
    """Steps right after the start, whatever becomes of the schedule."""
    anchor_at: datetime
    """All others."""


@dataclass(frozen=True)
class Beginning:
    """How a way through a scenario begins."""

    start: Start
    lanes: dict[str, str] = field(default_factory=dict)
    """Of the branches in whose lanes it begins."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Messages that never come for this friend, by code, with the reason."""


def plan(mode: ScenarioMode, steps: Iterable[ScenarioStep]) -> Plan:
    """The stored steps in their order."""
    rows = list(steps)
    by_parent: dict[str | None, list[ScenarioStep]] = {}
    for row in sorted(rows, key=lambda row: (row.position, row.id)):
        by_parent.setdefault(row.within, []).append(row)
    told = [_step(mode, row) for row in _tree(by_parent, None)]
    return Plan(mode, sorted(told, key=lambda step: step.offset))


def _tree(by_parent: Mapping[str | None, Sequence[ScenarioStep]], code: str | None) -> Iterator[ScenarioStep]:
    """A branch is followed by what stands in its lanes."""
    for row in by_parent.get(code, ()):
        yield row
        yield from _tree(by_parent, row.code)


def _step(mode: ScenarioMode, row: ScenarioStep) -> Step:
    return Step(row.id, row.code, row.kind, offset(mode, row), row.within, row.side)


def offset(mode: ScenarioMode, row: ScenarioStep) -> Offset:
    """How long after the start, in a form that can be compared."""
    return (row.days, row.at_time or "") if mode is ScenarioMode.CLOCK else (row.minutes, "")


def next_step(plan: Plan, *, passed: Collection[str], lanes: Lanes) -> Step | None:
    """The first that is still to come, as far as known; None at the end."""
    return next(remaining(plan, passed=passed, lanes=lanes), None)


def remaining(plan: Plan, *, passed: Collection[str], lanes: Lanes) -> Iterator[Step]:
    """What is still to come on the lanes taken so far; of branches that lie ahead, the branch without its lanes."""
    for step in plan.reachable:
        if step.code not in passed and step.code not in lanes and _is_on_the_way(plan, step, lanes):
            yield step


def _is_on_the_way(plan: Plan, step: Step, lanes: Lanes) -> bool:
    if step.within is None:
        return True
    branch = plan.by_code.get(step.within)
    return branch is not None and lanes.get(step.within) == step.side and _is_on_the_way(plan, branch, lanes)


def moment(plan: Plan, step: Step, start: Start, rules: Rules) -> datetime:
    """When *step* goes out for somebody who started then."""
    return moments.allowed(_untouched(plan, step, start, rules), rules)


def is_first_moment(plan: Plan, step: Step, start: Start, rules: Rules) -> bool:
    """Whether its time is that of the start itself: an answer to what the friend has just done, at whatever hour."""
    return _untouched(plan, step, start, rules) == start.started_at


def _untouched(plan: Plan, step: Step, start: Start, rules: Rules) -> datetime:
    """Its time without quiet hours and the like."""
    number, at_time = step.offset
    if plan.mode is ScenarioMode.ELAPSED:
        return start.anchor_at + timedelta(minutes=number)
    if step.is_at_once:
        return start.started_at
    return moments.on_clock(_day(start.anchor_at, rules) + timedelta(days=number), at_time, rules.zone)


def _day(moment: datetime, rules: Rules) -> date:
    return moment.astimezone(rules.zone).date()


# Beginning -----------------------------------------------------------------------------------------------------------


def begin(plan: Plan, past_start: PastStart, rules: Rules, *, now: datetime) -> Beginning:
    """From the first step. A minute that is not over yet has not passed."""
    clocked = [step for step in plan.reachable if step.offset[1]]
    start = Start(now, now)
    if not clocked or not _is_past(plan, clocked[0], start, rules, now):
        return Beginning(start)
    if past_start is PastStart.SHIFT:
        tomorrow = moments.on_clock(_day(now, rules) + ONE_DAY, "00:00", rules.zone)
        return Beginning(Start(now, tomorrow))
    kept = clocked[0].code if past_start is PastStart.SEND else None
    late = [step for step in clocked if step.code != kept and _is_past(plan, step, start, rules, now)]
    return Beginning(start, skipped=_messages(late, PASSED))


def begin_at(plan: Plan, first: Step, rules: Rules, *, now: datetime) -> Beginning:
    """From *first*, which is then due at once, or at the next moment at which clocks show its time."""
    start = Start(now, _anchor_for(plan, first, rules, now))
    lanes = {
        branch.code: str(inner.side)
        for inner, branch in zip([first, *plan.above(first)], plan.above(first), strict=False)
    }
    before = [step for step in plan.steps[: plan.steps.index(first)] if _may_come(plan, step, lanes)]
    return Beginning(start, lanes, _messages(before, BEFORE))


def _anchor_for(plan: Plan, first: Step, rules: Rules, now: datetime) -> datetime:
    number, at_time = first.offset
    if plan.mode is ScenarioMode.ELAPSED:
        return now - timedelta(minutes=number)
    if first.is_at_once:
        return now
    today = _day(now, rules)
    due_at = moments.allowed(moments.on_clock(today, at_time, rules.zone), rules)
    day = today if due_at >= _minute(now) else today + ONE_DAY
    return moments.on_clock(day - timedelta(days=number), "00:00", rules.zone)


def _is_past(plan: Plan, step: Step, start: Start, rules: Rules, now: datetime) -> bool:
    return step.offset[0] == 0 and moment(plan, step, start, rules) < _minute(now)


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _messages(steps: Iterable[Step], reason: str) -> dict[str, str]:
    """Branches send nothing: they are asked all the same, for what stands in their lanes later on."""
    return {step.code: reason for step in steps if step.kind is StepKind.MESSAGE}


# Going over to another version ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """One friend's way so far."""

    start: Start
    passed: Collection[str]
    lanes: Lanes


def overtaken(old: Plan, new: Plan, standing: Standing, rules: Rules, *, now: datetime) -> dict[str, str]:
    """The messages of *new* whose time has passed for this friend, by code, with the reason: they never come.

    One that was due in *old* as well is only about to go out, and does.
    """
    due = {step.code for step in old.steps if moment(old, step, standing.start, rules) <= now}
    late = [
        step
        for step in new.reachable
        if step.code not in due
        and step.code not in standing.passed
        and _may_come(new, step, standing.lanes)
        and moment(new, step, standing.start, rules) <= now
    ]
    return _messages(late, INSERTED)


def _may_come(plan: Plan, step: Step, lanes: Lanes) -> bool:
    if step.within is None:
        return True
    branch = plan.by_code.get(step.within)
    return branch is not None and lanes.get(step.within, step.side) == step.side and _may_come(plan, branch, lanes)
