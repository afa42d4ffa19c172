"""Test sends: what the steps say, to the shop's own people, at once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import sequences, test_sends
from lstep_lite.engine.scenarios.steps import offset_in_words
from lstep_lite.errors import DomainError
from lstep_lite.models import Scenario, ScenarioStep

MOST = 200
"""Messages laid into the outbox at once."""


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
    """Send the messages of *steps*, in this order, to the testers with *friend_ids*; to how many.

    No condition is asked and no action run. The same *token* never sends twice. Raises DomainError.
    """
    if len(steps) * len(friend_ids) > MOST:
        raise DomainError(f"一度に送れるのは{MOST}通までです。相手かステップを減らしてください。")
    count = 0
    for step in steps:
        count = test_sends.send(
            session,
            sequences.bare(step.blocks),
            friend_ids,
            name=f"{scenario.name} {step.name or offset_in_words(scenario.mode, step)}",
            token=f"{token}:{step.code}",
            staff_id=staff_id,
            now=now,
        )
    return count
