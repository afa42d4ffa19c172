"""Keeping the rules: one row, or the defaults of a shop that never changed them."""

from datetime import timedelta

from sqlalchemy.orm import Session

from lstep_lite.db import remembered
from lstep_lite.models import AfterLimit, SendingRules


def rules(session: Session) -> SendingRules:
    """What holds now; not in the session where nothing was ever saved."""
    return remembered(session, ("sending_rules.rules",), lambda: session.get(SendingRules, 1) or _defaults())


def _defaults() -> SendingRules:
    return SendingRules(
        id=1,
        quiet_from=None,
        quiet_to=None,
        late_minutes=60,
        hold_seconds=60,
        needs_approval=False,
        monthly_cap=None,
        after_limit=AfterLimit.BY_HAND,
        frequency_most=None,
        frequency_days=30,
        parallel_scenarios=False,
    )


def late(session: Session) -> timedelta:
    """How late a timed message may go out; later it is marked missed."""
    return timedelta(minutes=rules(session).late_minutes)
