"""What becomes of tags when a person is blocked or forgotten."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.engine.friends import erasing
from lstep_lite.models import Friend, FriendTag, Tag

friends.archives(FriendTag, "タグ")
erasing.deletes(FriendTag)


@friends.restored
def _leave_deleted(session: Session, friend: Friend, now: datetime) -> None:
    """A tag that was deleted meanwhile does not come back."""
    gone = FriendTag.tag_id.not_in(sa.select(Tag.id))
    session.execute(sa.delete(FriendTag).where(FriendTag.friend_id == friend.id, gone))
