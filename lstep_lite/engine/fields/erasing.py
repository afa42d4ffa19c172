"""What becomes of friends' fields when a person is blocked or forgotten."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.engine.friends import erasing
from lstep_lite.engine.friends.erasing import Traces, erases
from lstep_lite.models import FieldChange, FieldPick, FieldValue, Media, MediaState

friends.archives(FieldValue, "友だち情報")
friends.archives(FieldPick, "友だち情報")
friends.archives(FieldChange, "友だち情報の変更の記録")


@erases()
def _erase_files(session: Session, traces: Traces) -> int:
    """Before the rows that name them: staff may have uploaded them, so the files themselves don't name the friend."""
    named = sa.select(FieldValue.media_id).where(FieldValue.friend_id == traces.friend_id)
    left = sa.update(Media).where(Media.id.in_(named), Media.state != MediaState.DELETED)
    emptied = left.values(state=MediaState.DELETED, file_name=None).returning(Media.id)
    return len(session.scalars(emptied, execution_options={"synchronize_session": False}).all())


erasing.deletes(FieldValue, FieldPick, FieldChange)
