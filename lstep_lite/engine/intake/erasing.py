"""Raw webhook events of a forgotten person: that they came stays, so that LINE's repetitions are still recognised."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.friends.erasing import CHUNK, Traces, erases
from lstep_lite.models import EventState, WebhookEvent


@erases(WebhookEvent)
def _erase_events(session: Session, traces: Traces) -> int:
    """Those received up to the erasure: what the same LINE account sends later belongs to a new person."""
    if traces.line_user_id is None:
        return 0
    rest = (
        sa.select(WebhookEvent.id)
        .where(WebhookEvent.user_id == traces.line_user_id, WebhookEvent.received_at <= traces.until)
        .limit(CHUNK)
    )
    waiting = WebhookEvent.state == EventState.WAITING
    emptied = (
        sa.update(WebhookEvent)
        .where(WebhookEvent.id.in_(rest))
        .values(
            user_id=None,
            raw="",
            reply_token=None,
            message_id=None,
            reason=None,
            state=sa.case((waiting, sa.literal(EventState.IGNORED, WebhookEvent.state.type)), else_=WebhookEvent.state),
        )
        .returning(WebhookEvent.id)
    )
    return len(session.scalars(emptied, execution_options={"synchronize_session": False}).all())
