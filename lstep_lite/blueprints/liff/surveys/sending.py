"""A last look, and the sending: a draft becomes one answer, however often its page is sent."""

from collections.abc import Mapping

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import sessions
from lstep_lite.blueprints.liff.surveys.asking import (
    LONGEST_TOKEN,
    Asking,
    asking,
    bp,
    done_address,
    looks,
    may_ask,
    page_address,
)
from lstep_lite.blueprints.liff.surveys.drawn import refused, too_late
from lstep_lite.engine.surveys import answering, confirming, documents, parsing
from lstep_lite.engine.surveys.opening import NotOpen
from lstep_lite.engine.surveys.parsing import Refused
from lstep_lite.models import Survey
from lstep_lite.web import render


@bp.get("/<code>/confirm")
@public
@may_ask
def confirm_show(code: str) -> Response:
    here = asking(g.read, code)
    draft = here.draft
    if draft is None:
        return redirect(url_for(".show", code=code), 303)
    read = parsing.whole(here.survey.document, draft.typed, answering.reading(g.read, draft, now=g.now))
    if read.errors:
        wrong = page_with(here.survey, next(iter(read.errors)))
        return redirect(page_address(code, wrong, check=1), 303)
    return render("liff/surveys/confirm.html", **looks(here), draft=draft, read=read)


@bp.post("/<code>/answers")
@public
@may_ask
def answer_create(code: str) -> Response:
    return submitted(code, request.form.get("token", "")[:LONGEST_TOKEN])


def submitted(code: str, token: str) -> Response:
    """Send the draft with this token, in a unit after the one that kept it."""
    g.finish(commit=True)
    sessions.count_submit()
    here = asking(g.session, code)
    draft = here.draft
    if draft is None or draft.token != token:
        return sent_before(here, token)
    try:
        answer = answering.submit(here.session, here.survey, draft, now=g.now, friend=here.friend, visitor=here.name)
        confirming.begin(here.session, here.survey, answer, now=g.now, wall=g.wall)
    except NotOpen as error:
        return too_late(code, error.verdict)
    except Refused as error:
        return not_taken(code, error.errors)
    return redirect(done_address(here, answer), 303)


def sent_before(here: Asking, token: str) -> Response:
    """There is nothing to send, or something else by now: to what this page has become, else to the beginning."""
    found = answering.sent(here.session, here.survey, token)
    if found is None:
        return redirect(url_for(".show", code=here.survey.code), 303)
    return redirect(done_address(here, here.answer_with(found.code)), 303)


def not_taken(code: str, errors: Mapping[str, str]) -> Response:
    """The first page with something to put right."""
    g.finish(commit=False)
    here = asking(g.session, code)
    if here.draft is None:
        return redirect(url_for(".show", code=code), 303)
    return refused(here, here.draft, page_with(here.survey, next(iter(errors))), errors)


def page_with(survey: Survey, question: str) -> str:
    """The code of the page on which a question stands."""
    found = documents.parts_of(survey.document)
    return next(page["id"] for page, part in found if part["id"] == question)
