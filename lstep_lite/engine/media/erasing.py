"""Files a forgotten person sent: unreachable at once, their bytes go with the next sweep."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.friends.erasing import CHUNK, Traces, erases
from lstep_lite.models import Media, MediaState

WORDS = dict.fromkeys(("file_name", "name", "name_key", "reason", "container_format", "recipe", "box"))


@erases(Media)
def _erase_media(session: Session, traces: Traces) -> int:
    rest = (
        sa.select(Media.id)
        .where(
            Media.friend_id == traces.friend_id,
            sa.or_(
                Media.state != MediaState.DELETED,
                Media.file_name.is_not(None),
                Media.name.is_not(None),
                Media.line_message_id.is_not(None),
                Media.reason.is_not(None),
            ),
        )
        .limit(CHUNK)
    )
    emptied = (
        sa.update(Media)
        .where(Media.id.in_(rest))
        .values(state=MediaState.DELETED, line_message_id=None, **WORDS)
        .returning(Media.id)
    )
    return len(session.scalars(emptied, execution_options={"synchronize_session": False}).all())
