"""What there is to rehearse, for the picker."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import scenarios
from lstep_lite.engine.scenarios.flow import entries_of
from lstep_lite.models import Greeting, GreetingKind, Reminder, Scenario, ScenarioVersion, VersionState

ARRIVALS = {
    GreetingKind.NEW: "新しい友だち",
    GreetingKind.RETURNING: "ブロックを解除した友だち",
    GreetingKind.PREEXISTING: "連携前からの友だち",
}


@dataclass(frozen=True)
class Subject:
    """One line of the picker. *key* is "scenarios:3:draft", "scenarios:3:live", "reminders:5" or "greetings:new"."""

    key: str
    label: str
    group: str


def subjects(session: Session) -> list[Subject]:
    """Everything that can be rehearsed, in the order of its lists; what is being edited before what is live."""
    return [*_scenarios(session), *_reminders(session), *_greetings(session)]


def entries(session: Session, subject: Subject) -> list[tuple[str, str]]:
    """The steps that a scenario can be rehearsed from, code and words; nothing else has any."""
    kind, number, *version = subject.key.split(":")
    if kind != "scenarios":
        return []
    scenario = scenarios.get(session, int(number))
    found = scenarios.edited(session, scenario) if version == ["draft"] else scenarios.live(session, scenario)
    return entries_of(session, scenario, found) if found else []


def _scenarios(session: Session) -> Iterator[Subject]:
    drafts = set(session.scalars(sa.select(ScenarioVersion.scenario_id).filter_by(state=VersionState.DRAFT)))
    query = sa.select(Scenario).where(Scenario.is_ending.is_(False)).order_by(Scenario.position, Scenario.id)
    for scenario in session.scalars(query):
        if scenario.id in drafts:
            yield Subject(f"scenarios:{scenario.id}:draft", f"{scenario.name}（編集中の内容）", "シナリオ")
        if scenario.live_version_id is not None:
            yield Subject(f"scenarios:{scenario.id}:live", f"{scenario.name}（公開中の内容）", "シナリオ")


def _reminders(session: Session) -> Iterator[Subject]:
    query = sa.select(Reminder).where(Reminder.is_ending.is_(False)).order_by(Reminder.position, Reminder.id)
    for reminder in session.scalars(query):
        yield Subject(f"reminders:{reminder.id}", reminder.name, "リマインダ")


def _greetings(session: Session) -> Iterator[Subject]:
    """Those that were set up, on or off."""
    known = set(session.scalars(sa.select(Greeting.kind)))
    return (
        Subject(f"greetings:{kind}", words, "友だち追加時設定") for kind, words in ARRIVALS.items() if kind in known
    )
