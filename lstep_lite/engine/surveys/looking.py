"""Forms in the making, as the builder shows them: nothing is kept, and anything may still be wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import studio
from lstep_lite.engine.studio import Data, Problem
from lstep_lite.engine.surveys import figures
from lstep_lite.engine.surveys.checking import examine
from lstep_lite.engine.surveys.documents import INPUTS
from lstep_lite.models import Survey


@dataclass(frozen=True)
class Look:
    """A document so far, and the page of it that is to be drawn."""

    document: Data
    page: Data
    problems: Sequence[Problem]
    warnings: Sequence[Problem]
    losses: Sequence[tuple[str, int]]
    """The answered questions that would be gone, with how many answers they have."""
    said: Mapping[str, Sequence[str]]
    """By path, the actions in it, in words."""

    @property
    def at(self) -> int:
        return next((at for at, page in enumerate(self.document["pages"]) if page["id"] == self.page["id"]), 0)


def look(session: Session, survey: Survey, document: Any, page_code: Any) -> Look:
    """What the builder posted, which may be anything."""
    examined = examine(session, document)
    kept = examined.document
    pages = kept["pages"] or studio.fresh(INPUTS)["pages"]  # a document without any is drawn as a new one
    page = next((each for each in pages if each["id"] == page_code), pages[0])
    return Look(
        document=kept,
        page=page,
        problems=examined.problems,
        warnings=examined.warnings,
        losses=figures.losses(session, survey, kept),
        said=studio.sentences(session, studio.walk(INPUTS, kept)),
    )
