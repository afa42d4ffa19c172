"""Answering a form as its pages do."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.surveys import answering, drafts
from lstep_lite.models import Friend, Survey, SurveyAnswer, Tag
from tests.factories import NOW


def filled(session: Session, survey: Survey, friend: Friend | None, form: dict[str, Any], **over: Any) -> Any:
    """A draft with what was typed on all pages: *form* has a text, or several, by the name of the input."""
    over = {"now": NOW, "visitor": None} | over
    draft = drafts.open(session, survey, friend=friend, **over)
    posted = {name: [value] if isinstance(value, str) else list(value) for name, value in form.items()}
    for page in survey.document["pages"]:
        codes = {part["id"] for part in page["parts"]}
        here = {name: values for name, values in posted.items() if name.partition(".")[0] in codes}
        drafts.keep(session, survey, draft, page["id"], here, now=over["now"])
    return draft


def answer(
    session: Session,
    survey: Survey,
    friend: Friend | None,
    form: dict[str, Any],
    *,
    now: datetime = NOW,
    visitor: str | None = None,
    **over: Any,
) -> SurveyAnswer:
    draft = filled(session, survey, friend, form, now=now, visitor=visitor, **over)
    found = answering.submit(session, survey, draft, now=now, friend=friend, visitor=visitor)
    session.commit()
    return found


def adds(tag: Tag) -> dict[str, Any]:
    """A step that attaches *tag*."""
    return {"id": f"adds-{tag.id}", "kind": "tags", "data": {"way": "attach", "tag_ids": [tag.id]}}


def when(*tags: Tag) -> dict[str, Any]:
    """Actions as the builder posts them."""
    return {"steps": [adds(tag) for tag in tags], "repeats": True}
