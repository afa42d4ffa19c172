"""[スコア:来店] in messages: a friend's total of a score."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.messages.placeholders import Asking, Family, Loaded, Offer, family
from lstep_lite.engine.scores.keeping import FEATURE
from lstep_lite.models import Score, ScoreTotal

PREFIX = "スコア"
MENTIONED_AS = "score_words"


def insertion(word: str) -> str:
    """What to write into a message."""
    return f"[{PREFIX}:{word}]"


@family
class ScoreFamily(Family):
    prefix = PREFIX
    label = "スコア"
    is_personal = True
    mentioned_as = MENTIONED_AS

    def offered(self, session: Session) -> list[Offer]:
        rows = session.execute(sa.select(Score.word, Score.name).order_by(Score.position, Score.id))
        return [Offer(f"{PREFIX}:{word}", f"「{name}」の点数（例：120）") for word, name in rows]

    def load(self, session: Session, words: Collection[str], asking: Asking) -> Loaded:
        ids = dict(session.execute(sa.select(Score.word, Score.id).where(Score.word.in_(words))).all())
        people = [friend.id for friend in asking.friends if friend.id is not None]
        totals = _totals(session, ids.values(), people) if ids and people else {}
        filled = {
            friend_id: {word: f"{totals.get((friend_id, score_id), 0):,}" for word, score_id in ids.items()}
            for friend_id in people
        }
        return Loaded(dict.fromkeys(ids, "120"), filled)


def _totals(session: Session, score_ids: Collection[int], people: Collection[int]) -> dict[tuple[int, int], int]:
    query = sa.select(ScoreTotal).where(ScoreTotal.score_id.in_(score_ids), ScoreTotal.friend_id.in_(people))
    return {(row.friend_id, row.score_id): row.total for row in session.scalars(query)}


def places(session: Session, score: Score) -> list[mentions.Place]:
    """Where it is used: steps and conditions, and texts that show it."""
    found = mentions.places(session, FEATURE, score.id) + mentions.places(session, MENTIONED_AS, score.word)
    return sorted({place.label: place for place in found}.values(), key=lambda place: place.label)


@mentions.target(MENTIONED_AS)
def _names(session: Session, words: Collection[str]) -> dict[str, str]:
    # A word without a score is sent as it stands: the text that holds it is not broken by that.
    return {word: insertion(word) for word in words}
