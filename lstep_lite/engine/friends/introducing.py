"""People who become known by opening one of our pages, before, after or without adding the account."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.friends import contacts, editing
from lstep_lite.models import Friend, Origin


def introduce(
    session: Session, line_user_id: str, *, name: str | None, picture_url: str | None, is_friend: bool, now: datetime
) -> Friend:
    """The person who opened one of our pages, on LINE's word. *is_friend*: LINE says that they have added the account.

    An event of LINE's, come or still to come, always knows better than *is_friend*.
    """
    friend, _ = contacts.ensure(
        session, line_user_id, origin=Origin.PREEXISTING, is_following=is_friend, at=now, now=now
    )
    if is_friend and friend.follow_changed_at is None:
        friend.is_following = True
    if name and friend.display_name is None:
        friend.display_name, friend.picture_url = name, picture_url
        editing.refresh_search_text(friend)
    return friend
