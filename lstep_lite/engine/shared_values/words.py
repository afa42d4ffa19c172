"""[共通:空席] in messages: what a shared value holds when the message is sent."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.messages.placeholders import Asking, Family, Loaded, Offer, family
from lstep_lite.engine.shared_values import holding, keeping
from lstep_lite.models import Media, MediaState, SharedValue, SharedValueType

PREFIX = "共通"


def insertion(word: str) -> str:
    """What to write into a message."""
    return f"[{PREFIX}:{word}]"


@family
class SharedValueFamily(Family):
    prefix = PREFIX
    label = "共通情報"
    is_personal = False
    mentioned_as = keeping.MENTIONED_AS

    def offered(self, session: Session) -> list[Offer]:
        return [Offer(f"{PREFIX}:{value.word}", value.name) for value in keeping.in_order(session)]

    def load(self, session: Session, words: Collection[str], asking: Asking) -> Loaded:
        found = session.scalars(sa.select(SharedValue).where(SharedValue.word.in_(words))).all()
        pictures = _addresses(session, found, asking.public_url)
        return Loaded(
            {
                value.word: pictures.get(value.media_id or 0, "")
                if value.type is SharedValueType.IMAGE
                else holding.show(session, value)
                for value in found
            }
        )


def _addresses(session: Session, values: Collection[SharedValue], public_url: str) -> dict[int, str]:
    """A picture stands in a text as its address."""
    ids = [value.media_id for value in values if value.media_id is not None]
    if not ids:
        return {}
    query = sa.select(Media.id, Media.code).where(Media.id.in_(ids), Media.state == MediaState.STORED)
    return {media_id: f"{public_url}/media/{code}" for media_id, code in session.execute(query)}
