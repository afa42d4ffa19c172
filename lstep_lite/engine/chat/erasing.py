"""What stays of a talk when the person is forgotten: that something was written, and when."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.friends import erasing
from lstep_lite.engine.friends.erasing import CHUNK, Traces, erases
from lstep_lite.models import ChatMessage, Talk

erasing.deletes(Talk)


@erases(ChatMessage)
def _erase_messages(session: Session, traces: Traces) -> int:
    rest = (
        sa.select(ChatMessage.id)
        .where(ChatMessage.friend_id == traces.friend_id, ~ChatMessage.line_message_id.startswith("erased:"))
        .limit(CHUNK)
    )
    emptied = (
        sa.update(ChatMessage)
        .where(ChatMessage.id.in_(rest))
        .values(
            text="", detail={}, media_id=None, line_message_id=sa.literal("erased:") + sa.cast(ChatMessage.id, sa.Text)
        )
        .returning(ChatMessage.id)
    )
    return len(session.scalars(emptied, execution_options={"synchronize_session": False}).all())
