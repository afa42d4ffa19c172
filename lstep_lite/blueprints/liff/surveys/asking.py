"""A form and who looks at it: what all its pages stand on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import g, request, url_for
from sqlalchemy.orm import Session, object_session

from lstep_lite.blueprints.liff import gates, pages, sessions
from lstep_lite.engine import media, surveys
from lstep_lite.engine.surveys import answering, drafts, drawing, opening
from lstep_lite.models import Friend, Survey, SurveyAnswer, SurveyDraft

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
        g.liff_survey = survey
        if _is_shut_door(survey):
            return view(code, **kwargs)  # nobody has to say who they are first to hear that
        if friend is None and not survey.takes_anonymous:
            return gates.ask_who()
        if friend is not None and not survey.takes_anonymous and not sessions.is_following(friend):
            return gates.ask_to_follow()
        return view(code, **kwargs)

    return guarded  # type: ignore[return-value]


def _is_shut_door(survey: Survey) -> bool:
    return request.endpoint == f"{bp.name}.show" and opening.shut(survey, g.now) is not None


def asking(session: Session, code: str) -> Asking:
    """To be asked anew after `g.session` was opened. In a view that is `may_ask`'s."""
    visitor, survey = sessions.visitor(), g.liff_survey
    if object_session(survey) is not session:
        survey = surveys.by_code(session, code)
    return Asking(session, survey, visitor.friend, visitor.name)


def looks(here: Asking) -> dict[str, Any]:
    """What all pages of a form need."""
    return {
        "survey": here.survey,
        "changed": request.args.get("answer", ""),
        "pictures": media.public(here.session, drawing.pictures_of(here.survey), ""),
        "ink": drawing.ink_on(here.survey.color),
        "ground_ink": drawing.ink_on(here.survey.ground),
    }


def page_address(code: str, page_code: str, **more: Any) -> str:
    return url_for(".page_show", code=code, page_code=page_code, **own_answer(), **more)


def own_answer() -> dict[str, Any]:
    """The answer that is being changed goes from address to address."""
    code = request.args.get("answer", "")
    return {"answer": code} if code else {}


def done_address(here: Asking, answer: SurveyAnswer) -> str:
    return url_for(".answer_show", code=here.survey.code, answer_code=answer.code)
