"""The door and the pages: what is typed is kept before anything is said about it."""

from collections.abc import Mapping

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import sessions, survey_files
from lstep_lite.blueprints.liff.surveys.asking import (
    LONGEST_TOKEN,
    Asking,
    asking,
    bp,
    done_address,
    may_ask,
    own_answer,
    page_address,
)
from lstep_lite.blueprints.liff.surveys.drawn import closed, drawn, refused
from lstep_lite.blueprints.liff.surveys.sending import submitted
from lstep_lite.engine import surveys
from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import answering, days, drafts, drawing, files, opening, parsing, paths, prefilling
from lstep_lite.engine.surveys.kinds.registry import kinds
from lstep_lite.models import SurveyAnswer, SurveyDraft
from lstep_lite.web import runtime


@bp.get("/<code>")
@public
@may_ask
def show(code: str) -> Response:
    """The door: whoever may answer goes on to the pages, with a draft to type into; once a draft this is a view."""
    here = asking(g.read, code)
    verdict = opening.can_answer(g.read, here.survey, here.friend, now=g.now, visitor=here.name)
    if not verdict.ok:
        return closed(here, verdict)
    count_newcomer(here)
    inside = asking(g.session, code)
    draft = open_draft(inside)
    return redirect(page_address(code, drafts.here(inside.survey, draft).page["id"]), 303)


def count_newcomer(here: Asking) -> None:
    """A browser that keeps no cookies is a new visitor each time, with a draft of its own."""
    if here.friend is None and here.draft is None:
        sessions.count_submit()


def open_draft(here: Asking) -> SurveyDraft:
    """Their draft, or a new one with what the address brings along."""
    is_view = here.draft is None and here.answer is None
    given = request.args.get(prefilling.PARAMETER, "")
    key = runtime().settings.secret_key
    draft = drafts.open(
        here.session,
        here.survey,
        friend=here.friend,
        visitor=here.name,
        now=g.now,
        answer=here.answer,
        parameters=request.args.to_dict(),
        filled=prefilling.read(here.survey, given, friend=here.friend, now=g.now, secret_key=key) if given else None,
    )
    if is_view:  # after the draft: what is counted is held until the end
        days.count(here.session, here.survey.id, "views", now=g.now)
    return draft


@bp.get("/<code>/pages/<page_code>")
@public
@may_ask
def page_show(code: str, page_code: str) -> Response:
    here = asking(g.read, code)
    draft = here.draft
    if draft is None:
        return redirect(url_for(".show", code=code), 303)
    errors = problems(here, draft) if "check" in request.args else {}
    if drawing.page(here.survey.document, draft.typed, page_code) is None:
        return redirect(page_address(code, drafts.here(here.survey, draft).page["id"]), 303)
    return drawn(here, draft, page_code, errors)


@bp.post("/<code>/pages/<page_code>")
@public
@may_ask
def page_update(code: str, page_code: str) -> Response:
    """Keep what was typed; then back, on, or to the end."""
    count_newcomer(asking(g.read, code))
    received = survey_files.receive(surveys.by_code(g.read, code), page_code)
    here = asking(g.session, code)
    if (found := sent(here)) is not None:
        return redirect(done_address(here, found), 303)
    draft = kept(here, page_code, received)
    if request.form.get("go") == "back":
        return back(here, draft, page_code)
    return onward(here, draft, page_code, received.errors)


@bp.post("/<code>/draft")
@public
@may_ask
def draft_update(code: str) -> Response:
    """What a script keeps while somebody types."""
    here = asking(g.session, code)
    if sent(here) is None and here.draft is not None:
        kept(here, request.form.get("page", ""), survey_files.Received())
    return Response(status=204)


def sent(here: Asking) -> SurveyAnswer | None:
    """Their answer, where this page has been sent already."""
    found = answering.sent(here.session, here.survey, request.form.get("token", "")[:LONGEST_TOKEN])
    return here.answer_with(found.code) if found is not None else None


def kept(here: Asking, page_code: str, received: survey_files.Received) -> SurveyDraft:
    """The draft with what this page was sent with."""
    draft = drafts.hold(here.session, here.survey, open_draft(here).token) or open_draft(here)
    form = {name: list(values) for name, values in request.form.lists()}
    for question, stored in received.files:
        row = files.keep(here.session, draft, question, stored.file, stored.name, now=g.now)
        form.setdefault(question, []).append(row.code)
    drafts.keep(here.session, here.survey, draft, page_code, form, now=g.now)
    return draft


def back(here: Asking, draft: SurveyDraft, page_code: str) -> Response:
    shown = drawing.page(here.survey.document, draft.typed, page_code)
    previous = shown.previous if shown and shown.previous else page_code
    drafts.go_to(here.survey, draft, previous)
    return redirect(page_address(here.survey.code, previous), 303)


def onward(here: Asking, draft: SurveyDraft, page_code: str, errors: Mapping[str, str]) -> Response:
    """To the next page if all is well on this one."""
    stop = paths.stop_at(here.survey.document, draft.typed, page_code)
    if stop is None:
        return redirect(page_address(here.survey.code, drafts.here(here.survey, draft).page["id"]), 303)
    seen = set(request.form.getlist("seen"))
    new = [each["id"] for each in stop.parts if each["id"] not in seen and is_seen(each)]
    if new and not errors:  # an answer on this page has brought up another question
        return redirect(f"{page_address(here.survey.code, page_code)}#q-{new[0]}", 303)
    read = parsing.page(stop, draft.typed, answering.reading(here.session, draft, now=g.now))
    if found := {**read.errors, **errors}:
        return refused(here, draft, page_code, found)
    following = paths.next_page(here.survey.document, draft.typed, page_code)
    if following is not None and request.form.get("go") != "confirm":
        drafts.go_to(here.survey, draft, following["id"])
        return redirect(page_address(here.survey.code, following["id"]), 303)
    if here.survey.confirms:
        return redirect(url_for(".confirm_show", code=here.survey.code, **own_answer()), 303)
    return submitted(here.survey.code, draft.token)


def is_seen(part: Data) -> bool:
    return kinds[drawing.kind_of(part)].is_seen


def problems(here: Asking, draft: SurveyDraft) -> Mapping[str, str]:
    return parsing.whole(here.survey.document, draft.typed, answering.reading(here.session, draft, now=g.now)).errors
