"""What must still hold when a step's messages go out: nobody has stopped the friend's way meanwhile."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries
from lstep_lite.engine.scenarios.keeping import FEATURE
from lstep_lite.models import Enrolment, EnrolmentState, Scenario

DELETED = "シナリオが削除されたため、送信しませんでした。"
OFF = "シナリオがオフになったため、送信しませんでした。"


_STATES = (
    sa.select(Enrolment.id, Enrolment.state, Enrolment.end_reason, Scenario.is_on, Scenario.is_ending)
    .join(Scenario, Scenario.id == Enrolment.scenario_id)
    .where(Enrolment.id.in_(sa.bindparam("ids", expanding=True)))
)


@deliveries.guard(FEATURE)
def _ask(session: Session, names: Collection[str]) -> dict[str, str]:
    """Of ways that came to their end, what was put last still goes out."""
    rows = session.execute(_STATES, {"ids": [int(name) for name in names]})
    found = {str(row.id): _reason(row) for row in rows}
    answers = {name: found.get(name, DELETED) for name in names}
    return {name: reason for name, reason in answers.items() if reason is not None}


def _reason(row: sa.Row[int, EnrolmentState, str | None, bool, bool]) -> str | None:
    if row.is_ending:
        return DELETED
    if not row.is_on:
        return OFF
    return f"{row.end_reason}、送信しませんでした。" if row.state is EnrolmentState.STOPPED else None
