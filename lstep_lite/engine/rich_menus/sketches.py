"""Menus in the making, as the composer shows them: nothing is kept, and anything may still be wrong."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL.Image import Image
from sqlalchemy.orm import Session

from lstep_lite.engine import studio
from lstep_lite.engine.rich_menus import checking, composing, contrast
from lstep_lite.engine.rich_menus.documents import INPUTS, START_PALETTE
from lstep_lite.engine.studio import Data, Problem

WIDTH = 1250
"""Pixels of a sketch: half of LINE's, as wide as the composer ever shows it."""
QUALITY = 88
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class Look:
    """A document so far, and the tab of it that is to be drawn."""

    document: Data
    tab: Data
    problems: Sequence[Problem]
    warnings: Sequence[Problem]
    said: Mapping[str, Sequence[str]]
    """By path, the actions in it, in words."""

    def picture_ids(self) -> set[int]:
        return composing.picture_ids(self.document, self.tab)


@dataclass(frozen=True)
class Sketch:
    """*data* is a JPEG; *warnings* are about what could not be drawn as it was meant."""

    data: bytes
    warnings: Sequence[Problem]


def look(session: Session, document: Any, tab_code: Any) -> Look:
    """What the composer posted, which may be anything."""
    examined = checking.examine(session, document)
    kept = _paintable(examined.document)
    tabs = kept["tabs"] or studio.fresh(INPUTS)["tabs"]  # a document without any is drawn as a new one
    tab = next((each for each in tabs if each["id"] == tab_code), tabs[0])
    warnings = [*examined.warnings, *contrast.warnings(kept)]
    return Look(kept, tab, examined.problems, warnings, studio.sentences(session, studio.walk(INPUTS, kept)))


def _paintable(document: Data) -> Data:
    """*document* with the colours of a new menu where it has none: they are refused, but something must be drawn."""
    colors = {name: document[name] for name in START_PALETTE}
    fitting = {name: color for name, color in colors.items() if _COLOR.fullmatch(color)}
    return document | START_PALETTE | fitting


def sketch(look: Look, pictures: Mapping[int, Image]) -> Sketch:
    """Its tab's picture. It takes a while: not inside a unit of work."""
    composed = composing.compose(look.document, look.tab, pictures, width=WIDTH)
    file = io.BytesIO()
    composed.image.save(file, "JPEG", quality=QUALITY, subsampling=0)
    return Sketch(file.getvalue(), composed.warnings)
