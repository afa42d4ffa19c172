"""[情報:血液型] in messages: what a friend's fields hold."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, settings
from lstep_lite.engine.fields.targets import SYSTEM, Target, of, options_of, targets
from lstep_lite.engine.fields.values import Values, read_targets
from lstep_lite.engine.messages.placeholders import Asking, Family, Loaded, Offer, family
from lstep_lite.models import Field

PREFIX = "情報"
MENTIONED_AS = "field_words"


def insertion(word: str) -> str:
    """What to write into a message."""
    return f"[{PREFIX}:{word}]"


@family
class FieldFamily(Family):
    prefix = PREFIX
    label = "友だち情報"
    is_personal = True
    mentioned_as = MENTIONED_AS

    def offered(self, session: Session) -> list[Offer]:
        return [Offer(f"{PREFIX}:{target.word}", target.name) for target in targets(session)]

    def load(self, session: Session, words: Collection[str], asking: Asking) -> Loaded:
        found, zone = _targets(session, words), settings.zone(session)
        held = read_targets(session, [friend for friend in asking.friends if friend.id is not None], found)
        filled = {friend_id: _filled(found, values, zone) for friend_id, values in held.items()}
        return Loaded({target.word: f"（{target.name}）" for target in found}, filled)


def _targets(session: Session, words: Collection[str]) -> list[Target]:
    system = [target for target in SYSTEM if target.word in words]
    fields = session.scalars(sa.select(Field).where(Field.word.in_(set(words) - {each.word for each in system}))).all()
    options = options_of(session, *(field.id for field in fields)) if fields else {}
    return [*system, *(of(field, options.get(field.id, [])) for field in fields)]


def _filled(targets: Collection[Target], values: Values, zone: ZoneInfo) -> dict[str, str]:
    return {target.word: target.show(values.get(target.key), zone) for target in targets}


@mentions.target(MENTIONED_AS)
def _names(session: Session, words: Collection[str]) -> dict[str, str]:
    # A word without a field is sent as it stands: the text that holds it is not broken by that.
    return {word: insertion(word) for word in words}
