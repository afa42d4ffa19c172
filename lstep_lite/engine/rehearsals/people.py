"""Somebody imaginary to rehearse with: a friend row that exists only inside the rehearsal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import fields, tags
from lstep_lite.engine.fields import Target, Value
from lstep_lite.engine.friends.contacts import drawn
from lstep_lite.engine.friends.editing import refresh_search_text
from lstep_lite.models import ChangedBy, Friend, Origin

LOTS = 2**31
NAME = "山田 花子"


@dataclass(frozen=True)
class Imagined:
    """What staff say about somebody who does not exist."""

    name: str = NAME
    tag_ids: Sequence[int] = ()
    values: Mapping[Target, Value] = field(default_factory=dict)
    lot: int = 0
    """Which lot was drawn for them: another number may fall on the other side of a chance."""


def make(session: Session, imagined: Imagined, *, now: datetime) -> Friend:
    """The row of somebody who has just become a friend."""
    own = drawn() | {"lot_number": imagined.lot * 7_368_787 % LOTS}
    friend = Friend(
        origin=Origin.ADDED,
        line_user_id=f"rehearsal-{own['code']}",
        display_name=imagined.name,
        profile_checked_at=now,
        is_following=True,
        follow_changed_at=now,
        followed_at=now,
        created_at=now,
        **own,
    )
    refresh_search_text(friend)
    session.add(friend)
    session.flush()  # tags and values are kept under its id
    for tag_id in imagined.tag_ids:
        tags.attach(session, tags.get(session, tag_id), friend, changed_by=ChangedBy.IMPORT, now=now)
    for target, value in imagined.values.items():
        if value is not None:
            fields.write(session, friend, target, value, changed_by=ChangedBy.IMPORT, now=now)
    return friend
