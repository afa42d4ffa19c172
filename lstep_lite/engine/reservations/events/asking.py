"""What an event asks besides name and phone: one page of questions like those of booking pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import studio
from lstep_lite.engine.reservations.events import keeping
from lstep_lite.engine.reservations.keeping import questions
from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import Refused
from lstep_lite.models import Event


def of_event(event: Event) -> Data:
    """What is asked, as the builder wants it."""
    return dict(event.document) or studio.fresh(questions.INPUTS)


def update(session: Session, event: Event, posted: Any, *, now: datetime) -> None:
    """Raises surveys.Refused with what is wrong, and where."""
    looked = questions.look(session, posted)
    if looked.problems:
        raise Refused(looked.problems)
    has_parts = any(page["parts"] for page in looked.document["pages"])
    event.document, event.updated_at = looked.document if has_parts else {}, now
    keeping.note(session, event)


def media_ids(document: Mapping[str, Any]) -> set[int]:
    """The pictures it shows."""
    parts = [part for page in document["pages"] for part in page["parts"]]
    ids = [each.get("media_id") for part in parts for each in (part, *(part.get("choices") or ()))]
    return {media_id for media_id in ids if media_id is not None}
