"""What comes after: thanks, the result, and changing an answer."""

from collections.abc import Mapping
from typing import Any

from flask import g, redirect, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff.surveys.asking import Asking, asking, bp, looks, may_ask
from lstep_lite.blueprints.liff.surveys.drawn import too_late
from lstep_lite.engine.surveys import answering, confirming, drafts, opening, scoring, words
from lstep_lite.models import SurveyAnswer
from lstep_lite.web import render


@bp.get("/<code>/answers/<answer_code>")
@public
@may_ask
def answer_show(code: str, answer_code: str) -> Response:
    """Thanks, the result of a diagnosis, and what may still be done."""
    here = asking(g.read, code)
    answer = here.answer_with(answer_code)
    return render(
        "liff/surveys/done.html",
        **looks(here),
        answer=answer,
        word=confirming.word(answer),
        thanks=words.filled(g.read, here.survey.thanks_text, here.friend, now=g.now),
        result=result_of(here, answer),
        may_change=opening.can_change(here.survey, answer, now=g.now),
        may_repeat=opening.can_answer(g.read, here.survey, here.friend, now=g.now, visitor=here.name).ok,
    )


@bp.post("/<code>/answers/<answer_code>/changes")
@public
@may_ask
def change_create(code: str, answer_code: str) -> Response:
    """Open an answer that was sent, to change it."""
    here = asking(g.session, code)
    answer = here.answer_with(answer_code)
    if not opening.can_change(here.survey, answer, now=g.now):
        return too_late(code, answering.LATE)
    drafts.open(g.session, here.survey, friend=here.friend, visitor=here.name, now=g.now, answer=answer)
    first = here.survey.document["pages"][0]["id"]
    return redirect(url_for(".page_show", code=code, page_code=first, answer=answer.code), 303)


def result_of(here: Asking, answer: SurveyAnswer) -> Mapping[str, Any] | None:
    """What a diagnosis came to, its text with the placeholders filled."""
    found = scoring.result_with(here.survey.document, answer.result_code)
    if found is None:
        return None
    return {**found, "text": words.filled(here.session, found["text"], here.friend, now=g.now)}
