"""Before a batch is started: whom it would reach, in words, in numbers and by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import segments
from lstep_lite.engine.friends import FriendState
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.models import Friend

SAMPLE = 6
STATE_WORDS = {
    FriendState.FRIENDS: "友だち",
    FriendState.LEFT: "ブロックされた方",
    FriendState.HIDDEN: "非表示の方",
    FriendState.BLOCKED: "こちらでブロックした方",
    FriendState.WITHOUT_LINE: "LINEなしのお客様",
}


@dataclass(frozen=True)
class Reached:
    """Whom an audience holds now; *friends* are a few of them."""

    words: str
    count: int
    friends: Sequence[Friend]


def reached(session: Session, audience: Audience, *, now: datetime) -> Reached:
    condition = audience.condition(session, now=now)
    count = session.scalar(sa.select(sa.func.count()).select_from(Friend).where(condition)) or 0
    some = sa.select(Friend).where(condition).order_by(Friend.followed_at.desc(), Friend.id.desc()).limit(SAMPLE)
    return Reached(words(session, audience), count, session.scalars(some).all())


def words(session: Session, audience: Audience) -> str:
    """The audience in one phrase."""
    if audience.ids is not None:
        return "友だちリストで選んだ方"
    people = STATE_WORDS[audience.state] if audience.state else "友だち"
    parts = [f"「{audience.text}」でさがした方"] if audience.text else []
    if not segments.is_empty(audience.tree):
        parts.append(segments.sentence(session, audience.tree))
    return f"{people}のうち、{'、かつ'.join(parts)}" if parts else f"{people}の全員"
