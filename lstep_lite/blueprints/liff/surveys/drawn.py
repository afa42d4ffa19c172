"""Answers of more than one view: a page with what was typed, and why nobody may answer now."""

from collections.abc import Mapping

from flask import g
from werkzeug.wrappers import Response

from lstep_lite.blueprints.liff.surveys.asking import Asking, asking, looks, page_address
from lstep_lite.engine.surveys import drafts, drawing, files, opening, seats, words
from lstep_lite.engine.surveys.opening import Verdict
from lstep_lite.errors import NotFound
from lstep_lite.models import SurveyDraft
from lstep_lite.web import render


def closed(here: Asking, verdict: Verdict) -> Response:
    """Why nobody may answer now, and where an answer they sent before is."""
    last = opening.last_answer(here.session, here.survey, here.friend, visitor=here.name)
    return render("liff/surveys/closed.html", **looks(here), verdict=verdict, last=last)


def too_late(code: str, verdict: Verdict) -> Response:
    g.finish(commit=False)
    response = closed(asking(g.session, code), verdict)
    response.status_code = 409
    return response


def drawn(
    here: Asking, draft: SurveyDraft, page_code: str, errors: Mapping[str, str], *, status: int = 200
) -> Response:
    shown = drawing.page(here.survey.document, draft.typed, page_code, errors)
    if shown is None:
        raise NotFound
    left = seats.left(here.session, here.survey)
    return render(
        "liff/surveys/page.html",
        status=status,
        **looks(here),
        draft=draft,
        shown=shown,
        action=page_address(here.survey.code, page_code),
        files=files.held(here.session, draft),
        full={code for code, places in left.items() if not places},
        left=left,
        today=g.now.astimezone(g.zone).date(),
        lead=words.filled(here.session, here.survey.lead, here.friend, now=g.now) if shown.number == 1 else "",
    )


def refused(here: Asking, draft: SurveyDraft, page_code: str, errors: Mapping[str, str]) -> Response:
    """The page again with what is to be put right; what was typed is kept."""
    drafts.go_to(here.survey, draft, page_code)
    response = drawn(here, draft, page_code, errors, status=422)
    g.finish(commit=True)
    return response
