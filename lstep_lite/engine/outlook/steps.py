"""The steps of scenarios and reminders that lie ahead of those who are in them now.

Conditions of steps are taken to hold for everybody, and both lanes of a branch to be taken: the truth is at most what
is said here. Friends are grouped by the hour from which their times are reckoned.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from lstep_lite.db import remembered
from lstep_lite.engine.outlook.items import Item, Span, from_hour, hour_of
from lstep_lite.engine.reminders import goals
from lstep_lite.engine.reminders import positions as stops
from lstep_lite.engine.scenarios import enrolling, positions
from lstep_lite.engine.scenarios.positions import Start
from lstep_lite.models import (
    Countdown,
    CountdownState,
    Enrolment,
    EnrolmentState,
    Reminder,
    Scenario,
    ScenarioMode,
    ScenarioStep,
)

Days = Counter[date]


def scenarios(session: Session, span: Span) -> Iterator[Item]:
    """Enrolments by what comes next for them."""
    live = sa.select(Scenario).where(Scenario.is_on, Scenario.is_ending.is_(False))
    found = {scenario.id: scenario for scenario in session.scalars(live)}
    counts: dict[int, Days] = defaultdict(Counter)
    for group, friends in _on_the_way(session, found, span).items():
        for day in _scenario_days(session, found[group.scenario_id], group, span):
            counts[group.scenario_id][day] += friends
    for scenario_id, days in counts.items():
        yield from _items("scenarios", found[scenario_id].name, scenario_id, days)


class _Group(NamedTuple):
    """Friends with the same future."""

    scenario_id: int
    version_id: int
    next_code: str | None
    anchor_at: datetime


def _on_the_way(session: Session, found: Mapping[int, Scenario], span: Span) -> Counter[_Group]:
    """By clock time the day of the start is all that matters, else its hour."""
    hour = hour_of(session, Enrolment.anchor_at).label("hour")
    by = (Enrolment.scenario_id, Enrolment.version_id, Enrolment.next_code, hour)
    query = sa.select(*by, sa.func.count().label("friends")).where(Enrolment.state == EnrolmentState.ACTIVE)
    groups: Counter[_Group] = Counter()
    for row in session.execute(query.group_by(*by)):
        if (scenario := found.get(row.scenario_id)) is not None:
            anchor_at = from_hour(row.hour)
            if scenario.mode is ScenarioMode.CLOCK:
                anchor_at = span.noon(span.day(anchor_at))
            groups[_Group(row.scenario_id, row.version_id, row.next_code, anchor_at)] += row.friends
    return groups


def _scenario_days(session: Session, scenario: Scenario, group: _Group, span: Span) -> Sequence[date]:
    """Of the steps from `next_code` on; those of one start are reckoned once, however far its friends have come."""
    key = ("outlook days", group.version_id, group.anchor_at)
    days = remembered(session, key, lambda: list(_all_days(session, scenario, group, span)))
    codes = [step.code for step in enrolling.plan_of(session, group.version_id).steps]
    first = codes.index(group.next_code) if group.next_code in codes else 0
    return [day for place, day in days if place >= first]


def _all_days(session: Session, scenario: Scenario, group: _Group, span: Span) -> Iterator[tuple[int, date]]:
    """The places among all steps of those that send something in the month, each with its day."""
    plan, rules = enrolling.plan_of(session, group.version_id), enrolling.rules_of(session, scenario)
    speaking = remembered(session, ("outlook", group.version_id), lambda: _speaking(session, group.version_id))
    for place, step in enumerate(plan.steps):
        if step.id in speaking:
            moment = positions.moment(plan, step, Start(group.anchor_at, group.anchor_at), rules)
            if span.holds(moment):
                yield place, span.day(moment)


def _speaking(session: Session, version_id: int) -> set[int]:
    """The ids of the steps that send something."""
    rows = session.execute(sa.select(ScenarioStep.id, ScenarioStep.blocks).filter_by(version_id=version_id))
    return {row.id for row in rows if row.blocks}


def reminders(session: Session, span: Span) -> Iterator[Item]:
    """Countdowns by the hour of their goal."""
    live = sa.select(Reminder).where(Reminder.is_on, Reminder.is_ending.is_(False))
    found = {reminder.id: reminder for reminder in session.scalars(live.options(selectinload(Reminder.steps)))}
    counts: dict[int, Days] = defaultdict(Counter)
    for row in _counting_down(session):
        if (reminder := found.get(row.reminder_id)) is not None:
            for day in _reminder_days(session, reminder, from_hour(row.hour), span):
                counts[reminder.id][day] += row.friends
    for reminder_id, days in counts.items():
        yield from _items("reminders", found[reminder_id].name, reminder_id, days)


def _counting_down(session: Session) -> Sequence[sa.Row[int, str, int]]:
    hour = hour_of(session, Countdown.goal_at).label("hour")
    by = (Countdown.reminder_id, hour)
    query = sa.select(*by, sa.func.count().label("friends")).where(Countdown.state == CountdownState.ACTIVE)
    return session.execute(query.group_by(*by)).all()


def _reminder_days(session: Session, reminder: Reminder, goal_at: datetime, span: Span) -> Iterator[date]:
    for stop in stops.stops(reminder.mode, reminder.steps, goal_at, goals.rules_of(session, reminder)):
        if stop.reason is None and stop.step.blocks and span.holds(stop.due_at):
            yield span.day(stop.due_at)


def _items(feature: str, name: str, row_id: int, days: Days) -> Iterator[Item]:
    return (Item(day, feature, name, row_id, count, is_most=True) for day, count in days.items())
