"""What stays of scenarios when a person is forgotten: that somebody got so far, and when. Nothing more is sent."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.friends import erasing
from lstep_lite.engine.friends.erasing import Traces
from lstep_lite.models import Enrolment, EnrolmentState, Passage

erasing.empties(Passage, reason=None)
erasing.empties(Enrolment, end_reason=None, lanes={})


@erasing.erases()
def _stop(session: Session, traces: Traces) -> int:
    mine = sa.update(Enrolment).where(Enrolment.friend_id == traces.friend_id, Enrolment.state == EnrolmentState.ACTIVE)
    ended = mine.values(state=EnrolmentState.STOPPED, ended_at=traces.until, due_at=None, next_code=None)
    return len(session.scalars(ended.returning(Enrolment.id), execution_options={"synchronize_session": False}).all())
