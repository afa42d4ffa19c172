"""Test sends: what steps say, to the shop's own people, at once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import test_sends
from lstep_lite.engine.sequences.steps import Step, bare
from lstep_lite.errors import DomainError

MOST = 200
"""Messages laid into the outbox at once."""


def send_tests(
    session: Session,
    titled: Sequence[tuple[str, Step]],
    friend_ids: Collection[int],
    *,
    token: str,
    staff_id: int,
    now: datetime,
) -> int:
    """Send the messages of the steps, in this order, to the testers with *friend_ids*; to how many.

    *titled*: each step with what its messages are called in the outbox. No condition is asked and no action run.
    The same *token* never sends twice. Raises DomainError.
    """
    if len(titled) * len(friend_ids) > MOST:
        raise DomainError(f"一度に送れるのは{MOST}通までです。相手かステップを減らしてください。")
    count = 0
    for title, step in titled:
        blocks, own_token = bare(step.blocks), f"{token}:{step.id}"
        count = test_sends.send(session, blocks, friend_ids, name=title, token=own_token, staff_id=staff_id, now=now)
    return count
