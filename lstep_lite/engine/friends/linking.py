"""A customer who only phoned turns out to be a LINE friend."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine import text
from lstep_lite.engine.friends.merging import merge
from lstep_lite.models import Friend


def link_by_phone(session: Session, friend: Friend, phone: str, *, now: datetime) -> bool:
    """*friend* has shown that *phone* is theirs: the one customer without LINE who has that number becomes the same
    row. Where several have it, nobody can say who is meant, and nothing happens. Answers whether two became one.
    """
    key = text.phone_key(phone)
    if not key or friend.line_user_id is None:
        return False
    others = session.scalars(
        select(Friend)
        .where(Friend.phone_key == key, Friend.line_user_id.is_(None), Friend.erased_at.is_(None))
        .limit(2)
        .with_for_update()
    ).all()
    if len(others) != 1:
        return False
    merge(session, friend, others[0], staff_id=None, now=now)
    return True
