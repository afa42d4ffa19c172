"""What can be rehearsed, and how it begins: the features' own functions, inside the unit that is taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from lstep_lite.engine import actions, reminders, scenarios, triggers
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, Greeting, GreetingKind, Scenario, TimelineEntry, WebhookEvent

ORIGIN = "rehearsal"
"""Where a reminder's goal comes from here."""


@dataclass(frozen=True)
class Beginning:
    """What has just happened to the friend, and when."""

    friend: Friend
    now: datetime
    cause: TimelineEntry
    event: WebhookEvent | None
    """What the friend did, where the beginning answers it with a free reply."""


class Begin(Protocol):
    @property
    def goal_at(self) -> datetime | None:
        """The moment that steps count down to, where there is one."""

    def prepare(self, session: Session, *, now: datetime) -> None:
        """Make what is rehearsed ready, as if it were switched on."""

    def run(self, session: Session, beginning: Beginning) -> None: ...


@dataclass(frozen=True)
class ScenarioBegin:
    """Starting a scenario: its draft, or as it is now."""

    scenario_id: int
    is_draft: bool = False
    at_code: str | None = None
    """The step to begin with, if not the first."""

    @property
    def goal_at(self) -> None:
        """Scenarios have none."""
        return None

    def prepare(self, session: Session, *, now: datetime) -> None:
        scenario = scenarios.get(session, self.scenario_id)
        if self.is_draft:
            _publish(session, scenario, now)
        scenario.is_on = True

    def run(self, session: Session, beginning: Beginning) -> None:
        scenario = scenarios.get(session, self.scenario_id)
        _know_actions(session, scenario)
        scenarios.start(
            session,
            scenario,
            beginning.friend,
            now=beginning.now,
            cause=beginning.cause,
            event=beginning.event,
            at_code=self.at_code,
        )


def _know_actions(session: Session, scenario: Scenario) -> None:
    """What all of its steps do, in one question."""
    if (version := scenarios.live(session, scenario)) is not None:
        actions.know_at(session, scenarios.PLACE, [step.id for step in scenarios.steps.in_version(session, version)])


@dataclass(frozen=True)
class ArrivalBegin:
    """Coming to the account as a friend: the greeting, and whatever else follows from it."""

    kind: GreetingKind

    @property
    def goal_at(self) -> None:
        """Arrivals have none."""
        return None

    def prepare(self, session: Session, *, now: datetime) -> None:
        session.get_one(Greeting, self.kind).is_on = True

    def run(self, session: Session, beginning: Beginning) -> None:
        from_before = self.kind is GreetingKind.PREEXISTING
        triggers.fire(
            session,
            "friend.recognised" if from_before else "friend.followed",
            beginning.friend,
            now=beginning.now,
            event=beginning.event,
            cause=beginning.cause,
            kind=self.kind,
        )


def _publish(session: Session, scenario: Scenario, now: datetime) -> None:
    try:
        scenarios.publish(session, scenario, moves_friends=False, staff_id=None, now=now)
    except DomainError as refused:
        raise DomainError(refused.message, "what") from refused


@dataclass(frozen=True)
class ReminderBegin:
    """Giving a goal."""

    reminder_id: int
    goal_at: datetime

    def prepare(self, session: Session, *, now: datetime) -> None:
        reminders.get(session, self.reminder_id).is_on = True

    def run(self, session: Session, beginning: Beginning) -> None:
        reminder = reminders.get(session, self.reminder_id)
        reminders.set_goal(
            session,
            reminder,
            beginning.friend,
            self.goal_at,
            origin=ORIGIN,
            now=beginning.now,
            cause=beginning.cause,
        )
