"""Forms in the making, as the builder shows them: nothing is kept, and anything may still be wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import studio
from lstep_lite.engine.studio import Data, Problem
from lstep_lite.engine.surveys import drawing, figures
from lstep_lite.engine.surveys.checking import examine
from lstep_lite.engine.surveys.documents import INPUTS
from lstep_lite.engine.surveys.drawing import DrawnPage
from lstep_lite.engine.surveys.figures import Loss
from lstep_lite.models import Survey


@dataclass(frozen=True)
class Look:
    """A document so far, and the page of it that is to be drawn."""

    document: Data
    shown: DrawnPage
    problems: Sequence[Problem]
    warnings: Sequence[Problem]
    losses: Sequence[Loss]
    said: Mapping[str, Sequence[str]]
    """By path, the actions in it, in words."""


def look(session: Session, survey: Survey, document: Any, page_code: Any) -> Look:
    """What the builder posted, which may be anything."""
    examined = examine(session, document)
    kept = examined.document
    drawable = kept if kept["pages"] else studio.fresh(INPUTS)  # a document without any page is drawn as a new one
    return Look(
        document=kept,
        shown=drawing.preview(drawable, page_code),
        problems=examined.problems,
        warnings=examined.warnings,
        losses=figures.losses(session, survey, kept),
        said=studio.sentences(session, studio.walk(INPUTS, kept)),
    )
