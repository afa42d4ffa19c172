"""回答を入れたリンク: links to a form with answers in them. Nothing is kept: the link itself carries the values."""

from collections.abc import Mapping
from datetime import timedelta

import segno
from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import line, media, settings, surveys
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.surveys import drawing, linking, parsing, prefilling
from lstep_lite.engine.surveys.parsing import Refused
from lstep_lite.engine.surveys.paths import Typed
from lstep_lite.errors import DomainError
from lstep_lite.forms.survey_links import SurveyLinkForm
from lstep_lite.models import Survey
from lstep_lite.web import render, runtime

bp = Blueprint("survey_links", __name__, url_prefix="/surveys/<int:survey_id>/links")

LONGEST_LINK = 1000
"""Characters: LINE opens no longer address from a message."""
TOO_LONG = "リンクが長くなりすぎました。入れておく内容を減らしてください。"


@bp.get("/new")
@allow(Permission.SURVEYS_EDIT)
def new(survey_id: int) -> Response:
    return _page(surveys.get(g.read, survey_id), SurveyLinkForm(), {})


@bp.post("")
@allow(Permission.SURVEYS_EDIT)
def create(survey_id: int) -> Response:
    survey, form = surveys.get(g.read, survey_id), SurveyLinkForm(request.form)
    typed = parsing.posted(linking.questions(survey), dict(request.form.lists()))
    try:
        return _page(survey, form, typed, link=_link(survey, form, typed))
    except Refused as error:
        return _page(survey, form, typed, error.errors, problem="印の付いた質問を直してください。")
    except DomainError as error:
        return _page(survey, form, typed, problem=error.message)


def _link(survey: Survey, form: SurveyLinkForm, typed: Typed) -> str:
    """Raises DomainError saying what to do about it."""
    if not form.validate():
        raise DomainError("使える期間を選び直してください。")
    values = linking.values(survey, typed, today=g.now.astimezone(g.zone).date())
    own, until = runtime().settings, g.now + timedelta(days=int(form.days.data))
    token = prefilling.token(survey, values, until=until, secret_key=own.secret_key)
    path = f"/liff/surveys/{survey.code}?{prefilling.PARAMETER}={token}"
    link = line.link_to(settings.channel(g.read), path, public_url=own.public_url)
    if len(link) > LONGEST_LINK:
        raise DomainError(TOO_LONG)
    return link


def _page(
    survey: Survey,
    form: SurveyLinkForm,
    typed: Typed,
    errors: Mapping[str, str] | None = None,
    *,
    problem: str = "",
    link: str = "",
) -> Response:
    return render(
        "survey_links/new.html",
        status=422 if problem else 200,
        survey=survey,
        form=form,
        parts=linking.parts(survey, typed, errors or {}),
        problem=problem,
        link=link,
        qr=segno.make(link).svg_data_uri(scale=4, border=2) if link else "",
        pictures=media.public(g.read, drawing.pictures_of(survey), ""),
        full=(),
        left={},
        today=g.now.astimezone(g.zone).date(),
    )
