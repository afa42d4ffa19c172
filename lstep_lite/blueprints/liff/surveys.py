"""回答フォーム as customers meet it: the door, the pages, a last look, and what comes after.

What is typed is kept in a draft before anything is said about it, so that errors, going back, reloading and another
person's haste lose nothing. A draft becomes one answer, however often its page is sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import gates, pages, sessions, survey_files
from lstep_lite.engine import media, settings, surveys
from lstep_lite.engine.surveys import (
    answering,
    confirming,
    days,
    documents,
    drafts,
    drawing,
    files,
    opening,
    parsing,
    paths,
    prefilling,
    scoring,
    seats,
    words,
)
from lstep_lite.engine.surveys.kinds.registry import kinds
from lstep_lite.engine.surveys.opening import NotOpen, Verdict
from lstep_lite.engine.surveys.parsing import Refused
from lstep_lite.errors import NotFound
from lstep_lite.models import Friend, Survey, SurveyAnswer, SurveyDraft
from lstep_lite.web import render, runtime

bp = pages.blueprint("liff_surveys", __name__, "/liff/surveys")

LONGEST_TOKEN = 40
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Asking:
    """A form and who looks at it, both of the session in use."""

    session: Session
    survey: Survey
    friend: Friend | None
    name: str
    """Tells the browser of an unknown visitor from others."""

    @property
    def answer(self) -> SurveyAnswer | None:
        """Their own answer that is being changed."""
        code = request.args.get("answer", "")
        return self.answer_with(code) if code else None

    @property
    def draft(self) -> SurveyDraft | None:
        return drafts.find(self.session, self.survey, friend=self.friend, visitor=self.name, answer=self.answer)

    def answer_with(self, code: str) -> SurveyAnswer:
        return answering.by_code(self.session, self.survey, code, friend=self.friend, visitor=self.name)


def may_ask(view: View) -> View:
    """Only friends of the account reach this view, or anybody where the form takes answers of unknown visitors."""

    @wraps(view)
    def guarded(code: str, **kwargs: Any) -> Any:
        survey, friend = surveys.by_code(g.read, code), sessions.visitor().friend
        if friend is None and not survey.takes_anonymous:
            return gates.ask_who()
        if friend is not None and not survey.takes_anonymous and not sessions.is_following(friend):
            return gates.ask_to_follow()
        return view(code, **kwargs)

    return guarded  # type: ignore[return-value]


def asking(session: Session, code: str) -> Asking:
    visitor = sessions.visitor()
    return Asking(session, surveys.by_code(session, code), visitor.friend, visitor.name)


# Coming in -----------------------------------------------------------------------------------------------------------


@bp.get("/<code>")
@public
@may_ask
def show(code: str) -> Response:
    """The door: whoever may answer goes on to the pages, with a draft to type into; once a draft this is a view."""
    here = asking(g.read, code)
    verdict = opening.can_answer(g.read, here.survey, here.friend, now=g.now, visitor=here.name)
    if not verdict.ok:
        return closed(here, verdict)
    inside = asking(g.session, code)
    draft = open_draft(inside)
    return redirect(page_address(code, drafts.here(inside.survey, draft).page["id"]), 303)


def open_draft(here: Asking) -> SurveyDraft:
    """Their draft, or a new one with what the address brings along."""
    if here.draft is None and here.answer is None:
        days.count(here.session, here.survey.id, "views", now=g.now)
    given = request.args.get(prefilling.PARAMETER, "")
    key = runtime().settings.secret_key
    return drafts.open(
        here.session,
        here.survey,
        friend=here.friend,
        visitor=here.name,
        now=g.now,
        answer=here.answer,
        parameters=request.args.to_dict(),
        filled=prefilling.read(here.survey, given, friend=here.friend, now=g.now, secret_key=key) if given else None,
    )


def closed(here: Asking, verdict: Verdict) -> Response:
    """Why nobody may answer now, and where an answer they sent before is."""
    last = opening.last_answer(here.session, here.survey, here.friend, visitor=here.name)
    return render("liff/surveys/closed.html", **looks(here), verdict=verdict, last=last)


# Pages ---------------------------------------------------------------------------------------------------------------


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
    if new:  # an answer on this page has brought up another question
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


def is_seen(part: Mapping[str, Any]) -> bool:
    return kinds[drawing.kind_of(part)].is_seen


def refused(here: Asking, draft: SurveyDraft, page_code: str, errors: Mapping[str, str]) -> Response:
    """The page again with what is to be put right; what was typed is kept."""
    drafts.go_to(here.survey, draft, page_code)
    response = drawn(here, draft, page_code, errors, status=422)
    g.finish(commit=True)
    return response


def problems(here: Asking, draft: SurveyDraft) -> Mapping[str, str]:
    return parsing.whole(here.survey.document, draft.typed, answering.reading(here.session, draft, now=g.now)).errors


# Sending -------------------------------------------------------------------------------------------------------------


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
    found = answering.sent(here.session, here.survey, token)
    if found is not None:
        return redirect(done_address(here, here.answer_with(found.code)), 303)
    if draft is None:
        return redirect(url_for(".show", code=code), 303)
    try:
        answer = answering.submit(here.session, here.survey, draft, now=g.now, friend=here.friend, visitor=here.name)
        confirming.begin(here.session, here.survey, answer, now=g.now, wall=g.wall)
    except NotOpen as error:
        return too_late(code, error.verdict)
    except Refused as error:
        return not_taken(code, error.errors)
    return redirect(done_address(here, answer), 303)


def too_late(code: str, verdict: Verdict) -> Response:
    g.finish(commit=False)
    response = closed(asking(g.session, code), verdict)
    response.status_code = 409
    return response


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


# Afterwards ----------------------------------------------------------------------------------------------------------


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


# What pages are drawn from -------------------------------------------------------------------------------------------


def drawn(
    here: Asking, draft: SurveyDraft, page_code: str, errors: Mapping[str, str], *, status: int = 200
) -> Response:
    shown = drawing.page(here.survey.document, draft.typed, page_code, errors)
    if shown is None:
        raise NotFound
    return render(
        "liff/surveys/page.html",
        status=status,
        **looks(here),
        draft=draft,
        shown=shown,
        action=page_address(here.survey.code, page_code),
        files=files.held(here.session, draft),
        full=seats.full(here.session, here.survey),
        left=seats.left(here.session, here.survey),
        today=g.now.astimezone(g.zone).date(),
        lead=words.filled(here.session, here.survey.lead, here.friend, now=g.now) if shown.number == 1 else "",
    )


def looks(here: Asking) -> dict[str, Any]:
    """What all pages of a form need."""
    channel = settings.channel(here.session)
    return {
        "survey": here.survey,
        "changed": request.args.get("answer", ""),
        "pictures": media.public(here.session, drawing.pictures_of(here.survey), ""),
        "ink": drawing.ink_on(here.survey.color),
        "ground_ink": drawing.ink_on(here.survey.ground),
        "account": channel.basic_id if channel else "",
    }


def page_address(code: str, page_code: str, **more: Any) -> str:
    return url_for(".page_show", code=code, page_code=page_code, **own_answer(), **more)


def own_answer() -> dict[str, str]:
    """The answer that is being changed goes from address to address."""
    code = request.args.get("answer", "")
    return {"answer": code} if code else {}


def done_address(here: Asking, answer: SurveyAnswer) -> str:
    return url_for(".answer_show", code=here.survey.code, answer_code=answer.code)
