"""Test sends of a scenario's steps."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import sequences
from lstep_lite.engine.scenarios.steps import offset_in_words
from lstep_lite.models import Scenario, ScenarioStep


def sendable(steps: Sequence[ScenarioStep]) -> list[ScenarioStep]:
    """Those of *steps* that say something."""
    return [step for step in steps if step.blocks]


def send(
    session: Session,
    scenario: Scenario,
    steps: Sequence[ScenarioStep],
    friend_ids: Collection[int],
    *,
    token: str,
    staff_id: int,
    now: datetime,
) -> int:
    """`sequences.send_tests` of *steps*. Raises DomainError."""
    titled = [(f"{scenario.name} {step.name or offset_in_words(scenario.mode, step)}", step) for step in steps]
    return sequences.send_tests(session, titled, friend_ids, token=token, staff_id=staff_id, now=now)
