"""Whose documents taps stand in: each feature says where its documents are, and by which rules a tap counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.mentions import Place
from lstep_lite.engine.studio import Data
from lstep_lite.models import AnswerLimit, Tap


@dataclass(frozen=True)
class Rules:
    """How often a friend's taps in one document count, and until when."""

    limit: AnswerLimit = AnswerLimit.ANY
    again_text: str = ""
    """The answer to a tap that does not count any more; empty for none."""
    closes_at: datetime | None = None
    closed_text: str = ""
    """The answer from then on; empty for the product's own words."""


@dataclass(frozen=True)
class Standing:
    """A tap as its owner's document has it now; *tap* is None when it was taken out."""

    tap: Data | None
    rules: Rules = Rules()


Lookup = Callable[[Session, int, str], Standing | None]
"""What stands under a code in the document of a row; None when the row is gone."""


@dataclass(frozen=True)
class TapOwner:
    """A feature with documents that hold taps."""

    name: str
    noun: str
    mentioned_as: str
    """As what mentions know its rows."""
    endpoint: str
    """The page that shows a row, which takes its id as *arg*."""
    arg: str
    lookup: Lookup
    happening: str = "tap.answered"
    """What is fired when a tap counts (triggers.labels)."""
    done: str = "選んだ"
    undone: str = "選んでいない"
    """What friends did with it, or did not, in conditions."""

    def place(self, tap: Tap) -> Place:
        words = f"{self.noun}「{tap.owner_name}」の「{tap.label}」を押したとき"
        return Place(words, self.endpoint, {self.arg: tap.owner_id})


owners: dict[str, TapOwner] = {}


def owner(
    name: str, *, noun: str, mentioned_as: str, endpoint: str, arg: str, **more: str
) -> Callable[[Lookup], Lookup]:
    """Register the function below as what looks a tap up for the feature that keeps its taps under *name*.

    *more* are the words of `TapOwner` that differ from those of messages.
    """

    def register(lookup: Lookup) -> Lookup:
        owners[name] = TapOwner(name, noun, mentioned_as, endpoint, arg, lookup, **more)
        return lookup

    return register


def standing(session: Session, tap: Tap) -> Standing | None:
    """The tap in its owner's document; None when the owner is gone."""
    return owners[tap.owner].lookup(session, tap.owner_id, tap.code)
